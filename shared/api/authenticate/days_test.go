package authenticate_test

import (
	"strings"
	"testing"
	"time"

	"systole/tests/support/recordings"
)

// TestEnrolmentOverDays follows a member by the gateway's events: a second day joins
// the model, and accepted checks say when another would help.
func TestEnrolmentOverDays(t *testing.T) {
	h := newFixture(t)
	probe := file("ECG", recordings.Excerpt(t, same))
	add := post(makeModel, file("data", recordings.Excerpt(t, same)), field("mode", "add"))
	said := func(want string) {
		t.Helper()
		if a := h.serve(t, post(checkUser, probe)); a.status != 200 || strings.TrimSpace(a.body) != want {
			t.Errorf("the check answered %d %s, want %s", a.status, a.body, want)
		}
	}

	checkRefusal(t, h.serve(t, add), 409, "no_model")
	h.enrolled(t)
	checkRefusal(t, h.serve(t, add), 409, "day_too_soon")
	checkRefusal(t, h.serve(t, post(makeModel, file("data", recordings.Excerpt(t, same)), field("mode", "append"))), 400, "field_invalid")
	said(`{"result":"true","code":200}`)

	tomorrow := func() {
		h.now = h.now.Add(24 * time.Hour)
		h.login(t, token, "kim", 7, h.now, h.now.Add(time.Hour))
	}
	tomorrow()
	said(`{"result":"true","code":200,"enrolment":{"days":1,"of":3}}`)
	if a := h.serve(t, post(checkUser, file("ECG", recordings.Excerpt(t, others[0])))); strings.TrimSpace(a.body) != `{"result":"false","code":400}` {
		t.Errorf("a stranger's check answered %s", a.body)
	}
	if a := h.serve(t, add); a.status != 200 || strings.TrimSpace(a.body) != `{"detail":"저장완료."}` {
		t.Fatalf("the second day: %d %s", a.status, a.body)
	}
	said(`{"result":"true","code":200}`)
	tomorrow()
	said(`{"result":"true","code":200,"enrolment":{"days":2,"of":3}}`)
	if a := h.serve(t, add); a.status != 200 {
		t.Fatalf("the third day: %d %s", a.status, a.body)
	}
	tomorrow()
	said(`{"result":"true","code":200}`)
	m, err := h.store.Member(t.Context(), "kim")
	if err != nil || m.Template.Days != 3 {
		t.Errorf("the pointer says %d days, want 3 (%v)", m.Template.Days, err)
	}

	// Replacing begins anew.
	if a := h.serve(t, post(makeModel, file("data", recordings.Excerpt(t, enrolment)))); a.status != 200 {
		t.Fatalf("replacing: %d %s", a.status, a.body)
	}
	tomorrow()
	said(`{"result":"true","code":200,"enrolment":{"days":1,"of":3}}`)
}
