// Package relying plays an OpenID client and the browser of its user against the
// whole service in this process. Tests use it to send requests that a correct
// client would never send.
package relying

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"systole/infra/service"
	"systole/shared/provider"
	"systole/shared/store"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
)

// Issuer is the service's address.
const Issuer = "https://ecg.example.com"

// The clients of every test. Shop and Bank have the secret Secret; App, which
// runs on a person's device, has none; Vault is registered for log-in with the
// heart.
const (
	Shop, Bank, App, Vault = "shop", "bank", "app", "vault"

	Secret   = "a secret of the tests, and of nobody else"
	Redirect = "https://shop.example/in"
	Out      = "https://shop.example/out"
)

// Redirects maps each client to its redirect address.
var Redirects = map[string]string{
	Shop: Redirect, Bank: "https://bank.example/in", App: "com.example.app:/in", Vault: "https://vault.example/in",
}

const password = "tachy-cardia!"

// House is the service, its clock, and two people's accounts.
type House struct {
	http.Handler
	t     testing.TB
	ahead atomic.Int64 // lead of the service's clock over the real one, in nanoseconds
}

// New returns a House that keeps everything in memory and has two accounts: hong,
// enrolled, and kim, not enrolled.
func New(t testing.TB) *House {
	t.Helper()
	stores, err := fixture.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return On(t, stores)
}

// On is New with other stores.
func On(t testing.TB, stores service.Stores) *House {
	t.Helper()
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	if settings.Clients, err = provider.ParseClients(Registrations()); err != nil {
		t.Fatal(err)
	}
	h := new(House)
	h.Handler = fixture.New(settings, stores, h.Now)
	return h.settle(t)
}

// Before is New for a service that runs already, as Issuer and with the clients
// registered.
func Before(t testing.TB, running http.Handler) *House {
	t.Helper()
	return (&House{Handler: running}).settle(t)
}

// Registrations returns the clients' registrations as the service's setting has
// them.
func Registrations() string {
	sum := sha256.Sum256([]byte(Secret))
	return fmt.Sprintf(`[
		{"client_id":"shop","client_name":"Shop","client_secret_sha256":%[1]q,"redirect_uris":[%[2]q],"post_logout_redirect_uris":[%[3]q]},
		{"client_id":"bank","client_name":"Bank","client_secret_sha256":%[1]q,"redirect_uris":["https://bank.example/in"]},
		{"client_id":"app","client_name":"App","application_type":"native","redirect_uris":["com.example.app:/in","http://127.0.0.1/in"]},
		{"client_id":"vault","client_name":"Vault","client_secret_sha256":%[1]q,"redirect_uris":["https://vault.example/in"],
		 "default_acr_values":["urn:systole:acr:heart"]}]`, hex.EncodeToString(sum[:]), Redirect, Out)
}

// Register registers the clients as the operator's tool does.
func Register(t testing.TB, s store.Registry) {
	t.Helper()
	clients, err := provider.ParseClients(Registrations())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		err := provider.ChangeRegistrations(t.Context(), s, func(r provider.Registrations) (provider.Registrations, error) { return r.Add(c, time.Now()) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// settle signs hong and kim up and enrols hong.
func (h *House) settle(t testing.TB) *House {
	t.Helper()
	h.t = t
	h.signUp("kim")
	token := h.signUp("hong")
	fixture.Send(t.Context(), h, fixture.Request{Method: "POST", Path: "/authenticate/make_model/", Token: token, File: recordings.Enrolment(t, 1)}).Want(t, 200, "")
	return h
}

func (h *House) signUp(name string) string {
	h.t.Helper()
	form := url.Values{"username": {name}, "password": {password}, "name": {strings.ToUpper(name)}}
	a := fixture.Send(h.t.Context(), h, fixture.Request{Method: "POST", Path: "/members/create/", Form: form.Encode()}).Want(h.t, 200, "")
	return a.Body["token"].(string)
}

// Now is the service's clock.
func (h *House) Now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

// Wait moves the service's clock on by d.
func (h *House) Wait(d time.Duration) { h.ahead.Add(int64(d)) }

// Browser is a person's browser. It keeps cookies and follows no redirect. Its
// requests come from the service's own pages unless Site says otherwise.
type Browser struct {
	*House
	Cookie string
	Site   string // Sec-Fetch-Site of its requests; same-origin if empty
	probes int
}

// Browser returns a new browser without cookies.
func (h *House) Browser() *Browser { return &Browser{House: h} }

// Do sends a request with the browser's cookie.
func (b *Browser) Do(r *http.Request) *httptest.ResponseRecorder {
	if b.Cookie != "" {
		r.Header.Set("Cookie", b.Cookie)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.Cookie = c.Name + "=" + c.Value
		if c.MaxAge < 0 {
			b.Cookie = ""
		}
	}
	return w
}

// Get sends the request of a followed link.
func (b *Browser) Get(address string) *httptest.ResponseRecorder {
	return b.Do(httptest.NewRequest(http.MethodGet, strings.TrimPrefix(address, Issuer), nil))
}

// Ask sends a JSON request as the log-in page's script does.
func (b *Browser) Ask(path string, fields map[string]string) fixture.Answer {
	b.t.Helper()
	text, err := json.Marshal(fields)
	if err != nil {
		b.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(text)))
	r.Header.Set("Content-Type", "application/json")
	return b.script(r)
}

func (b *Browser) script(r *http.Request) fixture.Answer {
	b.t.Helper()
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if b.Site != "" {
		r.Header.Set("Sec-Fetch-Site", b.Site)
	}
	w := b.Do(r)
	a := fixture.Answer{Status: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &a.Body); err != nil {
		b.t.Fatalf("%s: %v: %s", r.URL, err, w.Body)
	}
	return a
}

// State asks for the steps that a flow still needs.
func (b *Browser) State(flow string) fixture.Answer {
	b.t.Helper()
	return b.script(httptest.NewRequest(http.MethodGet, "/openid/flow?"+url.Values{"flow": {flow}}.Encode(), nil))
}

// Password takes the flow's password step as the named person.
func (b *Browser) Password(flow, name string) fixture.Answer {
	b.t.Helper()
	return b.Ask("/openid/password", map[string]string{"flow": flow, "username": name, "password": password})
}

// ownProbes lists recordings of hong that pass a check; each passes once.
var ownProbes = []string{"person_01_probe.csv", "person01_rec3_12s.csv", "person01_rec2_12s.csv"}

// Heart takes the flow's heart step with a recording of hong that was not used
// yet.
func (b *Browser) Heart(flow string) fixture.Answer {
	b.t.Helper()
	b.probes++
	return b.HeartOf(flow, recordings.Excerpt(b.t, ownProbes[b.probes-1]))
}

// HeartOf takes the flow's heart step with a given recording.
func (b *Browser) HeartOf(flow string, file []byte) fixture.Answer {
	b.t.Helper()
	contentType, body := fixture.Multipart(file, "flow", flow, "sampling_rate", "500")
	r := httptest.NewRequest(http.MethodPost, "/openid/heart", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", contentType)
	return b.script(r)
}

// Continue ends the flow and returns the address where the browser goes next.
func (b *Browser) Continue(flow string) (*url.URL, fixture.Answer) {
	b.t.Helper()
	a := b.Ask("/openid/flow", map[string]string{"flow": flow, "answer": "continue"})
	location, _ := a.Body["location"].(string)
	u, err := url.Parse(location)
	if err != nil {
		b.t.Fatal(err)
	}
	return u, a
}

// Verifier is the code verifier that belongs to the challenge in Asked's
// parameters.
const Verifier = "dBjftJeZ4CVP-mBOu3NLoSj4yBu5pq3Qy8XXwXwXwXw"

// Asked returns the parameters of a client's authorization request with changes:
// name, value, name, value; an empty value removes the parameter.
func Asked(client string, changes ...string) url.Values {
	sum := sha256.Sum256([]byte(Verifier))
	q := url.Values{
		"client_id": {client}, "redirect_uri": {Redirects[client]}, "response_type": {"code"}, "scope": {"openid"},
		"state": {"the state"}, "nonce": {"the nonce"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		q.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
	return q
}

// Authorize sends the browser to the authorization endpoint and returns where the
// service sends it next: to the log-in page, with the flow, or back to the
// client.
func (b *Browser) Authorize(q url.Values) (to *url.URL, flow string) {
	b.t.Helper()
	w := b.Get("/openid/authorize?" + q.Encode())
	if w.Code != http.StatusSeeOther {
		b.t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		b.t.Fatal(err)
	}
	return to, to.Query().Get("flow")
}

// LogIn takes a request through the whole log-in, by password and, if the client
// requires it, by heart. It returns the parameters that arrive at the client's
// address.
func (b *Browser) LogIn(q url.Values) url.Values {
	b.t.Helper()
	to, flow := b.Authorize(q)
	if flow == "" {
		return to.Query()
	}
	needs := b.State(flow).Want(b.t, 200, "").Body["needs"].(map[string]any)
	if needs["password"] == true {
		needs = b.Password(flow, "hong").Want(b.t, 200, "").Body["needs"].(map[string]any)
	}
	if needs["heart"] == true {
		if a := b.Heart(flow); a.Body["result"] != "true" {
			b.t.Fatalf("not recognised: %v", a)
		}
	}
	to, a := b.Continue(flow)
	a.Want(b.t, 200, "")
	return to.Query()
}

// Exchange exchanges a code at the token endpoint as a client does, with changes
// as in Asked. It sends the client's secret unless the changes remove
// client_secret.
func (h *House) Exchange(client, code string, changes ...string) (int, map[string]any) {
	h.t.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {Redirects[client]}, "code_verifier": {Verifier},
		"client_id": {client}, "client_secret": {Secret},
	}
	if client == App {
		form.Del("client_secret")
	}
	for i := 0; i+1 < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			form.Del(changes[i])
		}
	}
	return h.Post("/openid/token", form)
}

// Post sends a form as a client does, without a browser's headers.
func (h *House) Post(path string, form url.Values) (int, map[string]any) {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		h.t.Fatalf("%s: %v: %s", path, err, w.Body)
	}
	return w.Code, body
}

// Tokens exchanges a code and fails the test unless the exchange succeeds.
func (h *House) Tokens(client, code string) (access string, claims map[string]any, idToken string) {
	h.t.Helper()
	status, body := h.Exchange(client, code)
	if status != http.StatusOK {
		h.t.Fatalf("%d %v", status, body)
	}
	idToken = body["id_token"].(string)
	return body["access_token"].(string), h.Claims(idToken), idToken
}

// Claims verifies an ID token with the published keys and returns its claims.
func (h *House) Claims(idToken string) map[string]any {
	h.t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil {
		h.t.Fatal(err)
	}
	signed, err := jose.ParseSignedCompact(idToken, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		h.t.Fatal(err)
	}
	payload, err := signed.Verify(set)
	if err != nil {
		h.t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		h.t.Fatal(err)
	}
	return claims
}

// UserInfo sends an access token to the UserInfo endpoint.
func (h *House) UserInfo(access string) (int, map[string]any) {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/openid/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+access)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		h.t.Fatal(err)
	}
	return w.Code, body
}

// Word returns a random word, for states and nonces.
func Word() string { return rand.Text() }
