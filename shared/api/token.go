package api

import (
	"net/http"
	"strings"

	"systole/shared/fault"
	"systole/shared/store"
)

// tokenOf returns the request's token: from "Authorization: Token <40 hex>", else
// from the form's token field. form may be nil. Other Authorization schemes are
// ignored. The errors are token_missing, and token_invalid for a value without the
// form of a token.
func tokenOf(r *http.Request, form *Form) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 {
		return "", fault.New(fault.TokenInvalid)
	}
	if len(headers) == 1 {
		token, ok := tokenFromHeader(headers[0])
		if ok {
			return checked(token)
		}
	}
	if form != nil && form.Has("token") {
		token, _ := form.String("token") // empty where it isn't text
		return checked(strings.Trim(token, " \t\r\n\""))
	}
	return "", fault.New(fault.TokenMissing)
}

// tokenFromHeader returns the text after the scheme; not ok for another scheme.
func tokenFromHeader(value string) (token string, ok bool) {
	words := strings.Fields(value)
	if len(words) == 0 || !strings.EqualFold(words[0], "Token") {
		return "", false
	}
	return strings.Join(words[1:], " "), true
}

// checked returns token_invalid for a value without the form of a token.
func checked(token string) (string, error) {
	if len(token) != 2*store.TokenBytes || strings.Trim(token, "0123456789abcdef") != "" {
		return "", fault.New(fault.TokenInvalid)
	}
	return token, nil
}
