package biometric

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

func (h *fixture) removal(t testing.TB) Removal { return NewRemoval(h.deletion(t), h.Service) }

// overDays returns a fixture whose member was enrolled on a number of days, the
// first at noon.
func overDays(t *testing.T, days int) *fixture {
	t.Helper()
	h := newFixture(t).enrolled(t)
	for i := range days - 1 {
		h.tomorrow(t)
		must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(fmt.Sprintf("day%d %d", i+2, i))), Add: true}))
	}
	return h
}

func TestWhatWasAddedSinceATimeGoesAndTheRestStays(t *testing.T) {
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		since time.Time
		days  int // left after the deletion
	}{
		"nothing was added since": {noon.Add(3 * day), 3},
		"the last day":            {noon.Add(2 * day), 2},
		"the last day, earlier":   {noon.Add(day + 1), 2},
		"two days":                {noon.Add(day), 1},
		"all":                     {noon, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := overDays(t, 3)
			before := *h.kim(t).Template
			days, err := h.removal(t).DeleteSince(t.Context(), kimsToken, tt.since)
			if err != nil || days != tt.days {
				t.Fatalf("%d days left, %v, want %d", days, err, tt.days)
			}
			if _, err := h.objects.Get(t.Context(), before.Key); err == nil {
				t.Error("the object with the days is there still")
			}
			m := h.kim(t)
			if tt.days == 0 {
				if m.Template != nil {
					t.Error("a template is left of nothing")
				}
				return
			}
			if m.Template.Days != tt.days || !m.Template.LastDay.Equal(noon.Add(time.Duration(tt.days-1)*day)) {
				t.Errorf("the pointer says %d days, the last of %v", m.Template.Days, m.Template.LastDay)
			}
			for i, person := range []string{"kim", "day2", "day3"} {
				if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(person + " 77"))}); ok != (i < tt.days) || err != nil {
					t.Errorf("%s: %v, %v", person, ok, err)
				}
			}
		})
	}
}

// TestADayTooManyTakesThePlaceOfAnotherAndKeepsItsOwnTime relies on the stub,
// whose second day is always the one that is dropped.
func TestADayTooManyTakesThePlaceOfAnotherAndKeepsItsOwnTime(t *testing.T) {
	const day = 24 * time.Hour
	h := overDays(t, maxStubDays+1)
	last := noon.Add(maxStubDays * day)
	if m := h.kim(t); m.Template.Days != maxStubDays || !m.Template.LastDay.Equal(last) {
		t.Errorf("the pointer says %d days, the last of %v", m.Template.Days, m.Template.LastDay)
	}
	knows := func(person string, want bool) {
		t.Helper()
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(person + " 77"))}); ok != want || err != nil {
			t.Errorf("%s: %v, %v", person, ok, err)
		}
	}
	newest := fmt.Sprint("day", maxStubDays+1)
	knows("kim", true)
	knows("day2", false)
	knows(newest, true)
	days, err := h.removal(t).DeleteSince(t.Context(), kimsToken, last)
	if err != nil || days != maxStubDays-1 {
		t.Errorf("%d days left, %v", days, err)
	}
	if m := h.kim(t); !m.Template.LastDay.Equal(last.Add(-day)) {
		t.Errorf("the last of %v", m.Template.LastDay)
	}
	knows("kim", true)
	knows(newest, false)
}

func TestAnUndoIsNotedAndRemembersTheRecordings(t *testing.T) {
	h := overDays(t, 2)
	if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	events, _, err := h.store.ActivityOf(t.Context(), "kim", "", 100)
	must(t, err)
	if !slices.ContainsFunc(events, func(e store.Event) bool { return e.Kind == member.ModelDaysRemoved }) {
		t.Errorf("the activity is silent: %v", events)
	}
	h.engine = stub{algorithm: "stub-1"}
	if _, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte("day2 0"))}); !fault.Is(err, fault.Replay) {
		t.Errorf("the removed recording as a check: %v", err)
	}
}

func TestAnUndoNeedsTheProofThatReplacingNeedsAndKeepsFailures(t *testing.T) {
	h := overDays(t, 2)
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte("lee 1"))}); ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, noon.Add(time.Hour)); err != nil || h.kim(t).Template.Failures != 1 {
		t.Errorf("%v, %d failures", err, h.kim(t).Template.Failures)
	}
	h.stolen(t)
	if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, noon.Add(time.Hour)); !fault.Is(err, fault.LogInAgain) {
		t.Errorf("by a token alone: %v", err)
	}
}

func TestAnUndoWithoutATemplateIsToldSo(t *testing.T) {
	h := newFixture(t)
	if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, noon); !fault.Is(err, fault.NoModel) {
		t.Errorf("%v", err)
	}
}

func TestAnUndoTakesWhatChecksTaughtSince(t *testing.T) {
	for _, tt := range []struct {
		since time.Duration // after the first check
		want  string
	}{
		{-time.Minute, "stub-1"},
		{time.Minute, "stub-1, stub-2 of 1 days and 1 decides false"},
		{48 * time.Hour, "stub-1, stub-2 of 2 days and 4 decides true"},
	} {
		h := migrating(t, 1)
		first := h.now
		h.tomorrow(t)
		for i := range handedOver - 1 {
			h.check(t, fmt.Sprint("kim ", 20+i))
		}
		h.tomorrow(t)
		if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, first.Add(tt.since)); err != nil {
			t.Fatal(err)
		}
		if got := h.stored(t).says(); got != tt.want {
			t.Errorf("%v later: %s, want %s", tt.since, got, tt.want)
		}
	}
}

func TestAfterAnUndoBothTemplatesAgreeAnew(t *testing.T) {
	h := migrating(t, handedOver)
	if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, h.now.Add(-12*time.Hour)); err != nil {
		t.Fatal(err)
	}
	h.tomorrow(t)
	for i, want := range []string{
		"stub-1, stub-2 of 2 days and 2 decides false",
		"stub-1, stub-2 of 2 days and 3 decides false",
		"stub-1, stub-2 of 2 days and 4 decides true",
	} {
		if ok := h.check(t, fmt.Sprint("kim ", 30+i)); !ok || h.stored(t).says() != want {
			t.Errorf("accepted %v, %s, want %s", ok, h.stored(t).says(), want)
		}
	}
}

// TestDaysWhoseTimeIsNotKnownAreTheOlder uses templates of versions that did not
// store the days' times.
func TestDaysWhoseTimeIsNotKnownAreTheOlder(t *testing.T) {
	h := overDays(t, 3)
	last := h.kim(t).Template.LastDay
	legacy(t, h, func(_ store.Member, c *content, pointer *store.Template) {
		c.enrolled = slices.DeleteFunc(c.enrolled, isSupplement)
	})
	days, err := h.removal(t).DeleteSince(t.Context(), kimsToken, noon)
	if err != nil || days != 2 {
		t.Errorf("%d days left, %v", days, err)
	}
	if next := member.NextDay(*h.kim(t).Template); !next.Equal(noon) || next.After(last) {
		t.Errorf("another day can be added from %v on", next)
	}
}

func TestUndoAndChecksAtOnce(t *testing.T) {
	h := migrating(t, 1)
	h.tomorrow(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 51")), Add: true}))
	since := h.now
	h.tomorrow(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(fmt.Sprint("kim ", 20+i)))}); !ok {
				t.Errorf("a check: %v, %v", ok, err)
			}
		})
	}
	wg.Go(func() {
		if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, since); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if ref := h.stored(t); ref.Base.Days() != 1 {
		t.Errorf("%s", ref.says())
	}
}

func TestNoUndoSucceedsWhenAStoreFails(t *testing.T) {
	storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
		h := overDays(t, 2)
		h.calls.before = func(method string) error { return hook(t.Context(), method, func() error { return nil }) }
		return func(ctx context.Context) error {
			_, err := h.removal(t).DeleteSince(ctx, kimsToken, noon.Add(time.Hour))
			return err
		}
	})
}
