package protocol

import (
	"errors"
	"net/http"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"systole/shared/api"
	"systole/shared/api/openid"
	"systole/shared/fault"
	"systole/shared/provider"
)

// EndSession is the route to which a client sends the browser of a person who
// logs out (OpenID Connect RP-Initiated Logout 1.0).
func (p *Protocol) EndSession() api.Route {
	return p.route(api.PathRPLogOut, answering.endSession, http.MethodGet, http.MethodPost)
}

// endSession logs out the person whom the ID token names, and sends the browser
// back. A request without an ID token may come from anybody: the person is asked
// first.
func (p answering) endSession(w http.ResponseWriter, r *http.Request) error {
	r, err := p.parsed(w, r)
	if err != nil {
		return p.showError(w, r, err)
	}
	asked, err := op.ParseEndSessionRequest(r, p.op.Decoder())
	if err != nil {
		return p.showError(w, r, err)
	}
	session, err := op.ValidateEndSessionRequest(r.Context(), asked, p.op)
	if err != nil {
		return p.showError(w, r, known(err))
	}
	if asked.PostLogoutRedirectURI == "" || session.ClientID == "" {
		session.RedirectURI = "" // a state without an address leads nowhere
	}
	browser := openid.BrowserOf(r)
	who, err := openid.Present(r.Context(), p.provider, browser)
	if err != nil {
		return err
	}
	if who != nil {
		agreed, err := p.agreed(r, session, who)
		if err != nil {
			return err
		}
		if !agreed {
			return openid.AskLogOut(w, r, session.RedirectURI)
		}
		if err := p.logOuts.LogOut(r.Context(), browser.Token()); err != nil && !fault.Is(err, fault.TokenInvalid) {
			return err
		}
	}
	browser.Forget(w)
	if session.RedirectURI != "" {
		return redirect(w, session.RedirectURI)
	}
	return openid.ShowLoggedOut(w, r)
}

// known maps the library's error for a request that it can't validate: the
// library reports an unknown client as a server error, and hides the store's
// errors.
func known(err error) error {
	var said *oidc.Error
	switch {
	case errors.Is(err, provider.ErrClient):
		return oidc.ErrInvalidRequest().WithDescription("the client is not registered")
	case errors.As(err, &said) && said.ErrorType == oidc.ServerError && said.Parent != nil:
		return said.Parent
	}
	return err
}

// agreed reports whether the person who is logged in wants to log out: the ID
// token is theirs, or they said so on the page.
func (p answering) agreed(r *http.Request, session *op.EndSessionRequest, who *provider.Person) (bool, error) {
	if r.Form.Get("agreed") == "yes" && openid.SameSite(r, op.IssuerFromContext(r.Context())) == nil {
		return true, nil
	}
	if session.IDTokenHintClaims == nil {
		return false, nil
	}
	subject, err := p.provider.Subject(r.Context(), session.ClientID, who.Member)
	return err == nil && subject == session.UserID, err
}
