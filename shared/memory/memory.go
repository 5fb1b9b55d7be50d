// Package memory keeps members, sessions and objects in maps: for tests, for
// trying the service without leaving data behind, and as the simplest description
// of a store's behaviour.
package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// Store holds members and sessions. The zero value is empty and ready.
type Store struct {
	mu       sync.Mutex
	members  map[string]store.Member
	sessions map[store.TokenID]store.Session
	blocks   map[int64]string
	attempts map[string]rules.Attempts
	events   map[string]map[string]store.Event // by user name and place
	grants   map[store.GrantID]store.Grant
	registry map[string][]byte // one entry, under its name

	leftovers map[string]time.Time // by the objects' keys
}

// update applies the rule to the row under key in one of s's maps, and returns
// the row before and after, nil for none.
func update[Key comparable, Row any](s *Store, rows *map[Key]Row, key Key, rule rules.Rule[Row]) (before, after *Row, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row, ok := (*rows)[key]; ok {
		before = &row
	}
	after, _, err = rule.Apply(before)
	switch {
	case err != nil:
		return before, after, fmt.Errorf("%s: %w", rule.Op, err)
	case after == nil:
		delete(*rows, key)
	default:
		if *rows == nil {
			*rows = make(map[Key]Row)
		}
		(*rows)[key] = *after
	}
	return before, after, nil
}

// Member: see store.MemberReader.
func (s *Store) Member(_ context.Context, username string) (store.Member, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.members[username]
	if !ok {
		return store.Member{}, fmt.Errorf("member: %w", store.ErrNotFound)
	}
	return clone(m), nil
}

func (s *Store) update(username string, rule rules.Member) error {
	_, _, err := update(s, &s.members, username, rule)
	return err
}

// CreateMember: see store.MemberStore.
func (s *Store) CreateMember(_ context.Context, m store.Member) error {
	return s.update(m.Username, rules.CreateMember(clone(m)))
}

// ReplacePassword: see store.MemberStore.
func (s *Store) ReplacePassword(_ context.Context, username, old, new string, validFrom time.Time) error {
	return s.update(username, rules.ReplacePassword(old, new, validFrom))
}

// VoidTokens: see store.MemberStore.
func (s *Store) VoidTokens(_ context.Context, username string, pk int64, from time.Time) error {
	return s.update(username, rules.VoidTokens(pk, from))
}

// SetConsent: see store.MemberStore.
func (s *Store) SetConsent(_ context.Context, username string, pk int64, c store.Consent) error {
	return s.update(username, rules.SetConsent(pk, c))
}

// RecordNetwork: see store.MemberStore.
func (s *Store) RecordNetwork(_ context.Context, username string, pk int64, network string, at time.Time, forget []string) error {
	return s.update(username, rules.RecordNetwork(pk, network, at, forget))
}

// DeleteMember: see store.MemberStore.
func (s *Store) DeleteMember(_ context.Context, username string, pk int64) error {
	return s.update(username, rules.DeleteMember(pk))
}

// SetTemplate: see store.TemplateWriter.
func (s *Store) SetTemplate(_ context.Context, from store.Member, t store.Template, archived []string) error {
	return s.update(from.Username, rules.SetTemplate(from, t, archived))
}

// SetSeen: see store.UseIndexer.
func (s *Store) SetSeen(_ context.Context, username, version string, seen time.Time) error {
	return s.update(username, rules.SetSeen(version, seen))
}

// SetUploads: see store.UploadRegistry.
func (s *Store) SetUploads(_ context.Context, from store.Member, uploads []store.PendingUpload) error {
	return s.update(from.Username, rules.SetUploads(from, slices.Clone(uploads)))
}

// SetSubjectSalt: see store.SubjectWriter.
func (s *Store) SetSubjectSalt(_ context.Context, username string, pk int64, salt []byte) error {
	return s.update(username, rules.SetSubjectSalt(pk, slices.Clone(salt)))
}

// SetRecoveryCodes: see store.RecoveryWriter.
func (s *Store) SetRecoveryCodes(_ context.Context, from store.Member, codes store.RecoveryCodes) error {
	codes.Left = slices.Clone(codes.Left)
	return s.update(from.Username, rules.SetRecoveryCodes(from, codes))
}

// RecoverPassword: see store.RecoveryWriter.
func (s *Store) RecoverPassword(_ context.Context, from store.Member, hash string, left [][]byte, at time.Time) error {
	return s.update(from.Username, rules.RecoverPassword(from, hash, slices.Clone(left), at))
}

// ClearTemplate: see store.TemplateRemover.
func (s *Store) ClearTemplate(_ context.Context, from store.Member, at time.Time, memory string, archived []string) error {
	return s.update(from.Username, rules.ClearTemplate(from, at, memory, archived))
}

// RegisterProbe: see store.ProbeRegistry.
func (s *Store) RegisterProbe(_ context.Context, session store.Session, p store.Probe) (store.Member, error) {
	_, m, err := update(s, &s.members, session.Username, rules.RegisterProbe(session, p))
	if m == nil {
		return store.Member{}, err
	}
	return clone(*m), err
}

// RememberProbe: see store.ProbeRegistry.
func (s *Store) RememberProbe(_ context.Context, session store.Session, id string, digest []byte) error {
	return s.update(session.Username, rules.RememberProbe(session, id, digest))
}

// RemoveProbe: see store.ProbeRegistry.
func (s *Store) RemoveProbe(_ context.Context, username, id string) error {
	return s.update(username, rules.RemoveProbe(id))
}

// WithdrawProbe: see store.ProbeRegistry.
func (s *Store) WithdrawProbe(_ context.Context, username, version, id string) error {
	return s.update(username, rules.WithdrawProbe(version, id))
}

// RecordAcceptance: see store.ProbeRegistry.
func (s *Store) RecordAcceptance(_ context.Context, username, version string, used time.Time) error {
	return s.update(username, rules.RecordAcceptance(version, used))
}

// ClaimPKBlock: see store.MemberStore.
func (s *Store) ClaimPKBlock(_ context.Context, block int64, claimant string) error {
	_, _, err := update(s, &s.blocks, block, rules.ClaimPKBlock(claimant))
	return err
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
	first, taken := slices.BinarySearch(names, cursor)
	if taken {
		first++
	}
	names = names[first:]
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
	m.Uploads = slices.Clone(m.Uploads)
	m.Networks = maps.Clone(m.Networks)
	m.SubjectSalt = slices.Clone(m.SubjectSalt)
	m.RecoveryCodes.Left = slices.Clone(m.RecoveryCodes.Left)
	m.Digests = maps.Clone(m.Digests) // digests themselves never change
	return m
}
