package imports

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var write = flag.Bool("write", false, "write the graph of today into README.md")

// room returns the part of the house that a package lies in: two folders deep
// below shared.
func room(path string) string {
	parts := strings.Split(path, "/")
	if parts[0] != "shared" {
		return parts[0]
	}
	return strings.Join(parts[:min(len(parts), 2)], "/")
}

// graph returns the rooms' imports as a Mermaid diagram, without those that
// follow from others.
func graph(packages map[string]pkg) string {
	edges := make(map[string]map[string]bool)
	for path, p := range packages {
		from := room(path)
		for _, imported := range p.Imports {
			to, own := strings.CutPrefix(imported, module)
			if to = room(to); !own || to == from {
				continue
			}
			if edges[from] == nil {
				edges[from] = make(map[string]bool)
			}
			edges[from][to] = true
		}
	}
	var reaches func(from, to string, seen map[string]bool) bool
	reaches = func(from, to string, seen map[string]bool) bool {
		if seen[from] {
			return false
		}
		seen[from] = true
		return edges[from][to] || slices.ContainsFunc(slices.Collect(maps.Keys(edges[from])), func(next string) bool { return reaches(next, to, seen) })
	}
	var b strings.Builder
	b.WriteString("```mermaid\nflowchart TD\n")
	for _, from := range slices.Sorted(maps.Keys(edges)) {
		for _, to := range slices.Sorted(maps.Keys(edges[from])) {
			follows := false
			for between := range edges[from] {
				follows = follows || between != to && reaches(between, to, map[string]bool{from: true})
			}
			if !follows {
				fmt.Fprintf(&b, "  %s --> %s\n", from, to)
			}
		}
	}
	b.WriteString("```\n")
	return b.String()
}

func TestThePageHasTheGraphOfToday(t *testing.T) {
	const page, begin, end = "README.md", "<!-- today: go test ./tests/contract/imports -write -->\n", "<!-- end -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), begin)
	_, after, found := strings.Cut(rest, end)
	if !found {
		t.Fatalf("%s has no place for the graph", page)
	}
	want := before + begin + graph(listed(t, "./functions/...", "./infra/...", "./shared/...")) + end + after
	if *write {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("%s has another graph: go test ./tests/contract/imports -write", page)
	}
}
