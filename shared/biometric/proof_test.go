package biometric

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// stolen is kim's session when its token alone proves nothing any more.
func (h *house) stolen(t *testing.T) {
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

func (h *house) enrol(t *testing.T, recording string) error {
	t.Helper()
	return h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(recording))})
}

func TestATokenAloneNeitherReplacesNorRemovesATemplate(t *testing.T) {
	h := newHouse(t).enrolled(t)
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
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t))) // by whoever may
	if err := h.enrol(t, "lee 1"); codeOf(err) != fault.LogInAgain {
		t.Errorf("an enrolment where there was a template: %v", err)
	}
}

func TestALogInOrAnAcceptedCheckProvesForTenMinutes(t *testing.T) {
	for name, prove := range map[string]func(h *house){
		"log-in": func(h *house) { h.logIn(t) },
		"check": func(h *house) {
			ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same)), Prove: true})
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t).enrolled(t)
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
	h := newHouse(t)
	h.stolen(t)
	must(t, h.enrol(t, enrolment))
}

func TestNothingThatRemovesATemplateRemovesThatItIsDisabled(t *testing.T) {
	h := newHouse(t).enrolled(t)
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
	h := newHouse(t).enrolled(t)
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
	h := newHouse(t).enrolled(t)
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

// remembering is a house whose engine knows recordings again.
func remembering(t *testing.T) *house {
	h := newHouse(t)
	h.engine = stub{"stub-1"}
	return h
}

func (h *house) wantReplay(t *testing.T, recordings ...string) {
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
