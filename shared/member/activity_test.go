package member

import (
	"testing"
	"time"

	"systole/shared/store"
)

func TestNothingPushesAnEnrolmentOutOfSight(t *testing.T) {
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
	note(ModelDeleted)
	note(ModelMade)
	for range 3 * activityLimit {
		note(ConsentGiven)
	}
	events, err := f.Activity(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	count := map[store.EventKind]int{}
	for _, e := range events {
		count[e.Kind]++
	}
	if count[ModelMade] != 2 || count[ModelDeleted] != 1 || count[SignedUp] != 1 || count[ConsentGiven] != activityLimit {
		t.Errorf("the activity has %v", count)
	}
}
