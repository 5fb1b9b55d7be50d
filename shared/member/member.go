// Package member knows who somebody is: sign-up, log-in, log-out, passwords
// and tokens. It knows nothing of HTTP, AWS or the heart.
package member

import (
	"context"
	"maps"
	"slices"
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
	// TokensValidFrom voids every token that was issued under another one.
	TokensValidFrom time.Time
	// Consent is the last that was given; nil when none ever was.
	Consent *Consent
	// Model points to the current model; nil when there is none.
	Model *Model
	// Prints are those of recordings that were checked since the model's object
	// was written, which holds the ones before; by an id of each check's own.
	Prints map[string][]byte
}

// PrintIDs are the keys of Prints, sorted.
func (m Member) PrintIDs() []string { return slices.Sorted(maps.Keys(m.Prints)) }

// Consent to the use of one's ECG.
type Consent struct {
	Version   string // of the text that was agreed to
	Given     time.Time
	Withdrawn time.Time // zero while it holds
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
	// ValidFrom is the member's TokensValidFrom that the token was issued under.
	ValidFrom time.Time
	// ModelKey is the member's model as this session last saw it: a hint that
	// lets a check fetch member and model at once. It may be out of date.
	ModelKey string
	// Challenge is the nonce that the next check has to bring; zero for none.
	Challenge Challenge
}

// Challenge is a nonce at rest: good for one check, for a short time.
type Challenge struct {
	Hash    [32]byte // SHA-256 of the nonce
	Expires time.Time
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
	// validFrom, unless it is zero, becomes TokensValidFrom in the same write.
	ReplacePassword(ctx context.Context, username, old, new string, validFrom time.Time) error
	// VoidTokens sets TokensValidFrom; store.ErrConflict when there is no such
	// member.
	VoidTokens(ctx context.Context, username string, from time.Time) error
	// SetConsent sets the consent; store.ErrConflict when there is no such member.
	SetConsent(ctx context.Context, username string, c Consent) error
	// DeleteMember deletes the member if it has this pk, and succeeds when there
	// is none; store.ErrConflict when the name is somebody else's by now.
	DeleteMember(ctx context.Context, username string, pk int64) error
	// ClaimPKBlock reserves the block of PKs with this number for claimant, a
	// word unique to this process; store.ErrExists when it is another's.
	ClaimPKBlock(ctx context.Context, block int64, claimant string) error
}

// Sessions keeps tokens at rest. Reads do not filter what has expired: callers
// compare times themselves. Errors are those of package store.
type Sessions interface {
	// CreateSession adds s and, in the same call, notes the event under the
	// session's user name and deletes the sessions in evict.
	CreateSession(ctx context.Context, s Session, e Event, evict []TokenID) error
	// Session returns the session, or store.ErrNotFound.
	Session(ctx context.Context, id TokenID) (Session, error)
	// SessionsOf lists a member's sessions, oldest first. It may lag behind
	// writes by a second.
	SessionsOf(ctx context.Context, username string) ([]Session, error)
	// TouchSession sets Used and ModelKey; store.ErrNotFound when the session is
	// gone, and it stays gone.
	TouchSession(ctx context.Context, id TokenID, used time.Time, modelKey string) error
	// KeepSession sets ValidFrom, so that a session outlives the voiding of the
	// others; store.ErrNotFound when it is gone.
	KeepSession(ctx context.Context, id TokenID, validFrom time.Time) error
	// SetChallenge sets the session's challenge, in place of any there was;
	// store.ErrNotFound when the session is gone.
	SetChallenge(ctx context.Context, id TokenID, c Challenge) error
	// TakeChallenge removes the challenge if it is this one, else
	// store.ErrConflict: of several takers one succeeds.
	TakeChallenge(ctx context.Context, id TokenID, c Challenge) error
	// DeleteSession deletes the session and returns it, or store.ErrNotFound.
	DeleteSession(ctx context.Context, id TokenID) (Session, error)
	// DeleteSessions deletes those that are there.
	DeleteSessions(ctx context.Context, ids []TokenID) error
}
