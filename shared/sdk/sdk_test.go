package sdk

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"systole/shared/api"
)

// asked returns the answer to a page whose origin is not in CORS_ORIGINS.
func asked(t *testing.T, path, known string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Origin", "https://shop.example.com")
	r.Header.Set("If-None-Match", known)
	w := httptest.NewRecorder()
	api.New(api.Settings{AllowOrigins: []string{"https://app.example.com"}}, Routes()...).ServeHTTP(w, r)
	return w
}

func TestEveryClientIsServedToEveryOrigin(t *testing.T) {
	for path, has := range map[string]string{
		"/sdk.js": "export class Systole", "/sdk/sdk.d.ts": "export class Systole", "/sdk/systole.py": "class Client:", "/sdk/Systole.kt": "class Systole(",
	} {
		t.Run(path, func(t *testing.T) {
			w := asked(t, path, "")
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), has) {
				t.Fatalf("status %d, %d bytes", w.Code, w.Body.Len())
			}
			for name, want := range map[string]string{
				"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache", "Vary": "",
			} {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if again := asked(t, path, w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
				t.Errorf("asked again: status %d, %d bytes", again.Code, again.Body.Len())
			}
		})
	}
}

// An import refuses a script with another media type, because answers forbid
// sniffing.
func TestTheModuleIsAScript(t *testing.T) {
	if got := asked(t, "/sdk.js", "").Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
}
