package embedded

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"systole/shared/store"

	bolt "go.etcd.io/bbolt"
)

// Note: see store.ActivityLog.
func (s *Store) Note(_ context.Context, username string, e store.Event) error {
	return s.write("note", func(tx *bolt.Tx) error { return note(tx, username, e) })
}

func note(tx *bolt.Tx, username string, e store.Event) error {
	if err := sweep(tx, e.At); err != nil {
		return err
	}
	activity := tx.Bucket(activityBucket)
	n, err := activity.NextSequence()
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(number(e.At.UnixNano()), n)
	key = append(activityPrefix(username), key...)
	if err := tx.Bucket(expiryBucket).Put(expiryKey(e.Expires, activityBucket, key), nil); err != nil {
		return err
	}
	return save(activity, key, e)
}

// ActivityOf: see store.ActivityLog.
func (s *Store) ActivityOf(_ context.Context, username string, limit int) (events []store.Event, err error) {
	err = s.read("activity of", func(tx *bolt.Tx) error {
		prefix := activityPrefix(username)
		c := tx.Bucket(activityBucket).Cursor()
		for key, data := c.Seek(prefix); bytes.HasPrefix(key, prefix); key, data = c.Next() {
			var e store.Event
			if err := decode(data, &e); err != nil {
				return err
			}
			events = append(events, e)
		}
		return nil
	})
	slices.Reverse(events)
	return events[:min(len(events), limit)], err
}

// ForgetActivity: see store.ActivityLog.
func (s *Store) ForgetActivity(_ context.Context, username string) error {
	return s.write("forget activity", func(tx *bolt.Tx) error {
		prefix, activity := activityPrefix(username), tx.Bucket(activityBucket)
		c := activity.Cursor()
		for key, data := c.Seek(prefix); bytes.HasPrefix(key, prefix); key, data = c.Seek(prefix) {
			var e store.Event
			if err := decode(data, &e); err != nil {
				return err
			}
			if err := tx.Bucket(expiryBucket).Delete(expiryKey(e.Expires, activityBucket, key)); err != nil {
				return err
			}
			if err := activity.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
}

// activityPrefix begins the keys of a user name's events. No user name holds a
// zero byte.
func activityPrefix(username string) []byte { return append([]byte(username), 0) }
