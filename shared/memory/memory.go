// Package memory keeps members, sessions and objects in maps: for tests, for
// trying the service without leaving a trace, and as the plainest description
// of what every store has to do.
package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"sync"
	"time"

	"systole/shared/member"
	"systole/shared/store"
)

// Store holds members and sessions. The zero value is empty and ready.
type Store struct {
	mu       sync.Mutex
	members  map[string]member.Member
	sessions map[member.TokenID]member.Session
	blocks   map[int64]string
	attempts map[string]attempts
	events   map[string][]member.Event // by user name, oldest first
}

// CreateMember: see member.Members.
func (s *Store) CreateMember(_ context.Context, m member.Member) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, taken := s.members[m.Username]; taken {
		if old.PasswordHash == m.PasswordHash {
			return nil
		}
		return fmt.Errorf("create member: %w", store.ErrExists)
	}
	if s.members == nil {
		s.members = make(map[string]member.Member)
	}
	s.members[m.Username] = clone(m)
	return nil
}

// Member: see member.Members.
func (s *Store) Member(_ context.Context, username string) (member.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.members[username]
	if !ok {
		return member.Member{}, fmt.Errorf("member: %w", store.ErrNotFound)
	}
	return clone(m), nil
}

// update changes the member while expected holds for it, else store.ErrConflict.
func (s *Store) update(op, username string, expected func(member.Member) bool, change func(*member.Member)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.members[username]
	if !ok || !expected(m) {
		return fmt.Errorf("%s: %w", op, store.ErrConflict)
	}
	m = clone(m)
	change(&m)
	s.members[username] = m
	return nil
}

// ReplacePassword: see member.Members.
func (s *Store) ReplacePassword(_ context.Context, username, old, new string, validFrom time.Time) error {
	return s.update("replace password", username,
		func(m member.Member) bool { return m.PasswordHash == old || m.PasswordHash == new },
		func(m *member.Member) {
			m.PasswordHash = new
			if !validFrom.IsZero() {
				m.TokensValidFrom = validFrom
			}
		})
}

// VoidTokens: see member.Members.
func (s *Store) VoidTokens(_ context.Context, username string, from time.Time) error {
	return s.update("void tokens", username, exists, func(m *member.Member) { m.TokensValidFrom = from })
}

// SetConsent: see member.Members.
func (s *Store) SetConsent(_ context.Context, username string, c member.Consent) error {
	return s.update("set consent", username, exists, func(m *member.Member) { m.Consent = &c })
}

func exists(member.Member) bool { return true }

// DeleteMember: see member.Members.
func (s *Store) DeleteMember(_ context.Context, username string, pk int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.members[username]; ok && m.PK != pk {
		return fmt.Errorf("delete member: %w", store.ErrConflict)
	}
	delete(s.members, username)
	return nil
}

// ClaimPKBlock: see member.Members.
func (s *Store) ClaimPKBlock(_ context.Context, block int64, claimant string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if holder, taken := s.blocks[block]; taken && holder != claimant {
		return fmt.Errorf("claim pk block: %w", store.ErrExists)
	}
	if s.blocks == nil {
		s.blocks = make(map[int64]string)
	}
	s.blocks[block] = claimant
	return nil
}

// SetModel: see biometric.Members.
func (s *Store) SetModel(_ context.Context, username, replaced string, model member.Model, prints []string) error {
	return s.update("set model", username,
		func(m member.Member) bool {
			current := version(m)
			return current == replaced || current == model.Version
		},
		func(m *member.Member) { m.Model = &model; removePrints(m, prints) })
}

// Present: see biometric.Members.
func (s *Store) Present(ctx context.Context, username, id string, print []byte) (member.Member, error) {
	err := s.update("present", username, exists, func(m *member.Member) {
		if m.Prints == nil {
			m.Prints = make(map[string][]byte)
		}
		m.Prints[id] = bytes.Clone(print)
	})
	if errors.Is(err, store.ErrConflict) {
		return member.Member{}, fmt.Errorf("present: %w", store.ErrNotFound)
	}
	return s.Member(ctx, username)
}

// RemovePrint: see biometric.Members.
func (s *Store) RemovePrint(_ context.Context, username, id string) error {
	err := s.update("remove print", username, exists, func(m *member.Member) { removePrints(m, []string{id}) })
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

func removePrints(m *member.Member, ids []string) {
	for _, id := range ids {
		delete(m.Prints, id)
	}
	if len(m.Prints) == 0 {
		m.Prints = nil
	}
}

// MarkModelUsed: see biometric.Members.
func (s *Store) MarkModelUsed(_ context.Context, username, current string, used time.Time) error {
	return s.update("mark model used", username,
		func(m member.Member) bool { return m.Model != nil && m.Model.Version == current },
		func(m *member.Member) { m.Model.Used = used })
}

// CountFailure: see biometric.Members.
func (s *Store) CountFailure(_ context.Context, username, current string, at time.Time) error {
	return s.update("count failure", username,
		func(m member.Member) bool { return m.Model != nil && m.Model.Version == current },
		func(m *member.Member) { m.Model.Failures, m.Model.FailedAt = m.Model.Failures+1, at })
}

// ClearFailures: see biometric.Members.
func (s *Store) ClearFailures(_ context.Context, username, current string) error {
	return s.update("clear failures", username,
		func(m member.Member) bool { return m.Model != nil && m.Model.Version == current },
		func(m *member.Member) { m.Model.Failures, m.Model.FailedAt = 0, time.Time{} })
}

// ClearModel: see cleanup.Members.
func (s *Store) ClearModel(_ context.Context, username, current string, prints []string) error {
	return s.update("clear model", username,
		func(m member.Member) bool { return m.Model == nil || m.Model.Version == current },
		func(m *member.Member) { m.Model = nil; removePrints(m, prints) })
}

// MemberByPK: see cleanup.Members.
func (s *Store) MemberByPK(_ context.Context, pk int64) (member.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.members {
		if m.PK == pk {
			return clone(m), nil
		}
	}
	return member.Member{}, fmt.Errorf("member by pk: %w", store.ErrNotFound)
}

// MembersPage: see cleanup.Members.
func (s *Store) MembersPage(_ context.Context, cursor string, limit int) ([]member.Member, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.members))
	names = names[sort.Search(len(names), func(i int) bool { return names[i] > cursor }):]
	next := ""
	if len(names) > limit {
		names = names[:limit]
		next = names[limit-1]
	}
	page := make([]member.Member, len(names))
	for i, name := range names {
		page[i] = clone(s.members[name])
	}
	return page, next, nil
}

// clone copies what m points to, so that callers and the store share nothing.
func clone(m member.Member) member.Member {
	if m.Age != nil {
		age := *m.Age
		m.Age = &age
	}
	if m.Consent != nil {
		consent := *m.Consent
		m.Consent = &consent
	}
	if m.Model != nil {
		model := *m.Model
		m.Model = &model
	}
	m.Prints = maps.Clone(m.Prints) // what is in it doesn't change
	return m
}

// version of the member's current model, "" for none.
func version(m member.Member) string {
	if m.Model == nil {
		return ""
	}
	return m.Model.Version
}
