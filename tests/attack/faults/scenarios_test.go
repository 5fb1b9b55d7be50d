package faults

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"systole/shared/api/handoff"
	"systole/shared/member"
	"systole/tests/support/recordings"
)

// scenario is a request in a situation, and its requirements.
type scenario struct {
	name string
	// prepare creates the situation without faults and returns the request.
	prepare func(t *testing.T, h *Service) Request
	// done returns an error that names the promise of a 200 answer which the
	// stores do not keep.
	done func(h *Service, r Request, a Answer) error
	// again are the refusals that a repetition may get after the first request
	// failed.
	again []string
}

const (
	password, changedPassword = "tachy-cardia!", "brady-cardia!"
	credentials               = "username=kim&password=" + password
)

func (h *Service) must(t *testing.T, r Request) Answer {
	t.Helper()
	a := h.Send(r)
	if a.Status != http.StatusOK {
		t.Fatalf("%s %s: %v", r.Method, r.Path, a)
	}
	return a
}

func signUp() Request {
	return Request{Method: "POST", Path: "/members/create/", Form: credentials + "&name=Kim"}
}

func joined(t *testing.T, h *Service) string { return h.must(t, signUp()).Body["token"].(string) }

func enrolled(t *testing.T, h *Service) string {
	token := joined(t, h)
	h.must(t, Request{Method: "POST", Path: "/authenticate/make_model/", Token: token, File: enrolment(t)})
	return token
}

// enrolment returns the first 12 s of a recording: most situations begin with an
// enrolment, and a longer one takes longer.
func enrolment(t *testing.T) []byte {
	t.Helper()
	lines := bytes.SplitAfter(recordings.Enrolment(t, 1), []byte("\n"))
	return bytes.Join(lines[:1+12*recordings.RateHz], nil)
}

// as returns a preparation of a member's request; the situation signs the member
// up, and may enrol.
func as(situation func(*testing.T, *Service) string, method, path, form string) func(*testing.T, *Service) Request {
	return func(t *testing.T, h *Service) Request {
		return Request{Method: method, Path: path, Token: situation(t, h), Form: form}
	}
}

func with(situation func(*testing.T, *Service) string, path string, file func(t testing.TB, person int) []byte) func(*testing.T, *Service) Request {
	return func(t *testing.T, h *Service) Request {
		return Request{Method: "POST", Path: path, Token: situation(t, h), File: file(t, 1)}
	}
}

func scenarios() []scenario {
	return []scenario{
		{"sign-up", func(*testing.T, *Service) Request { return signUp() }, tokenWorks, []string{"username_taken"}},
		{"log-in", as(joined, "POST", "/members/login/", credentials), tokenWorks, nil},
		{"log-in with a wrong password", as(joined, "POST", "/members/login/", credentials+"x"), never, []string{"credentials_invalid"}},
		{"log-out", as(joined, "GET", "/members/logout/", ""), tokenEnded, []string{"token_invalid"}},
		{"first model", with(joined, "/authenticate/make_model/", recordings.Enrolment), hasModel, nil},
		{"another model", with(enrolled, "/authenticate/make_model/", recordings.Enrolment), hasModel, nil},
		{"is there a model", as(enrolled, "GET", "/authenticate/check_user/", ""), anything, nil},
		{"check", with(enrolled, "/authenticate/check_user/", recordings.Probe), result("true"), []string{"replay"}},
		{"check of a stranger", func(t *testing.T, h *Service) Request {
			return Request{Method: "POST", Path: "/authenticate/check_user/", Token: enrolled(t, h), File: recordings.Probe(t, 2)}
		}, result("false"), []string{"replay"}}, // a probe whose use could not be undone counts as used
		{"check by replay", with(enrolled, "/authenticate/check_user/", recordings.Enrolment), never, []string{"replay"}},
		{"challenge", as(joined, "POST", "/authenticate/challenge/", ""), anything, nil},
		{"password", as(joined, "POST", "/members/password/", "password="+password+"&new_password="+changedPassword),
			passwordChanged, []string{"token_invalid", "password_wrong"}},
		{"recovery codes", as(joined, "POST", "/members/recovery_codes/", "password="+password), anything, []string{"conflict"}},
		{"recovery", func(t *testing.T, h *Service) Request {
			made := h.must(t, Request{Method: "POST", Path: "/members/recovery_codes/", Token: joined(t, h), Form: "password=" + password})
			code := made.Body["recovery_codes"].([]any)[0].(string)
			return Request{Method: "POST", Path: "/members/recover/", Form: "username=kim&recovery_code=" + code + "&new_password=" + changedPassword}
		}, passwordChanged, []string{"recovery_invalid", "conflict"}},
		{"hand-off", as(joined, "POST", "/console/hand_off/", "page=https://systole.example/"), anything, nil},
		{"hand-off taken", func(t *testing.T, h *Service) Request {
			made := h.must(t, Request{Method: "POST", Path: "/console/hand_off/", Token: joined(t, h), Form: "page=https://systole.example/"})
			_, code, _ := strings.Cut(made.Body["address"].(string), handoff.Fragment)
			return Request{Method: "POST", Path: "/console/hand_off/take/", Form: "hand_off=" + code}
		}, anything, []string{"hand_off_invalid"}},
		{"end of the other sessions", as(joined, "POST", "/members/sessions/end/", "session=others"), anything, []string{"token_invalid"}},
		{"sessions", as(joined, "GET", "/members/sessions/", ""), anything, nil},
		{"log-out everywhere", as(joined, "DELETE", "/members/sessions/", ""), tokenEnded, []string{"token_invalid"}},
		{"consent", as(joined, "POST", "/members/consent/", "version="+member.ConsentVersion), anything, nil},
		{"withdrawal", func(t *testing.T, h *Service) Request {
			token := enrolled(t, h)
			h.must(t, Request{Method: "POST", Path: "/members/consent/", Token: token, Form: "version=" + member.ConsentVersion})
			return Request{Method: "DELETE", Path: "/members/consent/", Token: token}
		}, noModel, []string{"no_consent"}},
		{"activity", as(joined, "GET", "/members/activity/", ""), anything, nil},
		{"export", as(enrolled, "GET", "/members/me/export/", ""), anything, nil},
		{"deletion of the model", as(enrolled, "DELETE", "/authenticate/model/", ""), noModel, []string{"no_model"}},
		{"deletion of the account", as(enrolled, "DELETE", "/members/me/", "password="+password), nothingLeft, []string{"token_invalid"}},
	}
}

func anything(*Service, Request, Answer) error { return nil }

func never(_ *Service, _ Request, a Answer) error { return fmt.Errorf("it was answered %v", a) }

func result(want string) func(*Service, Request, Answer) error {
	return func(_ *Service, _ Request, a Answer) error {
		if a.Body["result"] != want {
			return fmt.Errorf("the result is %v, want %s", a.Body["result"], want)
		}
		return nil
	}
}

// expect sends a request and compares the answer's status and code.
func (h *Service) expect(r Request, status int, code any) error {
	a := h.Send(r)
	if a.Status != status || code != nil && a.Body["code"] != code {
		return fmt.Errorf("%s %s is answered %v %v", r.Method, r.Path, a, a.Body)
	}
	return nil
}

func tokenWorks(h *Service, _ Request, a Answer) error {
	token, _ := a.Body["token"].(string)
	return h.expect(Request{Method: "GET", Path: "/members/sessions/", Token: token}, 200, nil)
}

func tokenEnded(h *Service, r Request, _ Answer) error {
	return h.expect(Request{Method: "GET", Path: "/members/sessions/", Token: r.Token}, 401, nil)
}

func hasModel(h *Service, r Request, _ Answer) error {
	return h.expect(Request{Method: "GET", Path: "/authenticate/check_user/", Token: r.Token}, 200, 200.0)
}

func noModel(h *Service, r Request, _ Answer) error {
	return h.expect(Request{Method: "GET", Path: "/authenticate/check_user/", Token: r.Token}, 200, 400.0)
}

func passwordChanged(h *Service, r Request, _ Answer) error {
	if err := h.expect(Request{Method: "POST", Path: "/members/login/", Form: "username=kim&password=" + changedPassword}, 200, nil); err != nil {
		return err
	}
	return h.expect(Request{Method: "POST", Path: "/members/login/", Form: credentials}, 401, nil)
}

func nothingLeft(h *Service, _ Request, _ Answer) error {
	ctx := context.Background()
	keys, err := h.Left(ctx)
	if err != nil || len(keys) > 0 {
		return fmt.Errorf("objects are left: %q, %v", keys, err)
	}
	events, _, err := h.Members.ActivityOf(ctx, "kim", "", 100)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Kind != member.LogInFailed { // a failed log-in may be another person's attempt
			return fmt.Errorf("activity is left: %v", events)
		}
	}
	if sessions, err := h.Sessions.SessionsOf(ctx, "kim"); err != nil || len(sessions) > 0 {
		return fmt.Errorf("sessions are left: %v, %v", sessions, err)
	}
	return h.expect(Request{Method: "POST", Path: "/members/login/", Form: credentials}, 401, nil)
}
