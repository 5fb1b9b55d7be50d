// Package page serves content that is the same for every caller: pages, scripts
// and documents that are embedded in the program.
package page

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"systole/shared/api"
)

// Page is content with the headers that a browser needs.
type Page struct {
	kind   string
	policy func() string
	made   func() (made, error)
	keep   string // Cache-Control
}

// made is a page's content and the name of its version.
type made struct {
	content []byte
	etag    string
}

// New returns a page of a media type. policy is its Content-Security-Policy;
// empty for that of every other answer, which allows nothing. The content is made
// once, at the page's first request, so that pages don't delay a function's
// start.
func New(kind, policy string, content func() ([]byte, error)) *Page {
	p := &Page{kind: kind, policy: func() string { return policy }, keep: "no-cache"}
	p.made = sync.OnceValues(func() (made, error) {
		b, err := content()
		sum := sha256.Sum256(b)
		return made{b, `"` + hex.EncodeToString(sum[:8]) + `"`}, err
	})
	return p
}

// Allowing sets a policy that depends on the content. policy is called once,
// after the content is made.
func (p *Page) Allowing(policy func() string) *Page {
	p.policy = sync.OnceValue(policy)
	return p
}

// Lasting marks the content as immutable, for a path that contains its version. A
// browser caches it without revalidation.
func (p *Page) Lasting() *Page {
	p.keep = "public, max-age=31536000, immutable"
	return p
}

// Route answers GET of the path with the page.
func (p *Page) Route(path string) api.Route {
	return api.Route{Path: path, Methods: map[string]api.Handler{http.MethodGet: p.Answer}}
}

// Answer is an api.Handler. A browser may keep the page, but revalidates it each
// time, unless the page is Lasting.
func (p *Page) Answer(w http.ResponseWriter, r *http.Request) error {
	made, err := p.made()
	if err != nil {
		return fmt.Errorf("make page: %w", err)
	}
	h := w.Header()
	h.Set("Cache-Control", p.keep)
	h.Del("Vary")
	h.Set("ETag", made.etag)
	if policy := p.policy(); policy != "" {
		h.Set("Content-Security-Policy", policy)
	}
	if strings.Contains(r.Header.Get("If-None-Match"), made.etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", p.kind)
	_, _ = w.Write(made.content) // a caller who has hung up can't be told
	return nil
}
