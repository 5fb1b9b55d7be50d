package storetest

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/store"
)

// attempts runs the conformance tests of a store that counts attempts.
func attempts(t *testing.T, s Store) {
	wantApplicant := func(t *testing.T, username string, keys []string, m *store.Member, attempts []store.Attempts) {
		t.Helper()
		gotMember, gotAttempts, err := s.MemberWithAttempts(t.Context(), username, keys)
		must(t, err)
		if !reflect.DeepEqual(gotMember, m) || !reflect.DeepEqual(gotAttempts, attempts) {
			t.Errorf("applicant is\n%+v, %+v, want\n%+v, %+v", gotMember, gotAttempts, m, attempts)
		}
	}
	t.Run("attempts are read with the member, or without one", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		keys := []string{unique("both:"), unique("name:"), unique("address:")}
		wantApplicant(t, m.Username, keys, &m, make([]store.Attempts, 3))
		wantApplicant(t, unique("nobody"), keys, nil, make([]store.Attempts, 3))
		must(t, s.AdmitAttempt(t.Context(), keys[1], unlimited, now, now.Add(time.Hour)))
		later := now.Add(time.Minute)
		must(t, s.AdmitAttempt(t.Context(), keys[1], unlimited, later, later.Add(time.Hour)))
		want := []store.Attempts{{}, {Failures: 2, FailedAt: later}, {}}
		wantApplicant(t, m.Username, keys, &m, want)
		wantApplicant(t, unique("nobody"), keys, nil, want)
	})
	t.Run("of attempts at once none is lost", func(t *testing.T) {
		keys := []string{unique("name:")}
		race(t, 16, store.ErrConflict, func(int) error {
			return s.AdmitAttempt(t.Context(), keys[0], unlimited, now, now.Add(time.Hour))
		})
		wantApplicant(t, unique("nobody"), keys, nil, []store.Attempts{{Failures: 16, FailedAt: now}})
	})
	t.Run("attempts are cleared, and counted anew", func(t *testing.T) {
		keys := []string{unique("name:")}
		must(t, s.ClearAttempts(t.Context(), keys[0]))
		must(t, s.AdmitAttempt(t.Context(), keys[0], unlimited, now, now.Add(time.Hour)))
		must(t, s.ClearAttempts(t.Context(), keys[0]))
		must(t, s.ClearAttempts(t.Context(), keys[0]))
		wantApplicant(t, unique("nobody"), keys, nil, make([]store.Attempts, 1))
		must(t, s.AdmitAttempt(t.Context(), keys[0], unlimited, now.Add(time.Second), now.Add(2*time.Hour)))
		must(t, s.AdmitAttempt(t.Context(), unique("name:"), unlimited, now.Add(90*time.Minute), now.Add(3*time.Hour)))
		wantApplicant(t, unique("nobody"), keys, nil, []store.Attempts{{Failures: 1, FailedAt: now.Add(time.Second)}})
	})
	t.Run("of attempts at once none is lost where a count has expired", func(t *testing.T) {
		keys := []string{unique("name:")}
		must(t, s.AdmitAttempt(t.Context(), keys[0], unlimited, now, now.Add(time.Hour)))
		later := now.Add(time.Hour)
		race(t, 16, store.ErrConflict, func(int) error {
			return s.AdmitAttempt(t.Context(), keys[0], unlimited, later, later.Add(time.Hour))
		})
		wantApplicant(t, unique("nobody"), keys, nil, []store.Attempts{{Failures: 16, FailedAt: later}})
	})
	t.Run("of attempts at once no more are admitted than the backoff says", func(t *testing.T) {
		key, b := unique("name:"), store.Backoff{Free: 3, First: time.Minute, Longest: time.Hour, Most: 5}
		won := race(t, 16, store.ErrConflict, func(int) error { return s.AdmitAttempt(t.Context(), key, b, now, now.Add(time.Hour)) })
		if won > 3 { // one whose reply was lost is counted, and perhaps refused when it is repeated
			t.Errorf("%d of 16 admitted, want 3", won)
		}
		wantApplicant(t, unique("nobody"), []string{key}, nil, []store.Attempts{{Failures: 3, FailedAt: now}})
		at := now
		for i, wait := range []time.Duration{time.Minute, 2 * time.Minute} {
			early := at.Add(wait - time.Nanosecond)
			wantErr(t, s.AdmitAttempt(t.Context(), key, b, early, early.Add(time.Hour)), store.ErrConflict)
			at = at.Add(wait)
			must(t, s.AdmitAttempt(t.Context(), key, b, at, at.Add(time.Hour)))
			wantApplicant(t, unique("nobody"), []string{key}, nil, []store.Attempts{{Failures: 4 + i, FailedAt: at}})
		}
		wantErr(t, s.AdmitAttempt(t.Context(), key, b, at.Add(59*time.Minute), at.Add(time.Hour)), store.ErrConflict)
		must(t, s.AdmitAttempt(t.Context(), key, b, at.Add(time.Hour), at.Add(2*time.Hour)))
	})
	t.Run("attempts are taken back one by one", func(t *testing.T) {
		keys := []string{unique("name:")}
		must(t, s.TakeBackAttempt(t.Context(), keys[0]))
		for range 2 {
			must(t, s.AdmitAttempt(t.Context(), keys[0], unlimited, now, now.Add(time.Hour)))
		}
		for _, left := range []int{1, 0, 0} {
			must(t, s.TakeBackAttempt(t.Context(), keys[0]))
			wantApplicant(t, unique("nobody"), keys, nil, []store.Attempts{{Failures: left, FailedAt: now}})
		}
	})
	t.Run("what has expired is counted from one again", func(t *testing.T) {
		keys := []string{unique("name:")}
		must(t, s.AdmitAttempt(t.Context(), keys[0], unlimited, now, now.Add(time.Hour)))
		later := now.Add(time.Hour)
		must(t, s.AdmitAttempt(t.Context(), keys[0], unlimited, later, later.Add(time.Hour)))
		wantApplicant(t, unique("nobody"), keys, nil, []store.Attempts{{Failures: 1, FailedAt: later}})
	})
}

// activity runs the conformance tests of a store of events.
func activity(t *testing.T, s Store) {
	event := func(kind store.EventKind, after time.Duration) store.Event {
		return newEvent(kind, now.Add(after))
	}
	wantActivity := func(t *testing.T, username string, limit int, want ...store.Event) {
		t.Helper()
		got, _, err := s.ActivityOf(t.Context(), username, "", limit)
		must(t, err)
		for i, e := range want {
			if e.Count == 0 {
				want[i] = e.Single()
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("activity is\n%v, want\n%v", got, want)
		}
	}
	t.Run("events are listed, newest first, to the limit", func(t *testing.T) {
		username := unique("홍길동.")
		made, seen, in := event("model_made", 0), event("recognised", time.Second), event("logged_in", time.Hour)
		for _, e := range []store.Event{made, in, seen} {
			must(t, s.Note(t.Context(), username, e))
		}
		must(t, s.Note(t.Context(), username+"x", made))
		wantActivity(t, username, 10, in, seen, made)
		wantActivity(t, username, 2, in, seen)
		wantActivity(t, unique("nobody"), 10)
	})
	t.Run("an event of no period that is noted again is one, as after a lost reply", func(t *testing.T) {
		username, in := unique("u"), event("logged_in", 0)
		for range 2 {
			must(t, s.Note(t.Context(), username, in))
		}
		wantActivity(t, username, 10, in)
	})
	t.Run("page after page has every event once", func(t *testing.T) {
		username := unique("u")
		var want []store.Event
		for i := range 7 {
			e := event("logged_in", time.Duration(-i)*time.Second)
			must(t, s.Note(t.Context(), username, e))
			must(t, s.Note(t.Context(), username+"x", e))
			want = append(want, e.Single())
		}
		var got []store.Event
		cursor, pages := "", 0
		for pages = 1; ; pages++ {
			page, next, err := s.ActivityOf(t.Context(), username, cursor, 3)
			must(t, err)
			got, cursor = append(got, page...), next
			if next == "" {
				break
			}
			if len(page) != 3 || len(next) > store.MaxCursor {
				t.Errorf("a page of %d, cursor %q", len(page), next)
			}
		}
		if pages != 3 || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%d pages have\n%v, want\n%v", pages, got, want)
		}
	})
	t.Run("any text is a cursor", func(t *testing.T) {
		username := unique("u")
		must(t, s.Note(t.Context(), username, event("logged_in", 0)))
		for _, cursor := range []string{"0", "~", "#", "\x00", "홍", strings.Repeat("9", store.MaxCursor)} {
			if page, _, err := s.ActivityOf(t.Context(), username, cursor, 3); err != nil || len(page) > 1 {
				t.Errorf("after %q: %v, %v", cursor, page, err)
			}
		}
	})
	t.Run("events of one kind within a period are one entry", func(t *testing.T) {
		username := unique("u")
		hour := now.Truncate(time.Hour)
		failed := func(after time.Duration, networks ...string) store.Event {
			e := newEvent("log_in_failed", hour.Add(after))
			e.Within, e.Networks = time.Hour, networks
			return e
		}
		for _, e := range []store.Event{
			failed(time.Minute, "a1"), failed(2*time.Minute, "b2"), failed(3*time.Minute, "a1"), failed(4 * time.Minute), failed(61*time.Minute, "a1"),
		} {
			must(t, s.Note(t.Context(), username, e))
		}
		other := newEvent("not_recognised", hour.Add(time.Minute))
		other.Within = time.Hour
		must(t, s.Note(t.Context(), username, other))
		four := failed(4*time.Minute, "a1", "b2").Single()
		four.Count, four.First = 4, hour.Add(time.Minute)
		wantActivity(t, username, 10, failed(61*time.Minute, "a1"), other, four)
		must(t, s.ForgetActivity(t.Context(), username))
		wantActivity(t, username, 10)
	})
	t.Run("of a flood at once every event counts", func(t *testing.T) {
		username := unique("u")
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				e := event("log_in_failed", 0)
				e.Within = time.Hour
				if err := s.Note(t.Context(), username, e); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		events, _, err := s.ActivityOf(t.Context(), username, "", 10)
		if err != nil || len(events) != 1 || events[0].Count != 20 {
			t.Errorf("entries %+v, %v", events, err)
		}
	})
	t.Run("a new session is an event", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		wantActivity(t, session.Username, 10, loggedIn())
	})
	t.Run("all events of a name are forgotten, and no other's", func(t *testing.T) {
		username := unique("u")
		other := username + "x"
		must(t, s.Note(t.Context(), other, event("model_made", 0)))
		for i := range 60 {
			must(t, s.Note(t.Context(), username, event("logged_in", time.Duration(i)*time.Second)))
		}
		must(t, s.ForgetActivity(t.Context(), username))
		must(t, s.ForgetActivity(t.Context(), username))
		wantActivity(t, username, 100)
		wantActivity(t, other, 100, event("model_made", 0))
	})
}
