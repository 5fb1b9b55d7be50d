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

// Consents puts consent on record.
type Consents interface {
	Consent(ctx context.Context, token string) (*store.Consent, error)
	GiveConsent(ctx context.Context, token, version string) error
}

// Withdrawals takes consent back, and deletes what it was for.
type Withdrawals interface {
	WithdrawConsent(ctx context.Context, token string) error
}

// Consent is the route of consent. required says whether nobody enrols without.
func Consent(c Consents, w Withdrawals, required bool) api.Route {
	return api.Route{Path: api.PathConsent, Methods: map[string]api.Handler{
		http.MethodGet:    consent(c, required),
		http.MethodPost:   giveConsent(c),
		http.MethodDelete: withdrawConsent(w),
	}}
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

func consent(c Consents, required bool) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, err := api.Token(r, nil)
		if err != nil {
			return err
		}
		given, err := c.Consent(r.Context(), token)
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			Consent  *consentAnswer `json:"consent"`
			Version  string         `json:"current_version"`
			Text     string         `json:"text"`
			Required bool           `json:"required"`
			Code     int            `json:"code"`
		}{consentOf(given), member.ConsentVersion, api.Text(r, api.ConsentText), required, http.StatusOK})
	}
}

// giveConsent takes the version of the text that was shown: nobody agrees to a
// text that they have not seen.
func giveConsent(c Consents) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := api.Decode(w, r)
		if err != nil {
			return err
		}
		token, err := api.Token(r, form)
		if err != nil {
			return err
		}
		version, err := form.String("version")
		if err != nil {
			return err
		}
		if version != member.ConsentVersion {
			return fault.New(fault.FieldInvalid, "field", "version")
		}
		if err := c.GiveConsent(r.Context(), token, version); err != nil {
			return err
		}
		return api.Done(w, r, api.ConsentGiven)
	}
}

func withdrawConsent(withdrawals Withdrawals) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, err := api.Token(r, nil)
		if err != nil {
			return err
		}
		if err := withdrawals.WithdrawConsent(r.Context(), token); err != nil {
			return err
		}
		return api.Done(w, r, api.ConsentWithdrawn)
	}
}
