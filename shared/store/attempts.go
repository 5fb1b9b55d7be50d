package store

import (
	"context"
	"time"
)

// Attempts are the attempts to log in, or to sign up, counted under one key: a
// name, a network, a session, or a pair of them. An attempt is counted when it is
// admitted, and taken back when it succeeds.
type Attempts struct {
	Failures int
	FailedAt time.Time
}

// AttemptStore counts attempts under keys; see [Attempts].
type AttemptStore interface {
	// MemberWithAttempts returns in one call the member, nil if the name has none,
	// and the attempts under each of the keys.
	MemberWithAttempts(ctx context.Context, username string, keys []string) (*Member, []Attempts, error)
	// AdmitAttempt counts an attempt under a key if the backoff admits one at this
	// time, else ErrConflict. The count is forgotten at expires. Of concurrent
	// attempts no more are admitted than the backoff allows; an attempt whose
	// reply was lost may count twice.
	AdmitAttempt(ctx context.Context, key string, b Backoff, at, expires time.Time) error
	// TakeBackAttempt takes one of the attempts under the key back, if there are
	// any.
	TakeBackAttempt(ctx context.Context, key string) error
	// ClearAttempts forgets the attempts under the key.
	ClearAttempts(ctx context.Context, key string) error
}
