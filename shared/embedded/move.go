package embedded

import (
	"context"
	"encoding/json"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// CountsPage: see store.Mover.
func (s *Store) CountsPage(_ context.Context, cursor string, limit int) (page []store.Count, next string, err error) {
	err = s.read("counts page", func(tx *bolt.Tx) error {
		bucket := tx.Bucket(attemptsBucket)
		keys, more := keysAfter(bucket, cursor, limit)
		for _, key := range keys {
			var a rules.Attempts
			if err := load(bucket, key, &a); err != nil {
				return err
			}
			page = append(page, store.Count{Key: string(key), Attempts: a.Attempts, Expires: a.Expires})
		}
		if more {
			next = string(keys[len(keys)-1])
		}
		return nil
	})
	return page, next, err
}

// PutCount: see store.Mover.
func (s *Store) PutCount(_ context.Context, c store.Count) error {
	row := rules.Attempts{Attempts: c.Attempts, Expires: c.Expires}
	return s.write("put count", func(tx *bolt.Tx) error {
		return updateAttempts(tx, c.Key, rules.Rule[rules.Attempts]{Creates: &row, Change: func(a *rules.Attempts) { *a = row }})
	})
}

// PutSession: see store.Mover.
func (s *Store) PutSession(_ context.Context, session store.Session) error {
	return s.write("put session", func(tx *bolt.Tx) error {
		if err := deleteSessions(tx, []store.TokenID{session.ID}); err != nil {
			return err
		}
		return putSession(tx, session)
	})
}

// PutEntry: see store.Mover.
func (s *Store) PutEntry(_ context.Context, username string, entry store.Event) error {
	return s.write("put entry", func(tx *bolt.Tx) error {
		activity, expiry, key := tx.Bucket(activityBucket), tx.Bucket(expiryBucket), activityKey(username, entry)
		if data := activity.Get(key); data != nil {
			var before store.Event
			if err := json.Unmarshal(data, &before); err != nil {
				return err
			}
			if err := expiry.Delete(expiryKey(before.Expires, activityBucket, key)); err != nil {
				return err
			}
		}
		if err := expiry.Put(expiryKey(entry.Expires, activityBucket, key), nil); err != nil {
			return err
		}
		return save(activity, key, entry)
	})
}
