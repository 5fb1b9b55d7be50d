package store

import (
	"context"
	"time"
)

// Count is a row of attempts, whole.
type Count struct {
	Key string
	Attempts
	Expires time.Time
}

// Mover reads and writes the rows that no other method does, for a copy of all that
// a store holds in another one. What it writes takes the place of a row with the
// same key.
type Mover interface {
	// CountsPage returns the attempts among the next limit rows after cursor ("" for
	// the start), and the cursor to go on from, "" at the end.
	CountsPage(ctx context.Context, cursor string, limit int) ([]Count, string, error)
	// PutCount writes a row of attempts.
	PutCount(ctx context.Context, c Count) error
	// PutSession writes a session, without an event.
	PutSession(ctx context.Context, s Session) error
	// PutEntry writes an entry of the activity under its place.
	PutEntry(ctx context.Context, username string, entry Event) error
}
