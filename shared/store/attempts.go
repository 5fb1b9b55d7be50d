package store

import (
	"context"
	"time"
)

// Attempts are failed log-ins in a row: under a name, from an address, or both.
type Attempts struct {
	Failures int
	FailedAt time.Time
}

// AttemptStore counts failed log-ins. A key says what they have in common.
type AttemptStore interface {
	// MemberWithAttempts returns, in one call, the member, nil for a name
	// without one, and the attempts under each of the keys.
	MemberWithAttempts(ctx context.Context, username string, keys []string) (*Member, []Attempts, error)
	// CountAttempt adds one to the attempts under a key, which are forgotten at
	// expires. Of several at once each is counted; one may count twice when its
	// reply was lost.
	CountAttempt(ctx context.Context, key string, at, expires time.Time) error
	// ClearAttempts forgets the attempts under the key.
	ClearAttempts(ctx context.Context, key string) error
}
