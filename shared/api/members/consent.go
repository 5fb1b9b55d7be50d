package members

import (
	"context"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// Consents records consent.
type Consents interface {
	Consent(ctx context.Context, token string) (*store.Consent, error)
	GiveConsent(ctx context.Context, token, version string) error
}

// Withdrawals withdraws consent, and deletes the data that it was given for.
type Withdrawals interface {
	WithdrawConsent(ctx context.Context, token string) error
}

// Consent is the route of consent. required reports whether enrolment needs it.
func Consent(c Consents, w Withdrawals, required bool) api.Route {
	return api.Route{
		Path: api.PathConsent,
		Methods: map[string]api.Handler{
			http.MethodGet:    api.Authorized(consent(c, required)),
			http.MethodPost:   api.AuthorizedForm(giveConsent(c), "version"),
			http.MethodDelete: api.Authorized(withdrawConsent(w)),
		},
		Fields: []api.Field{{Name: "version", Hint: api.Sentence{
			KO: "/members/consent/ 에서 받은 current_version 값을 보내 주세요.",
			EN: "Send the current_version that /members/consent/ answers.",
		}}},
	}
}

type consentAnswer struct {
	Version   string     `json:"version"`
	Given     time.Time  `json:"given"`
	Withdrawn *time.Time `json:"withdrawn"`
}

func consentOf(c *store.Consent) *consentAnswer {
	if c == nil {
		return nil
	}
	a := &consentAnswer{Version: c.Version, Given: c.Given}
	if !c.Withdrawn.IsZero() {
		a.Withdrawn = &c.Withdrawn
	}
	return a
}

func consent(c Consents, required bool) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		given, err := c.Consent(r.Context(), r.Token)
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			Consent  *consentAnswer `json:"consent"`
			Version  string         `json:"current_version"`
			Text     string         `json:"text"`
			Required bool           `json:"required"`
			Code     int            `json:"code"`
		}{consentOf(given), member.ConsentVersion, api.Text(r.Request, api.ConsentText), required, http.StatusOK})
	}
}

// giveConsent requires the version of the text that was shown: a member can't
// agree to a text that they have not seen.
func giveConsent(c Consents) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		version := r.Value("version")
		if version != member.ConsentVersion {
			return fault.New(fault.FieldInvalid, "field", "version")
		}
		if err := c.GiveConsent(r.Context(), r.Token, version); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.ConsentGiven)
	}
}

func withdrawConsent(withdrawals Withdrawals) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := withdrawals.WithdrawConsent(r.Context(), r.Token); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.ConsentWithdrawn)
	}
}
