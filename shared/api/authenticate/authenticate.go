// Package authenticate answers the contract's routes of enrolment and check.
package authenticate

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"systole/shared/api"
	"systole/shared/biometric"
	"systole/shared/fault"
	"systole/shared/member"
)

// Enroller makes templates; see biometric.Service.
type Enroller interface {
	Enrol(ctx context.Context, token string, e biometric.Enrolment) error
}

// References reports which members have a template, and of how many days; see
// biometric.References.
type References interface {
	Has(ctx context.Context, token string) (bool, error)
	Progress(ctx context.Context, token string) (*member.Progress, error)
}

// Verifier compares probes with templates; see biometric.Service.
type Verifier interface {
	Verify(ctx context.Context, token string, c biometric.Check) (biometric.Verdict, error)
}

// Assertions signs the outcome of a check for a third party; see
// assertion.Service.
type Assertions interface {
	Assert(ctx context.Context, issuer string, c biometric.Check, v biometric.Verdict) (string, error)
}

// MakeModel is the route of an enrolment.
func MakeModel(e Enroller) api.Route {
	return api.Route{
		Path:    api.PathMakeModel,
		Methods: map[string]api.Handler{http.MethodPost: api.AuthorizedFiles(makeModel(e))},
		Files:   FileParts,
		Fields:  []api.Field{SamplingRateField(), modeField},
	}
}

// HasModel is the GET of check_user: it reports whether there is a template, and
// where it is asked with enrolment=true of how many days.
func HasModel(r References) api.Route {
	return api.Route{
		Path:    api.PathCheckUser,
		Methods: map[string]api.Handler{http.MethodGet: api.Authorized(hasModel(r))},
		Fields:  []api.Field{enrolmentField},
	}
}

// CheckUser is the POST of check_user: a comparison. issuer is the service's
// address in assertions; empty for the address of the request.
func CheckUser(v Verifier, a Assertions, issuer string) api.Route {
	return api.Route{
		Path:    api.PathCheckUser,
		Methods: map[string]api.Handler{http.MethodPost: api.AuthorizedFiles(checkUser(v, a, issuer))},
		Files:   FileParts,
		Fields:  []api.Field{SamplingRateField(), fmrField, proveField, audienceField, audienceNonceField},
	}
}

func makeModel(e Enroller) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		submitted, err := SubmissionFrom(r.Form)
		if err != nil {
			return err
		}
		enrolment := biometric.Enrolment{Submission: submitted}
		if enrolment.Add, err = addsDay(r.Form); err != nil {
			return err
		}
		if err := e.Enrol(r.Context(), r.Token, enrolment); err != nil {
			return err
		}
		return api.Detail(w, r.Request, api.Saved)
	}
}

// addsDay reports whether the recordings are to join the template instead of
// replacing it, by the field mode.
func addsDay(form *api.Form) (bool, error) {
	if !form.Has("mode") {
		return false, nil
	}
	switch mode, _ := form.String("mode"); mode {
	case "add":
		return true, nil
	case "replace":
		return false, nil
	}
	return false, fault.New(fault.FieldInvalid, "field", "mode")
}

// outcome is the answer of check_user, always with status 200: the app reads the
// code in it, and reads no body with another status.
type outcome struct {
	Result    string `json:"result,omitempty"` // "true" or "false" of a check
	Code      int    `json:"code"`
	Assertion string `json:"assertion,omitempty"` // of an accepted check with an audience
	// Enrolment is set if the check was accepted and another day of enrolment
	// would help.
	Enrolment *member.Days `json:"enrolment,omitempty"`
}

// held is the answer of has_model. The app reads its code alone.
type held struct {
	Code      int              `json:"code"`
	Enrolment *member.Progress `json:"enrolment,omitempty"` // where it is asked for
}

func hasModel(references References) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		query := r.URL.Query()
		if query.Has("enrolment") && query.Get("enrolment") != "true" {
			return fault.New(fault.FieldInvalid, "field", "enrolment")
		}
		progress, err := references.Progress(r.Context(), r.Token)
		if err != nil {
			return err
		}
		if progress == nil {
			return api.JSON(w, http.StatusOK, held{Code: http.StatusBadRequest})
		}
		if !query.Has("enrolment") {
			progress = nil
		}
		return api.JSON(w, http.StatusOK, held{http.StatusOK, progress})
	}
}

func checkUser(v Verifier, a Assertions, issuer string) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		check, err := checkFrom(r.Form)
		if err != nil {
			return err
		}
		issuer := cmp.Or(issuer, api.Base(r.Context()))
		if err := mayAssert(r, issuer, check.Audience); err != nil {
			return err
		}
		verdict, err := v.Verify(r.Context(), r.Token, check)
		if err != nil {
			return err
		}
		if !verdict.Accepted {
			return api.JSON(w, http.StatusOK, outcome{Result: "false", Code: http.StatusBadRequest})
		}
		said := outcome{Result: "true", Code: http.StatusOK, Enrolment: verdict.AnotherDay}
		if check.Audience != "" {
			if said.Assertion, err = a.Assert(r.Context(), issuer, check, verdict); err != nil {
				return err
			}
		}
		return api.JSON(w, http.StatusOK, said)
	}
}

func checkFrom(form *api.Form) (c biometric.Check, err error) {
	if c.Submission, err = SubmissionFrom(form); err != nil {
		return c, err
	}
	if c.FMR, err = statedFMR(form); err != nil {
		return c, err
	}
	if c.Nonce, err = form.Optional("nonce"); err != nil {
		return c, err
	}
	if c.Audience, c.AudienceNonce, err = audienceFrom(form); err != nil {
		return c, err
	}
	c.Prove, err = proves(form)
	return c, err
}

// proves is the field prove, false without one.
func proves(form *api.Form) (bool, error) {
	if !form.Has("prove") {
		return false, nil
	}
	switch said, _ := form.String("prove"); said {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fault.New(fault.FieldInvalid, "field", "prove")
}

// SubmissionFrom returns the files that were sent, and the comma-separated ids of
// those that were uploaded before.
func SubmissionFrom(form *api.Form) (s biometric.Submission, err error) {
	for _, f := range form.Files {
		s.Files = append(s.Files, f.Content)
	}
	ids, err := form.Optional("upload")
	if err != nil {
		return s, err
	}
	if ids != "" {
		s.Uploads = strings.Split(strings.ReplaceAll(ids, " ", ""), ",")
	}
	if len(s.Files)+len(s.Uploads) == 0 {
		return s, fault.New(fault.FileMissing)
	}
	if s.RateHz, err = SamplingRate(form); err != nil {
		return s, err
	}
	if s.Lead, err = form.Optional("lead"); err != nil {
		return s, err
	}
	s.Pick, err = form.Optional("recording")
	return s, err
}

// statedFMR is the field fmr, 0 without one. Whether it is strict enough is for
// the Verifier to say.
func statedFMR(form *api.Form) (biometric.FMR, error) {
	fmr, err := form.Float("fmr")
	if fmr == nil {
		return 0, err
	}
	if *fmr <= 0 {
		return 0, fault.New(fault.FieldInvalid, "field", "fmr")
	}
	return biometric.FMR(*fmr), nil
}
