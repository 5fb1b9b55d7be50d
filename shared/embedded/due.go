package embedded

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
)

// duePrefix begins the keys of a list's entries.
func duePrefix(kind store.DueKind, shard int) []byte {
	return append([]byte(kind), 0, byte(shard))
}

// dueEntry returns an entry's key, which sorts by time.
func dueEntry(kind store.DueKind, key string, at time.Time) []byte {
	return slices.Concat(duePrefix(kind, store.DueShard(key)), number(at.UnixNano()), []byte(key))
}

// moveDue moves the entry of a row from one time to another. The zero time means
// no entry.
func moveDue(tx *bolt.Tx, kind store.DueKind, key string, from, to time.Time) error {
	due := tx.Bucket(dueBucket)
	if from.Equal(to) {
		return nil
	}
	if !from.IsZero() {
		if err := due.Delete(dueEntry(kind, key, from)); err != nil {
			return err
		}
	}
	if to.IsZero() {
		return nil
	}
	return due.Put(dueEntry(kind, key, to), nil)
}

// DueUntil: see store.DueLister. A cursor is the end of an entry's key, in
// hexadecimal digits. Activity is listed by the index of expiring rows, which is
// one list.
func (s *Store) DueUntil(_ context.Context, kind store.DueKind, shard int, until time.Time, cursor string, limit int) (due []store.Due, next string, err error) {
	after, err := hex.DecodeString(cursor)
	if err != nil {
		return nil, "", fmt.Errorf("due until: cursor: %w", err)
	}
	bucket, prefix := dueBucket, duePrefix(kind, shard)
	if kind == store.DueActivity {
		if shard != 0 {
			return nil, "", nil
		}
		bucket, prefix = expiryBucket, nil
	}
	err = s.read("due until", func(tx *bolt.Tx) error {
		c := tx.Bucket(bucket).Cursor()
		end, last := slices.Concat(prefix, number(until.UnixNano()+1)), []byte(nil)
		key, _ := c.Seek(slices.Concat(prefix, after))
		if after != nil && bytes.Equal(key, slices.Concat(prefix, after)) {
			key, _ = c.Next()
		}
		for ; key != nil && bytes.Compare(key, end) < 0; key, _ = c.Next() {
			if len(due) == limit {
				next = hex.EncodeToString(last)
				return nil
			}
			last = key[len(prefix):]
			at := time.Unix(0, int64(binary.BigEndian.Uint64(last))).UTC()
			due = append(due, store.Due{Kind: kind, At: at, Key: string(last[8:])})
		}
		return nil
	})
	return due, next, err
}

// ExpireActivity: see store.ActivityExpirer. The index also has attempts, which
// are deleted in the same way.
func (s *Store) ExpireActivity(_ context.Context, due []store.Due) error {
	return s.write("expire activity", func(tx *bolt.Tx) error {
		for _, d := range due {
			if err := expire(tx, slices.Concat(number(d.At.UnixNano()), []byte(d.Key))); err != nil {
				return err
			}
		}
		return nil
	})
}

// NoteLeftover: see store.LeftoverWriter.
func (s *Store) NoteLeftover(_ context.Context, at time.Time, keys ...string) error {
	key := store.LeftoverKey(keys)
	return s.write("note leftover", func(tx *bolt.Tx) error {
		leftovers := tx.Bucket(leftoverBucket)
		if err := moveDue(tx, store.DueLeftover, key, noted(leftovers, key), at); err != nil {
			return err
		}
		return leftovers.Put([]byte(key), number(at.UnixNano()))
	})
}

// SettleLeftover: see store.LeftoverSettler.
func (s *Store) SettleLeftover(_ context.Context, d store.Due) error {
	return s.write("settle leftover", func(tx *bolt.Tx) error {
		leftovers := tx.Bucket(leftoverBucket)
		if !noted(leftovers, d.Key).Equal(d.At) {
			return nil
		}
		if err := moveDue(tx, store.DueLeftover, d.Key, d.At, time.Time{}); err != nil {
			return err
		}
		return leftovers.Delete([]byte(d.Key))
	})
}

// noted returns the time of the entry under the key, zero if there is none.
func noted(leftovers *bolt.Bucket, key string) time.Time {
	at := leftovers.Get([]byte(key))
	if at == nil {
		return time.Time{}
	}
	return time.Unix(0, int64(binary.BigEndian.Uint64(at))).UTC()
}
