package storetest

import (
	"testing"
	"time"

	"systole/shared/store"
)

// sessions runs the conformance tests of a store of sessions.
func sessions(t *testing.T, s Store) {
	t.Run("a session comes back as it was created", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		wantSession(t, s, session)
	})
	t.Run("an unknown session is not found", func(t *testing.T) {
		_, err := s.Session(t.Context(), newSession("u").ID)
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("a member's sessions are listed, oldest first", func(t *testing.T) {
		username := unique("u")
		sessions := make([]store.Session, 5)
		for i := range sessions {
			sessions[i] = newSession(username)
			sessions[i].Issued = now.Add(time.Duration(-i) * time.Minute)
			must(t, s.CreateSession(t.Context(), sessions[i], loggedIn(), nil))
		}
		must(t, s.CreateSession(t.Context(), newSession(username+"x"), loggedIn(), nil))
		eventually(t, "all five are listed", func() bool {
			of, err := s.SessionsOf(t.Context(), username)
			must(t, err)
			return len(of) == 5 && of[0].ID == sessions[4].ID && of[4].ID == sessions[0].ID
		})
	})
	t.Run("a new session evicts others in the same call", func(t *testing.T) {
		username := unique("u")
		old, kept, fresh := newSession(username), newSession(username), newSession(username)
		must(t, s.CreateSession(t.Context(), old, loggedIn(), nil))
		must(t, s.CreateSession(t.Context(), kept, loggedIn(), nil))
		gone := newSession(username).ID
		must(t, s.CreateSession(t.Context(), fresh, loggedIn(), []store.TokenID{old.ID, gone}))
		wantNoSession(t, s, old.ID)
		wantSession(t, s, kept)
		wantSession(t, s, fresh)
	})
	t.Run("a new session evicts more than a store takes in one call", func(t *testing.T) {
		username, ids := unique("u"), []store.TokenID(nil)
		for range 60 {
			old := newSession(username)
			must(t, s.CreateSession(t.Context(), old, loggedIn(), nil))
			ids = append(ids, old.ID)
		}
		fresh := newSession(username)
		must(t, s.CreateSession(t.Context(), fresh, loggedIn(), ids))
		wantSession(t, s, fresh)
		for _, id := range ids {
			wantNoSession(t, s, id)
		}
	})
	t.Run("a touch is noted", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		session.Used, session.TemplateKey = now.Add(time.Hour), "models/7/b"
		must(t, s.TouchSession(t.Context(), session.ID, session.Used, session.TemplateKey))
		wantSession(t, s, session)
	})
	t.Run("a touch brings no ended session back", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		_, err := s.DeleteSession(t.Context(), session.ID)
		must(t, err)
		wantErr(t, s.TouchSession(t.Context(), session.ID, now, "k"), store.ErrNotFound)
		wantNoSession(t, s, session.ID)
	})
	t.Run("a session is kept when others are voided", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		session.ValidFrom = now.Add(time.Minute)
		must(t, s.KeepSession(t.Context(), session.ID, session.ValidFrom))
		wantSession(t, s, session)
		gone := newSession("u").ID
		wantErr(t, s.KeepSession(t.Context(), gone, now), store.ErrNotFound)
		wantNoSession(t, s, gone)
	})
	t.Run("of many takers of a challenge exactly one gets it", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		challenge := store.Challenge{Hash: session.ID, Expires: now.Add(time.Minute)}
		must(t, s.SetChallenge(t.Context(), session.ID, challenge))
		other := challenge
		other.Hash[0]++
		wantErr(t, s.TakeChallenge(t.Context(), session.ID, other), store.ErrConflict)
		before := session
		before.Challenge = challenge
		wantSession(t, s, before)
		won := race(t, 16, store.ErrConflict, func(int) error {
			return s.TakeChallenge(t.Context(), session.ID, challenge)
		})
		if won != 1 {
			t.Errorf("%d takers won, want 1", won)
		}
		wantSession(t, s, session)
		gone := newSession("u").ID
		wantErr(t, s.SetChallenge(t.Context(), gone, challenge), store.ErrNotFound)
		wantErr(t, s.TakeChallenge(t.Context(), gone, challenge), store.ErrConflict)
		wantNoSession(t, s, gone)
	})
	t.Run("many sessions are deleted at once", func(t *testing.T) {
		username := unique("u")
		var ids []store.TokenID
		for range 30 {
			session := newSession(username)
			must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
			ids = append(ids, session.ID)
		}
		must(t, s.DeleteSessions(t.Context(), ids))
		must(t, s.DeleteSessions(t.Context(), ids)) // a lost reply
		must(t, s.DeleteSessions(t.Context(), nil))
		for _, id := range ids {
			wantNoSession(t, s, id)
		}
	})
	t.Run("a session is ended for its own account only, and by one of many", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		wantErr(t, s.EndSession(t.Context(), session.ID, session.PK+1), store.ErrNotFound)
		wantSession(t, s, session)
		if won := race(t, 16, store.ErrNotFound, func(int) error { return s.EndSession(t.Context(), session.ID, session.PK) }); won != 1 {
			t.Errorf("%d ends won, want 1", won)
		}
		wantNoSession(t, s, session.ID)
		eventually(t, "it is listed no more", func() bool {
			of, err := s.SessionsOf(t.Context(), session.Username)
			must(t, err)
			return len(of) == 0
		})
	})
	t.Run("of many log-outs exactly one is told of the session", func(t *testing.T) {
		session := newSession(unique("u"))
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
		won := race(t, 16, store.ErrNotFound, func(int) error {
			got, err := s.DeleteSession(t.Context(), session.ID)
			if err == nil && got != session {
				t.Errorf("deleted session is %+v, want %+v", got, session)
			}
			return err
		})
		if won != 1 {
			t.Errorf("%d log-outs won, want 1", won)
		}
	})
	t.Run("all sessions are listed, page by page", func(t *testing.T) { sessionsPage(t, s) })
}

func sessionsPage(t *testing.T, s Store) {
	username := unique("u")
	want := map[store.TokenID]store.Session{}
	for range 5 {
		session := newSession(username)
		want[session.ID] = session
		must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
	}
	found := map[store.TokenID]int{}
	for cursor, pages := "", 0; ; pages++ {
		page, next, err := s.SessionsPage(t.Context(), cursor, 2)
		must(t, err)
		if len(page) > 2 {
			t.Errorf("a page has %d sessions", len(page))
		}
		for _, session := range page {
			if session.Username == username && session == want[session.ID] {
				found[session.ID]++
			}
		}
		if next == "" {
			break
		}
		if next == cursor || pages > 10_000 {
			t.Fatalf("the cursor doesn't move on from %q", cursor)
		}
		cursor = next
	}
	for id := range want {
		if found[id] != 1 {
			t.Errorf("a session was found %d times", found[id])
		}
	}
}

func wantSession(t *testing.T, s Store, want store.Session) {
	t.Helper()
	got, err := s.Session(t.Context(), want.ID)
	must(t, err)
	if got != want {
		t.Errorf("session is\n%+v, want\n%+v", got, want)
	}
}

func wantNoSession(t *testing.T, s Store, id store.TokenID) {
	t.Helper()
	_, err := s.Session(t.Context(), id)
	wantErr(t, err, store.ErrNotFound)
}
