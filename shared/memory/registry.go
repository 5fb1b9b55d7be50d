package memory

import (
	"bytes"
	"context"

	"systole/shared/store/rules"
)

// clientsEntry is the one entry of the registry.
const clientsEntry = "clients"

// Registrations: see store.Registry.
func (s *Store) Registrations(context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.registry[clientsEntry]), nil
}

// ReplaceRegistrations: see store.Registry.
func (s *Store) ReplaceRegistrations(_ context.Context, old, text []byte) error {
	_, _, err := update(s, &s.registry, clientsEntry, rules.ReplaceRegistrations(old, bytes.Clone(text)))
	return err
}
