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
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// Level is the assurance that the provider has of the person: an authentication
// context class (OpenID Connect Core 1.0, 2: acr).
type Level string

// The levels. Heart includes Password.
const (
	Password Level = "urn:systole:acr:password" // a log-in by password
	Heart    Level = "urn:systole:acr:heart"    // and an accepted check of the heart
)

// Levels lists the levels, the highest first.
func Levels() []Level { return []Level{Heart, Password} }

// Methods returns the authentication methods of the level (RFC 8176). Its
// registry has no word for the heart.
func (l Level) Methods() []string {
	if l == Heart {
		return []string{"pwd", "ecg", "mfa"}
	}
	return []string{"pwd"}
}

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

// Code is a finished flow, for its client. Like an access it identifies the
// person by their session alone, so that no name is left of a deleted account.
type Code struct {
	Flow
	Subject  string // of the person, for the client
	Session  store.TokenID
	AuthTime time.Time
	Access   string // the secret of the access that the code is exchanged for
}

// Access lets a client ask who the person is.
type Access struct {
	ClientID string
	Scopes   []string
	Subject  string
	Session  store.TokenID
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
		if f.MaxAge != nil {
			age = seconds(*f.MaxAge)
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

// Code stores a code of the flow for the person and returns it.
func (s *Service) Code(ctx context.Context, f Flow, p *Person) (string, error) {
	subject, err := s.Subject(ctx, f.ClientID, p.Member)
	if err != nil {
		return "", err
	}
	c := Code{
		Flow: f, Subject: subject, Session: p.Session.ID,
		AuthTime: authenticated(p.Session), Access: rand.Text(),
	}
	if f.Level == Heart {
		c.AuthTime = p.Session.Verified
	}
	return create(ctx, s, codeKind, c, codeLifetime)
}

// Errors of grants, for the protocol to word.
var (
	// ErrGrant is for a code, an access or a pushed request that doesn't exist, is
	// too old, or was used before.
	ErrGrant = errors.New("no such grant")
)

// TakeCode uses the code up and returns its content, or ErrGrant. A code that
// comes a second time may have been stolen: the access that it was exchanged for
// ends.
func (s *Service) TakeCode(ctx context.Context, code string) (Code, error) {
	g, err := s.grants.TakeGrant(ctx, codeKind, grantID(code), rand.Text())
	if errors.Is(err, store.ErrConflict) {
		used, err := content[Code](s, g, nil)
		if err != nil {
			return Code{}, err
		}
		return Code{}, errors.Join(ErrGrant, s.grants.DeleteGrant(ctx, grantID(used.Access)))
	}
	c, err := content[Code](s, g, err)
	if err != nil {
		return Code{}, err
	}
	if _, err := s.holder(ctx, c.Session); err != nil {
		return Code{}, err
	}
	return c, nil
}

// GiveAccess stores the access for a code: its secret is the code's Access.
func (s *Service) GiveAccess(ctx context.Context, c Code) error {
	a := Access{ClientID: c.ClientID, Scopes: c.Scopes, Subject: c.Subject, Session: c.Session}
	return s.create(ctx, accessKind, c.Access, a, AccessLifetime)
}

// Member returns the member of a code.
func (s *Service) Member(ctx context.Context, c Code) (store.Member, error) {
	return s.holder(ctx, c.Session)
}

// Access returns the access and its member, or ErrGrant, also if the person has
// logged out since.
func (s *Service) Access(ctx context.Context, secret string) (Access, store.Member, error) {
	g, err := s.grants.Grant(ctx, accessKind, grantID(secret))
	a, err := content[Access](s, g, err)
	if err != nil {
		return Access{}, store.Member{}, err
	}
	m, err := s.holder(ctx, a.Session)
	return a, m, err
}

// holder returns the member of a session that is still alive, or ErrGrant.
func (s *Service) holder(ctx context.Context, id store.TokenID) (store.Member, error) {
	session, err := s.tokens.Current(ctx, id)
	if fault.Is(err, fault.TokenInvalid) {
		return store.Member{}, ErrGrant
	}
	if err != nil {
		return store.Member{}, err
	}
	m, err := s.members.Member(ctx, session.Username)
	if errors.Is(err, store.ErrNotFound) || err == nil && s.tokens.Confirm(session, m) != nil {
		return store.Member{}, ErrGrant
	}
	if err != nil {
		return store.Member{}, fmt.Errorf("read member: %w", err)
	}
	return m, nil
}

// Push stores the parameters of a client's request and returns the secret that
// names them (RFC 9126).
func (s *Service) Push(ctx context.Context, parameters map[string]string) (string, error) {
	return create(ctx, s, pushedKind, parameters, pushedLifetime)
}

// PushedLifetime is the time for which the parameters of a pushed request are
// kept.
func PushedLifetime() time.Duration { return pushedLifetime }

// TakePushed uses a pushed request up and returns its parameters, or ErrGrant.
func (s *Service) TakePushed(ctx context.Context, secret string) (map[string]string, error) {
	g, err := s.grants.TakeGrant(ctx, pushedKind, grantID(secret), rand.Text())
	parameters, err := content[map[string]string](s, g, err)
	if err != nil {
		return nil, err
	}
	// The parameters may name a person: their removal isn't left to the store.
	if err := s.grants.DeleteGrant(ctx, g.ID); err != nil {
		return nil, fmt.Errorf("delete pushed request: %w", err)
	}
	return parameters, nil
}

// grantID returns the key of the grant with this secret.
func grantID(secret string) store.GrantID { return sha256.Sum256([]byte(secret)) }

// create stores a grant and returns its secret of 130 random bits.
func create[T any](ctx context.Context, s *Service, kind store.GrantKind, value T, lifetime time.Duration) (string, error) {
	secret := rand.Text()
	return secret, s.create(ctx, kind, secret, value, lifetime)
}

func (s *Service) create(ctx context.Context, kind store.GrantKind, secret string, value any, lifetime time.Duration) error {
	b, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode %s: %w", kind, err)
	}
	now := s.now()
	// The store keeps whole seconds of the end.
	g := store.Grant{ID: grantID(secret), Kind: kind, Content: b, Made: now, Expires: now.Add(lifetime).Truncate(time.Second)}
	if err := s.grants.CreateGrant(ctx, g); err != nil {
		return fmt.Errorf("store %s: %w", kind, err)
	}
	return nil
}

// read reads a flow; fault.FlowInvalid if there is none.
func read[T any](ctx context.Context, s *Service, kind store.GrantKind, secret string) (value T, g store.Grant, err error) {
	g, err = s.grants.Grant(ctx, kind, grantID(secret))
	value, err = content[T](s, g, err)
	if errors.Is(err, ErrGrant) {
		err = fault.New(fault.FlowInvalid)
	}
	return value, g, err
}

// content decodes a grant that a store has returned; ErrGrant if there is none,
// or if it was taken by another or has expired.
func content[T any](s *Service, g store.Grant, err error) (value T, _ error) {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) || err == nil && !s.now().Before(g.Expires) {
		return value, ErrGrant
	}
	if err != nil {
		return value, fmt.Errorf("read grant: %w", err)
	}
	if err := json.Unmarshal(g.Content, &value); err != nil {
		return value, fmt.Errorf("decode grant: %w", err)
	}
	return value, nil
}

// Choose returns the level for the levels that a client asks for (RFC 9470, 3:
// acr_values, by preference) and the lowest one of its registration; not ok if
// none of them exists.
func Choose(asked []string, c Client) (level Level, ok bool) {
	level = Password
	if len(asked) > 0 {
		i := slices.IndexFunc(asked, func(a string) bool { return slices.Contains(Levels(), Level(a)) })
		if i < 0 {
			return "", false
		}
		level = Level(asked[i])
	}
	if c.LeastLevel() == Heart {
		level = Heart
	}
	return level, true
}
