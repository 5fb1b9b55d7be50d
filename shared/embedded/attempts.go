package embedded

import (
	"context"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// MemberWithAttempts: see store.AttemptStore.
func (s *Store) MemberWithAttempts(_ context.Context, username string, keys []string) (*store.Member, []store.Attempts, error) {
	var found *store.Member
	of := make([]store.Attempts, len(keys))
	err := s.read("applicant", func(tx *bolt.Tx) error {
		for i, key := range keys {
			var a rules.Attempts
			if err := load(tx.Bucket(attemptsBucket), []byte(key), &a); err != nil && err != store.ErrNotFound {
				return err
			}
			of[i] = a.Attempts
		}
		var m store.Member
		err := load(tx.Bucket(membersBucket), []byte(username), &m)
		if err == nil {
			found = &m
		}
		if err == store.ErrNotFound {
			return nil
		}
		return err
	})
	return found, of, err
}

// AdmitAttempt: see store.AttemptStore. It also deletes some expired rows.
func (s *Store) AdmitAttempt(_ context.Context, key string, b store.Backoff, at, expires time.Time) error {
	rule := rules.AdmitAttempt(b, at, expires)
	return s.write(rule.Op, func(tx *bolt.Tx) error {
		if err := sweep(tx, at); err != nil {
			return err
		}
		return updateAttempts(tx, key, rule)
	})
}

// TakeBackAttempt: see store.AttemptStore.
func (s *Store) TakeBackAttempt(_ context.Context, key string) error {
	rule := rules.TakeBackAttempt()
	return s.write(rule.Op, func(tx *bolt.Tx) error { return updateAttempts(tx, key, rule) })
}

// ClearAttempts: see store.AttemptStore.
func (s *Store) ClearAttempts(_ context.Context, key string) error {
	rule := rules.ClearAttempts()
	return s.write(rule.Op, func(tx *bolt.Tx) error { return updateAttempts(tx, key, rule) })
}

// updateAttempts applies the rule to a row of attempts, and updates the index of
// expiring rows.
func updateAttempts(tx *bolt.Tx, key string, rule rules.Rule[rules.Attempts]) error {
	before, after, err := update(tx.Bucket(attemptsBucket), []byte(key), rule)
	if err != nil {
		return err
	}
	expiry := tx.Bucket(expiryBucket)
	if before != nil {
		if err := expiry.Delete(expiryKey(before.Expires, attemptsBucket, []byte(key))); err != nil {
			return err
		}
	}
	if after == nil {
		return nil
	}
	return expiry.Put(expiryKey(after.Expires, attemptsBucket, []byte(key)), nil)
}
