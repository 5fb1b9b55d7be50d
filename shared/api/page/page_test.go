package page

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"systole/shared/api"
)

func of(content string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(content), nil }
}

func etagOf(t *testing.T, p *Page) string {
	t.Helper()
	made, err := p.made()
	if err != nil {
		t.Fatal(err)
	}
	return made.etag
}

func TestAPageIsSentOnceAndThenOnlyWhenItChanged(t *testing.T) {
	old := New("text/html; charset=utf-8", "default-src 'self'", of("<p>old"))
	renewed := New("text/html; charset=utf-8", "default-src 'self'", of("<p>new"))
	tests := []struct {
		name, known string
		status      int
		body        string
	}{
		{"first visit", "", http.StatusOK, "<p>new"},
		{"same version", etagOf(t, renewed), http.StatusNotModified, ""},
		{"same version among others, weak", `W/"x", W/` + etagOf(t, renewed), http.StatusNotModified, ""},
		{"older version", etagOf(t, old), http.StatusOK, "<p>new"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/x", nil)
			r.Header.Set("If-None-Match", tt.known)
			w := httptest.NewRecorder()
			api.New(api.Settings{}, renewed.Route("/x")).ServeHTTP(w, r)
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("%d %q", w.Code, w.Body)
			}
			if got := w.Header().Get("Content-Security-Policy"); got != "default-src 'self'" {
				t.Errorf("policy %q", got)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-cache" {
				t.Errorf("Cache-Control %q", got)
			}
			if got := w.Header().Get("Content-Type"); (got == "text/html; charset=utf-8") != (tt.status == http.StatusOK) {
				t.Errorf("Content-Type %q", got)
			}
			if got := w.Header().Get("ETag"); got != etagOf(t, renewed) || !regexp.MustCompile(`^"[0-9a-f]{16}"$`).MatchString(got) {
				t.Errorf("ETag %q", got)
			}
			if got := w.Header().Values("Vary"); got != nil { // the page is the same in every language
				t.Errorf("Vary %q", got)
			}
		})
	}
}

func TestAPageWithoutAPolicyAllowsNothing(t *testing.T) {
	w := httptest.NewRecorder()
	p := New("application/json", "", of("{}"))
	api.New(api.Settings{}, p.Route("/x")).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
	if got := w.Header().Get("Content-Security-Policy"); got != "default-src 'none'; frame-ancestors 'none'" {
		t.Errorf("policy %q", got)
	}
}

func TestAPageThatCannotBeMadeIsAnErrorOfOurs(t *testing.T) {
	var log bytes.Buffer
	w := httptest.NewRecorder()
	p := New("text/html", "", func() ([]byte, error) { return nil, errors.New("no paper") })
	api.New(api.Settings{Logger: slog.New(slog.NewTextHandler(&log, nil))}, p.Route("/x")).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(log.String(), "make page: no paper") {
		t.Errorf("status %d, logged %s", w.Code, log.String())
	}
}

func TestAPolicyMayFollowFromTheContent(t *testing.T) {
	made := ""
	p := New("text/html", "default-src 'self'", func() ([]byte, error) { made = "of it"; return nil, nil }).Allowing(func() string { return "script-src " + made })
	for range 2 {
		w := httptest.NewRecorder()
		api.New(api.Settings{}, p.Route("/x")).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
		if got := w.Header().Get("Content-Security-Policy"); got != "script-src of it" {
			t.Errorf("policy %q", got)
		}
		made = "of another"
	}
}

func TestALastingPageIsKeptWithoutAsking(t *testing.T) {
	w := httptest.NewRecorder()
	p := New("text/css", "", of("p{}")).Lasting()
	api.New(api.Settings{}, p.Route("/x")).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
	if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control %q", got)
	}
}
