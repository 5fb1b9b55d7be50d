package embedded

import (
	"context"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
)

// attempts are counted until they expire.
type attempts struct {
	store.Attempts
	Expires time.Time
}

// MemberWithAttempts: see store.AttemptStore.
func (s *Store) MemberWithAttempts(_ context.Context, username string, keys []string) (*store.Member, []store.Attempts, error) {
	var found *store.Member
	of := make([]store.Attempts, len(keys))
	err := s.read("applicant", func(tx *bolt.Tx) error {
		for i, key := range keys {
			var a attempts
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

// CountAttempt: see store.AttemptStore.
func (s *Store) CountAttempt(_ context.Context, key string, at, expires time.Time) error {
	return s.write("count attempt", func(tx *bolt.Tx) error {
		if err := sweep(tx, at); err != nil {
			return err
		}
		var a attempts
		err := load(tx.Bucket(attemptsBucket), []byte(key), &a)
		if err != nil && err != store.ErrNotFound {
			return err
		}
		if err == nil {
			if err := tx.Bucket(expiryBucket).Delete(expiryKey(a.Expires, attemptsBucket, []byte(key))); err != nil {
				return err
			}
			if !at.Before(a.Expires) {
				a = attempts{}
			}
		}
		a.Failures, a.FailedAt, a.Expires = a.Failures+1, at, expires
		if err := tx.Bucket(expiryBucket).Put(expiryKey(expires, attemptsBucket, []byte(key)), nil); err != nil {
			return err
		}
		return save(tx.Bucket(attemptsBucket), []byte(key), a)
	})
}

// ClearAttempts: see store.AttemptStore.
func (s *Store) ClearAttempts(_ context.Context, key string) error {
	return s.write("clear attempts", func(tx *bolt.Tx) error {
		var a attempts
		err := load(tx.Bucket(attemptsBucket), []byte(key), &a)
		if err == store.ErrNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := tx.Bucket(expiryBucket).Delete(expiryKey(a.Expires, attemptsBucket, []byte(key))); err != nil {
			return err
		}
		return tx.Bucket(attemptsBucket).Delete([]byte(key))
	})
}
