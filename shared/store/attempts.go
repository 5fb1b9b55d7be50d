package store

import (
	"context"
	"time"
)

// Attempts are those to log in, or to sign up, that were counted under one key:
// by name, network, session or a pair of them. An attempt is counted when it is
// admitted, and taken back when it succeeds.
type Attempts struct {
	Failures int
	FailedAt time.Time
}

// AttemptStore counts attempts under keys; see [Attempts].
type AttemptStore interface {
	// MemberWithAttempts returns, in one call, the member, nil for a name
	// without one, and the attempts under each of the keys.
	MemberWithAttempts(ctx context.Context, username string, keys []string) (*Member, []Attempts, error)
	// AdmitAttempt adds one to the attempts under a key if the backoff admits one
	// at this time, else ErrConflict. They are forgotten at expires. Of several at
	// once no more are admitted than the backoff allows; one may count twice when
	// its reply was lost.
	AdmitAttempt(ctx context.Context, key string, b Backoff, at, expires time.Time) error
	// TakeBackAttempt takes one of the attempts under the key back, if there are
	// any.
	TakeBackAttempt(ctx context.Context, key string) error
	// ClearAttempts forgets the attempts under the key.
	ClearAttempts(ctx context.Context, key string) error
}
