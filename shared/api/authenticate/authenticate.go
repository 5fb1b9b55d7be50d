// Package authenticate answers make_model and both halves of check_user as the
// contract has it.
package authenticate

import (
	"context"
	"net/http"
	"strings"

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

// MakeModel is the route of an enrolment.
func MakeModel(e Enroller) api.Route {
	return api.Route{
		Path:    api.PathMakeModel,
		Methods: map[string]api.Handler{http.MethodPost: makeModel(e)},
		Files:   true,
		Fields:  []api.Field{SamplingRateField},
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
		Fields:  []api.Field{SamplingRateField, fmrField},
	}
}

func makeModel(e Enroller) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, token, err := decode(w, r)
		if err != nil {
			return err
		}
		sent, err := recordingFrom(form)
		if err != nil {
			return err
		}
		if err := e.MakeModel(r.Context(), token, request.Enrolment{Recording: sent}); err != nil {
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
		check, err := checkFrom(form)
		if err != nil {
			return err
		}
		accepted, err := c.CheckUser(r.Context(), token, check)
		if err != nil {
			return err
		}
		if !accepted {
			return api.JSON(w, http.StatusOK, outcome{"false", http.StatusBadRequest})
		}
		return api.JSON(w, http.StatusOK, outcome{"true", http.StatusOK})
	}
}

func checkFrom(form *api.Form) (c request.Check, err error) {
	if c.Recording, err = recordingFrom(form); err != nil {
		return c, err
	}
	if c.FMR, err = statedFMR(form); err != nil {
		return c, err
	}
	if form.Has("nonce") {
		c.Nonce, err = form.String("nonce")
	}
	return c, err
}

// recordingFrom takes the files that were sent, and the ids of those that were
// uploaded before, with commas between them.
func recordingFrom(form *api.Form) (r request.Recording, err error) {
	for _, f := range form.Files {
		r.Files = append(r.Files, f.Content)
	}
	if form.Has("upload") {
		ids, err := form.String("upload")
		if err != nil {
			return r, err
		}
		r.Uploads = strings.Split(strings.ReplaceAll(ids, " ", ""), ",")
	}
	if len(r.Files)+len(r.Uploads) == 0 {
		return r, fault.New(fault.FileMissing)
	}
	if r.RateHz, err = form.SamplingRate(); err != nil {
		return r, err
	}
	for field, into := range map[string]*string{"lead": &r.Lead, "recording": &r.Pick} {
		if !form.Has(field) {
			continue
		}
		if *into, err = form.String(field); err != nil {
			return r, err
		}
	}
	return r, nil
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
