package embedded

import (
	"context"
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// Member: see store.MemberReader.
func (s *Store) Member(_ context.Context, username string) (m store.Member, err error) {
	err = s.read("member", func(tx *bolt.Tx) error {
		return load(tx.Bucket(membersBucket), []byte(username), &m)
	})
	return m, err
}

// update applies the rule to the member's row, updates the index of PKs, and
// returns the member after the write, nil for none.
func (s *Store) update(username string, rule rules.Member) (after *store.Member, err error) {
	err = s.write(rule.Op, func(tx *bolt.Tx) error {
		var before *store.Member
		before, after, err = update(tx.Bucket(membersBucket), []byte(username), rule)
		if err != nil {
			return err
		}
		if err := moveDue(tx, store.DueTemplate, username, seen(before), seen(after)); err != nil {
			return err
		}
		switch {
		case before == nil && after != nil:
			return tx.Bucket(pksBucket).Put(number(after.PK), []byte(username))
		case before != nil && after == nil:
			return tx.Bucket(pksBucket).Delete(number(before.PK))
		}
		return nil
	})
	return after, err
}

// seen returns the member's Seen, zero for no member.
func seen(m *store.Member) time.Time {
	if m == nil {
		return time.Time{}
	}
	return m.Seen
}

// CreateMember: see store.MemberStore.
func (s *Store) CreateMember(_ context.Context, m store.Member) error {
	_, err := s.update(m.Username, rules.CreateMember(m))
	return err
}

// ReplacePassword: see store.MemberStore.
func (s *Store) ReplacePassword(_ context.Context, username, old, new string, validFrom time.Time) error {
	_, err := s.update(username, rules.ReplacePassword(old, new, validFrom))
	return err
}

// VoidTokens: see store.MemberStore.
func (s *Store) VoidTokens(_ context.Context, username string, pk int64, from time.Time) error {
	_, err := s.update(username, rules.VoidTokens(pk, from))
	return err
}

// SetConsent: see store.MemberStore.
func (s *Store) SetConsent(_ context.Context, username string, pk int64, c store.Consent) error {
	_, err := s.update(username, rules.SetConsent(pk, c))
	return err
}

// RecordNetwork: see store.MemberStore.
func (s *Store) RecordNetwork(_ context.Context, username string, pk int64, network string, at time.Time, forget []string) error {
	_, err := s.update(username, rules.RecordNetwork(pk, network, at, forget))
	return err
}

// DeleteMember: see store.MemberStore.
func (s *Store) DeleteMember(_ context.Context, username string, pk int64) error {
	_, err := s.update(username, rules.DeleteMember(pk))
	return err
}

// SetTemplate: see store.TemplateWriter.
func (s *Store) SetTemplate(_ context.Context, from store.Member, t store.Template, archived []string) error {
	_, err := s.update(from.Username, rules.SetTemplate(from, t, archived))
	return err
}

// SetSeen: see store.UseIndexer.
func (s *Store) SetSeen(_ context.Context, username, version string, seen time.Time) error {
	_, err := s.update(username, rules.SetSeen(version, seen))
	return err
}

// SetUploads: see store.UploadRegistry.
func (s *Store) SetUploads(_ context.Context, from store.Member, uploads []store.PendingUpload) error {
	_, err := s.update(from.Username, rules.SetUploads(from, uploads))
	return err
}

// SetSubjectSalt: see store.SubjectWriter.
func (s *Store) SetSubjectSalt(_ context.Context, username string, pk int64, salt []byte) error {
	_, err := s.update(username, rules.SetSubjectSalt(pk, salt))
	return err
}

// SetRecoveryCodes: see store.RecoveryWriter.
func (s *Store) SetRecoveryCodes(_ context.Context, from store.Member, codes store.RecoveryCodes) error {
	_, err := s.update(from.Username, rules.SetRecoveryCodes(from, codes))
	return err
}

// RecoverPassword: see store.RecoveryWriter.
func (s *Store) RecoverPassword(_ context.Context, from store.Member, hash string, left [][]byte, at time.Time) error {
	_, err := s.update(from.Username, rules.RecoverPassword(from, hash, left, at))
	return err
}

// ClearTemplate: see store.TemplateRemover.
func (s *Store) ClearTemplate(_ context.Context, from store.Member, at time.Time, memory string, archived []string) error {
	_, err := s.update(from.Username, rules.ClearTemplate(from, at, memory, archived))
	return err
}

// RegisterProbe: see store.ProbeRegistry.
func (s *Store) RegisterProbe(_ context.Context, session store.Session, p store.Probe) (store.Member, error) {
	m, err := s.update(session.Username, rules.RegisterProbe(session, p))
	if m == nil {
		return store.Member{}, err
	}
	return *m, err
}

// RememberProbe: see store.ProbeRegistry.
func (s *Store) RememberProbe(_ context.Context, session store.Session, id string, digest []byte) error {
	_, err := s.update(session.Username, rules.RememberProbe(session, id, digest))
	return err
}

// RemoveProbe: see store.ProbeRegistry.
func (s *Store) RemoveProbe(_ context.Context, username, id string) error {
	_, err := s.update(username, rules.RemoveProbe(id))
	return err
}

// WithdrawProbe: see store.ProbeRegistry.
func (s *Store) WithdrawProbe(_ context.Context, username, version, id string) error {
	_, err := s.update(username, rules.WithdrawProbe(version, id))
	return err
}

// RecordAcceptance: see store.ProbeRegistry.
func (s *Store) RecordAcceptance(_ context.Context, username, version string, used time.Time) error {
	_, err := s.update(username, rules.RecordAcceptance(version, used))
	return err
}

// ClaimPKBlock: see store.MemberStore.
func (s *Store) ClaimPKBlock(_ context.Context, block int64, claimant string) error {
	rule := rules.ClaimPKBlock(claimant)
	return s.write(rule.Op, func(tx *bolt.Tx) error {
		blocks, key := tx.Bucket(blocksBucket), number(block)
		var holder *string
		if b := blocks.Get(key); b != nil {
			word := string(b)
			holder = &word
		}
		left, write, err := rule.Apply(holder)
		if err != nil || !write {
			return err
		}
		return blocks.Put(key, []byte(*left))
	})
}

// MemberByPK: see store.Members.
func (s *Store) MemberByPK(_ context.Context, pk int64) (m store.Member, err error) {
	err = s.read("member by pk", func(tx *bolt.Tx) error {
		username := tx.Bucket(pksBucket).Get(number(pk)) // nil, under which there is no member, for none
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

// keysAfter returns up to limit keys that sort after cursor, and whether there
// are more.
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
