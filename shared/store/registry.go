package store

import "context"

// Registry keeps one text of the operator's: the registered clients of the OpenID
// provider. All of them are one row, so that one conditional write changes them.
type Registry interface {
	// Registrations returns the text; nil where none was ever written.
	Registrations(ctx context.Context) ([]byte, error)
	// ReplaceRegistrations writes a text in the place of the one that was read;
	// ErrConflict where that is another by now. A repetition of the very same write
	// succeeds.
	ReplaceRegistrations(ctx context.Context, old, text []byte) error
}

// Grants are what the OpenID provider and the handing over of sessions keep.
type Grants interface {
	GrantStore
	Registry
}
