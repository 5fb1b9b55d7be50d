package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"systole/tests/support/gotool"
)

// parsed is a package of one file without imports.
func parsed(t *testing.T, source string) Package {
	t.Helper()
	pkg := Package{
		Folder: "p", Fset: token.NewFileSet(),
		Files: make(map[string]*ast.File), Source: map[string][]byte{"p.go": []byte(source)},
	}
	file, err := parser.ParseFile(pkg.Fset, "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg.Files["p.go"] = file
	if err := pkg.check("p", []*ast.File{file}, nil); err != nil {
		t.Fatal(err)
	}
	return pkg
}

func TestEachKindOfChangeIsFound(t *testing.T) {
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"condition", `if ok { n = k }`, []string{"true for ok", "false for ok", "skip n = k"}},
		{"parts of a condition", `if ok && n == k || err != nil { n = k }`, []string{
			"drop from ||: err != nil", "drop from &&: ok", "drop from &&: n == k", "skip n = k"}},
		{"boundary", `for n < k { n++ }`, []string{"end loop before n++", "move the boundary of n < k", "skip n++"}},
		{"comparison outside of a condition", `ok = n == k`, []string{"skip ok = n == k", "negate n == k"}},
		{"call", `f(); defer f()`, []string{"skip f()", "skip defer f()"}},
		{"what ends a process, or releases", `defer Unlock(); panic(err)`, nil},
		{"error", `return err`, []string{"no error for err"}},
		{"error of a function literal", `g(func() error { return err })`, []string{"skip g(func() error { return err })", "no error for err"}},
		{"field", `_ = pair{a: n, b: 3}`, []string{"drop the field a: n", "drop the field b: 3", "another number for 3"}},
		{"constants where they are used", `n = most; ok = false`, []string{"skip n = most", "skip ok = false", "another number for most", "opposite of false"}},
		{"arithmetic", `n = n * k`, []string{"skip n = n * k", "another operation for n * k"}},
		{"what a compiler wants constant", `const size = 4; var a [size]int; _ = a; _ = map[string]int{"x": n}`, nil},
		{"results beside an error", `if err != nil { _, _ = func() (int, error) { if err != nil { return 3, err }; return 4, nil }() }`, []string{
			"true for err != nil", "false for err != nil",
			"skip _, _ = func() (int, error) { if err != nil { return 3, err }; return 4, nil }()",
			"true for err != nil", "false for err != nil", "no error for err", "another number for 4"}},
		{"errors that nobody hears of", `bestEffort(func() error { return err })`, []string{"skip bestEffort(func() error { return err })"}},
		{"lists of functions whose errors nobody hears of", `var all []func() error; all = append(all, func() error { return err }); bestEffort(all...)`, []string{
			"skip all = append(all, func() error { return err })", "skip bestEffort(all...)"}},
		{"capacity", `_ = make([]int, n, 2*n)`, nil},
		{"condition of a table", `s = "pk = :pk AND at > :since"`, []string{
			`skip s = "pk = :pk AND at > :since"`,
			`without «pk = :pk» "pk = :pk AND at > :since"`, `without «at > :since» "pk = :pk AND at > :since"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			pkg := parsed(t, `package p
const most = 100
type pair struct{ a, b int }
var (n, k int; ok bool; err error; s string)
func f(){}
func g(func() error) {}
func Unlock() {}
func bestEffort(...func() error) {}
func tested() error { `+test.body+`
	return nil
}`)
			var got []string
			for _, m := range find(pkg, "p.go") {
				if m.Function == "tested" && !strings.HasPrefix(m.Change, "return at once") {
					got = append(got, m.Change)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s\ngot  %q\nwant %q", test.body, got, test.want)
			}
		})
	}
}

func TestChangesStandInsideOneAnother(t *testing.T) {
	pkg := parsed(t, `package p; func f(n, k int) (bool, error) { return n+1 < k && n > 0, nil }`)
	mutants := find(pkg, "p.go")
	numbers := make([]int, len(mutants))
	for i := range numbers {
		numbers[i] = i
	}
	got := string(apply(pkg.Source["p.go"], mutants, numbers))
	want := `package p; func f(n, k int) (bool, error) { if mutants.Is(0) { var mutants0 bool; var mutants1 error; return mutants0, mutants1 };  ` +
		`return mutants.True(1, mutants.Less(3, mutants.Add(4, n,mutants.Pick[int](5, 1, 2)) , k)) && mutants.True(2, mutants.Greater(6, n , mutants.Pick[int](7, 0, 1))), nil }`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNamesHoldWhenCodeMoves(t *testing.T) {
	names := func(source string) []string {
		var names []string
		for _, m := range findAll([]Package{parsed(t, source)}) {
			names = append(names, m.String())
		}
		return names
	}
	before := names(`package p; var n int; func f() { n++; n++ }; func g() { n-- }`)
	after := names(`package p

		func g() { n-- }
		var n int

		func f() { n++
			n++ }`)
	if !slices.Equal(before, after) || !slices.Contains(before, "p f: skip n++ (2)") {
		t.Errorf("got %q, then %q", before, after)
	}
}

func TestAnExpressionLosesOnePart(t *testing.T) {
	for _, test := range []struct {
		text string
		want []weakening
	}{
		{"attribute_exists(id)", []weakening{{"attribute_exists(id)", "(attribute_exists(id) OR NOT attribute_exists(id))"}}},
		{"attribute_not_exists(u) OR pk = :pk", []weakening{
			{"attribute_not_exists(u)", "(attribute_not_exists(u) OR NOT attribute_not_exists(u)) OR pk = :pk"},
			{"pk = :pk", "attribute_not_exists(u) OR (pk = :pk OR NOT pk = :pk)"}}},
		{"SET a = :a, b = :b REMOVE c", []weakening{
			{"SET a = :a", "SET mutated_a = :a, b = :b REMOVE c"},
			{"SET b = :b", "SET a = :a, mutated_b = :b REMOVE c"},
			{"REMOVE c", "SET a = :a, b = :b REMOVE mutated_c"}}},
		{"Nothing is set here", nil},
	} {
		if got := weakened(test.text); !slices.Equal(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestEveryExplanationHasAReasonAndAMutant(t *testing.T) {
	reasons, err := explanations(explainedText)
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for _, m := range findAll(loaded(t)) {
		known[m.String()] = true
	}
	for mutant := range reasons {
		if !known[mutant] {
			t.Errorf("explained.txt: there is no mutant %s", mutant)
		}
	}
	if _, err := explanations("p f: skip n++\n"); err == nil {
		t.Error("a mutant without a reason is taken")
	}
	got, err := explanations("# one\n# reason\na\nb\n\n# another\nc\n")
	if want := "map[a:one reason b:one reason c:another]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v %v, want %s", got, err, want)
	}
}

func TestEveryMutantCompiles(t *testing.T) {
	root, err := gotool.Root()
	if err != nil {
		t.Fatal(err)
	}
	packages := loaded(t)
	overlay, err := writeOverlay(t.TempDir(), packages, findAll(packages))
	if err != nil {
		t.Fatal(err)
	}
	// -N -l: the code is compiled, not optimised.
	build := exec.CommandContext(t.Context(), "go", append([]string{"build", "-gcflags=-e -N -l", "-overlay", overlay}, targets...)...)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// loaded returns the packages that the program changes. They are read once for all
// tests.
func loaded(t *testing.T) []Package {
	t.Helper()
	packages, err := loadTargets()
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

var loadTargets = sync.OnceValues(func() ([]Package, error) {
	root, err := gotool.Root()
	if err != nil {
		return nil, err
	}
	return load(context.Background(), root, targets)
})
