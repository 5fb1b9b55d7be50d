package members

import (
	"context"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/member"
	"systole/shared/store"
)

// RecoverySets makes recovery codes.
type RecoverySets interface {
	RecoveryCodes(ctx context.Context, token string) (store.RecoveryCodes, error)
	MakeRecoveryCodes(ctx context.Context, token, password string) (codes []string, made time.Time, err error)
}

// Recoveries set passwords in exchange for recovery codes.
type Recoveries interface {
	Recover(ctx context.Context, username, code, replacement string, from member.Caller) error
}

// RecoveryCodes is the route of a member's recovery codes.
func RecoveryCodes(s RecoverySets) api.Route {
	return api.Route{Path: api.PathRecoveryCodes, Methods: map[string]api.Handler{
		http.MethodGet:  api.Authorized(recoveryCodesLeft(s)),
		http.MethodPost: api.AuthorizedForm(makeRecoveryCodes(s), "password"),
	}}
}

// Recover is the route at which a recovery code sets a new password.
func Recover(s Recoveries) api.Route {
	return api.Route{Path: api.PathRecover, Methods: map[string]api.Handler{
		http.MethodPost: api.Anonymous(recoverPassword(s), "username", "recovery_code", "new_password"),
	}}
}

// recoverySet describes a set of codes.
type recoverySet struct {
	Left int        `json:"left"`
	Made *time.Time `json:"made"` // null: there never was a set
}

func recoverySetOf(codes store.RecoveryCodes) recoverySet {
	set := recoverySet{Left: len(codes.Left)}
	if !codes.Made.IsZero() {
		set.Made = &codes.Made
	}
	return set
}

func recoveryCodesLeft(s RecoverySets) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		codes, err := s.RecoveryCodes(r.Context(), r.Token)
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			recoverySet
			Code int `json:"code"`
		}{recoverySetOf(codes), http.StatusOK})
	}
}

func makeRecoveryCodes(s RecoverySets) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		codes, made, err := s.MakeRecoveryCodes(r.Context(), r.Token, r.Value("password"))
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			Codes []string  `json:"recovery_codes"`
			Made  time.Time `json:"made"`
			Code  int       `json:"code"`
		}{codes, made, http.StatusOK})
	}
}

func recoverPassword(s Recoveries) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		err := s.Recover(r.Context(), r.Value("username"), r.Value("recovery_code"), r.Value("new_password"), callerOf(r))
		if err != nil {
			return err
		}
		return api.Done(w, r.Request, api.PasswordRecovered)
	}
}
