// Package page answers with what is the same for everybody: pages, scripts and
// documents that are built into the program.
package page

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"systole/shared/api"
)

// Page is content with all that a browser has to know of it. It doesn't change
// once made.
type Page struct {
	kind    string
	policy  string
	content []byte
	etag    string
}

// New returns a page of a media type. policy is its Content-Security-Policy;
// empty for that of every other answer, which allows nothing.
func New(kind, policy string, content []byte) *Page {
	sum := sha256.Sum256(content)
	return &Page{kind, policy, content, `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// Route answers GET of the path with the page.
func (p *Page) Route(path string) api.Route {
	return api.Route{Path: path, Methods: map[string]api.Handler{http.MethodGet: p.Answer}}
}

// Answer is an api.Handler. A browser may keep the page, but asks each time
// whether it is still the same: scripts of two versions don't go together.
func (p *Page) Answer(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Del("Vary")
	h.Set("ETag", p.etag)
	if p.policy != "" {
		h.Set("Content-Security-Policy", p.policy)
	}
	if strings.Contains(r.Header.Get("If-None-Match"), p.etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", p.kind)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(p.content) // a caller who is gone can't be told so
	return nil
}
