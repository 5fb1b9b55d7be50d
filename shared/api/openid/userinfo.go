package openid

import (
	"errors"
	"net/http"
	"strings"

	"systole/shared/api"
	"systole/shared/provider"
)

// UserInfo is the route at which a client asks for the claims about the person
// (OpenID Connect Core 1.0, 5.3).
func UserInfo(p *provider.Service) api.Route {
	return api.Route{Path: api.PathUserInfo, Methods: map[string]api.Handler{
		http.MethodGet:  userInfo(p),
		http.MethodPost: userInfo(p),
	}}
}

func userInfo(p *provider.Service) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		secret, ok := bearer(r)
		if !ok {
			w.Header().Set("WWW-Authenticate", "Bearer")
			return api.JSON(w, http.StatusUnauthorized, struct{}{})
		}
		access, m, err := p.Access(r.Context(), secret)
		if errors.Is(err, provider.ErrGrant) {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			return api.JSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		}
		if err != nil {
			return err
		}
		claims := map[string]string{"sub": access.Subject}
		if HasScope(access.Scopes, "profile") {
			claims["name"], claims["preferred_username"] = m.Name, m.Username
		}
		return api.JSON(w, http.StatusOK, claims)
	}
}

// bearer returns the token of the Authorization header, or of a form (RFC 6750,
// 2.1 and 2.2). A token in an address would end up in logs.
func bearer(r *http.Request) (string, bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(token), true
	}
	r.Body = http.MaxBytesReader(nil, r.Body, api.DefaultMaxBody)
	token = r.PostFormValue("access_token")
	return token, token != ""
}
