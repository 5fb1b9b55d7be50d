package members_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"systole/shared/member"
	"systole/shared/store"
)

// memory keeps members and sessions for a test.
type memory struct {
	mu       sync.Mutex
	members  map[string]member.Member
	sessions map[member.TokenID]member.Session
	down     bool // answer nothing but store.ErrUnavailable
}

func newMemory() *memory {
	return &memory{members: map[string]member.Member{}, sessions: map[member.TokenID]member.Session{}}
}

// do runs f alone, unless the store is down.
func (s *memory) do(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return store.ErrUnavailable
	}
	return f()
}

// counts returns how many members and sessions there are.
func (s *memory) counts() [2]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return [2]int{len(s.members), len(s.sessions)}
}

func (s *memory) CreateMember(_ context.Context, m member.Member) error {
	return s.do(func() error {
		if _, taken := s.members[m.Username]; taken {
			return store.ErrExists
		}
		s.members[m.Username] = m
		return nil
	})
}

func (s *memory) Member(_ context.Context, username string) (m member.Member, err error) {
	err = s.do(func() (err error) {
		m, err = found(s.members, username)
		return err
	})
	return m, err
}

func (s *memory) ReplacePassword(context.Context, string, string, string) error {
	return s.do(func() error { return store.ErrConflict })
}

func (s *memory) ClaimPKBlock(context.Context, int64, string) error {
	return s.do(func() error { return nil })
}

func (s *memory) CreateSession(_ context.Context, session member.Session, evict []member.TokenID) error {
	return s.do(func() error {
		s.sessions[session.ID] = session
		for _, id := range evict {
			delete(s.sessions, id)
		}
		return nil
	})
}

func (s *memory) Session(_ context.Context, id member.TokenID) (session member.Session, err error) {
	err = s.do(func() (err error) {
		session, err = found(s.sessions, id)
		return err
	})
	return session, err
}

func (s *memory) SessionsOf(_ context.Context, username string) (sessions []member.Session, err error) {
	err = s.do(func() error {
		for _, session := range s.sessions {
			if session.Username == username {
				sessions = append(sessions, session)
			}
		}
		slices.SortFunc(sessions, func(a, b member.Session) int { return a.Issued.Compare(b.Issued) })
		return nil
	})
	return sessions, err
}

func (s *memory) TouchSession(context.Context, member.TokenID, time.Time, string) error {
	return s.do(func() error { return nil })
}

func (s *memory) DeleteSession(_ context.Context, id member.TokenID) (session member.Session, err error) {
	err = s.do(func() (err error) {
		session, err = found(s.sessions, id)
		delete(s.sessions, id)
		return err
	})
	return session, err
}

func found[K comparable, V any](all map[K]V, key K) (V, error) {
	v, ok := all[key]
	if !ok {
		return v, store.ErrNotFound
	}
	return v, nil
}
