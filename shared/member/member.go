// Package member knows who somebody is: sign-up, log-in, log-out, passwords
// and tokens. It knows nothing of HTTP, AWS or the heart.
package member

import (
	"context"
	"time"
)

// Member is a person who signed up.
type Member struct {
	Username     string // NFC, unique, the key
	PK           int64  // unique, 0 < PK < 2^53
	Name         string
	Age          *int   // years; nil when not given
	Gender       Gender // empty when not given
	PasswordHash string // argon2id, PHC string
	Created      time.Time
	// TokensValidFrom voids every token that was issued before it.
	TokensValidFrom time.Time
	// Model points to the current model; nil when there is none.
	Model *Model
}

// Gender as a member stated it.
type Gender string

// The values that sign-up takes beside none.
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// Model points to the object that holds a member's reference template. The
// object is written before the pointer, and never overwritten.
type Model struct {
	Version   string // unique for each model made
	Key       string // of the object: models/<pk>/<version>
	Made      time.Time
	Used      time.Time // last successful check, to the day
	Algorithm string    // version of the learned parameters that made it
	Quality   float64   // 0 to 1
	// Failures counts the checks that failed in a row, FailedAt is when the last
	// one did.
	Failures int
	FailedAt time.Time
}

// Session is a token at rest. The token itself is stored nowhere.
type Session struct {
	ID       TokenID
	Username string
	PK       int64
	Issued   time.Time
	Used     time.Time // last use, to within a tenth of the idle limit
	Expires  time.Time // absolute
	// ModelKey is the member's model as this session last saw it: a hint that
	// lets a check fetch member and model at once. It may be out of date.
	ModelKey string
}

// TokenID is the SHA-256 of a token: the key under which its session lies.
type TokenID [32]byte

// Members keeps members. Errors are those of package store.
type Members interface {
	// CreateMember adds m; store.ErrExists when the user name is taken. A
	// repetition of the very same write (equal PasswordHash) succeeds: the
	// reply to the first may have been lost.
	CreateMember(ctx context.Context, m Member) error
	// Member returns the member, or store.ErrNotFound.
	Member(ctx context.Context, username string) (Member, error)
	// ReplacePassword sets the hash if it still is old, else store.ErrConflict.
	ReplacePassword(ctx context.Context, username, old, new string) error
	// ClaimPKBlock reserves the block of PKs with this number for claimant, a
	// word unique to this process; store.ErrExists when it is another's.
	ClaimPKBlock(ctx context.Context, block int64, claimant string) error
}

// Sessions keeps tokens at rest. Reads do not filter what has expired: callers
// compare times themselves. Errors are those of package store.
type Sessions interface {
	// CreateSession adds s and, in the same call, deletes those in evict.
	CreateSession(ctx context.Context, s Session, evict []TokenID) error
	// Session returns the session, or store.ErrNotFound.
	Session(ctx context.Context, id TokenID) (Session, error)
	// SessionsOf lists a member's sessions, oldest first. It may lag behind
	// writes by a second.
	SessionsOf(ctx context.Context, username string) ([]Session, error)
	// TouchSession sets Used and ModelKey; store.ErrNotFound when the session is
	// gone, and it stays gone.
	TouchSession(ctx context.Context, id TokenID, used time.Time, modelKey string) error
	// DeleteSession deletes the session and returns it, or store.ErrNotFound.
	DeleteSession(ctx context.Context, id TokenID) (Session, error)
}
