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

	"systole/shared/store"
)

// Store holds members and sessions. The zero value is empty and ready.
type Store struct {
	mu       sync.Mutex
	members  map[string]store.Member
	sessions map[store.TokenID]store.Session
	blocks   map[int64]string
	attempts map[string]attempts
	events   map[string][]store.Event // by user name, oldest first
}

// CreateMember: see store.Members.
func (s *Store) CreateMember(_ context.Context, m store.Member) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, taken := s.members[m.Username]; taken {
		if old.PasswordHash == m.PasswordHash {
			return nil
		}
		return fmt.Errorf("create member: %w", store.ErrExists)
	}
	if s.members == nil {
		s.members = make(map[string]store.Member)
	}
	s.members[m.Username] = clone(m)
	return nil
}

// Member: see store.Members.
func (s *Store) Member(_ context.Context, username string) (store.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.members[username]
	if !ok {
		return store.Member{}, fmt.Errorf("member: %w", store.ErrNotFound)
	}
	return clone(m), nil
}

// update changes the member while expected holds for it, else store.ErrConflict.
func (s *Store) update(op, username string, expected func(store.Member) bool, change func(*store.Member)) error {
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

// ReplacePassword: see store.Members.
func (s *Store) ReplacePassword(_ context.Context, username, old, new string, validFrom time.Time) error {
	return s.update("replace password", username,
		func(m store.Member) bool { return m.PasswordHash == old || m.PasswordHash == new },
		func(m *store.Member) {
			m.PasswordHash = new
			if !validFrom.IsZero() {
				m.TokensValidFrom = validFrom
			}
		})
}

// VoidTokens: see store.Members.
func (s *Store) VoidTokens(_ context.Context, username string, from time.Time) error {
	return s.update("void tokens", username, exists, func(m *store.Member) { m.TokensValidFrom = from })
}

// SetConsent: see store.Members.
func (s *Store) SetConsent(_ context.Context, username string, c store.Consent) error {
	return s.update("set consent", username, exists, func(m *store.Member) { m.Consent = &c })
}

func exists(store.Member) bool { return true }

// DeleteMember: see store.Members.
func (s *Store) DeleteMember(_ context.Context, username string, pk int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.members[username]; ok && m.PK != pk {
		return fmt.Errorf("delete member: %w", store.ErrConflict)
	}
	delete(s.members, username)
	return nil
}

// ClaimPKBlock: see store.Members.
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

// SetTemplate: see store.Members.
func (s *Store) SetTemplate(_ context.Context, username, replaced string, model store.Template, prints []string) error {
	return s.update("set model", username,
		func(m store.Member) bool {
			current := version(m)
			return current == replaced || current == model.Version
		},
		func(m *store.Member) { m.Template = &model; removePrints(m, prints) })
}

// RegisterProbe: see store.Members.
func (s *Store) RegisterProbe(ctx context.Context, username, id string, print []byte) (store.Member, error) {
	err := s.update("present", username, exists, func(m *store.Member) {
		if m.Digests == nil {
			m.Digests = make(map[string][]byte)
		}
		m.Digests[id] = bytes.Clone(print)
	})
	if errors.Is(err, store.ErrConflict) {
		return store.Member{}, fmt.Errorf("present: %w", store.ErrNotFound)
	}
	return s.Member(ctx, username)
}

// RemoveProbe: see store.Members.
func (s *Store) RemoveProbe(_ context.Context, username, id string) error {
	err := s.update("remove print", username, exists, func(m *store.Member) { removePrints(m, []string{id}) })
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

func removePrints(m *store.Member, ids []string) {
	for _, id := range ids {
		delete(m.Digests, id)
	}
	if len(m.Digests) == 0 {
		m.Digests = nil
	}
}

// MarkTemplateUsed: see store.Members.
func (s *Store) MarkTemplateUsed(_ context.Context, username, current string, used time.Time) error {
	return s.update("mark model used", username,
		func(m store.Member) bool { return m.Template != nil && m.Template.Version == current },
		func(m *store.Member) { m.Template.Used = used })
}

// CountFailure: see store.Members.
func (s *Store) CountFailure(_ context.Context, username, current string, at time.Time) error {
	return s.update("count failure", username,
		func(m store.Member) bool { return m.Template != nil && m.Template.Version == current },
		func(m *store.Member) { m.Template.Failures, m.Template.FailedAt = m.Template.Failures+1, at })
}

// ClearFailures: see store.Members.
func (s *Store) ClearFailures(_ context.Context, username, current string) error {
	return s.update("clear failures", username,
		func(m store.Member) bool { return m.Template != nil && m.Template.Version == current },
		func(m *store.Member) { m.Template.Failures, m.Template.FailedAt = 0, time.Time{} })
}

// ClearTemplate: see store.Members.
func (s *Store) ClearTemplate(_ context.Context, username, current string, prints []string) error {
	return s.update("clear model", username,
		func(m store.Member) bool { return m.Template == nil || m.Template.Version == current },
		func(m *store.Member) { m.Template = nil; removePrints(m, prints) })
}

// MemberByPK: see store.Members.
func (s *Store) MemberByPK(_ context.Context, pk int64) (store.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.members {
		if m.PK == pk {
			return clone(m), nil
		}
	}
	return store.Member{}, fmt.Errorf("member by pk: %w", store.ErrNotFound)
}

// MembersPage: see store.Members.
func (s *Store) MembersPage(_ context.Context, cursor string, limit int) ([]store.Member, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.members))
	names = names[sort.Search(len(names), func(i int) bool { return names[i] > cursor }):]
	next := ""
	if len(names) > limit {
		names = names[:limit]
		next = names[limit-1]
	}
	page := make([]store.Member, len(names))
	for i, name := range names {
		page[i] = clone(s.members[name])
	}
	return page, next, nil
}

// clone copies what m points to, so that callers and the store share nothing.
func clone(m store.Member) store.Member {
	if m.Age != nil {
		age := *m.Age
		m.Age = &age
	}
	if m.Consent != nil {
		consent := *m.Consent
		m.Consent = &consent
	}
	if m.Template != nil {
		model := *m.Template
		m.Template = &model
	}
	m.Digests = maps.Clone(m.Digests) // what is in it doesn't change
	return m
}

// version of the member's current model, "" for none.
func version(m store.Member) string {
	if m.Template == nil {
		return ""
	}
	return m.Template.Version
}
