package authenticate_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"systole/shared/member"
	"systole/tests/support/recordings"
)

// TestEnrolmentOverDays follows a member through the gateway's events: a second
// day joins the model, and accepted checks say when another day would help.
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

	progress := func(query map[string][]string, want map[string]any) {
		t.Helper()
		asked := raw("GET", checkUser, "", nil)
		asked.MultiValueQueryStringParameters = query
		a := h.serve(t, asked)
		var got map[string]any
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 200 || !reflect.DeepEqual(got, want) {
			t.Errorf("asked with %v it answered %d %s, want %v", query, a.status, a.body, want)
		}
	}
	days := func(days float64, next any) map[string]any {
		return map[string]any{"code": 200.0, "enrolment": map[string]any{"days": days, "of": 3.0, "next": next}}
	}

	checkRefusal(t, h.serve(t, add), 409, "no_model")
	asked := map[string][]string{"enrolment": {"true"}}
	progress(asked, map[string]any{"code": 400.0})
	h.enrolled(t)
	progress(nil, map[string]any{"code": 200.0})
	progress(asked, days(1, h.now.Add(member.DayApart).Format(time.RFC3339)))
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
	progress(asked, days(3, nil))
	odd := raw("GET", checkUser, "", nil)
	odd.MultiValueQueryStringParameters = map[string][]string{"enrolment": {"yes"}}
	checkRefusal(t, h.serve(t, odd), 400, "field_invalid")
	m, err := h.store.Member(t.Context(), "kim")
	if err != nil || m.Template.Days != 3 {
		t.Errorf("the pointer says %d days, want 3 (%v)", m.Template.Days, err)
	}

	// A replaced enrolment begins with one day.
	if a := h.serve(t, post(makeModel, file("data", recordings.Excerpt(t, enrolment)))); a.status != 200 {
		t.Fatalf("replacing: %d %s", a.status, a.body)
	}
	tomorrow()
	said(`{"result":"true","code":200,"enrolment":{"days":1,"of":3}}`)
}
