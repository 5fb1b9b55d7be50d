package protocol

import (
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"systole/shared/provider"
)

// client adapts a registered client to the library.
type client struct{ provider.Client }

func (c client) GetID() string                    { return c.ID }
func (c client) RedirectURIs() []string           { return c.Client.RedirectURIs }
func (c client) PostLogoutRedirectURIs() []string { return c.Client.PostLogoutRedirectURIs }

func (c client) ApplicationType() op.ApplicationType {
	if c.Native() {
		return op.ApplicationTypeNative
	}
	return op.ApplicationTypeWeb
}

// AuthMethod returns basic for a secret in the header and in the body alike: the
// library only distinguishes clients without a secret, and those with a key, from
// the rest.
func (c client) AuthMethod() oidc.AuthMethod {
	if !c.Confidential() {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}

func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) AccessTokenType() op.AccessTokenType {
	return op.AccessTokenTypeBearer
}
func (c client) IDTokenLifetime() time.Duration { return provider.AccessLifetime }
func (c client) ClockSkew() time.Duration       { return 0 }
func (c client) DevMode() bool                  { return false }
func (c client) LoginURL(string) string         { return "" }
func (c client) IsScopeAllowed(string) bool     { return false }

// IDTokenUserinfoClaimsAssertion makes ID tokens carry the claims of the scopes:
// proxies and brokers read them there.
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }

func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string     { return unchanged }
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string { return unchanged }

func unchanged(scopes []string) []string { return scopes }

// request adapts a finished flow to the library.
type request struct{ provider.Code }

func (r request) GetID() string          { return "" }
func (r request) GetACR() string         { return string(r.Level) }
func (r request) GetAMR() []string       { return r.Level.Methods() }
func (r request) GetAudience() []string  { return []string{r.ClientID} }
func (r request) GetAuthTime() time.Time { return r.AuthTime }
func (r request) GetClientID() string    { return r.ClientID }
func (r request) GetNonce() string       { return r.Nonce }
func (r request) GetRedirectURI() string { return r.RedirectURI }
func (r request) GetScopes() []string    { return r.Scopes }
func (r request) GetState() string       { return r.State }
func (r request) GetSubject() string     { return r.Subject }
func (r request) Done() bool             { return true }

func (r request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.Challenge, Method: oidc.CodeChallengeMethodS256}
}
func (r request) GetResponseType() oidc.ResponseType { return oidc.ResponseTypeCode }
func (r request) GetResponseMode() oidc.ResponseMode { return oidc.ResponseModeQuery }
