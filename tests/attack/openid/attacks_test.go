// Package openid tries the attacks of RFC 9700 (OAuth 2.0 Security Best Current
// Practice, section 4) on the OpenID provider, and those of its own upper level. The
// table of shared/provider's page is this package's tests.
package openid

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
	"systole/tests/support/relying"
)

const heart = "urn:systole:acr:heart"

// refusedBack expects that the client receives the error.
func refusedBack(t *testing.T, b *relying.Browser, q url.Values, word string) {
	t.Helper()
	to, flow := b.Authorize(q)
	if got := to.Query(); flow != "" || got.Get("error") != word || got.Get("iss") != relying.Issuer || got.Get("state") != q.Get("state") || got.Has("code") {
		t.Errorf("%v: sent to %s, want %s", q, to, word)
	}
}

func TestCodesGoToRegisteredAddressesOnly(t *testing.T) { // 4.1, 4.11.1
	b := relying.New(t).Browser()
	for client, all := range map[string][]string{
		relying.Shop: {
			"", "https://shop.example/in/", "https://shop.example/in?a=b", "https://shop.example/in#a", "https://shop.example/IN", "https://SHOP.example/in",
			"http://shop.example/in", "https://shop.example:8443/in", "https://shop.example/", "https://evil.example/in", "https://shop.example.evil.example/in",
			"https://a.shop.example/in", "https://shop.example@evil.example/in", "https://shop.example/in/../out", "https://shop.example/%69n",
			"https://shop.example\\.evil.example/in", "//shop.example/in", "javascript:alert(1)", "data:text/html,x", "https://shop.example/in%0d%0aSet-Cookie:a=b",
			relying.Out, relying.Redirects[relying.Bank], "*",
		},
		relying.App: {
			"com.example.app:/in2", "com.example.evil:/in", "http://127.0.0.1/other", "http://localhost.evil.example/in", "http://192.168.0.7/in", "https://127.0.0.1.evil.example/in",
		},
	} {
		for _, uri := range all {
			q := relying.Asked(client)
			q.Set("redirect_uri", uri)
			w := b.Get("/openid/authorize?" + q.Encode())
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
				t.Errorf("%s at %q: %d %s", client, uri, w.Code, w.Header().Get("Location"))
			}
			q.Set("acr_values", "gold") // unknown levels are no errors
			if w := b.Get("/openid/authorize?" + q.Encode()); w.Header().Get("Location") != "" {
				t.Errorf("%s at %q: an error is sent to %s", client, uri, w.Header().Get("Location"))
			}
		}
	}
	if to, _ := b.Authorize(relying.Asked(relying.App, "redirect_uri", "http://127.0.0.1:51004/in")); to.Path != "/log-in" {
		t.Errorf("a native client's free port (RFC 8252, 7.3): %s", to)
	}
}

func TestNothingLeaksByRefererOrHistory(t *testing.T) { // 4.2, 4.3, 4.12
	b := relying.New(t).Browser()
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/openid/authorize?"+relying.Asked(relying.Shop).Encode(), nil),
		httptest.NewRequest(http.MethodGet, "/log-in?flow=f", nil),
		httptest.NewRequest(http.MethodGet, "/openid/authorize?client_id=nobody", nil),
	} {
		w := b.Do(r)
		if got := w.Header().Get("Referrer-Policy"); got != "no-referrer" {
			t.Errorf("%s: Referrer-Policy %q", r.URL, got)
		}
		if w.Code == http.StatusTemporaryRedirect || w.Code == http.StatusPermanentRedirect {
			t.Errorf("%s: %d sends a password on", r.URL, w.Code)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/openid/userinfo?access_token=x", nil)
	if w := b.Do(r); w.Code != http.StatusUnauthorized {
		t.Errorf("a token is taken from an address: %d", w.Code)
	}
}

func TestAnAnswerNamesWhoGaveIt(t *testing.T) { // 4.4: mix-up
	b := relying.New(t).Browser()
	if got := b.LogIn(relying.Asked(relying.Shop)).Get("iss"); got != relying.Issuer {
		t.Errorf("iss %q", got)
	}
	r := httptest.NewRequest(http.MethodGet, "/.well-known/openid-configuration", nil)
	r.Host = "evil.example"
	r.Header.Set("X-Forwarded-Host", "evil.example")
	r.Header.Set("Forwarded", "host=evil.example")
	w := b.Do(r) // 4.13
	if body := w.Body.String(); strings.Contains(body, "evil") || !strings.Contains(body, `"authorization_response_iss_parameter_supported":true`) {
		t.Error(body)
	}
}

func TestACodeIsOfNoUseToAnybodyElse(t *testing.T) { // 4.5: code injection, 4.8: PKCE downgrade
	h := relying.New(t)
	for name, try := range map[string][]string{
		"another verifier":         {"code_verifier", strings.Repeat("x", 43)},
		"no verifier":              {"code_verifier", ""},
		"the challenge itself":     {"code_verifier", relying.Asked(relying.Shop).Get("code_challenge")},
		"another address":          {"redirect_uri", relying.Out},
		"no address":               {"redirect_uri", ""},
		"another client":           {"client_id", relying.Bank},
		"a client without secrets": {"client_id", relying.App, "client_secret", ""},
		"no secret":                {"client_secret", ""},
		"another secret":           {"client_secret", "guess"},
		"the secret's hash":        {"client_secret", "5f4dcc3b5aa765d61d8327deb882cf99"},
		"nobody":                   {"client_id", "nobody"},
		"another grant":            {"grant_type", "client_credentials"},
		"no grant":                 {"grant_type", ""},
		"a refresh":                {"grant_type", "refresh_token"},
	} {
		code := h.Browser().LogIn(relying.Asked(relying.Shop)).Get("code")
		if status, body := h.Exchange(relying.Shop, code, try...); status == http.StatusOK || body["id_token"] != nil {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	code := h.Browser().LogIn(relying.Asked(relying.Shop)).Get("code")
	if status, _ := h.Exchange(relying.Shop, code, "client_secret", "guess"); status != http.StatusUnauthorized {
		t.Errorf("another secret: %d", status)
	}
	if status, body := h.Exchange(relying.Shop, code); status != http.StatusOK {
		t.Errorf("somebody without the secret has used the code up: %d %v", status, body)
	}
}

func TestPKCECannotBeLeftOut(t *testing.T) { // 4.8
	b := relying.New(t).Browser()
	for _, client := range []string{relying.Shop, relying.App} {
		for name, changes := range map[string][]string{
			"no challenge":       {"code_challenge", "", "code_challenge_method", ""},
			"an empty challenge": {"code_challenge", ""},
			"plain":              {"code_challenge_method", "plain"},
			"no method":          {"code_challenge_method", ""},
			"another method":     {"code_challenge_method", "S512"},
			"a short challenge":  {"code_challenge", "abc"},
		} {
			t.Run(client+" "+name, func(t *testing.T) { refusedBack(t, b, relying.Asked(client, changes...), "invalid_request") })
		}
	}
}

func TestACodeIsUsedOnce(t *testing.T) { // 4.5, RFC 6749, 4.1.2
	h := relying.New(t)
	code := h.Browser().LogIn(relying.Asked(relying.Shop)).Get("code")
	access, _, _ := h.Tokens(relying.Shop, code)
	if status, _ := h.UserInfo(access); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if status, body := h.Exchange(relying.Shop, code); status != http.StatusBadRequest || body["error"] != "invalid_grant" {
		t.Errorf("again: %d %v", status, body)
	}
	if status, _ := h.UserInfo(access); status != http.StatusUnauthorized {
		t.Errorf("what was given for the code goes on: %d", status)
	}

	racing := h.Browser().LogIn(relying.Asked(relying.Shop)).Get("code")
	var won atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if status, _ := h.Exchange(relying.Shop, racing); status == http.StatusOK {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() > 1 {
		t.Errorf("%d of 16 at once got tokens", won.Load())
	}

	late := h.Browser().LogIn(relying.Asked(relying.Shop)).Get("code")
	h.Wait(2 * time.Minute)
	if status, body := h.Exchange(relying.Shop, late); status != http.StatusBadRequest {
		t.Errorf("after two minutes: %d %v", status, body)
	}
}

func TestAccessIsTheClientsAndShort(t *testing.T) { // 4.6, 4.9, 4.10
	h := relying.New(t)
	b := h.Browser()
	access, claims, idToken := h.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
	if claims["at_hash"] == nil || claims["aud"] == nil || claims["azp"] != relying.Shop {
		t.Errorf("an ID token doesn't name its access: %v", claims)
	}
	for _, token := range []string{"", "x", access + "x", idToken, strings.Split(idToken, ".")[1]} {
		if status, _ := h.UserInfo(token); status != http.StatusUnauthorized {
			t.Errorf("%.20s: %d", token, status)
		}
	}
	h.Wait(11 * time.Minute)
	if status, _ := h.UserInfo(access); status != http.StatusUnauthorized {
		t.Errorf("after eleven minutes: %d", status)
	}
}

func TestAFlowBelongsToItsBrowser(t *testing.T) { // 4.7: CSRF, log-in CSRF, session fixation
	h := relying.New(t)
	victim, attacker := h.Browser(), h.Browser()
	_, own := attacker.Authorize(relying.Asked(relying.Shop))
	victim.Authorize(relying.Asked(relying.Shop))
	victim.State(own).Want(t, 409, "flow_invalid")
	victim.Password(own, "hong").Want(t, 409, "flow_invalid")
	if _, a := victim.Continue(own); a.Status != 409 {
		t.Errorf("another's flow goes on: %v", a)
	}
	without := h.Browser()
	without.State(own).Want(t, 409, "flow_invalid")

	for _, site := range []string{"cross-site", "same-site", "none"} {
		b := h.Browser()
		_, flow := b.Authorize(relying.Asked(relying.Shop))
		b.Site = site
		b.Password(flow, "hong").Want(t, 403, "cross_site")
		b.HeartOf(flow, recordings.Probe(t, 1)).Want(t, 403, "cross_site")
		if _, a := b.Continue(flow); a.Word() != "cross_site" {
			t.Errorf("%s: %v", site, a)
		}
	}

	b := h.Browser()
	_, flow := b.Authorize(relying.Asked(relying.Shop))
	before := b.Cookie
	b.Password(flow, "hong").Want(t, 200, "")
	if b.Cookie == before || !strings.HasPrefix(b.Cookie, "__Host-systole=") {
		t.Errorf("the cookie stays %q at the log-in", b.Cookie)
	}
	fixed := h.Browser()
	fixed.Cookie = before // a cookie that the attacker knows
	if _, a := fixed.Continue(flow); a.Word() != "step_missing" {
		t.Errorf("with the cookie of before the log-in: %v", a)
	}
}

func TestTheCookieIsBoundToTheHost(t *testing.T) {
	w := relying.New(t).Browser().Get("/openid/authorize?" + relying.Asked(relying.Shop).Encode())
	cookie := w.Header().Get("Set-Cookie")
	for _, part := range []string{"__Host-", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("%s: no %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "Domain") {
		t.Error(cookie)
	}
}

// An application of the API holds its member's token for weeks, and may lose it.
func TestATokenOfTheAPILogsInToNoApplication(t *testing.T) {
	h := relying.New(t)
	form := url.Values{"username": {"hong"}, "password": {"tachy-cardia!"}}
	a := fixture.Send(t.Context(), h, fixture.Request{Method: "POST", Path: "/members/login/", Form: form.Encode()}).Want(t, 200, "")
	thief := h.Browser()
	thief.Cookie = "__Host-systole=" + strings.Repeat("A", 26) + "." + a.Body["token"].(string)
	if to, flow := thief.Authorize(relying.Asked(relying.Shop)); flow == "" {
		t.Errorf("with the token as the cookie: %s", to)
	}
}

// A browser sends the cookie with a link of another site, and not with a form.
func TestAnotherSitesFormLogsNobodyOut(t *testing.T) {
	h := relying.New(t)
	b := h.Browser()
	b.LogIn(relying.Asked(relying.Shop))
	for _, client := range []string{relying.Shop, relying.Bank} {
		r := httptest.NewRequest(http.MethodPost, "/openid/authorize", strings.NewReader(relying.Asked(client, "login_hint", "hong").Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if set := w.Result().Cookies(); len(set) > 0 {
			t.Errorf("a form without the cookie is answered with another: %v", set)
		}
		to := w.Header().Get("Location")
		if strings.Contains(to, "hong") {
			t.Errorf("the form's content is in the address %s", to)
		}
		if to := b.Get(to).Header().Get("Location"); !strings.Contains(to, "code=") {
			t.Errorf("the person who is logged in is sent to %s", to)
		}
	}
}

func TestAFlowEndsOnce(t *testing.T) {
	h := relying.New(t)
	b := h.Browser()
	_, flow := b.Authorize(relying.Asked(relying.Shop))
	b.Password(flow, "hong").Want(t, 200, "")
	if to, _ := b.Continue(flow); !to.Query().Has("code") {
		t.Fatal(to)
	}
	if _, a := b.Continue(flow); a.Word() != "flow_invalid" {
		t.Errorf("again: %v", a)
	}
	_, late := b.Authorize(relying.Asked(relying.Shop, "prompt", "consent"))
	h.Wait(16 * time.Minute)
	if _, a := b.Continue(late); a.Word() != "flow_invalid" {
		t.Errorf("after a quarter of an hour: %v", a)
	}
}

// The upper level of authentication: password and heart.
func TestNobodyReachesTheHeartsLevelWithoutIt(t *testing.T) {
	h := relying.New(t)
	b := h.Browser()
	_, flow := b.Authorize(relying.Asked(relying.Shop, "acr_values", heart))
	b.HeartOf(flow, recordings.Probe(t, 1)).Want(t, 401, "token_invalid") // before the password
	b.Password(flow, "hong").Want(t, 200, "")
	missing := func(why string) {
		t.Helper()
		if _, a := b.Continue(flow); a.Word() != "step_missing" {
			t.Errorf("%s: %v", why, a)
		}
	}
	missing("without a check")
	if a := b.HeartOf(flow, recordings.Probe(t, 4)); a.Body["result"] != "false" {
		t.Fatal(a)
	}
	missing("with somebody else's heart")
	b.HeartOf(flow, recordings.Enrolment(t, 1)).Want(t, 422, "replay")
	missing("with the recording of the enrolment")
	for _, changed := range []map[string]string{
		{"flow": flow, "answer": "continue", "level": "urn:systole:acr:password"},
		{"flow": flow, "answer": "continue", "acr_values": "urn:systole:acr:password"},
	} {
		b.Ask("/openid/flow", changed).Want(t, 409, "step_missing")
	}
	if a := b.Heart(flow); a.Body["result"] != "true" {
		t.Fatal(a)
	}
	to, _ := b.Continue(flow)
	_, claims, _ := h.Tokens(relying.Shop, to.Query().Get("code"))
	if claims["acr"] != heart {
		t.Errorf("%v", claims)
	}

	// Another session of hong at another browser has had no check.
	other := h.Browser()
	_, flow = other.Authorize(relying.Asked(relying.Shop, "acr_values", heart))
	other.Password(flow, "hong").Want(t, 200, "")
	if _, a := other.Continue(flow); a.Word() != "step_missing" {
		t.Errorf("at another browser: %v", a)
	}
	// A person without a template cannot reach it.
	none := h.Browser()
	_, flow = none.Authorize(relying.Asked(relying.Shop, "acr_values", heart))
	none.Password(flow, "kim").Want(t, 200, "")
	none.HeartOf(flow, recordings.Probe(t, 1)).Want(t, 409, "no_model")
}

// A step on another device counts only for the browser that handed it over.
func TestAStepHandedOverIsOfNoUseToAnybodyElse(t *testing.T) {
	h := relying.New(t)
	b, other := h.Browser(), h.Browser()
	_, flow := b.Authorize(relying.Asked(relying.Shop, "acr_values", heart))
	handOff := func(from *relying.Browser) fixture.Answer {
		return from.Ask("/openid/flow", map[string]string{"flow": flow, "answer": "hand_off"})
	}
	handOff(b).Want(t, 409, "step_missing") // before the password
	b.Password(flow, "hong").Want(t, 200, "")
	_, others := other.Authorize(relying.Asked(relying.Shop, "acr_values", heart))
	other.Password(others, "hong").Want(t, 200, "")
	handOff(other).Want(t, 409, "flow_invalid")
	b.Site = "cross-site"
	handOff(b).Want(t, 403, "cross_site")
	b.Site = ""
	address, _ := handOff(b).Want(t, 200, "").Body["address"].(string)
	page, code, _ := strings.Cut(address, "#hand-off=")
	if page != relying.Issuer+"/" {
		t.Errorf("the code opens %s", page)
	}
	token, _ := h.Browser().Ask("/console/hand_off/take/", map[string]string{"hand_off": code}).Want(t, 200, "").Body["token"].(string)
	check := func(file []byte) fixture.Answer {
		contentType, body := fixture.Multipart(file, "sampling_rate", "500", "prove", "true")
		r := httptest.NewRequest(http.MethodPost, "/authenticate/check_user/", bytes.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Token "+token)
		w := h.Browser().Do(r)
		a := fixture.Answer{Status: w.Code}
		if err := json.Unmarshal(w.Body.Bytes(), &a.Body); err != nil {
			t.Fatal(err)
		}
		return a
	}
	if a := check(recordings.Probe(t, 4)); a.Body["result"] != "false" {
		t.Fatal(a)
	}
	if _, a := b.Continue(flow); a.Word() != "step_missing" {
		t.Errorf("with somebody else's heart: %v", a)
	}
	if a := check(recordings.Probe(t, 1)); a.Body["result"] != "true" {
		t.Fatal(a)
	}
	if _, a := other.Continue(others); a.Word() != "step_missing" {
		t.Errorf("at another browser of the same person: %v", a)
	}
	if to, a := b.Continue(flow); !to.Query().Has("code") {
		t.Error(a)
	}
}

func TestTheLevelIsNotLowered(t *testing.T) {
	h := relying.New(t)
	b := h.Browser()
	// A client that is registered for the heart gets it, whatever the browser's
	// request was changed to.
	for _, asked := range []string{"", "urn:systole:acr:password"} {
		_, flow := b.Authorize(relying.Asked(relying.Vault, "acr_values", asked))
		if a := b.State(flow); a.Body["level"] != heart {
			t.Errorf("%q: %v", asked, a.Body)
		}
	}
	// If the browser's request was changed to ask for less, the token says so.
	_, claims, _ := h.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop, "acr_values", "urn:systole:acr:password")).Get("code"))
	if claims["acr"] != "urn:systole:acr:password" {
		t.Errorf("%v", claims)
	}
	refusedBack(t, b, relying.Asked(relying.Shop, "acr_values", "gold"), "unmet_authentication_requirements")
	refusedBack(t, b, relying.Asked(relying.Shop, "acr_values", heart, "prompt", "none"), "login_required")
}

func TestACheckGrowsOld(t *testing.T) {
	h := relying.New(t)
	b := h.Browser()
	b.LogIn(relying.Asked(relying.Shop, "acr_values", heart))
	needsHeart := func(q url.Values) bool {
		t.Helper()
		_, flow := b.Authorize(q)
		return flow != ""
	}
	if needsHeart(relying.Asked(relying.Shop, "acr_values", heart)) {
		t.Error("right after a check another is asked for")
	}
	h.Wait(2 * time.Minute)
	if needsHeart(relying.Asked(relying.Shop, "acr_values", heart, "max_age", "300")) || !needsHeart(relying.Asked(relying.Shop, "acr_values", heart, "max_age", "60")) {
		t.Error("max_age isn't kept")
	}
	if !needsHeart(relying.Asked(relying.Shop, "acr_values", heart, "max_age", "0")) {
		t.Error("a check of before serves for one of now")
	}
	h.Wait(10 * time.Minute)
	if !needsHeart(relying.Asked(relying.Shop, "acr_values", heart)) {
		t.Error("a check is taken after twelve minutes")
	}
	// The request passes through the browser, whose user may write an age into it
	// that the application never asked for.
	if !needsHeart(relying.Asked(relying.Shop, "acr_values", heart, "max_age", "86400")) {
		t.Error("a larger max_age makes a check younger")
	}
	h.Wait(12 * time.Hour)
	_, flow := b.Authorize(relying.Asked(relying.Shop))
	if needs := b.State(flow).Body["needs"].(map[string]any); needs["password"] != true {
		t.Error("a log-in serves for more than a working day")
	}
}

func TestSubjectsCannotBeLinked(t *testing.T) {
	h := relying.New(t)
	b := h.Browser()
	_, shop, _ := h.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
	_, again, _ := h.Tokens(relying.Shop, b.LogIn(relying.Asked(relying.Shop)).Get("code"))
	_, bank, _ := h.Tokens(relying.Bank, b.LogIn(relying.Asked(relying.Bank)).Get("code"))
	if shop["sub"] != again["sub"] || shop["sub"] == bank["sub"] || bank["name"] != nil {
		t.Errorf("%v, %v, %v", shop, again, bank)
	}
}

func TestAnotherPersonsIDTokenLogsNobodyIn(t *testing.T) {
	h := relying.New(t)
	kims := h.Browser()
	_, flow := kims.Authorize(relying.Asked(relying.Shop))
	kims.Password(flow, "kim").Want(t, 200, "")
	to, _ := kims.Continue(flow)
	_, _, hint := h.Tokens(relying.Shop, to.Query().Get("code"))
	b := h.Browser()
	b.LogIn(relying.Asked(relying.Shop))
	refusedBack(t, b, relying.Asked(relying.Shop, "prompt", "none", "id_token_hint", hint), "login_required")

	// Nor does the provider log a person out without their confirmation
	// (RP-Initiated Logout 1.0, 2 and 6).
	w := b.Get("/openid/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {relying.Out}}.Encode())
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<form") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if to, flow := b.Authorize(relying.Asked(relying.Shop)); flow != "" {
		t.Errorf("hong was logged out: %s", to)
	}
}

func TestNoPageIsFramed(t *testing.T) { // 4.16
	b := relying.New(t).Browser()
	for _, path := range []string{"/openid/authorize?client_id=nobody", "/openid/logout", "/openid/authorize?" + relying.Asked(relying.Shop).Encode()} {
		w := b.Get(path)
		if w.Header().Get("X-Frame-Options") != "DENY" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: %v", path, w.Header())
		}
		if policy := w.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") {
			t.Errorf("%s: %s", path, policy)
		}
	}
}

func TestParametersComeOnceAndRequestsAreWhatTheySeem(t *testing.T) {
	h := relying.New(t)
	b := h.Browser()
	for _, name := range []string{"client_id", "redirect_uri", "state", "code_challenge", "acr_values", "scope"} {
		q := relying.Asked(relying.Shop)
		q.Add(name, "https://evil.example/in")
		q.Add(name, "x")
		if w := b.Get("/openid/authorize?" + q.Encode()); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
			t.Errorf("%s twice: %d %s", name, w.Code, w.Header().Get("Location"))
		}
	}
	refusedBack(t, b, relying.Asked(relying.Shop, "request", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))+".e30."), "request_not_supported")
	for name, most := range map[string]int{"state": 2048, "nonce": 512, "login_hint": 256} {
		to, flow := b.Authorize(relying.Asked(relying.Shop, name, strings.Repeat("x", most+1)))
		if flow != "" || to.Query().Get("error") != "invalid_request" || len(to.String()) > 1000 {
			t.Errorf("a long %s: %.200s", name, to)
		}
		if _, flow := b.Authorize(relying.Asked(relying.Shop, name, strings.Repeat("x", most))); flow == "" {
			t.Errorf("%d bytes of %s are refused", most, name)
		}
	}
	for _, mode := range []string{"fragment", "form_post", "web_message"} {
		refusedBack(t, b, relying.Asked(relying.Shop, "response_mode", mode), "invalid_request")
	}
	for _, kind := range []string{"token", "id_token", "id_token token", "code id_token", "none"} {
		to, _ := b.Authorize(relying.Asked(relying.Shop, "response_type", kind))
		if got := to.Query(); got.Get("error") == "" && !strings.Contains(to.Fragment, "error") || got.Has("code") {
			t.Errorf("response_type %s: %s", kind, to)
		}
	}
	for _, uri := range []string{"https://evil.example/request.jwt", "urn:ietf:params:oauth:request_uri:guess"} {
		if w := b.Get("/openid/authorize?" + relying.Asked(relying.Shop, "request_uri", uri).Encode()); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", uri, w.Code)
		}
	}
}

func TestAPushedRequestIsItsClientsAndUsedOnce(t *testing.T) { // RFC 9126, 7
	h := relying.New(t)
	push := func(changes ...string) (int, map[string]any) {
		t.Helper()
		q := relying.Asked(relying.Shop, changes...)
		if !q.Has("client_secret") {
			q.Set("client_secret", relying.Secret)
		}
		return h.Post("/openid/par", q)
	}
	status, body := push("acr_values", heart)
	if status != http.StatusCreated || body["expires_in"] != 60.0 {
		t.Fatalf("%d %v", status, body)
	}
	b := h.Browser()
	by := func(client string) url.Values {
		return url.Values{"client_id": {client}, "request_uri": {body["request_uri"].(string)}, "acr_values": {"urn:systole:acr:password"}}
	}
	_, flow := b.Authorize(by(relying.Shop))
	if a := b.State(flow); a.Body["level"] != heart {
		t.Errorf("the browser's parameters go before the pushed ones: %v", a.Body)
	}
	if w := b.Get("/openid/authorize?" + by(relying.Shop).Encode()); w.Code != http.StatusBadRequest {
		t.Errorf("again: %d", w.Code)
	}
	_, body = push()
	if w := b.Get("/openid/authorize?" + by(relying.Bank).Encode()); w.Code != http.StatusBadRequest {
		t.Errorf("another client's: %d", w.Code)
	}
	for name, changes := range map[string][]string{
		"another secret":  {"client_secret", "guess"},
		"another address": {"redirect_uri", "https://evil.example/in"},
		"no challenge":    {"code_challenge", ""},
		"another pushed":  {"request_uri", "urn:ietf:params:oauth:request_uri:x"},
	} {
		if status, body := push(changes...); status < 400 {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
}

// An access token of a client's own could pass for a person's where the client's
// id is taken for a subject (4.15); a stolen refresh token is of use for months
// (4.14).
func TestNoOtherGrantGivesTokens(t *testing.T) {
	h := relying.New(t)
	code := h.Browser().LogIn(relying.Asked(relying.Shop, "scope", "openid offline_access", "prompt", "consent")).Get("code")
	for _, grant := range []string{
		"client_credentials", "refresh_token", "password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer",
		"urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:grant-type:device_code", "",
	} {
		status, body := h.Exchange(relying.Shop, code, "grant_type", grant, "scope", "openid", "username", "hong", "password", "tachy-cardia!", "refresh_token", code)
		if status != http.StatusBadRequest || body["error"] != "unsupported_grant_type" {
			t.Errorf("%s: %d %v", grant, status, body)
		}
	}
	if status, body := h.Exchange(relying.Shop, code); status != http.StatusOK || body["refresh_token"] != nil {
		t.Errorf("%d %v", status, body)
	}
}

// A window that sends the answer to another window (4.17) may send it to the
// wrong one. The provider has no such response mode, and its pages may run no
// script.
func TestNoAnswerGoesByAMessageBetweenWindows(t *testing.T) {
	b := relying.New(t).Browser()
	for _, mode := range []string{"web_message", "form_post", "fragment", "query.jwt"} {
		refusedBack(t, b, relying.Asked(relying.Shop, "response_mode", mode), "invalid_request")
	}
	w := b.Get("/openid/authorize?" + relying.Asked("nobody").Encode())
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "script-src") {
		t.Errorf("%d %s", w.Code, policy)
	}
}
