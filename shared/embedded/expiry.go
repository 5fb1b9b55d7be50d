package embedded

import (
	"bytes"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"
)

// expiryKey sorts the expiring rows by their time of expiry.
func expiryKey(expires time.Time, bucket, key []byte) []byte {
	return slices.Concat(number(expires.UnixNano()), bucket, []byte{0}, key)
}

// sweepLimit is how much of what has expired a write deletes along with it:
// more than it adds.
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

// expire deletes an entry of the index, and the row that it leads to. A row that has
// another time by now has another entry.
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
