package memory

import (
	"context"
	"maps"
	"slices"
	"systole/shared/store"
	"systole/shared/store/rules"
	"time"
)

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

// AdmitAttempt: see store.AttemptStore. It also deletes expired attempts.
func (s *Store) AdmitAttempt(_ context.Context, key string, b store.Backoff, at, expires time.Time) error {
	s.sweep(at)
	_, _, err := update(s, &s.attempts, key, rules.AdmitAttempt(b, at, expires))
	return err
}

// TakeBackAttempt: see store.AttemptStore.
func (s *Store) TakeBackAttempt(_ context.Context, key string) error {
	_, _, err := update(s, &s.attempts, key, rules.TakeBackAttempt())
	return err
}

func (s *Store) sweep(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.attempts, func(_ string, a rules.Attempts) bool { return !now.Before(a.Expires) })
}

// ClearAttempts: see store.AttemptStore.
func (s *Store) ClearAttempts(_ context.Context, key string) error {
	_, _, err := update(s, &s.attempts, key, rules.ClearAttempts())
	return err
}

// Note: see store.ActivityLog.
func (s *Store) Note(_ context.Context, username string, e store.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(username, e)
	return nil
}

// note adds an event, and deletes the name's expired ones.
func (s *Store) note(username string, e store.Event) {
	if s.events == nil {
		s.events = make(map[string]map[string]store.Event)
	}
	entries := s.events[username]
	if entries == nil {
		entries = make(map[string]store.Event)
		s.events[username] = entries
	}
	maps.DeleteFunc(entries, func(_ string, old store.Event) bool { return !e.At.Before(old.Expires) })
	entry, there := entries[e.Place()]
	if there && e.Within != 0 {
		entries[e.Place()] = entry.With(e)
		return
	}
	entries[e.Place()] = e.Single()
}

// ActivityOf: see store.ActivityLog.
func (s *Store) ActivityOf(_ context.Context, username, cursor string, limit int) (events []store.Event, next string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	places := slices.Sorted(maps.Keys(s.events[username]))
	if cursor != "" {
		end, _ := slices.BinarySearch(places, cursor)
		places = places[:end]
	}
	for _, place := range slices.Backward(places) {
		if len(events) == limit {
			return events, next, nil
		}
		events, next = append(events, s.events[username][place]), place
	}
	return events, "", nil
}

// ForgetActivity: see store.ActivityLog.
func (s *Store) ForgetActivity(_ context.Context, username string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.events, username)
	return nil
}
