package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"systole/tests/support/recordings"
)

// TestSomebodyWhoLostTheirPasswordGetsBackIn takes the whole way of recovery with
// an enrolled heart. As in all of this package's tests, each answer is compared
// with the OpenAPI document.
func TestSomebodyWhoLostTheirPasswordGetsBackIn(t *testing.T) {
	base := startLocal(t, "-memory")
	c := &caller{t: t, http: http.DefaultClient, base: base}
	c.signUp("hong", "tachy-cardia!")
	c.logIn("hong", "tachy-cardia!")
	c.want(c.get("/members/recovery_codes/"), 200, "left", 0.0)
	c.want(c.send("/members/recovery_codes/", map[string]string{"password": "wrong-one"}), 403, "error", "password_wrong")
	made := c.send("/members/recovery_codes/", map[string]string{"password": "tachy-cardia!"})
	c.want(made, 200, "code", 200.0)
	codes := made.body["recovery_codes"].([]any)
	c.want(c.get("/members/recovery_codes/"), 200, "left", 10.0)
	c.want(c.upload("/authenticate/make_model/", recordings.Enrolment(t, 1)), 200, "detail", "저장완료.")

	lost := &caller{t: t, http: http.DefaultClient, base: base}
	with := func(name, code, password string) map[string]string {
		return map[string]string{"username": name, "recovery_code": code, "new_password": password}
	}
	lost.want(lost.send("/members/recover/", map[string]string{"username": "hong"}), 400, "field", "recovery_code")
	lost.want(lost.send("/members/recover/", with("hong", "7K3M-9QXA-0V5T-R2WD-H8CE-4NPB", "brady-cardia!")), 401, "error", "recovery_invalid")
	lost.want(lost.send("/members/recover/", with("nobody", codes[0].(string), "brady-cardia!")), 401, "error", "recovery_invalid")
	lost.want(lost.send("/members/recover/", with("hong", codes[0].(string), "password1")), 400, "error", "password_common")
	lost.want(lost.send("/members/recover/", with("hong", codes[0].(string), "brady-cardia!")), 200, "code", 200.0)
	lost.want(lost.send("/members/recover/", with("hong", codes[0].(string), "other-cardia!")), 401, "error", "recovery_invalid")
	c.want(c.get("/members/sessions/"), 401, "error", "token_invalid")

	// The recovery code does not prove the heart: the account's protected parts
	// stay closed until a check is accepted.
	lost.logIn("hong", "brady-cardia!")
	lost.want(lost.get("/members/recovery_codes/"), 200, "left", 9.0)
	lost.want(lost.get("/authenticate/check_user/"), 200, "code", 200.0)
	for _, r := range []struct{ method, path, body string }{
		{http.MethodDelete, "/authenticate/model/", ""},
		{http.MethodDelete, "/members/me/", `{"password":"brady-cardia!"}`},
		{http.MethodPost, "/members/recovery_codes/", `{"password":"brady-cardia!"}`},
	} {
		lost.want(lost.do(r.method, r.path, "application/json", strings.NewReader(r.body)), 403, "error", "check_first")
	}
	lost.want(lost.upload("/authenticate/make_model/", recordings.Enrolment(t, 2)), 403, "error", "check_first")
	export := lost.get("/members/me/export/")
	lost.want(export, 200, "code", 200.0)
	if withheld, _ := export.body["recordings_withheld"].(map[string]any); withheld["error"] != "check_first" {
		t.Errorf("the export withholds %v", withheld)
	}
	prove := func(probe []byte) answer {
		contentType, body := form(map[string]string{"sampling_rate": strconv.Itoa(recordings.RateHz), "prove": "true"}, "ECG", probe)
		return lost.do(http.MethodPost, "/authenticate/check_user/", contentType, body)
	}
	lost.want(prove(recordings.Probe(t, 4)), 200, "result", "false")
	lost.want(lost.do(http.MethodDelete, "/authenticate/model/", "", nil), 403, "error", "check_first")
	lost.want(prove(recordings.Probe(t, 1)), 200, "result", "true")
	lost.want(lost.send("/members/recovery_codes/", map[string]string{"password": "brady-cardia!"}), 200, "code", 200.0)
	lost.want(lost.do(http.MethodDelete, "/authenticate/model/", "", nil), 200, "code", 200.0)
}

func TestSessionsAreNamedAndEndedOneByOne(t *testing.T) {
	base := startLocal(t, "-memory")
	c := &caller{t: t, http: http.DefaultClient, base: base}
	c.signUp("hong", "tachy-cardia!")
	c.logIn("hong", "tachy-cardia!")
	phone := &caller{t: t, http: http.DefaultClient, base: base}
	phone.logIn("hong", "tachy-cardia!")
	all := c.get("/members/sessions/").body["sessions"].([]any)
	if len(all) < 2 {
		t.Fatalf("sessions %v", all)
	}
	last := all[len(all)-1].(map[string]any)
	if last["client"] != "Go" || last["network"] != "same" || last["current"] != false {
		t.Errorf("the phone's session is %v", last)
	}
	end := func(c *caller, session string) answer {
		return c.send("/members/sessions/end/", map[string]string{"session": session})
	}
	c.want(end(c, last["id"].(string)), 200, "code", 200.0)
	phone.want(phone.get("/members/sessions/"), 401, "error", "token_invalid")
	c.want(end(c, last["id"].(string)), 404, "error", "session_unknown")
	phone.logIn("hong", "tachy-cardia!")
	c.want(end(c, "others"), 200, "code", 200.0)
	phone.want(phone.get("/members/sessions/"), 401, "error", "token_invalid")
	if left := c.get("/members/sessions/").body["sessions"].([]any); len(left) != 1 {
		t.Errorf("%d sessions are left", len(left))
	}
}
