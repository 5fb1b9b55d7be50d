package rights

import (
	"net/http"
	"testing"
	"time"

	"systole/shared/member"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
)

// thief has a member's token and nothing else, half an hour after the log-in.
type thief struct {
	*testing.T
	handler http.Handler
	now     time.Time
	token   string
}

func newThief(t *testing.T) *thief {
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	h := &thief{T: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return h.now }
	stores, err := fixture.Memory(clock)
	if err != nil {
		t.Fatal(err)
	}
	h.handler = fixture.New(settings, stores, clock)
	a := h.send("POST", "/members/create/", "username=gildong&password=tachy-cardia!&name=N")
	h.token = a.Want(t, 200, "").Body["token"].(string)
	h.send("POST", "/members/consent/", "version="+member.ConsentVersion).Want(t, 200, "")
	h.file("/authenticate/make_model/", recordings.Enrolment(t, 1)).Want(t, 200, "")
	h.now = h.now.Add(30 * time.Minute)
	return h
}

func (h *thief) send(method, path, form string) fixture.Answer {
	h.Helper()
	return fixture.Send(h.Context(), h.handler, fixture.Request{Method: method, Path: path, Token: h.token, Form: form})
}

func (h *thief) file(path string, file []byte, fields ...string) fixture.Answer {
	h.Helper()
	return fixture.Send(h.Context(), h.handler, fixture.Request{Method: "POST", Path: path, Token: h.token, File: file, Fields: fields})
}

func TestATokenAloneNeitherReplacesNorRemovesNorRevealsTheSecondFactor(t *testing.T) {
	h := newThief(t)
	h.file("/authenticate/make_model/", recordings.Enrolment(t, 2)).Want(t, 403, "log_in_again")
	h.send("DELETE", "/authenticate/model/", "").Want(t, 403, "log_in_again")
	h.send("DELETE", "/members/consent/", "").Want(t, 403, "log_in_again")
	export := h.send("GET", "/members/me/export/", "").Want(t, 200, "").Body
	recording := export["recordings"].([]any)[0].(map[string]any)
	withheld := export["recordings_withheld"].(map[string]any)
	if recording["content"] != nil || recording["bytes"] == nil || withheld["error"] != "log_in_again" || withheld["detail"] == "" {
		t.Errorf("the export tells %v, %v", recording, withheld)
	}
	h.file("/authenticate/check_user/", recordings.Probe(t, 1)).Want(t, 200, "") // the owner's check, which does not ask for a proof
	h.file("/authenticate/make_model/", recordings.Enrolment(t, 2)).Want(t, 403, "log_in_again")
}

func TestALogInOrACheckAllowsItForTenMinutes(t *testing.T) {
	h := newThief(t)
	stolen := h.token
	h.token = h.send("POST", "/members/login/", "username=gildong&password=tachy-cardia!").Want(t, 200, "").Body["token"].(string)
	export := h.send("GET", "/members/me/export/", "").Want(t, 200, "").Body
	if recording := export["recordings"].([]any)[0].(map[string]any); recording["content"] == nil || export["recordings_withheld"] != nil {
		t.Errorf("the export withholds %v", export["recordings_withheld"])
	}
	h.send("DELETE", "/authenticate/model/", "").Want(t, 200, "")
	h.token = stolen
	h.file("/authenticate/make_model/", recordings.Enrolment(t, 2)).Want(t, 403, "log_in_again")

	h = newThief(t)
	h.file("/authenticate/check_user/", recordings.Probe(t, 1), "prove", "perhaps").Want(t, 400, "field_invalid")
	if a := h.file("/authenticate/check_user/", recordings.Probe(t, 1), "prove", "true").Want(t, 200, ""); a.Body["result"] != "true" {
		t.Fatalf("the owner's check: %v", a)
	}
	h.now = h.now.Add(10 * time.Minute)
	h.send("DELETE", "/members/consent/", "").Want(t, 200, "")
}
