package openapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"systole/shared/api"
)

func TestEveryReferenceLeadsSomewhereAndEveryComponentIsUsed(t *testing.T) {
	var whole any
	if err := json.Unmarshal(Document(), &whole); err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	for _, m := range regexp.MustCompile(`"\$ref": "#/components/(\w+/\w+)"`).FindAllSubmatch(Document(), -1) {
		used[string(m[1])] = true
	}
	components := whole.(map[string]any)["components"].(map[string]any)
	for kind, all := range components {
		for name := range all.(map[string]any) {
			key := kind + "/" + name
			if !used[key] && kind != "securitySchemes" {
				t.Errorf("nothing uses %s", key)
			}
			delete(used, key)
		}
	}
	for key := range used {
		t.Errorf("there is no %s", key)
	}
}

// routed serves the routes of the package.
func routed() http.Handler { return api.New(api.Settings{}, Routes()...) }

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestTheDocumentIsServedAsItIs(t *testing.T) {
	w := get(routed(), "/openapi.json")
	if w.Code != http.StatusOK || w.Body.String() != string(Document()) {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
	if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestThePageShowsEverythingAndItsLinksLeadSomewhere(t *testing.T) {
	w := get(routed(), "/docs")
	page := w.Body.String()
	if w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	if policy := w.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, hashOf("style")) || !strings.Contains(policy, hashOf("script")) {
		t.Errorf("policy %q", policy)
	}
	if inside("style") == "" || inside("script") == "" {
		t.Error("the page has no style or no script")
	}
	var d struct{ Paths map[string]any }
	if err := json.Unmarshal(Document(), &d); err != nil {
		t.Fatal(err)
	}
	for path := range d.Paths {
		if !strings.Contains(page, "<code>"+path+"</code>") {
			t.Errorf("no %s", path)
		}
	}
	links := regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 100 {
		t.Errorf("only %d links", len(links))
	}
	for _, m := range links {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("no %s", m[1])
		}
	}
}
