// Package embedded keeps everything in one folder of this machine: members and
// sessions in a database file (bbolt), objects as files beside it. Writes are on
// the disk before they are answered with success: a crash or a kill at any moment
// loses none of them.
package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// Buckets of the database file.
var (
	membersBucket  = []byte("members")          // user name -> member, JSON
	pksBucket      = []byte("members_by_pk")    // pk, 8 bytes -> user name
	blocksBucket   = []byte("pk_blocks")        // block, 8 bytes -> claimant
	sessionsBucket = []byte("sessions")         // token id -> session, JSON
	ownersBucket   = []byte("sessions_by_user") // user name, 0, token id -> nothing
	attemptsBucket = []byte("attempts")         // key -> attempts, JSON
	activityBucket = []byte("activity")         // user name, 0, ns since 1970, 8 bytes, and the kind (once: a number) -> entry, JSON
	grantsBucket   = []byte("grants")           // id -> grant, JSON
	expiryBucket   = []byte("expiry")           // ns since 1970, 8 bytes, name of a bucket, 0, key in it -> nothing
	dueBucket      = []byte("due")              // kind, 0, list, 1 byte, ns since 1970, 8 bytes, key -> nothing
	leftoverBucket = []byte("leftovers")        // keys of objects -> ns since 1970, 8 bytes
	registryBucket = []byte("registry")         // a name -> the operator's text, base64 in JSON
)

// lockWait is the time that Open waits for another process to release the folder:
// long enough for one that is shutting down.
const lockWait = 2 * time.Second

// shareDelay is the time that a write waits for others to share its fsync.
const shareDelay = time.Millisecond

// Store keeps members and sessions in dir/members.db.
type Store struct {
	db *bolt.DB
}

// Open opens or creates the folder, which only its owner may read. The error says
// so if another process has it open.
func Open(dir string) (*Store, *Objects, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("open data folder: %w", err)
	}
	db, err := bolt.Open(filepath.Join(dir, "members.db"), 0o600, &bolt.Options{Timeout: lockWait})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, nil, fmt.Errorf("the data folder %s is in use by another process: stop it, or name another folder", dir)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", filepath.Join(dir, "members.db"), err)
	}
	db.MaxBatchDelay = shareDelay
	// An existing clone belongs to a process that was killed.
	if err := os.RemoveAll(filepath.Join(dir, cloneName)); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open %s: %w", dir, err), db.Close())
	}
	if err := db.Update(createBuckets); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open members.db: %w", err), db.Close())
	}
	objects, err := openObjects(filepath.Join(dir, "objects"))
	if err == nil { // the directory entries of the new files
		err = errors.Join(syncFolder(dir), syncFolder(filepath.Dir(filepath.Clean(dir))))
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return &Store{db}, objects, nil
}

func createBuckets(tx *bolt.Tx) error {
	for _, name := range [][]byte{
		membersBucket, pksBucket, blocksBucket, sessionsBucket, ownersBucket, attemptsBucket, activityBucket, grantsBucket, expiryBucket,
		dueBucket, leftoverBucket, registryBucket,
	} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	return nil
}

// Close waits for running transactions and releases the folder.
func (s *Store) Close() error { return s.db.Close() }

// write runs change in a transaction that shares its fsync with concurrent ones.
// Errors of change are wrapped with the operation's name.
func (s *Store) write(op string, change func(tx *bolt.Tx) error) error {
	return named(op, s.db.Batch(change))
}

// read runs look in a consistent snapshot.
func (s *Store) read(op string, look func(tx *bolt.Tx) error) error {
	return named(op, s.db.View(look))
}

func named(op string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// load decodes the item under key, or returns store.ErrNotFound.
func load[T any](b *bolt.Bucket, key []byte, item *T) error {
	data := b.Get(key)
	if data == nil {
		return store.ErrNotFound
	}
	return decode(data, item)
}

func decode[T any](data []byte, item *T) error { return json.Unmarshal(data, item) }

// save encodes the item under key.
func save[T any](b *bolt.Bucket, key []byte, item T) error {
	data, err := json.Marshal(item)
	if err != nil {
		return err
	}
	return b.Put(key, data)
}

// update applies the rule to the row under key, and returns the row before and
// after, nil for none.
func update[Row any](b *bolt.Bucket, key []byte, rule rules.Rule[Row]) (before, after *Row, err error) {
	row := new(Row)
	switch err := load(b, key, row); {
	case err == nil:
		before = row
	case err != store.ErrNotFound:
		return nil, nil, err
	}
	after, write, err := rule.Apply(before)
	switch {
	case err != nil || !write:
	case after == nil:
		err = b.Delete(key)
	default:
		err = save(b, key, *after)
	}
	return before, after, err
}
