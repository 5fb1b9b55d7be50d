package embedded

import (
	"context"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// CreateGrant: see store.GrantStore. It also deletes some rows that had expired
// when the grant was made.
func (s *Store) CreateGrant(_ context.Context, g store.Grant) error {
	rule := rules.CreateGrant(g)
	return s.write(rule.Op, func(tx *bolt.Tx) error {
		if err := sweep(tx, g.Made); err != nil {
			return err
		}
		if _, _, err := update(tx.Bucket(grantsBucket), g.ID[:], rule); err != nil {
			return err
		}
		return tx.Bucket(expiryBucket).Put(expiryKey(g.Expires, grantsBucket, g.ID[:]), nil)
	})
}

// Grant: see store.GrantStore.
func (s *Store) Grant(_ context.Context, kind store.GrantKind, id store.GrantID) (g store.Grant, err error) {
	err = s.read("grant", func(tx *bolt.Tx) error {
		if err := load(tx.Bucket(grantsBucket), id[:], &g); err != nil {
			return err
		}
		if g.Kind != kind {
			return store.ErrNotFound
		}
		return nil
	})
	if err != nil {
		return store.Grant{}, err
	}
	return g, nil
}

// TakeGrant: see store.GrantStore.
func (s *Store) TakeGrant(_ context.Context, kind store.GrantKind, id store.GrantID, taker string) (store.Grant, error) {
	rule := rules.TakeGrant(kind, taker)
	var left *store.Grant
	err := s.write(rule.Op, func(tx *bolt.Tx) (err error) {
		_, left, err = update(tx.Bucket(grantsBucket), id[:], rule)
		return err
	})
	if left == nil {
		return store.Grant{}, err
	}
	if left.Kind != kind {
		return store.Grant{}, fmt.Errorf("%s: %w", rule.Op, store.ErrNotFound)
	}
	return *left, err
}

// DeleteGrant: see store.GrantStore. Its entry in the index of expiring rows is
// left, and has no effect.
func (s *Store) DeleteGrant(_ context.Context, id store.GrantID) error {
	rule := rules.DeleteGrant()
	return s.write(rule.Op, func(tx *bolt.Tx) error {
		_, _, err := update(tx.Bucket(grantsBucket), id[:], rule)
		return err
	})
}
