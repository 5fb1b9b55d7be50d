package biometric

import (
	"slices"
	"sync"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// tomorrow moves the clock by a day, and logs kim in again.
func (h *fixture) tomorrow(t *testing.T) {
	t.Helper()
	h.now = h.now.Add(24 * time.Hour)
	h.logIn(t)
}

func TestAnotherDayNeedsTheProofThatReplacingNeeds(t *testing.T) {
	h := newFixture(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))}))
	h.stolen(t)
	err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(same)), Add: true})
	if !fault.Is(err, fault.LogInAgain) {
		t.Errorf("added by a token alone: %v", err)
	}
}

func TestAnotherDayKeepsTheEnrolmentAndTellsTheOwner(t *testing.T) {
	h := newFixture(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))}))
	h.tomorrow(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("later-kim 1")), Add: true}))
	for _, probe := range []string{same, "later-kim 2"} {
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(probe))}); !ok || err != nil {
			t.Errorf("%q after the second day: %v %v", probe, ok, err)
		}
	}
	events, _, err := h.store.ActivityOf(t.Context(), "kim", "", 100)
	must(t, err)
	if !slices.ContainsFunc(events, func(e store.Event) bool { return e.Kind == member.ModelDayAdded }) {
		t.Errorf("the activity is silent about the second day: %v", events)
	}
}

func TestARecordingThatWasUsedIsNoOtherDay(t *testing.T) {
	h := newFixture(t)
	h.engine = stub{algorithm: "stub-1"}
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))}))
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	h.tomorrow(t)
	for _, used := range []string{enrolment, same} {
		err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(used)), Add: true})
		if !fault.Is(err, fault.Replay) {
			t.Errorf("%q as another day: %v", used, err)
		}
	}
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(third)), Add: true}))
}

// TestOfDaysAddedAtOnceOneJoins adds the same day several times at once: one
// joins, and the others find the day present.
func TestOfDaysAddedAtOnceOneJoins(t *testing.T) {
	h := newFixture(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))}))
	h.tomorrow(t)
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim " + string(rune('5'+i)))), Add: true})
		})
	}
	wg.Wait()
	joined := 0
	for _, err := range errs {
		if err == nil {
			joined++
		} else if !fault.Is(err, fault.DayTooSoon) {
			t.Errorf("another of today: %v", err)
		}
	}
	m, err := h.store.Member(t.Context(), "kim")
	must(t, err)
	if joined != 1 || m.Template.Days != 2 {
		t.Errorf("%d joined, %d days, want 1 and 2", joined, m.Template.Days)
	}
}
