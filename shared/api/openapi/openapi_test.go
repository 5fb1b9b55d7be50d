package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
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

// What fills a refusal's sentence is sent beside it.
func TestARefusalsParametersAreDescribed(t *testing.T) {
	var document struct {
		Components struct {
			Schemas struct {
				Refusal struct{ Properties map[string]any }
			}
		}
	}
	if err := json.Unmarshal(Document(), &document); err != nil {
		t.Fatal(err)
	}
	for _, w := range api.Words() {
		for _, m := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(w.KO+w.EN, -1) {
			if _, ok := document.Components.Schemas.Refusal.Properties[m[1]]; !ok && m[1] != "hint" {
				t.Errorf("%s is answered with %s, which Refusal doesn't have", w.Error, m[1])
			}
		}
	}
}

// No key of the document stands twice in its object: the first would count for nobody.
func TestNoKeyStandsTwice(t *testing.T) {
	decoder := json.NewDecoder(bytes.NewReader(Document()))
	var keys []map[string]bool // of the objects that are open; nil for an array
	key := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token {
		case json.Delim('{'):
			keys, key = append(keys, map[string]bool{}), true
			continue
		case json.Delim('['):
			keys = append(keys, nil)
			continue
		case json.Delim('}'), json.Delim(']'):
			keys = keys[:len(keys)-1]
			key = len(keys) > 0 && keys[len(keys)-1] != nil
			continue
		}
		top := keys[len(keys)-1]
		if top == nil {
			continue
		}
		if name, ok := token.(string); ok && key {
			if top[name] {
				t.Errorf("%s stands twice in one object", name)
			}
			top[name] = true
		}
		key = !key
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
