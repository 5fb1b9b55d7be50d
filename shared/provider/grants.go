package provider

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// Errors of grants, for the protocol to word.
var (
	// ErrGrant is for a code, an access or a pushed request that doesn't exist, is
	// too old, or was used before.
	ErrGrant = errors.New("no such grant")
)

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
		return Code{}, errors.Join(ErrGrant, s.revoke(ctx, used.Access))
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

// revoke ends an access, and one that is about to be stored (RFC 6749, 4.1.2).
func (s *Service) revoke(ctx context.Context, access string) error {
	err := s.create(ctx, revokedKind, access, nil, codeLifetime)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	_, err = s.grants.Grant(ctx, revokedKind, grantID(access))
	if errors.Is(err, store.ErrNotFound) {
		err = s.grants.DeleteGrant(ctx, grantID(access))
	}
	return err
}

// GiveAccess stores the access for a code: its secret is the code's Access.
// ErrGrant means that the code came a second time.
func (s *Service) GiveAccess(ctx context.Context, c Code) error {
	a := Access{ClientID: c.ClientID, Scopes: c.Scopes, Subject: c.Subject, Session: c.Session}
	err := s.create(ctx, accessKind, c.Access, a, AccessLifetime)
	if errors.Is(err, store.ErrExists) {
		return ErrGrant
	}
	return err
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
