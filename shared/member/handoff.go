package member

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// HandOffLifetime is the time for which a code waits for the other device: long
// enough to unlock a telephone and open its camera.
const HandOffLifetime = 3 * time.Minute

// HandedLifetime is the lifetime of a handed-over session: long enough to put a
// strap on, record, and try again.
const HandedLifetime = 15 * time.Minute

// handOffKind is the kind of a code's grant, which is taken once. Its content is
// the id of the session that made it.
const handOffKind store.GrantKind = "hand_off"

// HandOffs hand sessions over to other devices, on which a member has a strap or
// files. A hand-over is no log-in: the new session proves what the old one had
// proved, with the old one's times, and ends with it.
type HandOffs struct {
	grants  store.GrantStore
	tokens  *Tokens
	members store.MemberReader
	now     func() time.Time
}

// NewHandOffs returns HandOffs of these stores.
func NewHandOffs(grants store.GrantStore, tokens *Tokens, members store.MemberReader, now func() time.Time) *HandOffs {
	return &HandOffs{grants, tokens, members, now}
}

// Make returns a code of 130 random bits for the token's session. For a session
// that was itself handed over the error is fault.HandOffInvalid: else a device
// could keep itself logged in.
func (h *HandOffs) Make(ctx context.Context, token string) (code string, err error) {
	s, _, err := h.tokens.Resolve(ctx, h.members, token)
	if err != nil {
		return "", err
	}
	if s.HandedBy != (store.TokenID{}) {
		return "", fault.New(fault.HandOffInvalid)
	}
	code = rand.Text()
	now := h.now()
	g := store.Grant{
		ID: sha256.Sum256([]byte(code)), Kind: handOffKind, Content: []byte(hex.EncodeToString(s.ID[:])),
		Made: now, Expires: now.Add(HandOffLifetime).Truncate(time.Second), // the store keeps whole seconds
	}
	if err := h.grants.CreateGrant(ctx, g); err != nil {
		return "", fmt.Errorf("store hand-off: %w", err)
	}
	return code, nil
}

// Take uses a code up and returns a token of the member whose session made it.
// The error is fault.HandOffInvalid for a code that doesn't exist, was used, is
// too old, or whose session has ended.
func (h *HandOffs) Take(ctx context.Context, code string, from Caller) (store.Member, string, error) {
	g, err := h.grants.TakeGrant(ctx, handOffKind, sha256.Sum256([]byte(code)), rand.Text())
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) || err == nil && !h.now().Before(g.Expires) {
		return store.Member{}, "", fault.New(fault.HandOffInvalid)
	}
	if err != nil {
		return store.Member{}, "", fmt.Errorf("take hand-off: %w", err)
	}
	maker, m, err := h.maker(ctx, g)
	if fault.Is(err, fault.TokenInvalid) {
		return store.Member{}, "", fault.New(fault.HandOffInvalid)
	}
	if err != nil {
		return store.Member{}, "", err
	}
	others, err := h.tokens.sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return store.Member{}, "", fmt.Errorf("list sessions: %w", err)
	}
	token, err := h.tokens.handOver(ctx, maker, m, from, h.now(), others)
	return m, token, err
}

// maker returns the session that made a code, and its member.
func (h *HandOffs) maker(ctx context.Context, g store.Grant) (s store.Session, m store.Member, err error) {
	id, err := hex.DecodeString(string(g.Content))
	if err != nil || len(id) != len(s.ID) {
		return s, m, fmt.Errorf("decode hand-off of %d bytes: %w", len(g.Content), err)
	}
	if s, err = h.tokens.Current(ctx, store.TokenID(id)); err != nil {
		return s, m, err
	}
	m, err = h.members.Member(ctx, s.Username)
	if errors.Is(err, store.ErrNotFound) {
		return s, m, fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return s, m, fmt.Errorf("read member: %w", err)
	}
	return s, m, h.tokens.Confirm(s, m)
}

// handOver makes a token for another device of a session's member. Issued and
// Verified stay those of the session: possession of its token proves nothing
// anew.
func (t *Tokens) handOver(ctx context.Context, s store.Session, m store.Member, from Caller, now time.Time, others []store.Session) (string, error) {
	expires := now.Add(HandedLifetime)
	if s.Expires.Before(expires) {
		expires = s.Expires
	}
	handed := store.Session{
		Username: m.Username, PK: m.PK, HandedBy: s.ID,
		Issued: s.Issued, Verified: s.Verified, ValidFrom: s.ValidFrom,
		Used: now, Expires: expires, Due: expires,
	}
	// The session that hands over must not be evicted for the one that it hands
	// to.
	others = without(others, s.ID)
	return t.open(ctx, handed, m, from, NewEvent(HandedOver, now), others)
}

func without(sessions []store.Session, id store.TokenID) []store.Session {
	left := make([]store.Session, 0, len(sessions))
	for _, s := range sessions {
		if s.ID != id {
			left = append(left, s)
		}
	}
	return left
}
