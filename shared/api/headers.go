package api

import (
	"net/http"
	"slices"
	"strings"
)

// secure sets the headers of every answer: no caching, no MIME sniffing, no
// framing, HTTPS only.
func secure(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Vary", "Accept-Language")
}

// share lets pages of the allowed origins read the answer (CORS), and answers a
// preflight with the allowed methods and headers. Tokens are sent in a header of
// their own, so credentials are never allowed.
func (s *service) share(h http.Header, r *http.Request, rt *route) {
	if len(s.settings.AllowOrigins) == 0 {
		return
	}
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return
	}
	switch {
	case slices.Contains(s.settings.AllowOrigins, "*"):
		h.Set("Access-Control-Allow-Origin", "*")
	case slices.Contains(s.settings.AllowOrigins, origin):
		h.Set("Access-Control-Allow-Origin", origin)
	default:
		return
	}
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" || rt == nil {
		h.Set("Access-Control-Expose-Headers", "Content-Language, Retry-After, X-Request-Id")
		return
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(rt.allow, ", "))
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept-Language")
	h.Set("Access-Control-Max-Age", "600")
}

// Prefetched reports whether a browser or a link preview makes the request before
// a person asks for it.
func Prefetched(r *http.Request) bool {
	for _, name := range []string{"Purpose", "Sec-Purpose", "X-Purpose", "X-Moz"} {
		for _, v := range r.Header.Values(name) {
			v = strings.ToLower(v)
			if strings.Contains(v, "prefetch") || strings.Contains(v, "preview") || strings.Contains(v, "prerender") {
				return true
			}
		}
	}
	return false
}
