// Package authenticate answers make_model and both halves of check_user as the
// contract has it.
package authenticate

import (
	"context"
	"net/http"

	"systole/shared/api"
	"systole/shared/biometric/request"
	"systole/shared/fault"
)

// Enroller makes models.
type Enroller interface {
	MakeModel(ctx context.Context, token string, e request.Enrolment) error
}

// Owners tells who has a model.
type Owners interface {
	Has(ctx context.Context, token string) (bool, error)
}

// Checker compares recordings with models.
type Checker interface {
	CheckUser(ctx context.Context, token string, p request.Check) (bool, error)
}

// The sampling rates that a caller may state, in Hz.
const (
	minRateHz = 50
	maxRateHz = 5000
)

// MakeModel is the route of an enrolment.
func MakeModel(e Enroller) api.Route {
	return api.Route{
		Path:    api.PathMakeModel,
		Methods: map[string]api.Handler{http.MethodPost: makeModel(e)},
		Files:   true,
	}
}

// HasModel is the half of check_user that tells whether there is a model.
func HasModel(o Owners) api.Route {
	return api.Route{
		Path:    api.PathCheckUser,
		Methods: map[string]api.Handler{http.MethodGet: hasModel(o)},
	}
}

// CheckUser is the half of check_user that compares.
func CheckUser(c Checker) api.Route {
	return api.Route{
		Path:    api.PathCheckUser,
		Methods: map[string]api.Handler{http.MethodPost: checkUser(c)},
		Files:   true,
	}
}

func makeModel(e Enroller) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, token, err := decode(w, r)
		if err != nil {
			return err
		}
		if len(form.Files) == 0 {
			return fault.New(fault.FileMissing)
		}
		rateHz, err := statedRate(form)
		if err != nil {
			return err
		}
		enrolment := request.Enrolment{RateHz: rateHz}
		for _, f := range form.Files {
			enrolment.Files = append(enrolment.Files, f.Content)
		}
		if err := e.MakeModel(r.Context(), token, enrolment); err != nil {
			return err
		}
		return api.Detail(w, r, api.Saved)
	}
}

// outcome is what both halves of check_user answer, always with status 200:
// the app reads its own code, and sees no body with any other status.
type outcome struct {
	Result string `json:"result,omitempty"` // "true" or "false" of a check
	Code   int    `json:"code"`
}

func hasModel(o Owners) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, err := api.Token(r, nil)
		if err != nil {
			return err
		}
		has, err := o.Has(r.Context(), token)
		if err != nil {
			return err
		}
		if !has {
			return api.JSON(w, http.StatusOK, outcome{Code: http.StatusBadRequest})
		}
		return api.JSON(w, http.StatusOK, outcome{Code: http.StatusOK})
	}
}

func checkUser(c Checker) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, token, err := decode(w, r)
		if err != nil {
			return err
		}
		probe, err := probeFrom(form)
		if err != nil {
			return err
		}
		accepted, err := c.CheckUser(r.Context(), token, probe)
		if err != nil {
			return err
		}
		if !accepted {
			return api.JSON(w, http.StatusOK, outcome{"false", http.StatusBadRequest})
		}
		return api.JSON(w, http.StatusOK, outcome{"true", http.StatusOK})
	}
}

func probeFrom(form *api.Form) (p request.Check, err error) {
	file, err := form.File()
	if err != nil {
		return p, err
	}
	p.File = file.Content
	if p.RateHz, err = statedRate(form); err != nil {
		return p, err
	}
	if p.FMR, err = statedFMR(form); err != nil {
		return p, err
	}
	if form.Has("nonce") {
		p.Nonce, err = form.String("nonce")
	}
	return p, err
}

// decode reads a form with a file, and its token.
func decode(w http.ResponseWriter, r *http.Request) (*api.Form, string, error) {
	form, err := api.DecodeFiles(w, r)
	if err != nil {
		return nil, "", err
	}
	token, err := api.Token(r, form)
	return form, token, err
}

// statedRate is the field sampling_rate in Hz, 0 without one.
func statedRate(form *api.Form) (float64, error) {
	rate, err := form.Float("sampling_rate")
	if err != nil || rate == nil {
		return 0, err
	}
	if *rate < minRateHz || *rate > maxRateHz {
		return 0, fault.New(fault.FieldInvalid, "field", "sampling_rate")
	}
	return *rate, nil
}

// statedFMR is the field fmr, 0 without one. Whether it is strict enough is for
// the Checker to say.
func statedFMR(form *api.Form) (float64, error) {
	fmr, err := form.Float("fmr")
	if err != nil || fmr == nil {
		return 0, err
	}
	if *fmr <= 0 || *fmr >= 1 {
		return 0, fault.New(fault.FieldInvalid, "field", "fmr")
	}
	return *fmr, nil
}
