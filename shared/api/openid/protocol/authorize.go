package protocol

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"systole/shared/api"
	"systole/shared/api/openid"
	"systole/shared/provider"
)

// Authorize is the route to which a client sends the person's browser.
func (p *Protocol) Authorize() api.Route {
	return p.route(api.PathAuthorize, answering.authorize, http.MethodGet, http.MethodPost)
}

// authorize answers at once if no step is left to the person, and else sends the
// browser to the page. An error goes to the client's address if that is known to
// be the client's, and else to the person.
func (p answering) authorize(w http.ResponseWriter, r *http.Request) error {
	r, err := p.parsed(w, r)
	if err == nil {
		err = p.unpush(r)
	}
	if err != nil {
		return p.showError(w, r, err)
	}
	asked, err := op.ParseAuthorizeRequest(r, p.op.Decoder())
	if err != nil {
		return p.showError(w, r, err)
	}
	flow, prompts, err := p.flowOf(r, asked)
	if err != nil {
		return p.refuse(w, r, asked, err)
	}
	if r.Method == http.MethodPost {
		return p.askByGet(w, r, asked.ClientID)
	}
	return p.proceed(w, r, asked, flow, prompts)
}

// askByGet sends the browser here again by GET, with the request as a pushed one. A
// browser sends the cookie with another site's links, and not with its forms: a
// person who is logged in would count as nobody, and be logged out by the cookie
// of the answer.
func (p answering) askByGet(w http.ResponseWriter, r *http.Request, clientID string) error {
	uri, err := p.deposit(r)
	if err != nil {
		return err
	}
	again := url.Values{"client_id": {clientID}, "request_uri": {uri}}
	return redirect(w, op.IssuerFromContext(r.Context())+api.PathAuthorize+"?"+again.Encode())
}

// proceed begins the flow, or ends it at once.
func (p answering) proceed(w http.ResponseWriter, r *http.Request, asked *oidc.AuthRequest, flow provider.Flow, prompts []string) error {
	ctx, browser := r.Context(), openid.BrowserOf(r)
	who, err := openid.Present(ctx, p.provider, browser)
	if err != nil {
		return err
	}
	needs, err := p.provider.Needs(ctx, flow, who)
	if err != nil {
		return err
	}
	issuer := op.IssuerFromContext(ctx)
	if needs.None() && !flow.Ask {
		code, err := p.provider.Code(ctx, flow, who)
		if err != nil {
			return err
		}
		return redirect(w, openid.Back(flow.RedirectURI, issuer, flow.State, "code", code))
	}
	if slices.Contains(prompts, oidc.PromptNone) {
		return p.refuse(w, r, asked, oidc.ErrLoginRequired())
	}
	id, err := p.provider.Begin(ctx, flow, browser.Word)
	if err != nil {
		return err
	}
	browser.Remember(w)
	page := url.Values{"flow": {id}, "lang": {strings.Join(flow.Locales, " ")}}
	if asked.LoginHint != "" { // a name, which is for the page alone and isn't stored
		page.Set("login_hint", asked.LoginHint)
	}
	return redirect(w, issuer+api.PathFlowPage+"?"+page.Encode())
}

// redirect sends a browser on with GET, whatever the method of the request.
func redirect(w http.ResponseWriter, location string) error {
	w.Header().Set("Location", location)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// unmet returns the error for levels that the provider doesn't have (RFC 9470,
// 5).
func unmet() error {
	return &oidc.Error{ErrorType: "unmet_authentication_requirements", Description: "none of the acr_values is supported"}
}

// challenge matches a code challenge of S256 (RFC 7636, 4.2).
var challenge = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`) })

// Limits of a flow's data for a client, in bytes and languages.
const (
	maxState   = 2048
	maxNonce   = 512
	maxHint    = 256
	maxLocales = 16
)

// flowOf checks the request and returns its flow and prompts.
func (p answering) flowOf(r *http.Request, asked *oidc.AuthRequest) (provider.Flow, []string, error) {
	registered, err := p.provider.Client(r.Context(), asked.ClientID)
	if errors.Is(err, provider.ErrClient) {
		return provider.Flow{}, nil, oidc.ErrInvalidRequestRedirectURI().WithDescription("the client is not registered")
	}
	if err != nil {
		return provider.Flow{}, nil, err
	}
	subject, err := op.ValidateAuthRequestClient(r.Context(), asked, client{registered}, p.op.IDTokenHintVerifier(r.Context()))
	if err != nil {
		return provider.Flow{}, nil, err
	}
	switch {
	case asked.RequestParam != "":
		return provider.Flow{}, nil, oidc.ErrRequestNotSupported()
	case len(asked.State) > maxState || len(asked.Nonce) > maxNonce || len(asked.LoginHint) > maxHint || len(asked.UILocales) > maxLocales:
		asked.State = ""
		return provider.Flow{}, nil, oidc.ErrInvalidRequest().WithDescription("state, nonce, login_hint or ui_locales is too long")
	case asked.ResponseMode != "" && asked.ResponseMode != oidc.ResponseModeQuery:
		return provider.Flow{}, nil, oidc.ErrInvalidRequest().WithDescription("response_mode is query")
	case !slices.Contains(asked.Scopes, oidc.ScopeOpenID):
		return provider.Flow{}, nil, oidc.ErrInvalidScope().WithDescription("scope has openid")
	case asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 || !challenge().MatchString(asked.CodeChallenge):
		return provider.Flow{}, nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required: code_challenge, code_challenge_method")
	}
	level, ok := provider.Choose(asked.ACRValues, registered)
	if !ok {
		return provider.Flow{}, nil, unmet()
	}
	flow := provider.Flow{
		ClientID: asked.ClientID, RedirectURI: asked.RedirectURI, State: asked.State, Nonce: asked.Nonce,
		Challenge: asked.CodeChallenge, Scopes: supported(asked.Scopes), Level: level,
		Subject: subject,
	}
	for _, tag := range asked.UILocales {
		flow.Locales = append(flow.Locales, tag.String())
	}
	for _, prompt := range asked.Prompt {
		flow.Ask = flow.Ask || prompt == oidc.PromptConsent || prompt == oidc.PromptSelectAccount
	}
	if asked.MaxAge != nil {
		age := int64(*asked.MaxAge)
		flow.MaxAge = &age
	}
	return flow, asked.Prompt, nil
}

// supported returns the scopes that the provider knows.
func supported(scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool {
		return s != oidc.ScopeOpenID && s != oidc.ScopeProfile
	})
}

// refuse answers with an error: at the client's address, unless that isn't known
// to be the client's.
func (p answering) refuse(w http.ResponseWriter, r *http.Request, asked *oidc.AuthRequest, err error) error {
	var said *oidc.Error
	if !errors.As(err, &said) {
		return err
	}
	if said.IsRedirectDisabled() {
		return p.showError(w, r, err)
	}
	pairs := []string{"error", string(said.ErrorType)}
	if said.Description != "" {
		pairs = append(pairs, "error_description", said.Description)
	}
	return redirect(w, openid.Back(asked.RedirectURI, op.IssuerFromContext(r.Context()), asked.State, pairs...))
}

// showError tells the person that the application's request is wrong: there is no
// address at which to tell the application.
func (p answering) showError(w http.ResponseWriter, r *http.Request, err error) error {
	var said *oidc.Error
	if !errors.As(err, &said) {
		return err
	}
	return openid.ShowRefusal(w, r, string(said.ErrorType), said.Description)
}

// unpush replaces a request that names a pushed request by that one (RFC 9126,
// 4).
func (p answering) unpush(r *http.Request) error {
	uri := r.Form.Get("request_uri")
	if uri == "" {
		return nil
	}
	secret, ok := strings.CutPrefix(uri, pushedPrefix)
	if !ok {
		return &oidc.Error{ErrorType: "request_uri_not_supported", Description: "request_uri is of a pushed request"}
	}
	pushed, err := p.provider.TakePushed(r.Context(), secret)
	if errors.Is(err, provider.ErrGrant) {
		return &oidc.Error{ErrorType: "invalid_request_uri", Description: "the pushed request is too old, or was used"}
	}
	if err != nil {
		return fmt.Errorf("read pushed request: %w", err)
	}
	if pushed["client_id"] != r.Form.Get("client_id") {
		return oidc.ErrInvalidRequest().WithDescription("the pushed request is another client's")
	}
	r.Form = make(url.Values, len(pushed))
	for name, value := range pushed {
		r.Form.Set(name, value)
	}
	return nil
}
