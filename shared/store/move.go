package store

import (
	"context"
	"time"
)

// Count is a whole row of attempts, with its key.
type Count struct {
	Key string
	Attempts
	Expires time.Time
}

// Mover reads and writes the rows that no other method does, to copy the whole
// content of a store into another one. A written row replaces the one with the
// same key.
type Mover interface {
	// CountsPage returns the attempts among the next limit rows after cursor (""
	// for the start), and the next cursor, "" at the end.
	CountsPage(ctx context.Context, cursor string, limit int) ([]Count, string, error)
	// PutCount writes a row of attempts.
	PutCount(ctx context.Context, c Count) error
	// PutSession writes a session, without an event.
	PutSession(ctx context.Context, s Session) error
	// PutEntry writes an entry of the activity under its place.
	PutEntry(ctx context.Context, username string, entry Event) error
}
