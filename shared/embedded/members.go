package embedded

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
)

// CreateMember: see store.Members.
func (s *Store) CreateMember(_ context.Context, m store.Member) error {
	return s.write("create member", func(tx *bolt.Tx) error {
		members, key := tx.Bucket(membersBucket), []byte(m.Username)
		var old store.Member
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

// Member: see store.Members.
func (s *Store) Member(_ context.Context, username string) (m store.Member, err error) {
	err = s.read("member", func(tx *bolt.Tx) error {
		return load(tx.Bucket(membersBucket), []byte(username), &m)
	})
	return m, err
}

// update changes the member while expected holds for it, else store.ErrConflict.
func (s *Store) update(op, username string, expected func(store.Member) bool, change func(*store.Member)) error {
	return s.write(op, func(tx *bolt.Tx) error {
		members, key := tx.Bucket(membersBucket), []byte(username)
		var m store.Member
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
	return s.write("delete member", func(tx *bolt.Tx) error {
		members, key := tx.Bucket(membersBucket), []byte(username)
		var m store.Member
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

// ClaimPKBlock: see store.Members.
func (s *Store) ClaimPKBlock(_ context.Context, block int64, claimant string) error {
	return s.write("claim pk block", func(tx *bolt.Tx) error {
		blocks, key := tx.Bucket(blocksBucket), number(block)
		if holder := blocks.Get(key); holder != nil && string(holder) != claimant {
			return store.ErrExists
		}
		return blocks.Put(key, []byte(claimant))
	})
}

// SetTemplate: see store.Members.
func (s *Store) SetTemplate(_ context.Context, username, replaced string, model store.Template, prints []string) error {
	return s.update("set model", username,
		func(m store.Member) bool {
			current := ""
			if m.Template != nil {
				current = m.Template.Version
			}
			return current == replaced || current == model.Version
		},
		func(m *store.Member) { m.Template = &model; removePrints(m, prints) })
}

// RegisterProbe: see store.Members.
func (s *Store) RegisterProbe(_ context.Context, username, id string, print []byte) (seen store.Member, err error) {
	err = s.update("present", username, exists, func(m *store.Member) {
		if m.Digests == nil {
			m.Digests = make(map[string][]byte)
		}
		m.Digests[id] = print
		seen = *m
	})
	if errors.Is(err, store.ErrConflict) {
		return store.Member{}, fmt.Errorf("present: %w", store.ErrNotFound)
	}
	return seen, err
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
func (s *Store) MarkTemplateUsed(_ context.Context, username, version string, used time.Time) error {
	return s.update("mark model used", username, hasModel(version),
		func(m *store.Member) { m.Template.Used = used })
}

// CountFailure: see store.Members.
func (s *Store) CountFailure(_ context.Context, username, version string, at time.Time) error {
	return s.update("count failure", username, hasModel(version),
		func(m *store.Member) { m.Template.Failures, m.Template.FailedAt = m.Template.Failures+1, at })
}

// ClearFailures: see store.Members.
func (s *Store) ClearFailures(_ context.Context, username, version string) error {
	return s.update("clear failures", username, hasModel(version),
		func(m *store.Member) { m.Template.Failures, m.Template.FailedAt = 0, time.Time{} })
}

// ClearTemplate: see store.Members.
func (s *Store) ClearTemplate(_ context.Context, username, version string, prints []string) error {
	return s.update("clear model", username,
		func(m store.Member) bool { return m.Template == nil || m.Template.Version == version },
		func(m *store.Member) { m.Template = nil; removePrints(m, prints) })
}

func hasModel(version string) func(store.Member) bool {
	return func(m store.Member) bool { return m.Template != nil && m.Template.Version == version }
}

// MemberByPK: see store.Members.
func (s *Store) MemberByPK(_ context.Context, pk int64) (m store.Member, err error) {
	err = s.read("member by pk", func(tx *bolt.Tx) error {
		username := tx.Bucket(pksBucket).Get(number(pk))
		if username == nil {
			return store.ErrNotFound
		}
		return load(tx.Bucket(membersBucket), username, &m)
	})
	return m, err
}

// MembersPage: see store.Members.
func (s *Store) MembersPage(_ context.Context, cursor string, limit int) (page []store.Member, next string, err error) {
	err = s.read("members page", func(tx *bolt.Tx) error {
		bucket := tx.Bucket(membersBucket)
		keys, more := keysAfter(bucket, cursor, limit)
		for _, key := range keys {
			var m store.Member
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
