package storetest

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/store"
)

// due runs the conformance tests of the lists of clean-up's work.
func due(t *testing.T, s Store) {
	at := now.Add(time.Duration(randomPK() % 1e9)) // another time in each test, as the store may be shared

	t.Run("a session is listed from its creation to its end", func(t *testing.T) {
		session := newSession(unique("u"))
		session.Due = at
		key := hex.EncodeToString(session.ID[:])
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		wantDue(t, s, store.DueSession, key, at)
		must(t, s.PostponeSession(t.Context(), session.ID, at.Add(time.Hour)))
		wantDue(t, s, store.DueSession, key, at.Add(time.Hour))
		must(t, s.TouchSession(t.Context(), session.ID, at, "k"))
		wantDue(t, s, store.DueSession, key, at.Add(time.Hour))
		_, err := s.DeleteSession(t.Context(), session.ID)
		must(t, err)
		wantDue(t, s, store.DueSession, key)
	})
	t.Run("a session without a time is not listed", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		wantDue(t, s, store.DueSession, hex.EncodeToString(session.ID[:]))
	})
	t.Run("sessions that are deleted together leave the lists", func(t *testing.T) {
		session := newSession(unique("u"))
		session.Due = at
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		must(t, s.DeleteSessions(t.Context(), []store.TokenID{session.ID}))
		wantDue(t, s, store.DueSession, hex.EncodeToString(session.ID[:]))
	})
	t.Run("a template is listed by the first time that it was seen at", func(t *testing.T) {
		m, first, second := newMember(), newModel(), newModel()
		first.Used, second.Used = at, at.Add(time.Hour)
		must(t, s.CreateMember(t.Context(), m))
		wantDue(t, s, store.DueTemplate, m.Username)
		must(t, s.SetTemplate(t.Context(), m, first, nil))
		wantDue(t, s, store.DueTemplate, m.Username, at)
		m.Template = &first
		must(t, s.SetTemplate(t.Context(), m, second, nil))
		wantDue(t, s, store.DueTemplate, m.Username, at)
		must(t, s.SetSeen(t.Context(), m.Username, second.Version, at.Add(time.Hour)))
		wantDue(t, s, store.DueTemplate, m.Username, at.Add(time.Hour))
		m.Template = &second
		must(t, s.ClearTemplate(t.Context(), m, at, "", nil))
		wantDue(t, s, store.DueTemplate, m.Username)
	})
	t.Run("a member who is created with a time is listed, and leaves with the account", func(t *testing.T) {
		m, template := newMember(), newModel()
		m.Template, m.Seen = &template, at
		must(t, s.CreateMember(t.Context(), m))
		wantDue(t, s, store.DueTemplate, m.Username, at)
		must(t, s.DeleteMember(t.Context(), m.Username, m.PK))
		wantDue(t, s, store.DueTemplate, m.Username)
	})
	t.Run("leftovers are listed until they are settled", func(t *testing.T) {
		keys := []string{unique("models/9/"), unique("models/9/"), unique("uploads/9/") + "/"}
		key := store.LeftoverKey(keys)
		must(t, s.NoteLeftover(t.Context(), at, keys...))
		must(t, s.NoteLeftover(t.Context(), at, keys...)) // a lost reply
		wantDue(t, s, store.DueLeftover, key, at)
		if got := (store.Due{Key: key}).Leftovers(); !slices.Equal(got, keys) {
			t.Errorf("an entry names %q, want %q", got, keys)
		}
		must(t, s.NoteLeftover(t.Context(), at.Add(time.Hour), keys...))
		must(t, s.SettleLeftover(t.Context(), store.Due{Kind: store.DueLeftover, At: at, Key: key}))
		wantDue(t, s, store.DueLeftover, key, at.Add(time.Hour))
		for range 2 { // a lost reply
			must(t, s.SettleLeftover(t.Context(), store.Due{Kind: store.DueLeftover, At: at.Add(time.Hour), Key: key}))
		}
		wantDue(t, s, store.DueLeftover, key)
	})
	t.Run("as many leftovers are noted together as the contract says", func(t *testing.T) {
		var keys []string
		for range store.MaxLeftovers {
			keys = append(keys, store.EnrolledKey(1<<53-1, unique("0123456789abcdef"), 10))
		}
		must(t, s.NoteLeftover(t.Context(), at, keys...))
		wantDue(t, s, store.DueLeftover, store.LeftoverKey(keys), at)
	})
	t.Run("a list has a page's entries, oldest first, and no later ones", func(t *testing.T) {
		shard, times := 5, map[string]time.Time{}
		for i := 0; len(times) < 7; i++ {
			keys := []string{fmt.Sprintf("%s/%d", unique("models/9/"), i)}
			if store.DueShard(store.LeftoverKey(keys)) == shard {
				times[keys[0]] = at.Add(time.Duration(7-len(times)) * time.Minute)
				must(t, s.NoteLeftover(t.Context(), times[keys[0]], keys...))
			}
		}
		eventually(t, "all are listed in order", func() bool {
			var last time.Time
			n := 0
			for cursor := ""; ; {
				page, next, err := s.DueUntil(t.Context(), store.DueLeftover, shard, at.Add(6*time.Minute), cursor, 2)
				must(t, err)
				if len(page) > 2 {
					t.Fatalf("a page has %d entries", len(page))
				}
				for _, d := range page {
					if d.At.Before(last) || d.At.After(at.Add(6*time.Minute)) {
						t.Fatalf("%v comes after %v", d.At, last)
					}
					last = d.At
					if want, mine := times[d.Key]; mine && want.Equal(d.At) {
						n++
					}
				}
				if cursor = next; next == "" {
					return n == 6
				}
			}
		})
	})
	t.Run("activity is listed until it is deleted", func(t *testing.T) {
		username := unique("u")
		single, flood := newEvent("logged_in", at), newEvent("log_in_failed", at)
		flood.Within = time.Hour
		for range 2 {
			must(t, s.Note(t.Context(), username, single))
		}
		must(t, s.Note(t.Context(), username, flood))
		flood.At, flood.Expires = flood.At.Add(time.Second), flood.Expires.Add(time.Second)
		must(t, s.Note(t.Context(), username, flood))
		var mine []store.Due
		eventually(t, "both entries are listed", func() bool {
			mine = activityOf(t, s, username, single.Expires.Add(2*time.Hour))
			return len(mine) == 2
		})
		for range 2 { // a lost reply
			must(t, s.ExpireActivity(t.Context(), mine))
		}
		events, _, err := s.ActivityOf(t.Context(), username, "", 10)
		must(t, err)
		if len(events) != 0 {
			t.Errorf("left %+v", events)
		}
		eventually(t, "none is listed", func() bool { return len(activityOf(t, s, username, single.Expires.Add(2*time.Hour))) == 0 })
	})
}

// activityOf returns the listed entries of a name's activity. Their keys differ
// by store, and hold the name.
func activityOf(t *testing.T, s Store, username string, until time.Time) (mine []store.Due) {
	t.Helper()
	for shard := range store.DueShards {
		for cursor := ""; ; {
			page, next, err := s.DueUntil(t.Context(), store.DueActivity, shard, until, cursor, 100)
			must(t, err)
			for _, d := range page {
				if strings.Contains(d.Key, username) {
					mine = append(mine, d)
				}
			}
			if cursor = next; next == "" {
				break
			}
		}
	}
	return mine
}

// wantDue fails the test unless the key is listed at these times and no others.
func wantDue(t *testing.T, s Store, kind store.DueKind, key string, times ...time.Time) {
	t.Helper()
	eventually(t, fmt.Sprintf("%s %s is listed at %v", kind, key, times), func() bool {
		var found []time.Time
		for cursor := ""; ; {
			page, next, err := s.DueUntil(t.Context(), kind, store.DueShard(key), now.AddDate(1, 0, 0), cursor, 100)
			must(t, err)
			for _, d := range page {
				if d.Key == key && d.Kind == kind {
					found = append(found, d.At)
				}
			}
			if cursor = next; next == "" {
				break
			}
		}
		return slices.EqualFunc(found, times, time.Time.Equal)
	})
}
