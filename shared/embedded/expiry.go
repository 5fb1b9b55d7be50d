package embedded

import (
	"bytes"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// expiryKey returns the index key of an expiring row, which sorts by the time of
// expiry.
func expiryKey(expires time.Time, bucket, key []byte) []byte {
	return slices.Concat(number(expires.UnixNano()), bucket, []byte{0}, key)
}

// sweepLimit bounds the expired rows that a write deletes: more than it adds, so
// that they don't accumulate.
const sweepLimit = 8

// sweep deletes some of the rows that expired before now.
func sweep(tx *bolt.Tx, now time.Time) error {
	expiry, until := tx.Bucket(expiryBucket), number(now.UnixNano())
	c := expiry.Cursor()
	for range sweepLimit {
		key, _ := c.First()
		if key == nil || bytes.Compare(key, until) > 0 {
			return nil
		}
		if err := expire(tx, key); err != nil {
			return err
		}
	}
	return nil
}

// expire deletes an entry of the index and its row. A row whose expiry was
// changed has another entry.
func expire(tx *bolt.Tx, key []byte) error {
	expiry := tx.Bucket(expiryBucket)
	if found, _ := expiry.Cursor().Seek(key); !bytes.Equal(found, key) {
		return nil
	}
	bucket, item, _ := bytes.Cut(key[8:], []byte{0})
	if err := tx.Bucket(bucket).Delete(item); err != nil {
		return err
	}
	return expiry.Delete(key)
}
