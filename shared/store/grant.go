package store

import (
	"context"
	"time"
)

// GrantID is the SHA-256 of a grant's secret: the key of its row. The secret
// itself is not stored.
type GrantID [32]byte

// GrantKind is the purpose of a grant; a grant serves no other.
type GrantKind string

// Grant permits its holder one action, or actions for a short time, in the name
// of a member or a client.
type Grant struct {
	ID      GrantID
	Kind    GrantKind
	Content []byte // the maker's own data
	Made    time.Time
	Expires time.Time
	// Taker identifies the request that took the grant; empty while it can be
	// taken.
	Taker string `json:",omitempty"`
}

// GrantStore keeps grants at rest. Reads return expired ones, too: callers compare
// Expires themselves.
type GrantStore interface {
	// CreateGrant adds a grant; ErrExists when its id is taken by another content. A
	// repetition of the very same write succeeds.
	CreateGrant(ctx context.Context, g Grant) error
	// Grant returns the grant of this kind, taken or not, or ErrNotFound.
	Grant(ctx context.Context, kind GrantKind, id GrantID) (Grant, error)
	// TakeGrant takes the grant of this kind and returns it. Of several takers one
	// succeeds; the others get the grant as it is and ErrConflict, or ErrNotFound
	// if there is none. A repetition by the same taker succeeds.
	TakeGrant(ctx context.Context, kind GrantKind, id GrantID, taker string) (Grant, error)
	// DeleteGrant deletes the grant. Deleting a missing one succeeds.
	DeleteGrant(ctx context.Context, id GrantID) error
}
