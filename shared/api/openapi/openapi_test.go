package openapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"systole/functions"
	"systole/shared/api"
)

func parsed(t *testing.T) *description {
	t.Helper()
	var d description
	if err := json.Unmarshal(Document(), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

func TestEveryRouteIsDescribedAndNoOther(t *testing.T) {
	var served, described []string
	for _, e := range functions.Endpoints() {
		for _, method := range e.Methods { // HEAD and OPTIONS are described for all at once
			served = append(served, method+" "+e.Path)
		}
	}
	d := parsed(t)
	for _, path := range d.Paths.names {
		for _, method := range d.Paths.values[path].names {
			described = append(described, strings.ToUpper(method)+" "+strings.TrimSuffix(path, "/"))
		}
	}
	slices.Sort(served)
	slices.Sort(described)
	if !slices.Equal(served, described) {
		t.Errorf("served    %v\ndescribed %v", served, described)
	}
}

// everyWhere are the words that any address may answer, described in prose.
var everyWhere = []string{"not_found", "method_not_allowed"}

func TestEveryWordIsDescribedWithItsStatus(t *testing.T) {
	status := make(map[string]string)
	var known, listed []string
	for _, w := range api.Words() {
		known = append(known, string(w.Error))
		status[string(w.Error)] = strconv.Itoa(w.Status)
	}
	d := parsed(t)
	for _, word := range d.Components.Schemas["Word"].Enum {
		listed = append(listed, word.(string))
	}
	slices.Sort(known)
	slices.Sort(listed)
	if !slices.Equal(known, listed) {
		t.Errorf("known  %v\nlisted %v", known, listed)
	}
	answered := slices.Clone(everyWhere)
	for _, g := range d.groups() {
		for _, op := range g.Operations {
			for _, a := range op.Answers {
				for _, word := range a.Words {
					answered = append(answered, word)
					if status[word] != a.Status {
						t.Errorf("%s %s: %s has status %s, not %s", op.Method, op.Path, word, status[word], a.Status)
					}
				}
			}
		}
	}
	for _, word := range known {
		if !slices.Contains(answered, word) {
			t.Errorf("%s is answered nowhere", word)
		}
	}
}

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
	if policy := w.Header().Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, styleHash()) {
		t.Errorf("policy %q", policy)
	}
	if !strings.Contains(page, "<style>"+style+"</style>") {
		t.Error("the style isn't the one that the policy allows")
	}
	d := parsed(t)
	for _, path := range d.Paths.names {
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
