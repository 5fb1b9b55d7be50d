package authenticate_test

import (
	"bytes"
	"strings"
	"testing"

	"systole/tests/support/recordings"
)

const (
	saved  = `{"detail":"저장완료."}`
	has    = `{"code":200}`
	hasNot = `{"code":400}`
	isThem = `{"result":"true","code":200}`
	isNot  = `{"result":"false","code":400}`
)

func expect(t *testing.T, what string, a answer, body string) {
	t.Helper()
	if a.status != 200 || strings.TrimSuffix(a.body, "\n") != body {
		t.Errorf("%s: %d %s, want 200 %s", what, a.status, a.body, body)
	}
}

func TestFromEnrolmentToVerdict(t *testing.T) {
	h := newFixture(t)
	get := raw("GET", checkUser, "", nil)
	expect(t, "before the enrolment", h.serve(t, get), hasNot)
	expect(t, "the enrolment", h.serve(t, post(makeModel, file("data", recordings.Excerpt(t, enrolment)))), saved)
	expect(t, "after the enrolment", h.serve(t, get), has)
	expect(t, "a check by the same person", h.serve(t, post(checkUser, file("ECG", recordings.Excerpt(t, same)))), isThem)
	for _, name := range others {
		expect(t, "a check with "+name, h.serve(t, post(checkUser, file("ECG", recordings.Excerpt(t, name)))), isNot)
	}
}

func TestEveryWayThatClientsSend(t *testing.T) {
	recording, probe := recordings.Excerpt(t, enrolment), recordings.Excerpt(t, same)
	for _, name := range []string{"data", "ECG", "EEG"} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			expect(t, "with both tokens", h.serve(t, post(makeModel, field("token", token), file(name, recording))), saved)
			expect(t, "with the field only", h.serve(t, with("", post(makeModel, field("token", token), file(name, recording)))), saved)
			expect(t, "with the token after the file", h.serve(t, with("", post(makeModel, file(name, recording), field("token", token)))), saved)
			expect(t, "without the slash", h.serve(t, post(strings.TrimSuffix(makeModel, "/"), file(name, recording))), saved)
			expect(t, "in several files", h.serve(t, post(makeModel, file(name, recording), file(name, probe))), saved)
			expect(t, "a check with the field", h.serve(t, with("", post(checkUser, field("token", token), file(name, probe)))), isThem)
			expect(t, "a check without the slash", h.serve(t, post(strings.TrimSuffix(checkUser, "/"), file(name, probe))), isThem)
			expect(t, "a check that states the rate", h.serve(t, post(checkUser, field("sampling_rate", "500"), file(name, probe))), isThem)
			expect(t, "has without the slash", h.serve(t, raw("GET", strings.TrimSuffix(checkUser, "/"), "", nil)), has)
		})
	}
}

func TestAsMuchAsTheGatewayLetsThroughIsTaken(t *testing.T) {
	h := newFixture(t)
	recording := recordings.Excerpt(t, enrolment)
	const most = 4_500_000 // 6 MB in base64
	long := bytes.Repeat(recording, most/len(recording))
	expect(t, "an enrolment of 17 minutes", h.serve(t, post(makeModel, file("data", long))), saved)
	expect(t, "a check of 17 minutes", h.serve(t, post(checkUser, file("data", long))), isThem)
}

func TestHostileFileNamesChangeNothing(t *testing.T) {
	h := newFixture(t)
	names := []string{
		"../../../../etc/passwd", `C:\\Users\\김\\심전도.csv`, "/storage/emulated/0/ECG/2026-03-01 12:00:00.csv",
		strings.Repeat("가", 5000), "%2e%2e%2f", ".", "..", "con", "models/1/x", "\xff\xfe", "a;b=c", "🫀",
	}
	for _, name := range names {
		a := h.serve(t, post(makeModel, part{"data", name, recordings.Excerpt(t, enrolment)}))
		expect(t, name, a, saved)
	}
}

func TestEnglishIsSpokenWhereItIsPreferred(t *testing.T) {
	h := newFixture(t)
	e := post(makeModel, file("data", recordings.Excerpt(t, enrolment)))
	e.MultiValueHeaders["Accept-Language"] = []string{"en-US,en;q=0.9,ko;q=0.5"}
	expect(t, "the enrolment", h.serve(t, e), `{"detail":"Saved."}`)
}

func TestHeadTellsNothingAndChangesNothing(t *testing.T) {
	h := newFixture(t)
	if a := h.serve(t, raw("HEAD", checkUser, "", nil)); a.status != 200 || a.body != "" {
		t.Errorf("%+v", a)
	}
}
