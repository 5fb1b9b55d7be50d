package service

import (
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/functions"
	"systole/shared/config"
	"systole/shared/console"
	"systole/shared/sdk"
)

// The local service has the routes that the functions of the table have together.
func TestTheWholeServiceHasTheRoutesOfTheTable(t *testing.T) {
	settings, err := config.Read(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	pages, err := Pages(settings)
	if err != nil {
		t.Fatal(err)
	}
	served := make(map[string]bool)
	for _, r := range append(Routes(settings, Stores{}, time.Now, rand.Reader), pages...) {
		for method := range r.Methods {
			if method != "HEAD" { // every GET route answers HEAD
				served[method+" "+r.Path] = true
			}
		}
	}
	var listed []string
	for _, e := range functions.Endpoints() {
		for _, method := range e.Methods {
			route := method + " " + e.Path
			listed = append(listed, route)
			if !served[route] {
				t.Errorf("%s is in the table and isn't served", route)
			}
		}
	}
	for _, route := range slices.Sorted(maps.Keys(served)) {
		asset := strings.HasPrefix(route, "GET "+console.AssetPath) || strings.HasPrefix(route, "GET "+sdk.Folder)
		if !asset && !slices.Contains(listed, route) {
			t.Errorf("%s is served and isn't in the table", route)
		}
	}
}
