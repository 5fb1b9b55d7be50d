package memory

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"systole/shared/member"
	"systole/shared/store"
)

// CreateSession: see member.Sessions.
func (s *Store) CreateSession(_ context.Context, session member.Session, e member.Event, evict []member.TokenID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = make(map[member.TokenID]member.Session)
	}
	s.sessions[session.ID] = session
	s.note(session.Username, e)
	for _, id := range evict {
		delete(s.sessions, id)
	}
	return nil
}

// Session: see member.Sessions.
func (s *Store) Session(_ context.Context, id member.TokenID) (member.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.sessions[id]
	if !ok {
		return member.Session{}, fmt.Errorf("session: %w", store.ErrNotFound)
	}
	return session, nil
}

// SessionsOf: see member.Sessions.
func (s *Store) SessionsOf(_ context.Context, username string) ([]member.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var of []member.Session
	for _, session := range s.sessions {
		if session.Username == username {
			of = append(of, session)
		}
	}
	slices.SortFunc(of, func(a, b member.Session) int { return a.Issued.Compare(b.Issued) })
	return of, nil
}

// change changes the session unless that fails; store.ErrNotFound when there
// is none.
func (s *Store) change(op string, id member.TokenID, change func(*member.Session) error) error {
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

// TouchSession: see member.Sessions.
func (s *Store) TouchSession(_ context.Context, id member.TokenID, used time.Time, modelKey string) error {
	return s.change("touch session", id, func(session *member.Session) error {
		session.Used, session.ModelKey = used, modelKey
		return nil
	})
}

// KeepSession: see member.Sessions.
func (s *Store) KeepSession(_ context.Context, id member.TokenID, validFrom time.Time) error {
	return s.change("keep session", id, func(session *member.Session) error {
		session.ValidFrom = validFrom
		return nil
	})
}

// SetChallenge: see member.Sessions.
func (s *Store) SetChallenge(_ context.Context, id member.TokenID, c member.Challenge) error {
	return s.change("set challenge", id, func(session *member.Session) error {
		session.Challenge = c
		return nil
	})
}

// TakeChallenge: see member.Sessions.
func (s *Store) TakeChallenge(_ context.Context, id member.TokenID, c member.Challenge) error {
	err := s.change("take challenge", id, func(session *member.Session) error {
		if session.Challenge != c {
			return store.ErrConflict
		}
		session.Challenge = member.Challenge{}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("take challenge: %w", store.ErrConflict)
	}
	return err
}

// DeleteSession: see member.Sessions.
func (s *Store) DeleteSession(_ context.Context, id member.TokenID) (member.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.sessions[id]
	if !ok {
		return member.Session{}, fmt.Errorf("delete session: %w", store.ErrNotFound)
	}
	delete(s.sessions, id)
	return session, nil
}

// DeleteSessions: see member.Sessions.
func (s *Store) DeleteSessions(_ context.Context, ids []member.TokenID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		delete(s.sessions, id)
	}
	return nil
}

// ExpiredSessions: see cleanup.Sessions.
func (s *Store) ExpiredSessions(_ context.Context, now time.Time, idle time.Duration, cursor string, limit int) ([]member.TokenID, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var expired []member.TokenID
	for id, session := range s.sessions {
		if hex.EncodeToString(id[:]) > cursor && (!now.Before(session.Expires) || now.Sub(session.Used) >= idle) {
			expired = append(expired, id)
		}
	}
	slices.SortFunc(expired, func(a, b member.TokenID) int { return bytes.Compare(a[:], b[:]) })
	if len(expired) <= limit {
		return expired, "", nil
	}
	last := expired[limit-1]
	return expired[:limit], hex.EncodeToString(last[:]), nil
}
