package memory

import (
	"bytes"
	"context"
	"fmt"
	"maps"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// CreateGrant: see store.GrantStore. It also deletes the grants that had expired
// when this one was made.
func (s *Store) CreateGrant(_ context.Context, g store.Grant) error {
	s.mu.Lock()
	maps.DeleteFunc(s.grants, func(_ store.GrantID, old store.Grant) bool { return !g.Made.Before(old.Expires) })
	s.mu.Unlock()
	g.Content = bytes.Clone(g.Content)
	_, _, err := update(s, &s.grants, g.ID, rules.CreateGrant(g))
	return err
}

// Grant: see store.GrantStore.
func (s *Store) Grant(_ context.Context, kind store.GrantKind, id store.GrantID) (store.Grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.grants[id]
	if g.Kind != kind { // as of none
		return store.Grant{}, fmt.Errorf("grant: %w", store.ErrNotFound)
	}
	return g, nil
}

// TakeGrant: see store.GrantStore.
func (s *Store) TakeGrant(_ context.Context, kind store.GrantKind, id store.GrantID, taker string) (store.Grant, error) {
	_, g, err := update(s, &s.grants, id, rules.TakeGrant(kind, taker))
	return taken(kind, g, err)
}

// taken returns the outcome of TakeGrant for the row after it: a grant of another
// kind counts as missing.
func taken(kind store.GrantKind, g *store.Grant, err error) (store.Grant, error) {
	if g == nil || g.Kind != kind {
		return store.Grant{}, fmt.Errorf("take grant: %w", store.ErrNotFound)
	}
	return *g, err
}

// DeleteGrant: see store.GrantStore.
func (s *Store) DeleteGrant(_ context.Context, id store.GrantID) error {
	_, _, err := update(s, &s.grants, id, rules.DeleteGrant())
	return err
}
