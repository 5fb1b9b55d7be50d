package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"systole/tests/support/recordings"
)

// TestAnAccountFromSignUpToDeletion makes every kind of request that a person may
// make. As in all of this package's tests, each answer is compared with the
// OpenAPI document.
func TestAnAccountFromSignUpToDeletion(t *testing.T) {
	account(t, http.DefaultClient, startLocal(t, "-memory"))
}

func account(t *testing.T, client *http.Client, base string) {
	t.Helper()
	c := &caller{t: t, http: client, base: base}
	c.signUp("hong", "tachy-cardia!")
	c.logIn("hong", "tachy-cardia!")
	other := &caller{t: t, http: client, base: base}
	other.logIn("hong", "tachy-cardia!")

	c.want(c.get("/members/consent/"), 200, "consent", nil)
	c.want(c.do(http.MethodDelete, "/members/consent/", "", nil), 409, "error", "no_consent")
	c.want(c.send("/members/consent/", map[string]string{"version": "1066"}), 400, "field", "version")
	version, _ := c.get("/members/consent/").body["current_version"].(string)
	c.want(c.send("/members/consent/", map[string]string{"version": version}), 200, "code", 200.0)

	c.want(c.do(http.MethodDelete, "/authenticate/model/", "", nil), 409, "error", "no_model")
	c.want(c.upload("/authenticate/check_user/", recordings.Probe(t, 1)), 409, "error", "no_model")
	c.want(c.upload("/authenticate/make_model/", recordings.Enrolment(t, 1)), 200, "detail", "저장완료.")
	c.want(c.do(http.MethodPost, "/authenticate/challenge/", "", nil), 200, "code", 200.0)
	c.want(c.do(http.MethodDelete, "/authenticate/model/", "", nil), 200, "code", 200.0)
	c.want(c.upload("/authenticate/make_model/", recordings.Enrolment(t, 1)), 200, "detail", "저장완료.")

	export := c.get("/members/me/export/")
	c.want(export, 200, "code", 200.0)
	if held, _ := export.body["recordings"].([]any); len(held) != 1 || export.body["model"] == nil {
		t.Errorf("the export holds %d recordings, model %v", len(held), export.body["model"])
	}
	c.want(c.send("/members/password/", map[string]string{"password": "wrong-one", "new_password": "brady-cardia!"}), 403, "error", "password_wrong")
	c.want(c.send("/members/password/", map[string]string{"password": "tachy-cardia!", "new_password": "short"}), 400, "error", "password_too_short")
	c.want(c.send("/members/password/", map[string]string{"password": "tachy-cardia!", "new_password": "brady-cardia!"}), 200, "code", 200.0)
	c.want(other.get("/members/sessions/"), 401, "error", "token_invalid")
	if all, _ := c.get("/members/sessions/").body["sessions"].([]any); len(all) != 1 {
		t.Errorf("%d sessions are left, want the one that changed the password", len(all))
	}
	if events, _ := c.get("/members/activity/").body["activity"].([]any); len(events) < 8 {
		t.Errorf("%d events: %v", len(events), events)
	}

	c.want(c.do(http.MethodDelete, "/members/consent/", "", nil), 200, "code", 200.0)
	c.want(c.get("/authenticate/check_user/"), 200, "code", 400.0)
	c.want(c.do(http.MethodDelete, "/members/me/", "application/json", strings.NewReader(`{}`)), 400, "field", "password")
	c.want(c.do(http.MethodDelete, "/members/me/", "application/json", strings.NewReader(`{"password":"brady-cardia!"}`)), 200, "code", 200.0)
	c.want(c.get("/members/activity/"), 401, "error", "token_invalid")
	c.want(c.send("/members/login/", map[string]string{"username": "hong", "password": "brady-cardia!"}), 401, "error", "credentials_invalid")
}

// TestUnusableRecordingsAreRefusedWithTheirReason compares the machine-readable
// reasons, and their numbers, with the recordings.
func TestUnusableRecordingsAreRefusedWithTheirReason(t *testing.T) {
	c := &caller{t: t, http: http.DefaultClient, base: startLocal(t, "-memory")}
	c.signUp("hong", "tachy-cardia!")
	c.logIn("hong", "tachy-cardia!")
	whole := strings.SplitAfter(string(recordings.Enrolment(t, 1)), "\n")
	lines := func(n int, value func(i int) string) []byte {
		var b strings.Builder
		for i := range n {
			fmt.Fprintln(&b, value(i))
		}
		return []byte(b.String())
	}
	clipped := lines(10000, func(i int) string { return fmt.Sprint(min(max(i%400-200, -60), 60)) })
	tests := []struct {
		name, word, field string
		value             any
		file              []byte
	}{
		{"seven seconds", "too_short", "seconds_missing", 3.0, []byte(strings.Join(whole[:3500], ""))},
		{"nothing", "recording_empty", "", nil, []byte("\n")},
		{"a flat line", "leads_off", "", nil, lines(10000, func(int) string { return "0.1" })},
		{"tops cut off", "clipped", "", nil, clipped},
		{"a document", "recording_unsupported", "", nil, []byte("%PDF-1.7")},
		{"words among numbers", "recording_unreadable", "", nil, []byte("0.1\n0.2\nheart\nheart\nheart\n")},
	}
	for _, tt := range tests {
		a := c.upload("/authenticate/make_model/", tt.file)
		c.want(a, http.StatusUnprocessableEntity, "error", tt.word)
		if tt.field != "" && a.body[tt.field] != tt.value {
			t.Errorf("%s: %s is %v, want %v", tt.name, tt.field, a.body[tt.field], tt.value)
		}
	}
}
