package openid

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"

	"systole/shared/api"
)

// The pages of this file have no script: they show a final message, or a single
// button.

// pagePolicy returns the policy of a page with its own style and, to the address
// of forms, forms.
func pagePolicy(forms string) string {
	return "default-src 'none'; style-src 'sha256-" + styleHash + "'; base-uri 'none'; frame-ancestors 'none'; form-action " + forms
}

const (
	style = `body{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}button{font:inherit;padding:.6rem 1.2rem}code{opacity:.7}`
	// styleHash is the SHA-256 of style; a test compares.
	styleHash = "wtbr6ndoLQ26nAujWBgKx0syYBJ7pFF2Lrhbgb2tsPs="
)

var (
	wrongRequest = api.Sentence{
		KO: "앱이 로그인을 잘못 요청했습니다. 이 화면을 앱 운영자에게 보여 주세요.",
		EN: "The application has asked for a log-in in a wrong way. Show this page to those who run it.",
	}
	askLogOut  = api.Sentence{KO: "로그아웃할까요?", EN: "Do you want to log out?"}
	doLogOut   = api.Sentence{KO: "로그아웃", EN: "Log out"}
	loggedOut  = api.Sentence{KO: "로그아웃되었습니다. 이 창을 닫아도 됩니다.", EN: "You are logged out. You can close this window."}
	pageTitle  = "Systole"
	pageFormat = `<!doctype html>
<html lang="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%s</title><style>` + style + `</style></head>
<body><main><h1>%s</h1>%s</main></body></html>
`
)

// show answers with a page. content is HTML.
func show(w http.ResponseWriter, r *http.Request, status int, heading api.Sentence, content, forms string) error {
	said := api.Say(w, r, heading)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", pagePolicy(forms))
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, pageFormat, w.Header().Get("Content-Language"), pageTitle, html.EscapeString(said), content)
	return nil // a caller who has hung up can't be told
}

// ShowRefusal tells the person about a request whose error can't be sent to its
// client.
func ShowRefusal(w http.ResponseWriter, r *http.Request, word, description string) error {
	content := "<p><code>" + html.EscapeString(word) + "</code></p><p>" + html.EscapeString(description) + "</p>"
	return show(w, r, http.StatusBadRequest, wrongRequest, content, "'none'")
}

// AskLogOut asks the person whether to log out, with a form that repeats the
// request's parameters. next is the address where the browser goes on, "" for
// none.
func AskLogOut(w http.ResponseWriter, r *http.Request, next string) error {
	var fields strings.Builder
	for _, name := range []string{"id_token_hint", "client_id", "post_logout_redirect_uri", "state"} {
		if r.Form.Has(name) {
			fmt.Fprintf(&fields, `<input type="hidden" name="%s" value="%s">`, name, html.EscapeString(r.Form.Get(name)))
		}
	}
	forms := "'self'"
	if u, err := url.Parse(next); err == nil && next != "" {
		forms += " " + u.Scheme + "://" + u.Host // the answer to the form redirects there
	}
	content := `<form method="post">` + fields.String() + `<input type="hidden" name="agreed" value="yes"><button autofocus>` +
		html.EscapeString(api.Text(r, doLogOut)) + `</button></form>`
	return show(w, r, http.StatusOK, askLogOut, content, forms)
}

// ShowLoggedOut tells the person that they are logged out.
func ShowLoggedOut(w http.ResponseWriter, r *http.Request) error {
	return show(w, r, http.StatusOK, loggedOut, "", "'none'")
}
