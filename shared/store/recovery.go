package store

import (
	"bytes"
	"context"
	"slices"
	"time"
)

// RecoveryCodes are a member's one-time codes at rest: each sets a new password
// once. The codes themselves are not stored.
type RecoveryCodes struct {
	Made time.Time `json:",omitzero"`  // of the set; zero if there never was one
	Left [][]byte  `json:",omitempty"` // digests of the codes that were not used yet
}

// Equal reports whether two sets are the same, with the same codes left.
func (c RecoveryCodes) Equal(d RecoveryCodes) bool {
	return c.Made.Equal(d.Made) && slices.EqualFunc(c.Left, d.Left, bytes.Equal)
}

// RecoveryWriter replaces recovery codes, and passwords with them.
type RecoveryWriter interface {
	// SetRecoveryCodes replaces the member's set of recovery codes; ErrConflict
	// unless account, password and recovery codes are as in from, the member as
	// read. A repetition of the very same write succeeds.
	SetRecoveryCodes(ctx context.Context, from Member, codes RecoveryCodes) error
	// RecoverPassword sets the password's hash and the recovery codes that are
	// left, TokensValidFrom and Recovered to at, and RecoveredBefore to from's
	// Recovered; ErrConflict unless account, password and recovery codes are as in
	// from, the member as read. So of several uses of one code one succeeds. A
	// repetition of the very same write succeeds. from has a set of codes.
	RecoverPassword(ctx context.Context, from Member, hash string, left [][]byte, at time.Time) error
}
