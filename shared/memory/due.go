package memory

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"systole/shared/store"
)

// DueUntil: see store.DueLister. A cursor is an entry's time and key.
func (s *Store) DueUntil(_ context.Context, kind store.DueKind, shard int, until time.Time, cursor string, limit int) (due []store.Due, next string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.due(kind) {
		if store.DueShard(d.Key) == shard && !d.At.IsZero() && !d.At.After(until) && place(d) > cursor {
			due = append(due, d)
		}
	}
	slices.SortFunc(due, func(a, b store.Due) int { return cmp.Compare(place(a), place(b)) })
	if len(due) > limit {
		due = due[:limit]
		next = place(due[limit-1])
	}
	return due, next, nil
}

// due returns all entries of a kind.
func (s *Store) due(kind store.DueKind) (all []store.Due) {
	add := func(key string, at time.Time) { all = append(all, store.Due{Kind: kind, At: at, Key: key}) }
	switch kind {
	case store.DueSession:
		for id, session := range s.sessions {
			add(hex.EncodeToString(id[:]), session.Due)
		}
	case store.DueTemplate:
		for name, m := range s.members {
			add(name, m.Seen)
		}
	case store.DueLeftover:
		for key, at := range s.leftovers {
			add(key, at)
		}
	case store.DueActivity:
		for name, entries := range s.events {
			for place, e := range entries {
				add(name+"\x00"+place, e.Expires)
			}
		}
	}
	return all
}

func place(d store.Due) string { return fmt.Sprintf("%020d %s", d.At.UnixNano(), d.Key) }

// ExpireActivity: see store.ActivityExpirer.
func (s *Store) ExpireActivity(_ context.Context, due []store.Due) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range due {
		name, place, _ := strings.Cut(d.Key, "\x00")
		if entries := s.events[name]; !entries[place].Expires.After(d.At) {
			delete(entries, place)
		}
	}
	return nil
}

// NoteLeftover: see store.LeftoverWriter.
func (s *Store) NoteLeftover(_ context.Context, at time.Time, keys ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leftovers == nil {
		s.leftovers = make(map[string]time.Time)
	}
	s.leftovers[store.LeftoverKey(keys)] = at
	return nil
}

// SettleLeftover: see store.LeftoverSettler.
func (s *Store) SettleLeftover(_ context.Context, d store.Due) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leftovers[d.Key].Equal(d.At) {
		delete(s.leftovers, d.Key)
	}
	return nil
}
