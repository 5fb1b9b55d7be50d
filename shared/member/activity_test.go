package member

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// everything returns the whole activity, page after page.
func (f fixture) everything(t *testing.T, token string) (all []store.Event, pages int) {
	t.Helper()
	for cursor := ""; ; pages++ {
		page, next, err := f.Activity(t.Context(), token, cursor)
		if err != nil || len(page) > activityPage {
			t.Fatalf("a page of %d, %v", len(page), err)
		}
		all, cursor = append(all, page...), next
		if next == "" {
			return all, pages + 1
		}
	}
}

func kinds(events []store.Event) map[store.EventKind]int {
	count := map[store.EventKind]int{}
	for _, e := range events {
		count[e.Kind]++
	}
	return count
}

func TestNothingPushesAnEnrolmentOutOfTheActivity(t *testing.T) {
	f := newFixture(t)
	m, token, err := f.SignUp(t.Context(), Registration{Username: "kim", Password: "tachy-cardia!", Name: "n"})
	if err != nil {
		t.Fatal(err)
	}
	note := func(kind store.EventKind) {
		f.clock.turn(time.Second)
		if err := f.store.Note(t.Context(), m.Username, NewEvent(kind, f.clock.now())); err != nil {
			t.Fatal(err)
		}
	}
	note(ModelMade)
	note(PasswordChanged)
	for range 3 * activityPage {
		note(LoggedIn) // with the password: an entry for each
	}
	for range 3 * activityPage {
		note(ConsentGiven) // with a token
	}
	events, pages := f.everything(t, token)
	if got := kinds(events); got[ModelMade] != 1 || got[PasswordChanged] != 1 || got[SignedUp] != 1 || got[LoggedIn] != 3*activityPage || got[ConsentGiven] > 2 {
		t.Errorf("%d pages have %v", pages, got)
	}
}

// A day of strangers' failures, as many as the limits admit, fits on one page.
func TestAFloodOfFailuresIsCountsWithTheirNetworksAndTimes(t *testing.T) {
	f := newFixture(t)
	if _, _, err := f.SignUp(t.Context(), Registration{Username: "kim", Password: "tachy-cardia!", Name: "n", Caller: Caller{Address: "192.0.2.1"}}); err != nil {
		t.Fatal(err)
	}
	f.clock.turn(2*time.Hour - f.clock.now().Sub(f.clock.now().Truncate(time.Hour)))
	began, failed := f.clock.now(), 0
	var last time.Time
	for i := range 12 {
		f.clock.turn(time.Minute)
		for range 3 {
			_, _, err := f.LogIn(t.Context(), "kim", "a guess", Caller{Address: fmt.Sprintf("198.51.%d.9", 100+i)})
			if err == nil {
				t.Fatal("a guess is let in")
			}
			if fault.Is(err, fault.CredentialsInvalid) {
				failed, last = failed+1, f.clock.now()
			}
		}
	}
	f.clock.turn(time.Hour)
	_, token, err := f.LogIn(t.Context(), "kim", "tachy-cardia!", Caller{Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	events, _ := f.everything(t, token)
	i := slices.IndexFunc(events, func(e store.Event) bool { return e.Kind == LogInFailed })
	if i < 0 || kinds(events)[LogInFailed] != 1 || len(events) != 3 {
		t.Fatalf("the activity has %v", events)
	}
	if e := events[i]; e.Count != failed || failed < 20 || len(e.Networks) != 12 || !e.First.Equal(began.Add(time.Minute)) || !e.At.Equal(last) {
		t.Errorf("%d failures from 12 networks are %+v", failed, e)
	}
}
