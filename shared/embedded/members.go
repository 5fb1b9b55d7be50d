package embedded

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/member"
	"systole/shared/store"
)

// CreateMember: see member.Members.
func (s *Store) CreateMember(_ context.Context, m member.Member) error {
	return s.write("create member", func(tx *bolt.Tx) error {
		members, key := tx.Bucket(membersBucket), []byte(m.Username)
		var old member.Member
		switch err := load(members, key, &old); {
		case err == nil && old.PasswordHash == m.PasswordHash:
			return nil
		case err == nil:
			return store.ErrExists
		case err != store.ErrNotFound:
			return err
		}
		if err := tx.Bucket(pksBucket).Put(number(m.PK), key); err != nil {
			return err
		}
		return save(members, key, m)
	})
}

// Member: see member.Members.
func (s *Store) Member(_ context.Context, username string) (m member.Member, err error) {
	err = s.read("member", func(tx *bolt.Tx) error {
		return load(tx.Bucket(membersBucket), []byte(username), &m)
	})
	return m, err
}

// update changes the member while expected holds for it, else store.ErrConflict.
func (s *Store) update(op, username string, expected func(member.Member) bool, change func(*member.Member)) error {
	return s.write(op, func(tx *bolt.Tx) error {
		members, key := tx.Bucket(membersBucket), []byte(username)
		var m member.Member
		err := load(members, key, &m)
		if err == store.ErrNotFound || err == nil && !expected(m) {
			return store.ErrConflict
		}
		if err != nil {
			return err
		}
		change(&m)
		return save(members, key, m)
	})
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
	return s.write("delete member", func(tx *bolt.Tx) error {
		members, key := tx.Bucket(membersBucket), []byte(username)
		var m member.Member
		err := load(members, key, &m)
		switch {
		case err == store.ErrNotFound:
			return nil
		case err != nil:
			return err
		case m.PK != pk:
			return store.ErrConflict
		}
		if err := tx.Bucket(pksBucket).Delete(number(pk)); err != nil {
			return err
		}
		return members.Delete(key)
	})
}

// ClaimPKBlock: see member.Members.
func (s *Store) ClaimPKBlock(_ context.Context, block int64, claimant string) error {
	return s.write("claim pk block", func(tx *bolt.Tx) error {
		blocks, key := tx.Bucket(blocksBucket), number(block)
		if holder := blocks.Get(key); holder != nil && string(holder) != claimant {
			return store.ErrExists
		}
		return blocks.Put(key, []byte(claimant))
	})
}

// SetModel: see biometric.Members.
func (s *Store) SetModel(_ context.Context, username, replaced string, model member.Model, prints []string) error {
	return s.update("set model", username,
		func(m member.Member) bool {
			current := ""
			if m.Model != nil {
				current = m.Model.Version
			}
			return current == replaced || current == model.Version
		},
		func(m *member.Member) { m.Model = &model; removePrints(m, prints) })
}

// Present: see biometric.Members.
func (s *Store) Present(_ context.Context, username, id string, print []byte) (seen member.Member, err error) {
	err = s.update("present", username, exists, func(m *member.Member) {
		if m.Prints == nil {
			m.Prints = make(map[string][]byte)
		}
		m.Prints[id] = print
		seen = *m
	})
	if errors.Is(err, store.ErrConflict) {
		return member.Member{}, fmt.Errorf("present: %w", store.ErrNotFound)
	}
	return seen, err
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
func (s *Store) MarkModelUsed(_ context.Context, username, version string, used time.Time) error {
	return s.update("mark model used", username, hasModel(version),
		func(m *member.Member) { m.Model.Used = used })
}

// CountFailure: see biometric.Members.
func (s *Store) CountFailure(_ context.Context, username, version string, at time.Time) error {
	return s.update("count failure", username, hasModel(version),
		func(m *member.Member) { m.Model.Failures, m.Model.FailedAt = m.Model.Failures+1, at })
}

// ClearFailures: see biometric.Members.
func (s *Store) ClearFailures(_ context.Context, username, version string) error {
	return s.update("clear failures", username, hasModel(version),
		func(m *member.Member) { m.Model.Failures, m.Model.FailedAt = 0, time.Time{} })
}

// ClearModel: see cleanup.Members.
func (s *Store) ClearModel(_ context.Context, username, version string, prints []string) error {
	return s.update("clear model", username,
		func(m member.Member) bool { return m.Model == nil || m.Model.Version == version },
		func(m *member.Member) { m.Model = nil; removePrints(m, prints) })
}

func hasModel(version string) func(member.Member) bool {
	return func(m member.Member) bool { return m.Model != nil && m.Model.Version == version }
}

// MemberByPK: see cleanup.Members.
func (s *Store) MemberByPK(_ context.Context, pk int64) (m member.Member, err error) {
	err = s.read("member by pk", func(tx *bolt.Tx) error {
		username := tx.Bucket(pksBucket).Get(number(pk))
		if username == nil {
			return store.ErrNotFound
		}
		return load(tx.Bucket(membersBucket), username, &m)
	})
	return m, err
}

// MembersPage: see cleanup.Members.
func (s *Store) MembersPage(_ context.Context, cursor string, limit int) (page []member.Member, next string, err error) {
	err = s.read("members page", func(tx *bolt.Tx) error {
		bucket := tx.Bucket(membersBucket)
		keys, more := keysAfter(bucket, cursor, limit)
		for _, key := range keys {
			var m member.Member
			if err := load(bucket, key, &m); err != nil {
				return err
			}
			page = append(page, m)
		}
		if more {
			next = string(keys[len(keys)-1])
		}
		return nil
	})
	return page, next, err
}

// keysAfter lists up to limit keys that come after cursor, and tells whether
// there are more.
func keysAfter(b *bolt.Bucket, cursor string, limit int) (keys [][]byte, more bool) {
	c := b.Cursor()
	key, _ := c.Seek([]byte(cursor))
	if key != nil && string(key) == cursor {
		key, _ = c.Next()
	}
	for ; key != nil; key, _ = c.Next() {
		if len(keys) == limit {
			return keys, true
		}
		keys = append(keys, key)
	}
	return keys, false
}

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
