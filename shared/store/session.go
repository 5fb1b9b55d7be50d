package store

import (
	"context"
	"time"
)

// TokenBytes is the length of a token: 160 random bits, written in hexadecimal
// digits.
const TokenBytes = 20

// TokenID is the SHA-256 of a token: the key of its session.
type TokenID [32]byte

// Session is a token at rest. The token itself is stored nowhere.
type Session struct {
	ID       TokenID
	Username string
	PK       int64
	Issued   time.Time
	Used     time.Time // last use, to within a tenth of the idle limit
	Expires  time.Time // even if it is used
	// ValidFrom is the value of the member's TokensValidFrom when the token was
	// issued.
	ValidFrom time.Time
	// TemplateKey is the key of the member's template as this session last saw it:
	// a hint that lets a check fetch member and template concurrently. It may be
	// out of date.
	TemplateKey string `json:"ModelKey"` // the name in database files of 2026
	// Challenge is the nonce that the next check has to bring; zero for none.
	Challenge Challenge
	// Verified is the time of the session's last accepted check that was to serve
	// as a proof; zero for none.
	Verified time.Time `json:",omitzero"`
	// Client is the program that logged in.
	Client Client `json:",omitzero"`
	// Network is a digest of the network that the session logged in from, as in
	// the member's Networks; empty if unknown.
	Network string `json:",omitempty"`
	// HandedBy is the session that handed this one over to another device; this
	// one ends with it. Zero for a session of a log-in. See package member.
	HandedBy TokenID `json:",omitzero"`
	// Due is the time by which clean-up lists the session: when it may have
	// expired or gone unused. Zero in rows from before this field.
	Due time.Time `json:",omitzero"`
}

// Client is a program as its User-Agent header names it, in a few known words;
// the zero value is an unknown program.
type Client struct {
	App    string // "Chrome", "okhttp"
	System string // "Windows", "Android"; empty if the header doesn't tell
}

// Challenge is a nonce at rest: valid for one check, for a short time.
type Challenge struct {
	Hash    [32]byte // SHA-256 of the nonce
	Expires time.Time
}

// SessionStore keeps tokens at rest. Reads return expired sessions, too: callers
// compare times themselves.
type SessionStore interface {
	SessionDeleter
	// CreateSession adds s and, in the same call, notes the event under the
	// session's user name and deletes the sessions in evict.
	CreateSession(ctx context.Context, s Session, e Event, evict []TokenID) error
	// Session returns the session, or ErrNotFound.
	Session(ctx context.Context, id TokenID) (Session, error)
	// SessionsOf lists a member's sessions, oldest first. It may lag behind
	// writes by a second.
	SessionsOf(ctx context.Context, username string) ([]Session, error)
	// TouchSession sets Used and TemplateKey; ErrNotFound if the session has
	// ended, and it stays ended.
	TouchSession(ctx context.Context, id TokenID, used time.Time, templateKey string) error
	// VerifySession sets Verified; ErrNotFound when the session has ended.
	VerifySession(ctx context.Context, id TokenID, at time.Time) error
	// KeepSession sets ValidFrom, so that the session outlives the voiding of
	// the others; ErrNotFound when it has ended.
	KeepSession(ctx context.Context, id TokenID, validFrom time.Time) error
	// SetChallenge replaces the session's challenge; ErrNotFound when the
	// session has ended.
	SetChallenge(ctx context.Context, id TokenID, c Challenge) error
	// TakeChallenge removes the challenge if it still is c, else ErrConflict: of
	// several takers one succeeds.
	TakeChallenge(ctx context.Context, id TokenID, c Challenge) error
	// EndSession deletes the session if it belongs to the account with this pk,
	// else ErrNotFound.
	EndSession(ctx context.Context, id TokenID, pk int64) error
	// DeleteSessions deletes the sessions with these ids, however many. Deleting a
	// missing one succeeds.
	DeleteSessions(ctx context.Context, ids []TokenID) error
}

// SessionDeleter ends one session.
type SessionDeleter interface {
	// DeleteSession deletes the session and returns it, or ErrNotFound.
	DeleteSession(ctx context.Context, id TokenID) (Session, error)
}

// SessionLister lists sessions for a survey of the store.
type SessionLister interface {
	// SessionsPage returns the sessions among the next limit rows after cursor (""
	// for the start), and the next cursor, "" at the end.
	SessionsPage(ctx context.Context, cursor string, limit int) ([]Session, string, error)
}

// Sessions is the whole store of sessions.
type Sessions interface {
	SessionStore
	SessionLister
	SessionExpirer
	DueLister
}
