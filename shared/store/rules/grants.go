package rules

import (
	"bytes"

	"systole/shared/store"
)

// Grant is a write on the row of a grant.
type Grant = Rule[store.Grant]

// CreateGrant: see store.GrantStore.
func CreateGrant(g store.Grant) Grant {
	return Grant{
		Op:      "create grant",
		Creates: &g,
		Holds:   func(store.Grant) bool { return false },
		Done:    func(old store.Grant) bool { return old.Kind == g.Kind && bytes.Equal(old.Content, g.Content) },
		Refused: store.ErrExists,
	}
}

// TakeGrant: see store.GrantStore. A grant of another kind counts as missing.
func TakeGrant(kind store.GrantKind, taker string) Grant {
	return Grant{
		Op:      "take grant",
		Holds:   func(g store.Grant) bool { return g.Kind == kind && g.Taker == "" },
		Change:  func(g *store.Grant) { g.Taker = taker },
		Done:    func(g store.Grant) bool { return g.Kind == kind && g.Taker == taker },
		Missing: store.ErrNotFound,
	}
}

// DeleteGrant: see store.GrantStore.
func DeleteGrant() Grant { return Grant{Op: "delete grant", Deletes: true} }
