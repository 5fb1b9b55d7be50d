package biometric

import (
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// try sends a check with a recording and returns the verdict, or the fault.
func (h *fixture) try(t *testing.T, recording string) (bool, *fault.Error) {
	t.Helper()
	ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(recording))})
	var f *fault.Error
	if err != nil && !errors.As(err, &f) {
		t.Fatal(err)
	}
	return ok, f
}

// logIn renews kim's session as of now.
func (h *fixture) logIn(t *testing.T) {
	t.Helper()
	s := store.Session{ID: sha256.Sum256([]byte(kimsToken)), Username: "kim", PK: 7, Issued: h.now, Used: h.now, Expires: h.now.Add(24 * time.Hour)}
	if err := h.store.CreateSession(t.Context(), s, store.Event{}, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAfterFiveFailuresEachNextCheckWaitsLonger(t *testing.T) {
	h := newFixture(t).enrolled(t)
	for range checkLimit.Free {
		if ok, f := h.try(t, others[0]); ok || f != nil {
			t.Fatalf("%v, %v", ok, f)
		}
	}
	for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute} {
		_, f := h.try(t, same)
		if f == nil || f.Code != fault.TooManyChecks || f.RetryAfter != wait {
			t.Fatalf("%+v, want a wait of %v", f, wait)
		}
		h.now = h.now.Add(wait - time.Second)
		if _, f := h.try(t, same); f == nil || f.RetryAfter != time.Second {
			t.Fatalf("a second before: %+v", f)
		}
		h.now = h.now.Add(time.Second)
		if ok, f := h.try(t, others[1]); ok || f != nil {
			t.Fatalf("%v, %v", ok, f)
		}
	}
	h.now = h.now.Add(checkLimit.Longest)
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Fatalf("the right heart in time: %v, %v", ok, f)
	}
	if n := h.kim(t).Template.Failures; n != 0 {
		t.Errorf("%d failures after success", n)
	}
}

func TestAnUnusableRecordingIsNoFailure(t *testing.T) {
	h := newFixture(t).enrolled(t)
	for recording, want := range map[string]fault.Code{"noise": fault.RecordingUnreadable, "lee 1 short": fault.TooShort} {
		for range 2 * checkLimit.Free {
			if _, f := h.try(t, recording); f == nil || f.Code != want {
				t.Fatalf("%s: %v", recording, f)
			}
		}
	}
	if m := h.kim(t); m.Template.Failures != 0 || len(m.Digests) != 0 {
		t.Errorf("%d failures, %d digests", m.Template.Failures, len(m.Digests))
	}
}

func TestAtFiftyFailuresTheModelIsDisabledUntilMadeAnewWithThePassword(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.logIn(t)
	for h.kim(t).Template.Failures < checkLimit.Most {
		if ok, f := h.try(t, others[0]); ok || f != nil {
			t.Fatalf("%v, %v", ok, f)
		}
		h.now = h.now.Add(checkLimit.Longest)
		h.store.TouchSession(t.Context(), sha256.Sum256([]byte(kimsToken)), h.now, h.kim(t).Template.Key)
	}
	if _, f := h.try(t, same); f == nil || f.Code != fault.ModelDisabled {
		t.Fatalf("a check: %v", f)
	}
	enrol := func() error {
		return h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
	}
	if err := enrol(); codeOf(err) != fault.LogInAgain {
		t.Fatalf("an enrolment with the old session: %v", err)
	}
	h.logIn(t)
	if err := enrol(); err != nil {
		t.Fatalf("an enrolment after a log-in: %v", err)
	}
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("afterwards: %v, %v", ok, f)
	}
}

func TestACheckThatCannotBeCountedIsNoVerdict(t *testing.T) {
	for _, recording := range []string{same, others[0]} {
		h := newFixture(t).enrolled(t)
		h.calls.before = func(call string) error {
			if call == "RegisterProbe" {
				return errors.New("store is down")
			}
			return nil
		}
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(recording))}); ok || err == nil {
			t.Errorf("%s: %v, %v", recording, ok, err)
		}
	}
}

// A function that is killed between the admission and the verdict has answered
// nothing, and the check stays counted.
func TestACheckWithoutAVerdictStaysCounted(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.calls.before = func(call string) error {
		if call == "RemoveProbe" || call == "Note" {
			return errors.New("killed")
		}
		return nil
	}
	for range checkLimit.Free {
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(others[0]))}); ok || err == nil {
			t.Fatalf("%v, %v", ok, err)
		}
	}
	if _, f := h.try(t, same); f == nil || f.Code != fault.TooManyChecks {
		t.Errorf("after %d: %v", checkLimit.Free, f)
	}
}

func TestOfAThousandWrongChecksAtOnceFiveAreCompared(t *testing.T) {
	h := newFixture(t).enrolled(t)
	var compared, refused atomic.Int32
	var done sync.WaitGroup
	for range 1000 {
		done.Go(func() {
			ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(others[0]))})
			switch {
			case err == nil && !ok:
				compared.Add(1)
			case codeOf(err) == fault.TooManyChecks:
				refused.Add(1)
			default:
				t.Errorf("%v, %v", ok, err)
			}
		})
	}
	done.Wait()
	if compared.Load() != int32(checkLimit.Free) || refused.Load() != int32(1000-checkLimit.Free) {
		t.Errorf("%d compared, %d refused", compared.Load(), refused.Load())
	}
	if n := h.kim(t).Template.Failures; n != checkLimit.Free {
		t.Errorf("%d failures", n)
	}
}

func TestOnlyComparedProbesCount(t *testing.T) {
	h := newFixture(t).enrolled(t)
	for range 2 * checkLimit.Free {
		_, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same)), Nonce: "not the session's"})
		if codeOf(err) != fault.ChallengeInvalid {
			t.Fatal(err)
		}
	}
	if m := h.kim(t); m.Template.Failures != 0 || len(m.Digests) != 0 {
		t.Errorf("%d failures, %d digests", m.Template.Failures, len(m.Digests))
	}
	h.store.VoidTokens(t.Context(), "kim", 7, h.now) // the session is ended
	for range 2 * checkLimit.Free {
		if _, f := h.try(t, others[0]); f == nil || f.Code != fault.TokenInvalid {
			t.Fatal(f)
		}
	}
	if m := h.kim(t); m.Template.Failures != 0 || len(m.Digests) != 0 {
		t.Errorf("%d failures, %d digests of an ended session", m.Template.Failures, len(m.Digests))
	}
}

func TestAcceptedChecksAreNoFailures(t *testing.T) {
	h := newFixture(t).enrolled(t)
	for range 3 * checkLimit.Free {
		if ok, f := h.try(t, same); !ok || f != nil {
			t.Fatalf("%v, %v", ok, f)
		}
	}
	if n := h.kim(t).Template.Failures; n > 1 {
		t.Errorf("%d failures", n)
	}
}
