package storetest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"systole/shared/store"
	"systole/shared/store/rules"
)

func newGrant(kind store.GrantKind) store.Grant {
	g := store.Grant{Kind: kind, Content: []byte(unique("content ")), Made: now, Expires: now.Add(time.Minute)}
	rand.Read(g.ID[:])
	return g
}

// grants runs the conformance tests of a store of grants.
func grants(t *testing.T, s store.GrantStore) {
	t.Run("a grant comes back as it was created", func(t *testing.T) {
		g := newGrant("code")
		must(t, s.CreateGrant(t.Context(), g))
		wantGrant(t, s, g)
	})
	t.Run("there is none of another id or kind, and none to take", func(t *testing.T) {
		g := newGrant("code")
		must(t, s.CreateGrant(t.Context(), g))
		for _, other := range []store.Grant{newGrant("code"), {ID: g.ID, Kind: "token"}} {
			_, err := s.Grant(t.Context(), other.Kind, other.ID)
			wantErr(t, err, store.ErrNotFound)
			_, err = s.TakeGrant(t.Context(), other.Kind, other.ID, "me")
			wantErr(t, err, store.ErrNotFound)
		}
		wantGrant(t, s, g)
	})
	t.Run("of many takers at once one succeeds, and again after a lost reply", func(t *testing.T) {
		g := newGrant("code")
		must(t, s.CreateGrant(t.Context(), g))
		won := race(t, 16, store.ErrConflict, func(i int) error {
			taken, err := s.TakeGrant(t.Context(), g.Kind, g.ID, fmt.Sprint("taker ", i))
			if string(taken.Content) != string(g.Content) {
				return errors.New("another content")
			}
			return err
		})
		if won != 1 {
			t.Errorf("%d took it", won)
		}
		left, err := s.Grant(t.Context(), g.Kind, g.ID)
		must(t, err)
		_, err = s.TakeGrant(t.Context(), g.Kind, g.ID, left.Taker)
		must(t, err)
	})
	t.Run("a grant's content is its own", func(t *testing.T) {
		g := newGrant("code")
		want := g
		want.Content = append([]byte(nil), g.Content...)
		must(t, s.CreateGrant(t.Context(), g))
		g.Content[0]++
		wantGrant(t, s, want)
	})
	t.Run("a deleted grant is gone, and deleted twice", func(t *testing.T) {
		g := newGrant("code")
		must(t, s.CreateGrant(t.Context(), g))
		must(t, s.DeleteGrant(t.Context(), g.ID))
		must(t, s.DeleteGrant(t.Context(), g.ID))
		_, err := s.Grant(t.Context(), g.Kind, g.ID)
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("each write is its rule", func(t *testing.T) { grantRules(t, s) })
}

func grantRules(t *testing.T, s store.GrantStore) {
	for _, row := range []*store.Grant{nil, {Kind: "code"}, {Kind: "token"}, {Kind: "code", Taker: "me"}, {Kind: "code", Taker: "another"}} {
		for _, content := range []string{"a", "b"} {
			g := newGrant("code")
			g.Content = []byte("a")
			writes := []struct {
				rule rules.Grant
				call func() error
			}{
				{rules.CreateGrant(store.Grant{ID: g.ID, Kind: "code", Content: []byte(content), Made: now, Expires: now.Add(time.Minute)}), func() error {
					return s.CreateGrant(t.Context(), store.Grant{ID: g.ID, Kind: "code", Content: []byte(content), Made: now, Expires: now.Add(time.Minute)})
				}},
				{rules.TakeGrant("code", "me"), func() error { _, err := s.TakeGrant(t.Context(), "code", g.ID, "me"); return err }},
				{rules.DeleteGrant(), func() error { return s.DeleteGrant(t.Context(), g.ID) }},
			}
			var before *store.Grant
			if row != nil {
				g.Kind = row.Kind
				must(t, s.CreateGrant(t.Context(), g))
				if row.Taker != "" {
					_, err := s.TakeGrant(t.Context(), g.Kind, g.ID, row.Taker)
					must(t, err)
				}
				g.Taker = row.Taker
				before = &g
			}
			for _, w := range writes {
				left, _, want := w.rule.Apply(before)
				if before != nil && before.Kind != "code" && w.rule.Op == "take grant" {
					want = store.ErrNotFound // a grant of another kind counts as missing
				}
				if got := w.call(); sentinel(got) != sentinel(want) {
					t.Errorf("%s of %+v: %v, want %v", w.rule.Op, before, got, want)
				}
				before = left
				if left == nil {
					continue
				}
				wantGrant(t, s, *left)
			}
		}
	}
}

func wantGrant(t *testing.T, s store.GrantStore, want store.Grant) {
	t.Helper()
	got, err := s.Grant(t.Context(), want.Kind, want.ID)
	must(t, err)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("grant is\n%+v, want\n%+v", got, want)
	}
}
