package store

import "context"

// Registry keeps one text of the operator: the registered clients of the OpenID
// provider. It is one row, so that one conditional write changes all of it.
type Registry interface {
	// Registrations returns the text; nil if none was ever written.
	Registrations(ctx context.Context) ([]byte, error)
	// ReplaceRegistrations writes text in place of old, the text as read;
	// ErrConflict if it was changed since. A repetition of the very same write
	// succeeds.
	ReplaceRegistrations(ctx context.Context, old, text []byte) error
}

// Grants is the store of the OpenID provider and of handed-over sessions.
type Grants interface {
	GrantStore
	Registry
}
