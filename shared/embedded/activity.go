package embedded

import (
	"bytes"
	"context"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
)

// Note: see store.ActivityLog.
func (s *Store) Note(_ context.Context, username string, e store.Event) error {
	return s.write("note", func(tx *bolt.Tx) error { return note(tx, username, e) })
}

func note(tx *bolt.Tx, username string, e store.Event) error {
	if err := sweep(tx, e.At); err != nil {
		return err
	}
	activity, expiry := tx.Bucket(activityBucket), tx.Bucket(expiryBucket)
	key := activityKey(username, e)
	entry := e.Single()
	var before store.Event
	switch err := load(activity, key, &before); {
	case err == nil && e.Within > 0:
		if err := expiry.Delete(expiryKey(before.Expires, activityBucket, key)); err != nil {
			return err
		}
		entry = before.With(e)
	case err != nil && err != store.ErrNotFound:
		return err
	}
	if err := expiry.Put(expiryKey(entry.Expires, activityBucket, key), nil); err != nil {
		return err
	}
	return save(activity, key, entry)
}

// activityKey sorts as store.Event.Place does.
func activityKey(username string, e store.Event) []byte {
	at := e.At.Truncate(e.Within) // of no period: as it is
	return append(append(activityPrefix(username), number(at.UnixNano())...), e.Kind...)
}

// ActivityOf: see store.ActivityLog. A cursor is the end of an entry's key.
func (s *Store) ActivityOf(_ context.Context, username, cursor string, limit int) (events []store.Event, next string, err error) {
	err = s.read("activity of", func(tx *bolt.Tx) error {
		prefix := activityPrefix(username)
		c := tx.Bucket(activityBucket).Cursor()
		for key, data := before(c, prefix, cursor); bytes.HasPrefix(key, prefix); key, data = c.Prev() {
			if len(events) == limit {
				return nil
			}
			var e store.Event
			if err := decode(data, &e); err != nil {
				return err
			}
			if e.Count == 0 {
				e = e.Single()
			}
			events, next = append(events, e), string(key[len(prefix):])
		}
		next = ""
		return nil
	})
	return events, next, err
}

// before moves to the last key with the prefix that sorts before prefix and
// cursor; without a cursor to the last key with the prefix.
func before(c *bolt.Cursor, prefix []byte, cursor string) (key, data []byte) {
	end := append(bytes.Clone(prefix), cursor...)
	if cursor == "" {
		end[len(end)-1]++ // a zero byte ends the prefix
	}
	if key, _ = c.Seek(end); key == nil {
		return c.Last()
	}
	return c.Prev()
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
