package page

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"systole/shared/api"
)

func TestAPageIsSentOnceAndThenOnlyWhenItChanged(t *testing.T) {
	old := New("text/html; charset=utf-8", "default-src 'self'", []byte("<p>old"))
	renewed := New("text/html; charset=utf-8", "default-src 'self'", []byte("<p>new"))
	tests := []struct {
		name, known string
		status      int
		body        string
	}{
		{"first visit", "", http.StatusOK, "<p>new"},
		{"same version", renewed.etag, http.StatusNotModified, ""},
		{"same version among others, weak", `W/"x", W/` + renewed.etag, http.StatusNotModified, ""},
		{"older version", old.etag, http.StatusOK, "<p>new"},
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
		})
	}
}

func TestAPageWithoutAPolicyAllowsNothing(t *testing.T) {
	w := httptest.NewRecorder()
	p := New("application/json", "", []byte("{}"))
	api.New(api.Settings{}, p.Route("/x")).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/x", nil))
	if got := w.Header().Get("Content-Security-Policy"); got != "default-src 'none'; frame-ancestors 'none'" {
		t.Errorf("policy %q", got)
	}
}
