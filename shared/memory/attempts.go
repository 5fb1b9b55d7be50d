package memory

import (
	"context"
	"slices"
	"systole/shared/store"
	"time"
)

// attempts are counted until they expire.
type attempts struct {
	store.Attempts
	expires time.Time
}

// MemberWithAttempts: see store.AttemptStore.
func (s *Store) MemberWithAttempts(_ context.Context, username string, keys []string) (*store.Member, []store.Attempts, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := make([]store.Attempts, len(keys))
	for i, key := range keys {
		of[i] = s.attempts[key].Attempts
	}
	m, ok := s.members[username]
	if !ok {
		return nil, of, nil
	}
	m = clone(m)
	return &m, of, nil
}

// CountAttempt: see store.AttemptStore.
func (s *Store) CountAttempt(_ context.Context, key string, at, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, a := range s.attempts {
		if !at.Before(a.expires) {
			delete(s.attempts, other)
		}
	}
	if s.attempts == nil {
		s.attempts = make(map[string]attempts)
	}
	n := s.attempts[key].Failures + 1
	s.attempts[key] = attempts{store.Attempts{Failures: n, FailedAt: at}, expires}
	return nil
}

// ClearAttempts: see store.AttemptStore.
func (s *Store) ClearAttempts(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.attempts, key)
	return nil
}

// Note: see store.ActivityLog.
func (s *Store) Note(_ context.Context, username string, e store.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(username, e)
	return nil
}

func (s *Store) note(username string, e store.Event) {
	if s.events == nil {
		s.events = make(map[string][]store.Event)
	}
	live := slices.DeleteFunc(s.events[username], func(old store.Event) bool { return !e.At.Before(old.Expires) })
	s.events[username] = append(live, e)
}

// ActivityOf: see store.ActivityLog.
func (s *Store) ActivityOf(_ context.Context, username string, limit int) ([]store.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := slices.Clone(s.events[username])
	slices.Reverse(events)
	slices.SortStableFunc(events, func(a, b store.Event) int { return b.At.Compare(a.At) })
	return events[:min(len(events), limit)], nil
}

// ForgetActivity: see store.ActivityLog.
func (s *Store) ForgetActivity(_ context.Context, username string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.events, username)
	return nil
}
