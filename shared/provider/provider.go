// Package provider is the OpenID provider without its protocol: the clients'
// requests for a person at a level, the steps that a person still has to take,
// and the short-lived grants in between. It knows nothing of HTTP, AWS or tokens'
// encodings.
//
// A request of a client begins a [Flow], which belongs to one browser. The person
// logs in by password and, for the upper level, has a recording checked; the flow
// is then finished once, and becomes a [Code]. The client exchanges the code,
// once, for an [Access].
package provider

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// Lifetimes.
const (
	// flowLifetime leaves time to find a strap, put it on, and record twice.
	flowLifetime = 15 * time.Minute
	// codeLifetime is for one redirect and one request (RFC 6749, 4.1.2).
	codeLifetime = time.Minute
	// AccessLifetime is the time for which a client may ask for the person.
	AccessLifetime = 10 * time.Minute
	// pushedLifetime is for one redirect (RFC 9126, 2.2).
	pushedLifetime = time.Minute
	// passwordLifetime is the time for which a log-in serves further requests of
	// the browser: a working day.
	passwordLifetime = 12 * time.Hour
	// checkLifetime is the time for which an accepted check serves further
	// requests, unless a client asks for a younger one.
	checkLifetime = 10 * time.Minute
)

// Kinds of grants.
const (
	flowKind   store.GrantKind = "flow"
	codeKind   store.GrantKind = "code"
	accessKind store.GrantKind = "access"
	pushedKind store.GrantKind = "pushed"
	// revokedKind stands where an access would be stored whose code came a second
	// time meanwhile.
	revokedKind store.GrantKind = "revoked"
)

// Flow is a client's request to authenticate the person in front of a browser.
type Flow struct {
	ClientID    string
	RedirectURI string
	State       string `json:",omitempty"`
	Nonce       string `json:",omitempty"`
	Challenge   string // of PKCE, S256
	Scopes      []string
	Level       Level
	// MaxAge, unless it is nil, is the greatest age of the authentication in
	// seconds.
	MaxAge *int64 `json:",omitempty"`
	// Ask asks the person to agree on the page even if they are logged in.
	Ask     bool     `json:",omitempty"`
	Subject string   `json:",omitempty"` // of the requested person; empty for any
	Locales []string `json:",omitempty"` // of the page, by preference
	Started time.Time
	Browser [32]byte // SHA-256 of the browser's word
}

// Tokens is the part of package member that this package uses.
type Tokens interface {
	// Resolve returns the session and the member of a token, or fault.TokenInvalid.
	Resolve(ctx context.Context, members store.MemberReader, token string) (store.Session, store.Member, error)
	// Confirm returns fault.TokenInvalid when the session isn't the member's.
	Confirm(s store.Session, m store.Member) error
	// Current returns the session with this id, or fault.TokenInvalid.
	Current(ctx context.Context, id store.TokenID) (store.Session, error)
}

// Members is the part of the store of members that this package uses.
type Members interface {
	store.MemberReader
	store.SubjectWriter
}

// Service keeps flows, codes and accesses, and knows the clients.
type Service struct {
	*Registry
	grants   store.Grants
	tokens   Tokens
	members  Members
	subjects *member.Subjects
	now      func() time.Time
}

// NewService returns a Service. The clients are those of the settings, beside those
// that are registered.
func NewService(grants store.Grants, tokens Tokens, members Members, clients Clients, now func() time.Time) *Service {
	return &Service{
		grants: grants, tokens: tokens, members: members, subjects: member.NewSubjects(members, rand.Reader),
		Registry: NewRegistry(clients, grants, now), now: now,
	}
}

// Person is somebody who is logged in at a browser.
type Person struct {
	Session store.Session
	Member  store.Member
}

// Person returns the person of the token; fault.TokenInvalid if there is none, or
// if the log-in is older than passwordLifetime.
func (s *Service) Person(ctx context.Context, token string) (*Person, error) {
	session, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return nil, err
	}
	if s.now().Sub(session.Issued) >= passwordLifetime {
		return nil, fault.New(fault.TokenInvalid)
	}
	return &Person{session, m}, nil
}

// Begin stores the flow for the browser and returns its id.
func (s *Service) Begin(ctx context.Context, f Flow, browser string) (string, error) {
	f.Started, f.Browser = s.now(), sha256.Sum256([]byte(browser))
	return create(ctx, s, flowKind, f, flowLifetime)
}

// Flow returns the browser's unfinished flow with the id; fault.FlowInvalid for
// any other.
func (s *Service) Flow(ctx context.Context, id, browser string) (Flow, error) {
	f, g, err := read[Flow](ctx, s, flowKind, id)
	if err != nil {
		return Flow{}, err
	}
	if own := sha256.Sum256([]byte(browser)); g.Taker != "" || !hmac.Equal(own[:], f.Browser[:]) {
		return Flow{}, fault.New(fault.FlowInvalid)
	}
	return f, nil
}

// Needs are the steps that a person still has to take for a flow.
type Needs struct {
	Password bool // log in, as the first step
	Heart    bool // have a recording checked
}

// None reports whether nothing is left to do.
func (n Needs) None() bool { return n == Needs{} }

// Needs returns the steps that the person still has to take; p is nil if nobody
// is logged in.
func (s *Service) Needs(ctx context.Context, f Flow, p *Person) (Needs, error) {
	all := Needs{Password: true, Heart: f.Level == Heart}
	if p == nil {
		return all, nil
	}
	if f.Subject != "" {
		subject, err := s.Subject(ctx, f.ClientID, p.Member)
		if err != nil || subject != f.Subject {
			return all, err
		}
	}
	if f.Level == Heart {
		age := checkLifetime
		if f.MaxAge != nil { // never more than ours: the request came through the browser
			age = min(age, seconds(*f.MaxAge))
		}
		return Needs{Heart: !s.within(p.Session.Verified, f, age)}, nil
	}
	return Needs{Password: f.MaxAge != nil && !s.within(authenticated(p.Session), f, seconds(*f.MaxAge))}, nil
}

// within reports whether at is no older than age. Anything since the start of the
// flow is young enough.
func (s *Service) within(at time.Time, f Flow, age time.Duration) bool {
	return !at.IsZero() && (!f.Started.IsZero() && !at.Before(f.Started) || age > 0 && s.now().Sub(at) <= age)
}

// authenticated returns when the person of the session last authenticated, by
// password or heart.
func authenticated(session store.Session) time.Time {
	if session.Verified.After(session.Issued) {
		return session.Verified
	}
	return session.Issued
}

// seconds returns a duration of n seconds, at most a year.
func seconds(n int64) time.Duration {
	return time.Duration(min(n, 365*24*60*60)) * time.Second
}

// Subject returns the client's name for the member.
func (s *Service) Subject(ctx context.Context, clientID string, m store.Member) (string, error) {
	return s.subjects.Of(ctx, m, "client "+clientID)
}

// Finish ends the flow for a person who has taken all steps, and returns its
// code. Of concurrent calls one succeeds. The errors are fault.FlowInvalid, and
// fault.StepMissing while a step is left.
func (s *Service) Finish(ctx context.Context, id, browser string, p *Person) (Flow, string, error) {
	f, err := s.Flow(ctx, id, browser)
	if err != nil {
		return Flow{}, "", err
	}
	needs, err := s.Needs(ctx, f, p)
	if err != nil {
		return Flow{}, "", err
	}
	if !needs.None() {
		return Flow{}, "", fault.New(fault.StepMissing)
	}
	if err := s.end(ctx, id); err != nil {
		return Flow{}, "", err
	}
	code, err := s.Code(ctx, f, p)
	return f, code, err
}

// Cancel ends the flow without a code.
func (s *Service) Cancel(ctx context.Context, id, browser string) (Flow, error) {
	f, err := s.Flow(ctx, id, browser)
	if err != nil {
		return Flow{}, err
	}
	return f, s.end(ctx, id)
}

func (s *Service) end(ctx context.Context, id string) error {
	_, err := s.grants.TakeGrant(ctx, flowKind, grantID(id), rand.Text())
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.FlowInvalid)
	}
	if err != nil {
		return fmt.Errorf("end flow: %w", err)
	}
	return nil
}
