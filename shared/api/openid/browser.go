package openid

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"systole/shared/api"
	"systole/shared/fault"
	"systole/shared/store"
)

// cookieName names the service's only cookie: bound to this host, over TLS, for
// every path, and unreadable for scripts (RFC 6265bis, 4.1.3.2). A browser
// accepts it over plain HTTP from the machine itself, where applications are
// developed.
const cookieName = "__Host-systole"

// wordLength is the length of rand.Text: 130 random bits.
const wordLength = 26

// Browser is the content of a browser's cookie.
type Browser struct {
	Word string // identifies the browser's flows; drawn at random
	// Secret is that of the person who is logged in; empty if none is. Their token
	// follows from it, and it doesn't follow from a token: a token that an
	// application of the API holds, or has lost, logs in to no other application.
	Secret string
}

// Token returns the token of the person who is logged in; empty if none is.
func (b Browser) Token() string {
	if b.Secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("token of the log-in page " + b.Secret))
	return hex.EncodeToString(sum[:store.TokenBytes])
}

// BrowserOf reads the cookie, or draws a new word.
func BrowserOf(r *http.Request) Browser {
	cookie, err := r.Cookie(cookieName)
	if err == nil {
		word, secret, _ := strings.Cut(cookie.Value, ".")
		if len(word) == wordLength {
			return Browser{word, secret}
		}
	}
	return Browser{Word: rand.Text()}
}

// Remember sets the cookie. It ends with the browser; the session behind it may end
// sooner.
func (b Browser) Remember(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: b.Word + "." + b.Secret, Path: "/", Secure: true, HttpOnly: true,
		// Lax: the application leads the browser here by a navigation from another
		// site.
		SameSite: http.SameSiteLaxMode,
	})
}

// Forget ends the cookie.
func (b Browser) Forget(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1,
	})
}

// Issuer returns the service's address: the setting, else the address of the
// request.
func Issuer(r *http.Request, setting string) string { return cmp.Or(setting, api.Base(r.Context())) }

// SameSite returns fault.CrossSite unless a page of the service makes the
// request, as the browser states it (Fetch Metadata, and Origin in browsers
// without).
func SameSite(r *http.Request, issuer string) error {
	if r.Header.Get("Sec-Fetch-Site") == "same-origin" {
		return nil
	}
	u, err := url.Parse(issuer)
	if err == nil && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == u.Scheme+"://"+u.Host {
		return nil
	}
	return fault.New(fault.CrossSite)
}
