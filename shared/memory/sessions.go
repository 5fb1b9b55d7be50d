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

// ExpiredSessions: see store.Sessions.
func (s *Store) ExpiredSessions(_ context.Context, now time.Time, idle time.Duration, cursor string, limit int) ([]store.TokenID, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var expired []store.TokenID
	for id, session := range s.sessions {
		if hex.EncodeToString(id[:]) > cursor && (!now.Before(session.Expires) || now.Sub(session.Used) >= idle) {
			expired = append(expired, id)
		}
	}
	slices.SortFunc(expired, func(a, b store.TokenID) int { return bytes.Compare(a[:], b[:]) })
	if len(expired) <= limit {
		return expired, "", nil
	}
	last := expired[limit-1]
	return expired[:limit], hex.EncodeToString(last[:]), nil
}
