package protocol

import (
	"errors"
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"systole/shared/api"
	"systole/shared/provider"
)

// pushedPrefix begins the URN of a pushed request.
const pushedPrefix = "urn:ietf:params:oauth:request_uri:"

// Token is the route at which a client exchanges a code for tokens.
func (p *Protocol) Token() api.Route {
	return p.route(api.PathToken, answering.token, http.MethodPost)
}

func (p answering) token(w http.ResponseWriter, r *http.Request) error {
	r, err := p.parsed(w, r)
	if err != nil {
		return refuseClient(w, err)
	}
	// The client is authenticated before the code is used up: a caller without its
	// secret ends no log-in.
	if _, err := p.authenticated(r); err != nil {
		return refuseClient(w, err)
	}
	if r.Form.Get("grant_type") != string(oidc.GrantTypeCode) {
		return refuseClient(w, oidc.ErrUnsupportedGrantType().WithDescription("grant_type is authorization_code"))
	}
	op.CodeExchange(w, r, p.op)
	return nil
}

// authenticated returns the client that makes the request, by its secret if it has
// one.
func (p answering) authenticated(r *http.Request) (provider.Client, error) {
	var named oidc.AccessTokenRequest
	if err := op.ParseAuthenticatedTokenRequest(r, p.op.Decoder(), &named); err != nil {
		return provider.Client{}, err
	}
	c, err := p.provider.Authenticate(r.Context(), named.ClientID, named.ClientSecret)
	if errors.Is(err, provider.ErrClient) {
		return provider.Client{}, oidc.ErrInvalidClient().WithDescription("unknown client, or wrong secret")
	}
	return c, err
}

// refuseClient answers a client's request with an error (RFC 6749, 5.2).
func refuseClient(w http.ResponseWriter, err error) error {
	var said *oidc.Error
	if !errors.As(err, &said) {
		return err
	}
	status := http.StatusBadRequest
	if said.ErrorType == oidc.InvalidClient {
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="client"`)
	}
	return api.JSON(w, status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description,omitempty"`
	}{string(said.ErrorType), said.Description})
}

// Pushed is the route at which a client deposits a request before it sends the
// browser (RFC 9126).
func (p *Protocol) Pushed() api.Route {
	return p.route(api.PathPushed, answering.push, http.MethodPost)
}

// pushable are the parameters that a pushed request keeps; others have no effect
// here.
var pushable = []string{
	"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
	"acr_values", "max_age", "prompt", "display", "login_hint", "id_token_hint", "ui_locales",
}

func (p answering) push(w http.ResponseWriter, r *http.Request) error {
	r, err := p.parsed(w, r)
	if err != nil {
		return refuseClient(w, err)
	}
	c, err := p.authenticated(r)
	if err != nil {
		return refuseClient(w, err)
	}
	if r.Form.Has("request_uri") {
		return refuseClient(w, oidc.ErrInvalidRequest().WithDescription("a pushed request has no request_uri"))
	}
	r.Form.Set("client_id", c.ID)
	asked, err := op.ParseAuthorizeRequest(r, p.op.Decoder())
	if err != nil {
		return refuseClient(w, err)
	}
	if _, _, err := p.flowOf(r, asked); err != nil {
		return refuseClient(w, err)
	}
	uri, err := p.deposit(r)
	if err != nil {
		return err
	}
	return api.JSON(w, http.StatusCreated, struct {
		URI     string `json:"request_uri"`
		Expires int    `json:"expires_in"` // seconds
	}{uri, int(provider.PushedLifetime().Seconds())})
}

// deposit stores the request's parameters as a pushed request, and returns the URN
// that names it.
func (p answering) deposit(r *http.Request) (uri string, err error) {
	parameters := make(map[string]string)
	for _, name := range pushable {
		if r.Form.Has(name) {
			parameters[name] = r.Form.Get(name)
		}
	}
	secret, err := p.provider.Push(r.Context(), parameters)
	return pushedPrefix + secret, err
}
