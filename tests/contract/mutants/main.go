// Command mutants asks whether the tests would notice a fault. It changes the
// code of the service in one place after another, runs the tests that reach the
// place, and prints the changes that none of them notices.
//
//	go run ./tests/contract/mutants              500 of them, chosen at random
//	go run ./tests/contract/mutants -n 30        as .ci/run does
//	go run ./tests/contract/mutants -only 'shared/member .*skip'
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"systole/tests/support/gotool"
	"systole/tests/support/servers"
)

// targets are the packages in which a fault would let a stranger in, lock a
// member out or lose data. The signal processing is not among them: a slightly
// wrong number in it shows in error rates (tests/science), not in a test.
var targets = []string{
	"./shared/account", "./shared/api", "./shared/api/authenticate", "./shared/api/members", "./shared/api/openid", "./shared/api/page",
	"./shared/assertion", "./shared/aws/...", "./shared/biometric/...", "./shared/cleanup", "./shared/config", "./shared/embedded",
	"./shared/fault", "./shared/measure", "./shared/member/...", "./shared/memory", "./shared/parallel", "./shared/signing",
	"./shared/store", "./shared/store/rules", "./functions/internal/lambda", "./infra/restapi", "./infra/keyfile",
}

// others are the packages whose tests run with the mutants that survive the tests
// of their own package, the fastest first. The tests of further packages build
// programs, read files, or repeat these tests.
var others = []string{
	"shared/memory", "shared/member", "shared/account", "shared/cleanup", "shared/biometric", "shared/config",
	"shared/api", "shared/provider", "tests/contract/answers", "tests/contract/requests", "tests/contract/openid", "tests/attack/openid", "shared/api/page", "shared/api/members", "shared/api/authenticate", "shared/console", "functions/internal/lambda",
	"infra/keyfile", "infra/service", "infra/stack", "tests/attack/lockout", "infra/local", "tests/contract/roundtrips", "shared/aws/s3", "shared/embedded",
	"shared/aws/dynamo", "tests/contract/rights", "tests/contract/events",
	"infra/operate", "tests/attack/broken", "tests/attack/faults",
}

// options select the mutants to try, and how to try them.
type options struct {
	n         int
	seed      uint64
	only      string
	explained bool
	again     string
	list      bool
	near      bool
	fast      bool
}

// tables is the package whose tests share one DynamoDB, because starting one
// takes longer than most of the tests.
const tables = "shared/aws/dynamo"

// slowest is the first package of others whose tests start processes.
const slowest = tables

func main() {
	var o options
	flag.IntVar(&o.n, "n", 500, "mutants that are chosen at random; 0 for all")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "of the choice")
	flag.StringVar(&o.only, "only", "", "a regular expression: mutants whose names it matches")
	flag.BoolVar(&o.explained, "explained", false, "the mutants that explained.txt names")
	flag.StringVar(&o.again, "again", "", "a file with the output of an earlier run: the mutants that lived in it")
	flag.BoolVar(&o.list, "list", false, "print the names of the chosen mutants, and run nothing")
	flag.BoolVar(&o.near, "near", false, "try with the tests of the mutant's own package only")
	flag.BoolVar(&o.fast, "fast", false, "without the tests that start processes, and the mutants of their packages")
	living := flag.Int("living", 0, "mutants that may live without an explanation")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	lived, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
	if lived > *living {
		os.Exit(1)
	}
}

// run tries mutants and returns the number of unexplained survivors.
func run(ctx context.Context, o options) (int, error) {
	root, err := gotool.Root()
	if err != nil {
		return 0, err
	}
	reasons, err := explanations(explainedText)
	if err != nil {
		return 0, err
	}
	packages, err := load(ctx, root, targets)
	if err != nil {
		return 0, err
	}
	if o.fast {
		packages = slices.DeleteFunc(packages, func(p Package) bool { return suite{folder: p.Folder}.slow() })
	}
	all := findAll(packages)
	found := len(all)
	chosen, err := o.choose(all, reasons)
	if err != nil {
		return 0, err
	}
	fmt.Printf("%d mutants of %d packages; %d are tried, seed %d\n", found, len(packages), len(chosen), o.seed)
	if o.list {
		for _, m := range chosen {
			fmt.Println(m)
		}
		return 0, nil
	}
	killers, err := o.try(ctx, root, packages, chosen)
	if err != nil {
		return 0, err
	}
	return report(chosen, killers, reasons), nil
}

// findAll returns the mutants of the packages, sorted by name.
func findAll(packages []Package) []Mutant {
	var all []Mutant
	for _, pkg := range packages {
		for _, file := range slices.Sorted(maps.Keys(pkg.Files)) {
			all = append(all, find(pkg, file)...)
		}
	}
	name(all)
	return all
}

// choose returns the mutants that the options select, sorted by name.
func (o options) choose(all []Mutant, reasons map[string]string) ([]Mutant, error) {
	asked := func(m Mutant) bool { return true }
	switch {
	case o.explained:
		asked = func(m Mutant) bool { return reasons[m.String()] != "" }
	case o.again != "":
		output, err := os.ReadFile(o.again)
		if err != nil {
			return nil, err
		}
		lines := strings.Split(string(output), "\n")
		asked = func(m Mutant) bool { return slices.Contains(lines, lives+m.String()) }
	case o.only != "":
		match, err := regexp.Compile(o.only)
		if err != nil {
			return nil, err
		}
		asked = func(m Mutant) bool { return match.MatchString(m.String()) }
	}
	chosen := slices.DeleteFunc(all, func(m Mutant) bool { return !asked(m) })
	if o.n == 0 || o.n >= len(chosen) {
		return chosen, nil
	}
	random := rand.New(rand.NewPCG(o.seed, 0))
	random.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	chosen = chosen[:o.n]
	slices.SortFunc(chosen, byName)
	return chosen, nil
}

// try returns, for each mutant, the test that kills it, "" if it lives.
func (o options) try(ctx context.Context, root string, packages []Package, mutants []Mutant) ([]string, error) {
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(dir, packages, mutants)
	if err != nil {
		return nil, err
	}
	suites, err := suites(ctx, root)
	if err != nil {
		return nil, err
	}
	killers := make([]string, len(mutants))
	for _, early := range []bool{true, false} {
		for _, suite := range suites {
			var left []int
			for number, m := range mutants {
				own := suite.folder == m.Folder
				if killers[number] == "" && suite.depends[m.Folder] && early == (own && !suite.slow()) && (own || !o.near && suite.other()) && !(o.fast && suite.slow()) {
					left = append(left, number)
				}
			}
			if len(left) == 0 {
				continue
			}
			started := time.Now()
			dead, err := suite.try(ctx, root, overlay, dir, left, killers)
			if ctx.Err() != nil {
				fmt.Println("interrupted: what lives wasn't tried with all tests")
				return killers, nil
			}
			if err != nil {
				return nil, err
			}
			fmt.Printf("%-34s tries %4d, kills %4d (%.0fs)\n", suite.folder, len(left), dead, time.Since(started).Seconds())
		}
	}
	return killers, nil
}

// A suite is the tests of a package.
type suite struct {
	folder  string
	listed  listed
	depends map[string]bool // folders of the packages that it links
}

// other reports whether the suite also runs with mutants of other packages.
func (s suite) other() bool { return slices.Contains(others, s.folder) }

// slow reports whether the suite runs after those before it in others, even for
// mutants of its own package.
func (s suite) slow() bool {
	return slices.Index(others, s.folder) >= slices.Index(others, slowest)
}

// suites returns the packages that have tests, in the order of others.
func suites(ctx context.Context, root string) ([]suite, error) {
	all, err := list(ctx, root, "-json=ImportPath,Dir,Deps,TestImports,XTestImports,TestGoFiles,XTestGoFiles", "./...")
	if err != nil {
		return nil, err
	}
	deps := make(map[string][]string)
	for _, p := range all {
		deps[p.ImportPath] = p.Deps
	}
	var suites []suite
	for _, p := range all {
		if len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 {
			continue
		}
		s := suite{folder: strings.TrimPrefix(p.ImportPath, gotool.Module), listed: p, depends: make(map[string]bool)}
		for _, linked := range slices.Concat([]string{p.ImportPath}, p.TestImports, p.XTestImports) {
			for _, dep := range append(deps[linked], linked) {
				if folder, ok := strings.CutPrefix(dep, gotool.Module); ok {
					s.depends[folder] = true
				}
			}
		}
		suites = append(suites, s)
	}
	slices.SortStableFunc(suites, func(a, b suite) int { return slices.Index(others, a.folder) - slices.Index(others, b.folder) })
	return suites, nil
}

// try runs a suite's tests with each of the remaining mutants and records the
// test that kills it.
func (s suite) try(ctx context.Context, root, overlay, dir string, left []int, killers []string) (dead int, err error) {
	b, err := build(ctx, root, overlay, dir, s.listed)
	if err != nil {
		return 0, err
	}
	defer os.Remove(b.path)
	if s.folder == tables {
		variable, stop, err := servers.RunDynamoDB(ctx)
		if err != nil {
			return 0, err
		}
		defer stop()
		b.environment = append(b.environment, variable)
	}
	failing, err := b.reach(ctx, dir, len(killers))
	if err != nil {
		return 0, err
	}
	if len(failing) > 0 {
		fmt.Printf("%s: left out, for they fail without a mutant: %s\n", s.folder, strings.Join(failing, ", "))
	}
	for _, number := range left {
		killer, err := b.kill(ctx, number)
		if err != nil {
			return dead, err
		}
		if killer != "" {
			killers[number] = filepath.Join(s.folder, killer)
			dead++
		}
	}
	return dead, nil
}

// lives begins the line of a surviving mutant.
const lives = "lives: "

// report prints the surviving mutants and the score of each package. It returns
// the number of survivors that explained.txt does not name.
func report(mutants []Mutant, killers []string, reasons map[string]string) (unexplained int) {
	type score struct{ tried, dead, explained int }
	scores := make(map[string]score)
	for number, m := range mutants {
		for _, row := range []string{m.Folder, "all"} {
			s := scores[row]
			s.tried++
			switch {
			case killers[number] != "":
				s.dead++
			case reasons[m.String()] != "":
				s.explained++
			}
			scores[row] = s
		}
		switch explained := reasons[m.String()] != ""; {
		case killers[number] == "" && !explained:
			fmt.Printf("%s%s\n", lives, m)
			unexplained++
		case killers[number] != "" && explained:
			fmt.Println("explained, and yet killed by", killers[number]+":", m)
		}
	}
	fmt.Printf("\n%-26s %6s %6s %6s %10s %6s\n", "package", "tried", "dead", "", "explained", "lives")
	for _, row := range rows(mutants) {
		s := scores[row]
		fmt.Printf("%-26s %6d %6d %5.1f%% %10d %6d\n", row, s.tried, s.dead, 100*float64(s.dead)/float64(s.tried), s.explained, s.tried-s.dead-s.explained)
	}
	return unexplained
}

// rows returns the packages of the mutants, and a row for all of them.
func rows(mutants []Mutant) []string {
	var rows []string
	for _, m := range mutants {
		rows = append(rows, m.Folder)
	}
	slices.Sort(rows)
	return append(slices.Compact(rows), "all")
}
