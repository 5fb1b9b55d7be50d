package authenticate

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"systole/shared/api"
	"systole/shared/ecg/rate"
	"systole/shared/fault"
)

func TestTheRatesThatAreTakenAreThoseThatCanBeWorkedWith(t *testing.T) {
	for sent, ok := range map[string]bool{
		"0": false, "60": false, "89": false, "90": true, "512.5": true, "4000": true, "4500": false, "5000": false, "-500": false,
	} {
		var got error
		h := api.New(api.Settings{}, api.Route{Path: "/x", Methods: map[string]api.Handler{"POST": api.Anonymous(
			func(w http.ResponseWriter, r *api.Request) error {
				_, got = SamplingRate(r.Form)
				return api.JSON(w, http.StatusOK, nil)
			})}})
		r := httptest.NewRequest("POST", "/x", strings.NewReader("sampling_rate="+sent))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		h.ServeHTTP(httptest.NewRecorder(), r)
		var f *fault.Error
		refused := errors.As(got, &f) && f.Code == fault.FieldInvalid
		if refused == ok || ok && got != nil {
			t.Errorf("%s Hz: %v", sent, got)
		}
	}
	hint := SamplingRateField().Hint
	if !strings.Contains(hint.EN, fmt.Sprintf("%d to %d", rate.MinHz, rate.MaxHz)) {
		t.Errorf("told %q", hint.EN)
	}
}

// The sentence on each refused field says what to send instead, in both
// languages.
func TestFieldsThatCanBeRefusedAreExplained(t *testing.T) {
	for want, route := range map[string]api.Route{
		"sampling_rate mode":                              MakeModel(nil),
		"sampling_rate fmr prove audience audience_nonce": CheckUser(nil, nil, ""),
		"size": Uploads(nil),
	} {
		var names []string
		for _, f := range route.Fields {
			names = append(names, f.Name)
			if f.Hint.KO == "" || f.Hint.EN == "" || f.Hint.KO == f.Hint.EN {
				t.Errorf("%s of %s: %+v", f.Name, route.Path, f.Hint)
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: fields %s, want %s", route.Path, got, want)
		}
	}
}
