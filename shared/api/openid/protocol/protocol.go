// Package protocol is the clients' side of the OpenID provider, on top of
// github.com/zitadel/oidc: the library parses and checks requests, exchanges
// codes and makes tokens; this package is stricter in places, and adds pushed
// requests and issuers in answers.
package protocol

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"systole/shared/api"
	"systole/shared/api/openid"
	"systole/shared/provider"
	"systole/shared/signing"
)

// Protocol makes the routes.
type Protocol struct {
	provider *provider.Service
	settings openid.Settings
	logOuts  openid.LogOuts
	library  func() (*op.Provider, error) // set up once, at the first request
}

// New returns the Protocol.
func New(p *provider.Service, keys *signing.Keys, o openid.LogOuts, s openid.Settings) *Protocol {
	issuer := func(bool) (op.IssuerFromRequest, error) {
		return func(r *http.Request) string { return openid.Issuer(r, s.Issuer) }, nil
	}
	return &Protocol{provider: p, settings: s, logOuts: o, library: sync.OnceValues(func() (*op.Provider, error) {
		return op.NewProvider(&op.Config{AuthMethodPost: true, CodeMethodS256: true},
			&storage{provider: p, keys: keys}, issuer, op.WithCrypto(opaque{}))
	})}
}

// answering is the protocol with its library set up.
type answering struct {
	*Protocol
	op *op.Provider
}

// route answers the methods of a path.
func (p *Protocol) route(path string, answer func(answering, http.ResponseWriter, *http.Request) error, methods ...string) api.Route {
	route := api.Route{Path: path, Methods: make(map[string]api.Handler, len(methods))}
	for _, method := range methods {
		route.Methods[method] = func(w http.ResponseWriter, r *http.Request) error {
			library, err := p.library()
			if err != nil {
				return fmt.Errorf("set up OpenID provider: %w", err)
			}
			return answer(answering{p, library}, w, r)
		}
	}
	return route
}

// maxBody bounds a client's request in bytes.
const maxBody = 64 << 10

// parsed returns the request with its issuer and its form, in which each
// parameter may occur once (RFC 6749, 3.1 and 3.2).
func (p answering) parsed(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	issuer := openid.Issuer(r, p.settings.Issuer)
	if issuer == "" {
		return nil, errors.New("no address to answer for: set ISSUER")
	}
	r = r.WithContext(op.ContextWithIssuer(r.Context(), issuer))
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return r, oidc.ErrInvalidRequest().WithDescription("the parameters can't be read")
	}
	for name, values := range r.Form {
		if len(values) > 1 {
			return r, oidc.ErrInvalidRequest().WithDescription("a parameter is there twice: %s", printable(name))
		}
	}
	return r, nil
}

// printable returns a name reduced to the characters of a description (RFC 6749,
// 5.2).
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, name[:min(len(name), 64)])
}

// opaque keeps tokens and codes as they are drawn: the library would encrypt them
// together with their subject.
type opaque struct{}

func (opaque) Encrypt(token string) (string, error) {
	secret, _, _ := strings.Cut(token, ":") // before the subject
	return secret, nil
}

func (opaque) Decrypt(token string) (string, error) { return token, nil }

// storage implements the library's storage with the methods of the code flow;
// those of flows that aren't served are the nil interface's.
type storage struct {
	op.Storage
	provider *provider.Service
	keys     *signing.Keys
}

func (s *storage) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := s.provider.Client(ctx, id)
	if err != nil {
		return nil, err
	}
	return client{c}, nil
}

// AuthorizeClientIDSecret is called for clients with a secret only.
func (s *storage) AuthorizeClientIDSecret(ctx context.Context, id, secret string) error {
	_, err := s.provider.Authenticate(ctx, id, secret)
	return err
}

// AuthRequestByCode uses the code up.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	c, err := s.provider.TakeCode(ctx, code)
	if err != nil {
		return nil, err
	}
	return request{c}, nil
}

func (s *storage) CreateAccessToken(ctx context.Context, r op.TokenRequest) (string, time.Time, error) {
	finished, ok := r.(request)
	if !ok {
		return "", time.Time{}, errors.New("an access is given for codes only")
	}
	err := s.provider.GiveAccess(ctx, finished.Code)
	if errors.Is(err, provider.ErrGrant) {
		err = oidc.ErrInvalidGrant().WithDescription("the code came twice")
	}
	if err != nil {
		return "", time.Time{}, err
	}
	return finished.Code.Access, time.Now().Add(provider.AccessLifetime), nil
}

// DeleteAuthRequest does nothing: the code is already used up.
func (s *storage) DeleteAuthRequest(context.Context, string) error { return nil }

func (s *storage) SigningKey(ctx context.Context) (op.SigningKey, error) {
	key, err := s.keys.CurrentRSA(ctx)
	return signingKey{key}, err
}

func (s *storage) KeySet(ctx context.Context) ([]op.Key, error) {
	all, err := s.keys.PublicRSA(ctx)
	keys := make([]op.Key, len(all))
	for i, key := range all {
		keys[i] = publicKey{key}
	}
	return keys, err
}

// SetUserinfoFromScopes does nothing, as the library asks: SetUserinfoFromRequest
// does it.
func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest adds the claims of the scopes to an ID token. The
// library takes the subject from here, too.
func (s *storage) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, r op.IDTokenRequest, _ []string) error {
	info.Subject = r.GetSubject()
	finished, ok := r.(request)
	if !ok || !openid.HasScope(finished.Scopes, "profile") {
		return nil
	}
	m, err := s.provider.Member(ctx, finished.Code)
	info.Name, info.PreferredUsername = m.Name, m.Username
	return err
}

// signingKey is the library's key to sign with.
type signingKey struct{ jose.JSONWebKey }

func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm {
	return jose.SignatureAlgorithm(k.JSONWebKey.Algorithm)
}
func (k signingKey) Key() any   { return k.JSONWebKey.Key }
func (k signingKey) ID() string { return k.KeyID }

// publicKey is the library's key to verify with.
type publicKey struct{ jose.JSONWebKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm {
	return jose.SignatureAlgorithm(k.JSONWebKey.Algorithm)
}
func (k publicKey) Key() any    { return k.JSONWebKey.Key }
func (k publicKey) ID() string  { return k.KeyID }
func (k publicKey) Use() string { return k.JSONWebKey.Use }
