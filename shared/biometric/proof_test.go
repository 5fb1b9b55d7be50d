package biometric

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// stolen leaves kim's session with a token that alone proves nothing any more.
func (h *fixture) stolen(t *testing.T) {
	t.Helper()
	h.now = h.now.Add(member.ProofLifetime + time.Second)
	must(t, h.store.TouchSession(t.Context(), sha256.Sum256([]byte(kimsToken)), h.now, ""))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *fixture) enrol(t *testing.T, recording string) error {
	t.Helper()
	return h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(recording))})
}

func TestATokenAloneNeitherReplacesNorRemovesATemplate(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.stolen(t)
	for _, try := range []struct {
		name string
		do   func() error
	}{
		{"enrol", func() error { return h.enrol(t, "lee 1") }},
		{"delete", func() error { return h.deletion(t).DeleteTemplate(t.Context(), kimsToken) }},
		{"a check of another heart as a proof", func() error {
			_, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte("lee 2")), Prove: true})
			if err != nil {
				return err
			}
			return h.enrol(t, "lee 1")
		}},
		{"an accepted check that isn't asked for as a proof", func() error {
			if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); !ok || err != nil {
				t.Fatal(ok, err)
			}
			return h.enrol(t, "lee 1")
		}},
	} {
		if err := try.do(); codeOf(err) != fault.LogInAgain {
			t.Errorf("%s: %v", try.name, err)
		}
	}
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t))) // a deletion by another authorised caller
	if err := h.enrol(t, "lee 1"); codeOf(err) != fault.LogInAgain {
		t.Errorf("an enrolment where there was a template: %v", err)
	}
}

func TestALogInOrAnAcceptedCheckProvesForTenMinutes(t *testing.T) {
	for name, prove := range map[string]func(h *fixture){
		"log-in": func(h *fixture) { h.logIn(t) },
		"check": func(h *fixture) {
			ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same)), Prove: true})
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t).enrolled(t)
			h.stolen(t)
			prove(h)
			h.now = h.now.Add(member.ProofLifetime)
			must(t, h.enrol(t, third))
			h.now = h.now.Add(time.Second)
			if err := h.enrol(t, third); codeOf(err) != fault.LogInAgain {
				t.Errorf("a second later: %v", err)
			}
		})
	}
}

func TestAFirstEnrolmentNeedsNoFreshLogIn(t *testing.T) {
	h := newFixture(t)
	h.stolen(t)
	must(t, h.enrol(t, enrolment))
}

func TestNothingThatRemovesATemplateRemovesThatItIsDisabled(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.logIn(t)
	for h.kim(t).Template.Failures < checkLimit.Most {
		if ok, f := h.try(t, others[0]); ok || f != nil {
			t.Fatalf("%v, %v", ok, f)
		}
		h.now = h.now.Add(checkLimit.Longest)
		must(t, h.store.TouchSession(t.Context(), sha256.Sum256([]byte(kimsToken)), h.now, ""))
	}
	must(t, h.store.VerifySession(t.Context(), sha256.Sum256([]byte(kimsToken)), h.now)) // a check before it was disabled
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
	if err := h.enrol(t, enrolment); codeOf(err) != fault.LogInAgain {
		t.Errorf("an enrolment with a session from before: %v", err)
	}
	h.logIn(t)
	must(t, h.enrol(t, enrolment))
	if n := h.kim(t).FailedChecks().Failures; n != 0 {
		t.Errorf("%d failures after an enrolment", n)
	}
}

func TestEveryEnrolmentIsInTheActivity(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.calls.before = func(call string) error {
		if call == "Note" {
			return store.ErrUnavailable
		}
		return nil
	}
	before := *h.kim(t).Template
	if err := h.enrol(t, third); err == nil || *h.kim(t).Template != before {
		t.Errorf("an enrolment that can't be noted: %v", err)
	}
}

func TestWithdrawnOrOlderConsentStopsChecks(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.settings.Consent = "2"
	for _, consent := range []*store.Consent{nil, {Version: "1", Given: noon}, {Version: "2", Given: noon, Withdrawn: noon}} {
		if consent != nil {
			must(t, h.store.SetConsent(t.Context(), "kim", 7, *consent))
		}
		if _, f := h.try(t, same); f == nil || f.Code != fault.ConsentMissing {
			t.Errorf("a check with consent %+v: %v", consent, f)
		}
	}
	if m := h.kim(t); m.Template.Failures != 0 || len(m.Digests) != 0 {
		t.Errorf("%d failures, %d digests", m.Template.Failures, len(m.Digests))
	}
	must(t, h.store.SetConsent(t.Context(), "kim", 7, store.Consent{Version: "2", Given: noon}))
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("with consent: %v, %v", ok, f)
	}
}

// remembering returns a fixture whose engine recognises recordings it has seen.
func remembering(t *testing.T) *fixture {
	h := newFixture(t)
	h.engine = stub{algorithm: "stub-1"}
	return h
}

func (h *fixture) wantReplay(t *testing.T, recordings ...string) {
	t.Helper()
	for _, recording := range recordings {
		if _, f := h.try(t, recording); f == nil || f.Code != fault.Replay {
			t.Errorf("%s again: %v", recording, f)
		}
		h.now = h.now.Add(checkLimit.Longest)
		h.logIn(t)
	}
}

func TestWhatWasUsedIsRememberedWhateverBecomesOfTheTemplate(t *testing.T) {
	t.Run("after its removal and another enrolment", func(t *testing.T) {
		h := remembering(t).enrolled(t)
		if ok, f := h.try(t, same); !ok || f != nil {
			t.Fatal(ok, f)
		}
		for range 2 {
			must(t, h.deletion(t).DeleteTemplate(t.Context(), kimsToken))
			must(t, h.enrol(t, third))
		}
		if key := h.kim(t).MemoryKey; key != "" {
			t.Errorf("%s stays beside the template", key)
		}
		h.wantReplay(t, enrolment, same, third)
	})
	t.Run("after two enrolments at once", func(t *testing.T) {
		h := remembering(t).enrolled(t)
		h.during("SetTemplate", func() {
			must(t, h.enrol(t, "kim 4"))
			if ok, f := h.try(t, same); !ok || f != nil {
				t.Fatal(ok, f)
			}
		})
		must(t, h.enrol(t, third))
		h.wantReplay(t, enrolment, "kim 4", same, third)
	})
	t.Run("after any number of checks and enrolments", func(t *testing.T) {
		c := content{enrolled: [][]byte{[]byte("first")}}
		for i := range 2 * maxChecked {
			c.remember(fmt.Append(nil, i))
		}
		c.enrol([]byte("second"))
		if len(c.enrolled) != 2 || len(c.checked) != maxChecked || string(c.checked[maxChecked-1]) != fmt.Sprint(2*maxChecked-1) {
			t.Errorf("%d enrolments and %d checks", len(c.enrolled), len(c.checked))
		}
	})
}

func TestNobodyEnrolsWhileWhatWasUsedCannotBeRead(t *testing.T) {
	h := remembering(t).enrolled(t)
	must(t, h.deletion(t).DeleteTemplate(t.Context(), kimsToken))
	h.calls.before = func(call string) error {
		if call == "Get" {
			return store.ErrUnavailable
		}
		return nil
	}
	before := h.kim(t)
	if err := h.enrol(t, third); err == nil {
		t.Error("enrolled")
	}
	if m := h.kim(t); m.Template != nil || m.MemoryKey != before.MemoryKey {
		t.Errorf("left %+v", m)
	}
}

func TestNoTemplateIsRemovedWhileWhatWasUsedCannotBeKept(t *testing.T) {
	for _, call := range []string{"Get", "Put memory", "ClearTemplate"} {
		h := remembering(t).enrolled(t)
		h.calls.before = func(made string) error {
			if made == call {
				return store.ErrUnavailable
			}
			return nil
		}
		if err := h.deletion(t).DeleteTemplate(t.Context(), kimsToken); err == nil {
			t.Errorf("%s fails: deleted", call)
		}
		h.calls.reset()
		h.wantReplay(t, enrolment)
	}
}

// fat is an engine whose digests are as large as those of long recordings.
type fat struct{ stub }

func (e fat) Group(ctx context.Context, files [][]byte) (all []Recording) {
	for _, r := range e.stub.Group(ctx, files) {
		all = append(all, fatRecording{r})
	}
	return all
}

type fatRecording struct{ Recording }

func (r fatRecording) Read(h Hints) (Reading, error) {
	read, err := r.Recording.Read(h)
	if err != nil {
		return nil, err
	}
	return fatReading{read.(*stubReading)}, nil
}

type fatReading struct{ *stubReading }

func (r fatReading) Digest(key [32]byte) ([]byte, error) {
	return bytes.Repeat([]byte(r.capture+" "), besideBytes/8), nil
}

func (e fat) Enrol(algorithm string, n Need, readings []Reading) (Template, error) {
	for i, r := range readings {
		readings[i] = r.(fatReading).stubReading
	}
	t, err := e.stub.Enrol(algorithm, n, readings)
	return fatTemplate{t}, err
}

func (e fat) Open(b []byte, seed [32]byte) (Template, error) {
	t, err := e.stub.Open(b, seed)
	return fatTemplate{t}, err
}

func (e fat) Replayed(Reading, [32]byte, [][]byte) bool { return false }

type fatTemplate struct{ Template }

func (t fatTemplate) Verify(probe Reading, at FMR) (bool, error) {
	return t.Template.Verify(probe.(fatReading).stubReading, at)
}

func TestWhatLiesBesideAMemberIsBoundedWhileNothingCanBeArchived(t *testing.T) {
	h := newFixture(t)
	h.engine = fat{stub{algorithm: "stub-1"}}
	h.enrolled(t)
	broken := func(call string) error {
		if call == "Put models" {
			return store.ErrUnavailable
		}
		return nil
	}
	h.calls.before = broken
	accepted := 0
	for range 12 {
		ok, f := h.try(t, same)
		if ok {
			accepted++
		} else if f == nil || f.Code != fault.Unavailable {
			t.Fatalf("a check: %v, %v", ok, f)
		}
		if n := size(h.kim(t).Digests); n > 2*besideBytes {
			t.Fatalf("%d bytes beside the member", n)
		}
	}
	if accepted == 0 || accepted == 12 {
		t.Errorf("%d accepted", accepted)
	}
	h.calls.reset()
	_, _ = h.try(t, same) // it makes room
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("when there is room: %v, %v", ok, f)
	}
}

func TestAChallengeIsRequiredWhereTheSettingSaysSo(t *testing.T) {
	h := newFixture(t, func(s *Settings) { s.Challenge = true }).enrolled(t)
	if _, f := h.try(t, same); f == nil || f.Code != fault.ChallengeMissing {
		t.Errorf("without: %v", f)
	}
}

func TestWhoMayNotTryLearnsNothingOfARecording(t *testing.T) {
	h := newFixture(t)
	if _, f := h.try(t, "lee 1 short"); f == nil || f.Code != fault.NoModel {
		t.Errorf("without a template: %v", f)
	}
	h.enrolled(t)
	for range checkLimit.Free {
		if ok, f := h.try(t, others[0]); ok || f != nil {
			t.Fatal(ok, f)
		}
	}
	if _, f := h.try(t, "lee 1 short"); f == nil || f.Code != fault.TooManyChecks {
		t.Errorf("while there is a wait: %v", f)
	}
}

func TestDigestsOfTwoMembersHaveNothingInCommon(t *testing.T) {
	ring := testKeys(t)
	reading, err := stubRecording(same).Read(Hints{})
	must(t, err)
	one, err := digestAtRest(digestKeys(ring, 7), reading)
	must(t, err)
	other, err := digestAtRest(digestKeys(ring, 8), reading)
	must(t, err)
	if bytes.Equal(one[8:], other[8:]) {
		t.Error("they are equal")
	}
}
