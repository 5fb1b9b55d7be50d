package storetest

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"time"

	"systole/shared/store"
)

// Movable is a store whose rows can be moved to another one.
type Movable interface {
	Store
	store.Mover
}

// Moves runs the conformance tests of a store whose rows can be moved, beside
// those of Run.
func Moves(t *testing.T, s Movable) {
	t.Run("counts are listed, and written as they are", func(t *testing.T) {
		key := unique("known:")
		want := store.Count{Key: key, Attempts: store.Attempts{Failures: 3, FailedAt: now}, Expires: now.Add(time.Hour)}
		for range 2 { // the second one replaces the first
			if err := s.PutCount(t.Context(), want); err != nil {
				t.Fatal(err)
			}
		}
		if got := counts(t, s)[key]; !reflect.DeepEqual(got, want) {
			t.Errorf("listed: %+v, want %+v", got, want)
		}
		if err := s.AdmitAttempt(t.Context(), key, store.Backoff{Free: 4}, now, now.Add(time.Hour)); err != nil {
			t.Error(err)
		}
		if got := counts(t, s)[key].Failures; got != 4 {
			t.Errorf("%d failures after a fourth", got)
		}
	})
	t.Run("a session is written without an event", func(t *testing.T) {
		want := newSession(unique("u"))
		want.Verified, want.Challenge = now, store.Challenge{Hash: [32]byte{1}, Expires: now.Add(time.Minute)}
		want.Client, want.Network = store.Client{App: "okhttp", System: "Android"}, "0123456789abcdef"
		want.Due = now.Add(time.Hour)
		filled(t, want)
		for range 2 {
			if err := s.PutSession(t.Context(), want); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Session(t.Context(), want.ID)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
		if of, err := s.SessionsOf(t.Context(), want.Username); err != nil || len(of) != 1 {
			t.Errorf("sessions of: %v, %v", of, err)
		}
		if events, _, err := s.ActivityOf(t.Context(), want.Username, "", 10); err != nil || len(events) > 0 {
			t.Errorf("events: %v, %v", events, err)
		}
	})
	t.Run("an entry goes on counting where it is written", func(t *testing.T) {
		username := unique("u")
		event := store.Event{Kind: "log_in_failed", At: now, Expires: now.Add(time.Hour), Within: time.Hour, Networks: []string{"a"}}
		want := event.Single().With(store.Event{At: now.Add(time.Minute), Expires: now.Add(2 * time.Hour), Networks: []string{"b"}})
		filled(t, want, "Within") // which stores don't keep
		moved := want
		moved.Within = event.Within
		for range 2 {
			if err := s.PutEntry(t.Context(), username, moved); err != nil {
				t.Fatal(err)
			}
		}
		if got, _, err := s.ActivityOf(t.Context(), username, "", 10); err != nil || !reflect.DeepEqual(got, []store.Event{want}) {
			t.Errorf("%+v, %v, want %+v", got, err, want)
		}
		bare := store.Event{Kind: "logged_in", At: now.Add(-time.Hour), Expires: now.Add(time.Hour)}.Single() // of no network
		if err := s.PutEntry(t.Context(), username+"x", bare); err != nil {
			t.Fatal(err)
		}
		if got, _, err := s.ActivityOf(t.Context(), username+"x", "", 10); err != nil || !reflect.DeepEqual(got, []store.Event{bare}) {
			t.Errorf("%+v, %v, want %+v", got, err, bare)
		}
		event.At = now.Add(2 * time.Minute)
		if err := s.Note(t.Context(), username, event); err != nil {
			t.Fatal(err)
		}
		if got, _, err := s.ActivityOf(t.Context(), username, "", 10); err != nil || len(got) != 1 || got[0].Count != 3 {
			t.Errorf("after another: %+v, %v", got, err)
		}
	})
	t.Run("a member is written as it was read", func(t *testing.T) {
		want := newMember()
		model := newModel()
		model.Failures, model.FailedAt = 2, now
		want.Template, want.Removed, want.Networks = &model, now.Add(-time.Minute), map[string]time.Time{"0123456789abcdef": now}
		want.Consent = &store.Consent{Version: "1", Given: now, Withdrawn: now.Add(time.Minute)}
		want.Digests, want.LastCheck = map[string][]byte{"0a": {1, 2}}, store.LastCheck{Key: "k", ID: "0a", At: now}
		want.Uploads = []store.PendingUpload{{ID: "0b", Size: 5, Expires: now}}
		want.SubjectSalt, want.Seen = []byte{1, 2, 3}, now
		want.RecoveryCodes, want.Recovered = store.RecoveryCodes{Made: now, Left: [][]byte{bytes.Repeat([]byte{4}, 32), bytes.Repeat([]byte{5}, 32)}}, now.Add(time.Minute)
		want.RecoveredBefore = now
		filled(t, want, "Failed", "MemoryKey") // fields of a member without a template
		former := newMember()
		former.Failed, former.MemoryKey, former.Removed = store.Attempts{Failures: 2, FailedAt: now}, "memory/1/v", now
		for _, want := range []store.Member{want, former} {
			if err := s.CreateMember(t.Context(), want); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Member(t.Context(), want.Username); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, %v\nwant %+v", got, err, want)
			}
		}
	})
}

// filled fails the test if a field of the row is zero: the test would show
// nothing about it.
func filled(t *testing.T, row any, but ...string) {
	t.Helper()
	v := reflect.ValueOf(row)
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && !slices.Contains(but, name) {
			t.Errorf("the test's row has no %s", name)
		}
	}
}

// counts lists all rows of attempts, by their keys.
func counts(t *testing.T, s store.Mover) map[string]store.Count {
	t.Helper()
	all := map[string]store.Count{}
	for cursor := ""; ; {
		page, next, err := s.CountsPage(t.Context(), cursor, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			all[c.Key] = c
		}
		if cursor = next; cursor == "" {
			return all
		}
	}
}
