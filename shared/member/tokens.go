package member

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// MaxPerMember bounds the tokens of a member. Each log-in lists them all, and may
// end them all to make room: the store's work for one log-in stays within a few
// calls.
const MaxPerMember = 100

// TokenLimits bound the number of a member's tokens and their lifetimes.
type TokenLimits struct {
	PerMember int           // 1 to MaxPerMember; one more ends the oldest
	Lifetime  time.Duration // from log-in, whether or not it is used
	Idle      time.Duration // from the last use
}

// DefaultTokenLimits end a token by its age alone: the Android app logs in by
// itself and has no words for a token that has ended. A shorter Idle ends unused
// tokens sooner, at the price of more log-ins.
var DefaultTokenLimits = TokenLimits{PerMember: 10, Lifetime: 30 * 24 * time.Hour, Idle: 30 * 24 * time.Hour}

// firstEnd returns the earliest time at which a token issued now may have ended.
func (l TokenLimits) firstEnd(now time.Time) time.Time { return now.Add(min(l.Lifetime, l.Idle)) }

// Tokens issues, checks and ends tokens.
type Tokens struct {
	sessions store.SessionStore
	limits   TokenLimits
	now      func() time.Time
	rand     io.Reader
}

// NewTokens returns Tokens that are drawn from rand, which must be safe for
// concurrent use: crypto/rand's, except in tests.
func NewTokens(sessions store.SessionStore, limits TokenLimits, now func() time.Time, rand io.Reader) *Tokens {
	return &Tokens{sessions: sessions, limits: limits, now: now, rand: rand}
}

// Authenticate returns the session of a token, or fault.TokenInvalid. It
// costs one read. Callers that also load the member must call Confirm.
func (t *Tokens) Authenticate(ctx context.Context, token string) (store.Session, error) {
	id, err := idOf(token)
	if err != nil {
		return store.Session{}, err
	}
	return t.Current(ctx, id)
}

// Current returns the session with this id, or fault.TokenInvalid. It costs one
// read, and another one of the session that handed it over, if any. Callers that
// also load the member must call Confirm.
func (t *Tokens) Current(ctx context.Context, id store.TokenID) (store.Session, error) {
	s, err := t.sessions.Session(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return store.Session{}, fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return store.Session{}, fmt.Errorf("read session: %w", err)
	}
	if !t.alive(s) {
		return store.Session{}, fault.New(fault.TokenInvalid)
	}
	if s.HandedBy != (store.TokenID{}) {
		if _, err := t.Current(ctx, s.HandedBy); err != nil {
			return store.Session{}, err
		}
	}
	return s, nil
}

// Confirm returns fault.TokenInvalid unless the session is this member's: it may
// have been voided, or the user name may belong to another member by now.
func (t *Tokens) Confirm(s store.Session, m store.Member) error {
	if s.PK != m.PK || s.Username != m.Username || !s.ValidFrom.Equal(m.TokensValidFrom) {
		return fault.New(fault.TokenInvalid)
	}
	return nil
}

// Touch records that the session is in use, and the template that it saw. It
// writes at most once in a tenth of the idle limit, unless the template has
// changed. A session that has ended meanwhile stays ended.
func (t *Tokens) Touch(ctx context.Context, s store.Session, templateKey string) error {
	now := t.now()
	if templateKey == s.TemplateKey && now.Sub(s.Used) < t.limits.Idle/10 {
		return nil
	}
	err := t.sessions.TouchSession(ctx, s.ID, now, templateKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// LogOut ends the token in one call, or returns fault.TokenInvalid if it had
// ended before.
func (t *Tokens) LogOut(ctx context.Context, token string) error {
	id, err := idOf(token)
	if err != nil {
		return err
	}
	s, err := t.sessions.DeleteSession(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return fmt.Errorf("delete session: %w", err)
	}
	if !t.alive(s) {
		return fault.New(fault.TokenInvalid)
	}
	return nil
}

// issue makes a token for m and a caller, issued at the time of the event. Of the
// member's other sessions it deletes the ended ones, and the oldest beyond the
// limit.
func (t *Tokens) issue(ctx context.Context, m store.Member, from Caller, e store.Event, others []store.Session) (string, error) {
	s := store.Session{
		Username: m.Username,
		PK:       m.PK,
		Issued:   e.At,
		Used:     e.At,
		Expires:  e.At.Add(t.limits.Lifetime),
		Due:      t.limits.firstEnd(e.At),

		ValidFrom: m.TokensValidFrom,
	}
	return t.open(ctx, s, m, from, e, others)
}

// open makes a token for a session of m and a caller, and deletes the sessions of
// others that evicted returns.
func (t *Tokens) open(ctx context.Context, s store.Session, m store.Member, from Caller, e store.Event, others []store.Session) (string, error) {
	token, err := t.draw(from)
	if err != nil {
		return "", err
	}
	s.ID, s.Client = sha256.Sum256([]byte(token)), from.Client
	if network := networkOf(from.Address); network != "" {
		s.Network = networkID(m.PK, network)
	}
	if m.Template != nil {
		s.TemplateKey = m.Template.Key
	}
	if err := t.sessions.CreateSession(ctx, s, e, t.evicted(others)); err != nil {
		return "", fmt.Errorf("create session: %w", err)
	}
	return token, nil
}

// draw returns a new token for the caller.
func (t *Tokens) draw(from Caller) (string, error) {
	if from.Token != "" {
		return from.Token, nil
	}
	random := make([]byte, store.TokenBytes)
	if _, err := io.ReadFull(t.rand, random); err != nil {
		return "", fmt.Errorf("draw token: %w", err)
	}
	return hex.EncodeToString(random), nil
}

// evicted returns the sessions to end so that there is room for one more.
func (t *Tokens) evicted(others []store.Session) []store.TokenID {
	oldestFirst := slices.SortedFunc(slices.Values(others), func(a, b store.Session) int {
		return a.Issued.Compare(b.Issued)
	})
	var evict []store.TokenID
	left := oldestFirst[:0]
	for _, s := range oldestFirst {
		if t.alive(s) {
			left = append(left, s)
			continue
		}
		evict = append(evict, s.ID)
	}
	for len(left) >= max(1, t.limits.PerMember) {
		evict = append(evict, left[0].ID)
		left = left[1:]
	}
	return evict[:min(len(evict), MaxPerMember)]
}

// alive reports whether the session has neither expired nor gone unused for too
// long.
func (t *Tokens) alive(s store.Session) bool {
	now := t.now()
	return now.Before(s.Expires) && now.Sub(s.Used) < t.limits.Idle
}

// idOf returns the id of a token's session, or fault.TokenInvalid for a string of
// another length.
func idOf(token string) (store.TokenID, error) {
	if len(token) != 2*store.TokenBytes {
		return store.TokenID{}, fault.New(fault.TokenInvalid)
	}
	return sha256.Sum256([]byte(token)), nil
}

// Resolve returns the session and the member of a token, or fault.TokenInvalid.
// It costs two reads in sequence.
func (t *Tokens) Resolve(ctx context.Context, members store.MemberReader, token string) (store.Session, store.Member, error) {
	s, err := t.Authenticate(ctx, token)
	if err != nil {
		return store.Session{}, store.Member{}, err
	}
	m, err := members.Member(ctx, s.Username)
	if errors.Is(err, store.ErrNotFound) {
		return store.Session{}, store.Member{}, fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return store.Session{}, store.Member{}, fmt.Errorf("read member: %w", err)
	}
	return s, m, t.Confirm(s, m)
}

// Alive returns the sessions that are valid for m, oldest first, and one that was
// handed over behind the one that it came from.
func (t *Tokens) Alive(sessions []store.Session, m store.Member) []store.Session {
	valid := func(s store.Session) bool { return t.alive(s) && t.Confirm(s, m) == nil }
	var alive []store.Session
	for _, s := range sessions {
		from := func(other store.Session) bool { return other.ID == s.HandedBy && valid(other) }
		if valid(s) && (s.HandedBy == (store.TokenID{}) || slices.ContainsFunc(sessions, from)) {
			alive = append(alive, s)
		}
	}
	slices.SortStableFunc(alive, func(a, b store.Session) int {
		return cmp.Or(a.Issued.Compare(b.Issued), bytes.Compare(a.HandedBy[:], b.HandedBy[:]))
	})
	return alive
}

// End ends every session of the user name except kept; all with the zero id.
func (t *Tokens) End(ctx context.Context, username string, kept store.TokenID) error {
	sessions, err := t.sessions.SessionsOf(ctx, username)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	var ids []store.TokenID
	for _, s := range sessions {
		if s.ID != kept {
			ids = append(ids, s.ID)
		}
	}
	if err := t.sessions.DeleteSessions(ctx, ids); err != nil {
		return fmt.Errorf("delete sessions: %w", err)
	}
	return nil
}
