package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"time"

	"systole/shared/store"
)

// presigner takes the place of S3's signed addresses: it keeps the requested key.
type presigner struct{ key string }

func (p *presigner) PresignPut(_ context.Context, key string, _ int64, _ time.Duration) (store.SignedPut, error) {
	p.key = key
	return store.SignedPut{URL: "https://uploads.example.com/" + key}, nil
}

// upload requests an upload, stores another person's recording there, and has it
// checked.
func (p *person) upload(probe []byte) {
	a := p.ask("ask for an upload", form("POST", "/authenticate/uploads/", "size="+strconv.Itoa(len(probe))))
	if p.err != nil {
		return
	}
	if p.err = p.objects.Put(p.ctx, p.uploads.key, probe); p.err != nil {
		return
	}
	id, _ := a["upload"].(string)
	p.ask("check an upload", form("POST", "/authenticate/check_user/", "sampling_rate=500&upload="+id))
}

// handOff hands the session to another device.
func (p *person) handOff() {
	a := p.ask("hand a session over", form("POST", "/console/hand_off/", "page=https://ecg.example.com/"))
	address, _ := a["address"].(string)
	_, code, _ := strings.Cut(address, "#hand-off=")
	first := p.token
	p.token = ""
	p.ask("take it over", form("POST", "/console/hand_off/take/", "hand_off="+code))
	p.token = first
}

// recover makes recovery codes and sets a password with one.
func (p *person) recover(name string) {
	a := p.ask("recovery codes", form("POST", "/members/recovery_codes/", "password=brady-cardia!"))
	codes, _ := a["recovery_codes"].([]any)
	if p.err != nil || len(codes) == 0 {
		return
	}
	code, _ := codes[0].(string)
	p.token = ""
	p.ask("recover", form("POST", "/members/recover/", url.Values{"username": {name}, "recovery_code": {code}, "new_password": {"brady-cardia!"}}.Encode()))
	p.ask("", form("POST", "/members/login/", "username="+name+"&password=brady-cardia!"))
}

// The client at which openID logs in.
const (
	redirect     = "https://shop.example/in"
	secret       = "a secret of the measurement"
	verifier     = "dBjftJeZ4CVP-mBOu3NLoSj4yBu5pq3Qy8XXwXwXwXw"
	registration = `[{"client_id":"shop","client_name":"Shop","client_secret_sha256":"%x","redirect_uris":["` + redirect + `"]}]`
)

// openID logs in at an application by password, up to its request for the claims.
func (p *person) openID(name string) {
	sum := sha256.Sum256([]byte(verifier))
	asked := url.Values{
		"client_id": {"shop"}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	w := p.send("OpenID: begin", httptest.NewRequest(http.MethodGet, "/openid/authorize?"+asked.Encode(), nil), "")
	if p.err != nil {
		return
	}
	page, _ := url.Parse(w.Header().Get("Location"))
	flow := page.Query().Get("flow")
	cookie := cookieOf(w)
	script := func(name, path string, fields map[string]string) map[string]any {
		text, _ := json.Marshal(fields) // of strings: can't fail
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(text)))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		w := p.send(name, r, cookie)
		if changed := cookieOf(w); changed != "" {
			cookie = changed
		}
		return body(w)
	}
	script("OpenID: password", "/openid/password", map[string]string{"flow": flow, "username": name, "password": "tachy-cardia!"})
	location, _ := script("OpenID: back", "/openid/flow", map[string]string{"flow": flow, "answer": "continue"})["location"].(string)
	back, err := url.Parse(location)
	if p.err != nil || err != nil {
		return
	}
	r := httptest.NewRequest(http.MethodPost, "/openid/token", strings.NewReader(url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirect}, "code_verifier": {verifier},
		"client_id": {"shop"}, "client_secret": {secret},
	}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	access, _ := body(p.send("OpenID: tokens", r, ""))["access_token"].(string)
	r = httptest.NewRequest(http.MethodGet, "/openid/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+access)
	p.send("OpenID: who it is", r, "")
}

// send sends a request outside the API, and records its cost.
func (p *person) send(name string, r *http.Request, cookie string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	p.measure(name, func() int {
		p.handler.ServeHTTP(w, r.WithContext(p.ctx))
		return w.Code
	})
	return w
}

// cookieOf returns the cookie that an answer sets, empty if none.
func cookieOf(w *httptest.ResponseRecorder) (cookie string) {
	for _, c := range w.Result().Cookies() {
		cookie = c.Name + "=" + c.Value
	}
	return cookie
}

// body returns the fields of an answer in JSON.
func body(w *httptest.ResponseRecorder) (fields map[string]any) {
	json.Unmarshal(w.Body.Bytes(), &fields) // the next request fails for a missing field
	return fields
}
