package memory

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"systole/shared/store"
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

// change changes the session unless that fails; store.ErrNotFound when there
// is none.
func (s *Store) change(op string, id store.TokenID, change func(*store.Session) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.sessions[id]
	if !ok {
		return fmt.Errorf("%s: %w", op, store.ErrNotFound)
	}
	if err := change(&session); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	s.sessions[id] = session
	return nil
}

// TouchSession: see store.Sessions.
func (s *Store) TouchSession(_ context.Context, id store.TokenID, used time.Time, modelKey string) error {
	return s.change("touch session", id, func(session *store.Session) error {
		session.Used, session.TemplateKey = used, modelKey
		return nil
	})
}

// KeepSession: see store.Sessions.
func (s *Store) KeepSession(_ context.Context, id store.TokenID, validFrom time.Time) error {
	return s.change("keep session", id, func(session *store.Session) error {
		session.ValidFrom = validFrom
		return nil
	})
}

// SetChallenge: see store.Sessions.
func (s *Store) SetChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	return s.change("set challenge", id, func(session *store.Session) error {
		session.Challenge = c
		return nil
	})
}

// TakeChallenge: see store.Sessions.
func (s *Store) TakeChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	err := s.change("take challenge", id, func(session *store.Session) error {
		if session.Challenge != c {
			return store.ErrConflict
		}
		session.Challenge = store.Challenge{}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("take challenge: %w", store.ErrConflict)
	}
	return err
}

// DeleteSession: see store.Sessions.
func (s *Store) DeleteSession(_ context.Context, id store.TokenID) (store.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.sessions[id]
	if !ok {
		return store.Session{}, fmt.Errorf("delete session: %w", store.ErrNotFound)
	}
	delete(s.sessions, id)
	return session, nil
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
