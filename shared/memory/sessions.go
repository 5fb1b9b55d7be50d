package memory

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// CreateSession: see store.Sessions.
func (s *Store) CreateSession(_ context.Context, session store.Session, e store.Event, evict []store.TokenID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = make(map[store.TokenID]store.Session)
	}
	s.sessions[session.ID] = session
	s.note(session.Username, e)
	for _, id := range evict {
		delete(s.sessions, id)
	}
	return nil
}

// Session: see store.Sessions.
func (s *Store) Session(_ context.Context, id store.TokenID) (store.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.sessions[id]
	if !ok {
		return store.Session{}, fmt.Errorf("session: %w", store.ErrNotFound)
	}
	return session, nil
}

// SessionsOf: see store.Sessions.
func (s *Store) SessionsOf(_ context.Context, username string) ([]store.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var of []store.Session
	for _, session := range s.sessions {
		if session.Username == username {
			of = append(of, session)
		}
	}
	slices.SortFunc(of, func(a, b store.Session) int { return a.Issued.Compare(b.Issued) })
	return of, nil
}

func (s *Store) updateSession(id store.TokenID, rule rules.Session) error {
	_, _, err := update(s, &s.sessions, id, rule)
	return err
}

// TouchSession: see store.SessionStore.
func (s *Store) TouchSession(_ context.Context, id store.TokenID, used time.Time, templateKey string) error {
	return s.updateSession(id, rules.TouchSession(used, templateKey))
}

// VerifySession: see store.SessionStore.
func (s *Store) VerifySession(_ context.Context, id store.TokenID, at time.Time) error {
	return s.updateSession(id, rules.VerifySession(at))
}

// KeepSession: see store.SessionStore.
func (s *Store) KeepSession(_ context.Context, id store.TokenID, validFrom time.Time) error {
	return s.updateSession(id, rules.KeepSession(validFrom))
}

// SetChallenge: see store.SessionStore.
func (s *Store) SetChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	return s.updateSession(id, rules.SetChallenge(c))
}

// TakeChallenge: see store.SessionStore.
func (s *Store) TakeChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	return s.updateSession(id, rules.TakeChallenge(c))
}

// EndSession: see store.SessionStore.
func (s *Store) EndSession(_ context.Context, id store.TokenID, pk int64) error {
	return s.updateSession(id, rules.EndSession(pk))
}

// DeleteSession: see store.SessionDeleter.
func (s *Store) DeleteSession(_ context.Context, id store.TokenID) (store.Session, error) {
	deleted, _, err := update(s, &s.sessions, id, rules.DeleteSession())
	if err != nil {
		return store.Session{}, err
	}
	return *deleted, nil
}

// DeleteSessions: see store.Sessions.
func (s *Store) DeleteSessions(_ context.Context, ids []store.TokenID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.sessions, id)
	}
	return nil
}

// ExpireSession: see store.SessionExpirer.
func (s *Store) ExpireSession(_ context.Context, id store.TokenID, now time.Time, idle time.Duration) error {
	return s.updateSession(id, rules.ExpireSession(now, idle))
}

// PostponeSession: see store.SessionExpirer.
func (s *Store) PostponeSession(_ context.Context, id store.TokenID, due time.Time) error {
	return s.updateSession(id, rules.PostponeSession(due))
}

// SessionsPage: see store.SessionLister.
func (s *Store) SessionsPage(_ context.Context, cursor string, limit int) ([]store.Session, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var page []store.Session
	for id, session := range s.sessions {
		if hex.EncodeToString(id[:]) > cursor {
			page = append(page, session)
		}
	}
	slices.SortFunc(page, func(a, b store.Session) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	if len(page) <= limit {
		return page, "", nil
	}
	last := page[limit-1].ID
	return page[:limit], hex.EncodeToString(last[:]), nil
}
