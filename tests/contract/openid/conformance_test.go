// Package openid tests the OpenID provider as the OpenID Foundation's conformance
// suite does: the suite's plans for a basic provider, its configuration and
// RP-initiated log-out. Each test has the name and the requirement of one of the
// suite's modules, and every module of the plans has a test. The suite itself is
// run by hand; README.md has its results.
package openid

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/tests/support/relying"
)

// loggedIn returns the claims of a log-in with changes of the request.
func loggedIn(t *testing.T, b *relying.Browser, changes ...string) map[string]any {
	t.Helper()
	answer := b.LogIn(relying.Asked(relying.Shop, changes...))
	if answer.Get("state") != "the state" || answer.Get("code") == "" {
		t.Fatalf("answered %v", answer)
	}
	_, claims, _ := b.Tokens(relying.Shop, answer.Get("code"))
	return claims
}

// reached reports whether the browser was sent to the log-in page.
func reached(to *url.URL) bool { return to.Path == "/log-in" }

func TestBasicCertificationPlan(t *testing.T) {
	h := relying.New(t)
	modules := map[string]func(*testing.T, *relying.Browser){
		"oidcc-server": func(t *testing.T, b *relying.Browser) {
			code := b.LogIn(relying.Asked(relying.Shop)).Get("code")
			status, body := b.Exchange(relying.Shop, code)
			if expires, _ := body["expires_in"].(float64); status != 200 || body["token_type"] != "Bearer" || expires < 500 || expires > 600 || body["refresh_token"] != nil {
				t.Errorf("%d %v", status, body)
			}
		},
		"oidcc-response-type-missing": func(t *testing.T, b *relying.Browser) {
			if to, _ := b.Authorize(relying.Asked(relying.Shop, "response_type", "")); to.Query().Get("error") != "invalid_request" {
				t.Error(to)
			}
		},
		"oidcc-idtoken-signature": func(t *testing.T, b *relying.Browser) { // and the claims
			claims := loggedIn(t, b)
			for claim, want := range map[string]any{"iss": relying.Issuer, "nonce": "the nonce", "azp": relying.Shop, "acr": "urn:systole:acr:password"} {
				if claims[claim] != want {
					t.Errorf("%s is %v", claim, claims[claim])
				}
			}
			for _, claim := range []string{"sub", "aud", "exp", "iat", "auth_time", "at_hash", "amr"} {
				if claims[claim] == nil {
					t.Errorf("no %s in %v", claim, slices.Sorted(maps.Keys(claims)))
				}
			}
		},
		"oidcc-userinfo-get": func(t *testing.T, b *relying.Browser) {
			access, claims, _ := b.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
			if status, body := b.UserInfo(access); status != 200 || body["sub"] != claims["sub"] {
				t.Errorf("%d %v", status, body)
			}
		},
		"oidcc-userinfo-post-body": func(t *testing.T, b *relying.Browser) {
			access, claims, _ := b.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
			if status, body := b.Post("/openid/userinfo", url.Values{"access_token": {access}}); status != 200 || body["sub"] != claims["sub"] {
				t.Errorf("%d %v", status, body)
			}
		},
		"oidcc-userinfo-post-header": func(t *testing.T, b *relying.Browser) {
			access, claims, _ := b.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
			r := httptest.NewRequest(http.MethodPost, "/openid/userinfo", nil)
			r.Header.Set("Authorization", "Bearer "+access)
			w := httptest.NewRecorder()
			b.ServeHTTP(w, r)
			var body map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != 200 || body["sub"] != claims["sub"] {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		},
		"oidcc-ensure-request-without-nonce-succeeds-for-code-flow": func(t *testing.T, b *relying.Browser) {
			if claims := loggedIn(t, b, "nonce", ""); claims["nonce"] != nil {
				t.Error(claims)
			}
		},
		"oidcc-scope-profile": func(t *testing.T, b *relying.Browser) {
			access, claims, _ := b.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop, "scope", "openid profile")).Get("code"))
			_, info := b.UserInfo(access)
			for _, said := range []map[string]any{claims, info} {
				if said["name"] != "HONG" || said["preferred_username"] != "hong" {
					t.Error(said)
				}
			}
		},
		"oidcc-scope-email":   scopeWithoutClaims("email"),
		"oidcc-scope-address": scopeWithoutClaims("address"),
		"oidcc-scope-phone":   scopeWithoutClaims("phone"),
		"oidcc-scope-all": func(t *testing.T, b *relying.Browser) {
			if claims := loggedIn(t, b, "scope", "openid profile email address phone offline_access unknown"); claims["email"] != nil {
				t.Error(claims)
			}
		},
		"oidcc-alternate-happy-flow": func(t *testing.T, b *relying.Browser) { loggedIn(t, b, "scope", "profile openid") },
		"scope without openid": func(t *testing.T, b *relying.Browser) {
			if to, _ := b.Authorize(relying.Asked(relying.Shop, "scope", "profile")); to.Query().Get("error") != "invalid_scope" {
				t.Error(to)
			}
		},
		"oidcc-display-page":  func(t *testing.T, b *relying.Browser) { loggedIn(t, b, "display", "page") },
		"oidcc-display-popup": func(t *testing.T, b *relying.Browser) { loggedIn(t, b, "display", "popup") },
		"oidcc-prompt-login": func(t *testing.T, b *relying.Browser) {
			first := loggedIn(t, b)
			b.Wait(2 * time.Second)
			again := loggedIn(t, b, "prompt", "login")
			if again["auth_time"].(float64) <= first["auth_time"].(float64) || again["sub"] != first["sub"] {
				t.Errorf("%v, then %v", first, again)
			}
		},
		"oidcc-prompt-none-not-logged-in": func(t *testing.T, b *relying.Browser) {
			if to, _ := b.Authorize(relying.Asked(relying.Shop, "prompt", "none")); to.Query().Get("error") != "login_required" {
				t.Error(to)
			}
		},
		"oidcc-prompt-none-logged-in": func(t *testing.T, b *relying.Browser) {
			first := loggedIn(t, b)
			if again := loggedIn(t, b, "prompt", "none"); again["sub"] != first["sub"] || again["auth_time"] != first["auth_time"] {
				t.Errorf("%v, then %v", first, again)
			}
		},
		"prompt=none with another": func(t *testing.T, b *relying.Browser) {
			if to, _ := b.Authorize(relying.Asked(relying.Shop, "prompt", "none login")); to.Query().Get("error") != "invalid_request" {
				t.Error(to)
			}
		},
		"oidcc-max-age-1": func(t *testing.T, b *relying.Browser) {
			first := loggedIn(t, b)
			b.Wait(2 * time.Second)
			if again := loggedIn(t, b, "max_age", "1"); again["auth_time"].(float64) <= first["auth_time"].(float64) {
				t.Errorf("%v, then %v", first, again)
			}
		},
		"oidcc-max-age-10000": func(t *testing.T, b *relying.Browser) {
			first := loggedIn(t, b)
			b.Wait(2 * time.Second)
			if again := loggedIn(t, b, "max_age", "10000"); again["auth_time"] != first["auth_time"] {
				t.Errorf("%v, then %v", first, again)
			}
		},
		"oidcc-ensure-request-with-unknown-parameter-succeeds": func(t *testing.T, b *relying.Browser) { loggedIn(t, b, "extra", "foobar") },
		"oidcc-id-token-hint": func(t *testing.T, b *relying.Browser) {
			_, first, hint := b.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
			if again := loggedIn(t, b, "prompt", "none", "id_token_hint", hint); again["sub"] != first["sub"] {
				t.Errorf("%v, then %v", first, again)
			}
		},
		"oidcc-login-hint": func(t *testing.T, b *relying.Browser) {
			if to, _ := b.Authorize(relying.Asked(relying.Shop, "login_hint", "hong")); to.Query().Get("login_hint") != "hong" {
				t.Error(to)
			}
		},
		"oidcc-ui-locales": func(t *testing.T, b *relying.Browser) {
			to, flow := b.Authorize(relying.Asked(relying.Shop, "ui_locales", "se ko en"))
			if a := b.State(flow); !slices.Equal(a.Body["ui_locales"].([]any), []any{"se", "ko", "en"}) || to.Query().Get("lang") != "se ko en" {
				t.Error(a.Body, to)
			}
		},
		"oidcc-claims-locales": func(t *testing.T, b *relying.Browser) { loggedIn(t, b, "claims_locales", "se") },
		"oidcc-ensure-request-with-acr-values-succeeds": func(t *testing.T, b *relying.Browser) {
			if claims := loggedIn(t, b, "acr_values", "urn:systole:acr:heart urn:systole:acr:password"); claims["acr"] != "urn:systole:acr:heart" {
				t.Error(claims)
			}
		},
		"oidcc-codereuse": func(t *testing.T, b *relying.Browser) {
			code := b.LogIn(relying.Asked(relying.Shop)).Get("code")
			b.Tokens(relying.Shop, code)
			if status, body := b.Exchange(relying.Shop, code); status != 400 || body["error"] != "invalid_grant" {
				t.Errorf("%d %v", status, body)
			}
		},
		"oidcc-codereuse-30seconds": func(t *testing.T, b *relying.Browser) {
			code := b.LogIn(relying.Asked(relying.Shop)).Get("code")
			access, _, _ := b.Tokens(relying.Shop, code)
			b.Wait(30 * time.Second)
			if status, body := b.Exchange(relying.Shop, code); status != 400 || body["error"] != "invalid_grant" {
				t.Errorf("%d %v", status, body)
			}
			if status, _ := b.UserInfo(access); status != 401 {
				t.Errorf("the access token goes on: %d", status)
			}
		},
		"oidcc-ensure-registered-redirect-uri": func(t *testing.T, b *relying.Browser) {
			w := b.Get("/openid/authorize?" + relying.Asked(relying.Shop, "redirect_uri", "https://shop.example/in?foo=bar").Encode())
			if w.Code != 400 || w.Header().Get("Location") != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
				t.Errorf("%d %v", w.Code, w.Header())
			}
		},
		"oidcc-server, with client_secret_basic": func(t *testing.T, b *relying.Browser) {
			code := b.LogIn(relying.Asked(relying.Shop)).Get("code")
			form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {relying.Redirect}, "code_verifier": {relying.Verifier}}
			for _, try := range []struct {
				secret string
				want   int
			}{{"wrong", 401}, {url.QueryEscape(relying.Secret), 200}} {
				secret, want := try.secret, try.want
				r := httptest.NewRequest(http.MethodPost, "/openid/token", strings.NewReader(form.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.SetBasicAuth(relying.Shop, secret)
				w := httptest.NewRecorder()
				b.ServeHTTP(w, r)
				if w.Code != want || want == 401 && !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic") || w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("%s: %d %v %s", secret, w.Code, w.Header(), w.Body)
				}
			}
		},
		"oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": func(t *testing.T, b *relying.Browser) {
			if to, _ := b.Authorize(relying.Asked(relying.Shop, "request", "eyJhbGciOiJub25lIn0.e30.")); to.Query().Get("error") != "request_not_supported" {
				t.Error(to)
			}
		},
		"oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": func(t *testing.T, b *relying.Browser) {
			w := b.Get("/openid/authorize?" + relying.Asked(relying.Shop, "request_uri", "https://shop.example/request.jwt").Encode())
			if w.Code != 400 || !strings.Contains(w.Body.String(), "request_uri_not_supported") {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		},
		"oidcc-ensure-request-object-with-redirect-uri": func(t *testing.T, b *relying.Browser) {
			q := relying.Asked(relying.Shop, "redirect_uri", "https://evil.example/in")
			q.Set("request", "eyJhbGciOiJub25lIn0."+base64.RawURLEncoding.EncodeToString([]byte(`{"redirect_uri":"`+relying.Redirect+`"}`))+".")
			if w := b.Get("/openid/authorize?" + q.Encode()); w.Code != 400 || w.Header().Get("Location") != "" {
				t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
			}
		},
		"oidcc-claims-essential": func(t *testing.T, b *relying.Browser) {
			loggedIn(t, b, "claims", `{"userinfo":{"name":{"essential":true}}}`) // unsupported, as the configuration says
		},
		"oidcc-idtoken-unsigned": func(t *testing.T, b *relying.Browser) {
			_, _, token := b.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
			header, err := base64.RawURLEncoding.DecodeString(token[:strings.IndexByte(token, '.')])
			if err != nil || !strings.Contains(string(header), `"alg":"RS256"`) {
				t.Errorf("%s, %v", header, err)
			}
		},
		"oidcc-refresh-token": func(t *testing.T, b *relying.Browser) {
			code := b.LogIn(relying.Asked(relying.Shop, "scope", "openid offline_access", "prompt", "consent")).Get("code")
			if status, body := b.Exchange(relying.Shop, code); status != 200 || body["refresh_token"] != nil {
				t.Errorf("%d %v", status, body)
			}
		},
		"oidcc-server-client-secret-post": func(t *testing.T, b *relying.Browser) {
			form := relying.Asked(relying.Shop)
			form = url.Values{
				"grant_type": {"authorization_code"}, "code": {b.LogIn(form).Get("code")}, "redirect_uri": {relying.Redirect},
				"code_verifier": {relying.Verifier}, "client_id": {relying.Shop}, "client_secret": {relying.Secret},
			}
			if status, body := b.Post("/openid/token", form); status != 200 || body["id_token"] == nil {
				t.Errorf("%d %v", status, body)
			}
		},
		"oidcc-ensure-request-with-valid-pkce-succeeds": func(t *testing.T, b *relying.Browser) { loggedIn(t, b) },
		"oidcc-ensure-post-request-succeeds": func(t *testing.T, b *relying.Browser) {
			r := httptest.NewRequest(http.MethodPost, "/openid/authorize", strings.NewReader(relying.Asked(relying.Shop).Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			again := b.Do(r).Header().Get("Location") // by GET, with the cookie
			to, err := url.Parse(b.Get(again).Header().Get("Location"))
			if err != nil || !reached(to) {
				t.Errorf("%v, %v", to, err)
			}
		},
	}
	covers(t, slices.Collect(maps.Keys(modules)), basicPlan)
	for name, test := range modules {
		t.Run(name, func(t *testing.T) { test(t, h.Browser()) })
	}
}

func TestConfigCertificationPlan(t *testing.T) {
	h := relying.New(t)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil))
	var said map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%d %v %v", w.Code, w.Header(), err)
	}
	t.Run("oidcc-rp-initiated-logout-discovery-endpoint-verification", func(t *testing.T) {
		if said["end_session_endpoint"] != relying.Issuer+"/openid/logout" {
			t.Error(said["end_session_endpoint"])
		}
	})
	t.Run("oidcc-discovery-endpoint-verification", func(t *testing.T) {
		if said["issuer"] != relying.Issuer {
			t.Errorf("issuer %v", said["issuer"])
		}
		for name, path := range map[string]string{
			"authorization_endpoint": "/openid/authorize", "token_endpoint": "/openid/token", "userinfo_endpoint": "/openid/userinfo",
			"jwks_uri": "/.well-known/jwks.json", "end_session_endpoint": "/openid/logout", "pushed_authorization_request_endpoint": "/openid/par",
		} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(http.MethodOptions, path, nil))
			if said[name] != relying.Issuer+path || w.Code != http.StatusNoContent {
				t.Errorf("%s is %v, at %s there is %d", name, said[name], path, w.Code)
			}
		}
		for name, least := range map[string]string{
			"response_types_supported": "code", "grant_types_supported": "authorization_code", "subject_types_supported": "pairwise",
			"id_token_signing_alg_values_supported": "RS256", "scopes_supported": "openid", "code_challenge_methods_supported": "S256",
			"acr_values_supported": "urn:systole:acr:heart", "claims_supported": "sub", "token_endpoint_auth_methods_supported": "client_secret_basic",
		} {
			if all, _ := said[name].([]any); !slices.Contains(all, any(least)) {
				t.Errorf("%s is %v", name, said[name])
			}
		}
		for _, name := range []string{"claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported"} {
			if said[name] != false {
				t.Errorf("%s is %v", name, said[name])
			}
		}
	})
}

func TestRPInitiatedLogoutCertificationPlan(t *testing.T) {
	h := relying.New(t)
	// begin logs a person in and returns the ID token.
	begin := func(t *testing.T) (*relying.Browser, string) {
		t.Helper()
		b := h.Browser()
		_, _, hint := b.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
		return b, hint
	}
	end := func(b *relying.Browser, pairs ...string) (int, string, string) {
		q := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			q.Set(pairs[i], pairs[i+1])
		}
		w := b.Get("/openid/logout?" + q.Encode())
		return w.Code, w.Header().Get("Location"), w.Body.String()
	}
	in := func(b *relying.Browser) bool {
		to, _ := b.Authorize(relying.Asked(relying.Shop, "prompt", "none"))
		return to.Query().Has("code")
	}
	modules := []struct {
		name     string
		with     func(hint string) []string
		location string // "" if a page answers
		out      bool   // whether the person is logged out without a question
		refused  bool
	}{
		{"oidcc-rp-initiated-logout", func(hint string) []string {
			return []string{"id_token_hint", hint, "post_logout_redirect_uri", relying.Out, "state", "s"}
		}, relying.Out + "?state=s", true, false},
		{"oidcc-rp-initiated-logout-no-state", func(hint string) []string {
			return []string{"id_token_hint", hint, "post_logout_redirect_uri", relying.Out}
		}, relying.Out, true, false},
		{"oidcc-rp-initiated-logout-no-post-logout-redirect-uri", func(hint string) []string { return []string{"id_token_hint", hint, "state", "s"} }, "", true, false},
		{"oidcc-rp-initiated-logout-only-state", func(string) []string { return []string{"state", "s"} }, "", false, false},
		{"oidcc-rp-initiated-logout-no-params", func(string) []string { return nil }, "", false, false},
		{"oidcc-rp-initiated-logout-no-id-token-hint", func(string) []string { return []string{"post_logout_redirect_uri", relying.Out, "state", "s"} }, "", false, false},
		{"oidcc-rp-initiated-logout-bad-id-token-hint", func(string) []string {
			return []string{"id_token_hint", "x.y.z", "post_logout_redirect_uri", relying.Out}
		}, "", false, true},
		{"oidcc-rp-initiated-logout-modified-id-token-hint", func(hint string) []string {
			return []string{"id_token_hint", hint[:len(hint)-6] + "AAAAAA", "post_logout_redirect_uri", relying.Out}
		}, "", false, true},
		{"oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", func(hint string) []string {
			return []string{"id_token_hint", hint, "post_logout_redirect_uri", "https://evil.example/"}
		}, "", false, true},
		{"oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", func(hint string) []string {
			return []string{"id_token_hint", hint, "post_logout_redirect_uri", relying.Out + "?a=b"}
		}, "", false, true},
		{"with an unknown client", func(string) []string { return []string{"client_id", "nobody", "post_logout_redirect_uri", relying.Out} }, "", false, true},
	}
	names := []string{"oidcc-rp-initiated-logout-discovery-endpoint-verification"} // from the configuration's plan
	for _, tt := range modules {
		names = append(names, tt.name)
	}
	covers(t, names, logOutPlan)
	for _, tt := range modules {
		t.Run(tt.name, func(t *testing.T) {
			b, hint := begin(t)
			status, location, page := end(b, tt.with(hint)...)
			if location != tt.location || (status == 400) != tt.refused {
				t.Errorf("%d %s %s", status, location, page)
			}
			if in(b) == tt.out {
				t.Errorf("logged out: %v", !tt.out)
			}
			if !tt.out && !tt.refused && !strings.Contains(page, "<form") {
				t.Errorf("the person isn't asked: %s", page)
			}
		})
	}
	t.Run("the person agrees on the page", func(t *testing.T) {
		b, _ := begin(t)
		form := url.Values{"client_id": {relying.Shop}, "post_logout_redirect_uri": {relying.Out}, "state": {"s"}, "agreed": {"yes"}}
		for _, asked := range []struct {
			site string
			want int
		}{{"cross-site", http.StatusOK}, {"same-origin", http.StatusSeeOther}} {
			site, want := asked.site, asked.want
			r := httptest.NewRequest(http.MethodPost, "/openid/logout", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", site)
			if !in(b) {
				t.Error("another site has logged the person out")
			}
			if w := b.Do(r); w.Code != want {
				t.Errorf("%s: %d %s", site, w.Code, w.Body)
			}
		}
	})
}
