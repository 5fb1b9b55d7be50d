package embedded

import (
	"context"
	"errors"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// clientsEntry is the one entry of the registry.
var clientsEntry = []byte("clients")

// Registrations: see store.Registry.
func (s *Store) Registrations(context.Context) (text []byte, err error) {
	err = s.read("registrations", func(tx *bolt.Tx) error {
		err := load(tx.Bucket(registryBucket), clientsEntry, &text)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return text, err
}

// ReplaceRegistrations: see store.Registry.
func (s *Store) ReplaceRegistrations(_ context.Context, old, text []byte) error {
	rule := rules.ReplaceRegistrations(old, text)
	return s.write(rule.Op, func(tx *bolt.Tx) error {
		_, _, err := update(tx.Bucket(registryBucket), clientsEntry, rule)
		return err
	})
}
