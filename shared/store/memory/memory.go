// Package memory keeps members, sessions and objects in maps: for tests, for
// trying the service without leaving a trace, and as the plainest description
// of what every store has to do.
package memory

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
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
func (s *Store) ReplacePassword(_ context.Context, username, old, new string) error {
	return s.update("replace password", username,
		func(m member.Member) bool { return m.PasswordHash == old || m.PasswordHash == new },
		func(m *member.Member) { m.PasswordHash = new })
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
func (s *Store) SetModel(_ context.Context, username, replaced string, model member.Model) error {
	return s.update("set model", username,
		func(m member.Member) bool {
			current := version(m)
			return current == replaced || current == model.Version
		},
		func(m *member.Member) { m.Model = &model })
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
func (s *Store) ClearModel(_ context.Context, username, current string) error {
	return s.update("clear model", username,
		func(m member.Member) bool { return m.Model == nil || m.Model.Version == current },
		func(m *member.Member) { m.Model = nil })
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

// CreateSession: see member.Sessions.
func (s *Store) CreateSession(_ context.Context, session member.Session, evict []member.TokenID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = make(map[member.TokenID]member.Session)
	}
	s.sessions[session.ID] = session
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

// TouchSession: see member.Sessions.
func (s *Store) TouchSession(_ context.Context, id member.TokenID, used time.Time, modelKey string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, ok := s.sessions[id]
	if !ok {
		return fmt.Errorf("touch session: %w", store.ErrNotFound)
	}
	session.Used, session.ModelKey = used, modelKey
	s.sessions[id] = session
	return nil
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

// clone copies what m points to, so that callers and the store share nothing.
func clone(m member.Member) member.Member {
	if m.Age != nil {
		age := *m.Age
		m.Age = &age
	}
	if m.Model != nil {
		model := *m.Model
		m.Model = &model
	}
	return m
}

// version of the member's current model, "" for none.
func version(m member.Member) string {
	if m.Model == nil {
		return ""
	}
	return m.Model.Version
}

// Objects holds objects. The zero value is empty; Now must be set.
type Objects struct {
	Now func() time.Time

	mu      sync.Mutex
	objects map[string]object
}

type object struct {
	data     []byte
	modified time.Time
}

// Put: see biometric.Objects.
func (o *Objects) Put(_ context.Context, key string, data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if old, taken := o.objects[key]; taken {
		if bytes.Equal(old.data, data) {
			return nil
		}
		return fmt.Errorf("put object: %w", store.ErrExists)
	}
	o.set(key, data)
	return nil
}

// Replace: see cleanup.Objects.
func (o *Objects) Replace(_ context.Context, key string, data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.set(key, data)
	return nil
}

func (o *Objects) set(key string, data []byte) {
	if o.objects == nil {
		o.objects = make(map[string]object)
	}
	o.objects[key] = object{bytes.Clone(data), o.Now()}
}

// Get: see biometric.Objects.
func (o *Objects) Get(_ context.Context, key string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.objects[key]
	if !ok {
		return nil, fmt.Errorf("get object: %w", store.ErrNotFound)
	}
	return bytes.Clone(found.data), nil
}

// Delete: see cleanup.Objects.
func (o *Objects) Delete(_ context.Context, key string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.objects, key)
	return nil
}

// List: see cleanup.Objects.
func (o *Objects) List(_ context.Context, prefix, after string, limit int) ([]store.Object, string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []store.Object
	for key, found := range o.objects {
		if len(key) >= len(prefix) && key[:len(prefix)] == prefix && key > after {
			list = append(list, store.Object{Key: key, Size: int64(len(found.data)), Modified: found.modified})
		}
	}
	slices.SortFunc(list, func(a, b store.Object) int { return cmp.Compare(a.Key, b.Key) })
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], list[limit-1].Key, nil
}
