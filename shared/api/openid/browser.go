package openid

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"systole/shared/api"
	"systole/shared/fault"
)

// cookieName is of the one cookie there is: of this host alone, over TLS, for every
// path, and unreadable for scripts (RFC 6265bis, 4.1.3.2). A browser takes it over
// plain HTTP from the machine itself, where applications are developed.
const cookieName = "__Host-systole"

// wordLength is that of rand.Text: 130 random bits.
const wordLength = 26

// Browser is what a browser's cookie says.
type Browser struct {
	Word  string // that its flows belong to, drawn at random
	Token string // of the person who is logged in; empty for nobody
}

// BrowserOf reads the cookie, or draws a new word.
func BrowserOf(r *http.Request) Browser {
	cookie, err := r.Cookie(cookieName)
	if err == nil {
		word, token, _ := strings.Cut(cookie.Value, ".")
		if len(word) == wordLength {
			return Browser{word, token}
		}
	}
	return Browser{Word: rand.Text()}
}

// Remember sets the cookie. It ends with the browser; the session behind it may end
// sooner.
func (b Browser) Remember(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: b.Word + "." + b.Token, Path: "/", Secure: true, HttpOnly: true,
		// Lax: the way from the application to here is a navigation from another site.
		SameSite: http.SameSiteLaxMode,
	})
}

// Forget ends the cookie.
func (b Browser) Forget(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: -1,
	})
}

// Issuer is the service's address: the setting, or where the request came to.
func Issuer(r *http.Request, setting string) string { return cmp.Or(setting, api.Base(r.Context())) }

// SameSite returns fault.CrossSite unless a page of the service makes the request,
// by the browser's word for it (Fetch Metadata, and Origin in browsers without).
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
