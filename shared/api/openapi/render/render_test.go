package main

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"systole/functions"
	"systole/shared/api"
	"systole/shared/api/openapi"
	"systole/shared/ecg/rate"
)

func TestThePageIsWhatTheProgramWrites(t *testing.T) {
	want, err := render(openapi.Document())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../docs.html")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs.html is not what go generate ./shared/api/openapi writes")
	}
}

func parsed(t *testing.T) *description {
	t.Helper()
	var d description
	if err := json.Unmarshal(openapi.Document(), &d); err != nil {
		t.Fatal(err)
	}
	return &d
}

func TestEveryRouteIsDescribedAndNoOther(t *testing.T) {
	var served, described []string
	for _, e := range functions.Endpoints() {
		for _, method := range e.Methods { // HEAD and OPTIONS are described once for all
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

// everyWhere are the words that any address may answer with; prose describes
// them.
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
	for _, g := range d.groups(nil) {
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

func TestTheDescribedRatesAreThoseThatCanBeWorkedWith(t *testing.T) {
	var d struct {
		Components struct {
			Schemas struct {
				SamplingRate struct{ Minimum, Maximum float64 }
			}
		}
	}
	if err := json.Unmarshal(openapi.Document(), &d); err != nil {
		t.Fatal(err)
	}
	if got := d.Components.Schemas.SamplingRate; got.Minimum != rate.MinHz || got.Maximum != rate.MaxHz {
		t.Errorf("described are %+v, not %d to %d Hz", got, rate.MinHz, rate.MaxHz)
	}
}

// Samples are parts of programs that tests/clients/run.sh runs, so an operation
// that no program calls has no sample. OpenID clients' requests are made by their
// libraries, which tests/clients/openid runs; a hand-off is the page's own
// request.
func TestEveryOperationAndGuideHasASampleInEveryLanguage(t *testing.T) {
	all, err := readSamples()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"quick-start", "large-files", "days", "nonce", "assertion", "retries"}
	for _, g := range parsed(t).groups(nil) {
		for _, op := range g.Operations {
			if g.Name == "openid" && op.ID != "publicKeys" || slices.Contains([]string{"handOff", "takeHandOff"}, op.ID) {
				continue
			}
			names = append(names, op.ID)
		}
	}
	for _, name := range names {
		for _, l := range languages {
			if !slices.ContainsFunc(all[name], func(c code) bool { return c.Language == l.ID && c.Text != "" }) {
				t.Errorf("tests/clients/%s has no sample of %s", l.samples, name)
			}
		}
	}
	for name := range all {
		if !slices.Contains(names, name) {
			t.Errorf("there are samples of %s, which isn't described", name)
		}
	}
}

func TestTheREADMEOfTheClientsHasTheirQuickStarts(t *testing.T) {
	all, err := readSamples()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := readFile("shared/sdk/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all["quick-start"] {
		if slices.Contains([]string{"javascript", "python", "kotlin"}, c.Language) && !strings.Contains(readme, "\n"+c.Text+"\n```") {
			t.Errorf("shared/sdk/README.md has another quick start than tests/clients in %s", c.Name)
		}
	}
}

func TestAMarkedPartIsShownWithoutItsIndent(t *testing.T) {
	got := marked("a\n\t// sample: x\n\tif b {\n\t\tc\n\t}\n\t// end\nd\n# sample: y\ne\n# end\n")
	if len(got) != 2 || got["x"] != "if b {\n\tc\n}" || got["y"] != "e" {
		t.Errorf("%q", got)
	}
}
