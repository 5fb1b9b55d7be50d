package store

import (
	"context"
	"time"
)

// EventKind is a stable word for a kind of event of an account.
type EventKind string

// Event is an entry of an account's audit trail. It holds no secret, no score
// and no address.
type Event struct {
	Kind    EventKind
	At      time.Time
	Expires time.Time // time of its deletion
}

// EventWriter adds to the audit trail of a user name.
type EventWriter interface {
	// Note adds an event.
	Note(ctx context.Context, username string, e Event) error
}

// ActivityLog keeps the audit trail of a user name, with or without a member of
// that name.
type ActivityLog interface {
	EventWriter
	// ActivityOf returns the last limit events, newest first. Callers compare
	// Expires themselves.
	ActivityOf(ctx context.Context, username string, limit int) ([]Event, error)
	// ForgetActivity deletes all events under the user name.
	ForgetActivity(ctx context.Context, username string) error
}
