// Command evaluate measures how well persons are told apart, under the protocols
// named in README.md:
//
//	go run ./tests/science/evaluate                      learn on four fifths of the persons, test on the rest, five times
//	go run ./tests/science/evaluate -shipped -data DIR   the shipped parameters on persons they never saw
//	go run ./tests/science/evaluate -patients 9          the shipped parameters on patients of PTB-XL they never saw
//	go run ./tests/science/evaluate -strangers a.csv,b.csv  the engine as it ships, from file to decision, on other databases
//
// The data is a folder laid out like the ECG-ID or the Heartprint database, one
// that holds both, or a CSV list of person, session, file and rate.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"systole/infra/train/learn"
	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
	"systole/tests/science/trials"
)

// options are the command's flags.
type options struct {
	data     string
	folds    int
	seed     uint64
	shipped  bool
	known    bool
	drawings int
	patients string
	lists    string
	ringing  bool
	of       string
	out      string
	json     bool
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder or CSV list (default: ECG_DATA, else ../shared/data)")
	flag.IntVar(&o.folds, "folds", 5, "groups of persons, each tested with what is learned from the others")
	flag.Uint64Var(&o.seed, "seed", 1, "of all that is drawn at random")
	flag.BoolVar(&o.shipped, "shipped", false, "test the shipped parameters instead of learning; persons they were learned from are left out")
	flag.BoolVar(&o.known, "known", false, "with -shipped: test on the persons that they were learned from, too")
	flag.StringVar(&o.patients, "patients", "", "folds of PTB-XL to test the shipped parameters on, such as 9 or 8,9; 1 to 7 were learned from")
	flag.StringVar(&o.lists, "strangers", "", "CSV lists of other databases, to test the engine on as it ships; a file is of any format that the service reads, its rate may be left out")
	flag.BoolVar(&o.ringing, "ringing", false, "with -strangers: change the recordings as a recorder would whose filter rings after each beat")
	flag.StringVar(&o.of, "algorithm", parameters.Shipped[0].Name, "the shipped parameters to test")
	flag.IntVar(&o.drawings, "bootstrap", 500, "drawings of persons for the 95 % intervals, 0 for none")
	flag.StringVar(&o.out, "out", "", "folder for the DET curves (PNG, SVG) and, but for -patients, scores.csv and histograms")
	flag.BoolVar(&o.json, "json", false, "write the summary as JSON")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate:", err)
		if errors.Is(err, cohort.ErrNoData) {
			fmt.Fprintln(os.Stderr, "set -data or ECG_DATA to a folder laid out like ecg-id or heartprint, or to a CSV list")
		}
		os.Exit(1)
	}
}

func run(o options) error {
	if o.patients != "" {
		return testPatients(o)
	}
	if o.lists != "" {
		m, ok := parameters.Shipped.Named(o.of)
		if !ok {
			return fmt.Errorf("no shipped parameters %q", o.of)
		}
		return strangers(os.Stdout, o, m, strings.Split(o.lists, ","))
	}
	recordings, err := cohort.Load(cohort.Folder(o.data, "."))
	if err != nil {
		return err
	}
	bench := trials.NewBench()
	measure := crossValidate
	if o.shipped {
		measure = testShipped
	}
	results, err := measure(o, bench, recordings)
	if err != nil {
		return err
	}
	summaries := summarise(results, o)
	if o.out != "" {
		if err := save(o.out, results); err != nil {
			return err
		}
	}
	if o.json {
		return writeJSON(os.Stdout, summaries)
	}
	return writeTable(os.Stdout, summaries)
}

func crossValidate(o options, bench *trials.Bench, recordings []cohort.Recording) ([]trials.Result, error) {
	set := learn.Default()
	set.Seed = o.seed
	results, err := bench.CrossValidate(recordings, trials.Setup{Folds: o.folds, Seed: o.seed, Settings: set, Progress: showProgress})
	fmt.Fprintln(os.Stderr)
	return results, err
}

// testPatients runs the shipped parameters on folds of PTB-XL.
func testPatients(o options) error {
	m, ok := parameters.Shipped.Named(o.of)
	if !ok {
		return fmt.Errorf("no shipped parameters %q", o.of)
	}
	var folds []int
	for text := range strings.SplitSeq(o.patients, ",") {
		fold, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("-patients: %w", err)
		}
		folds = append(folds, fold)
	}
	if o.out != "" {
		if err := os.MkdirAll(o.out, 0o755); err != nil {
			return err
		}
	}
	return patients(os.Stdout, o, m, folds)
}

// testShipped runs the shipped parameters on persons outside their training.
// Others are compared only on request, and the output says so.
func testShipped(o options, bench *trials.Bench, recordings []cohort.Recording) ([]trials.Result, error) {
	m, ok := parameters.Shipped.Named(o.of)
	if !ok {
		return nil, fmt.Errorf("no shipped parameters %q", o.of)
	}
	fresh := slices.DeleteFunc(trials.Persons(recordings), func(p string) bool { return slices.Contains(m.Persons, p) })
	known := len(trials.Persons(recordings)) - len(fresh)
	fmt.Fprintf(os.Stderr, "parameters %s: %d persons they never saw, %d they were learned from\n", m.Algorithm, len(fresh), known)
	tested := fresh
	if o.known {
		fmt.Fprintln(os.Stderr, "WARNING: the persons they were learned from are tested too; rates are too good")
		tested = trials.Persons(recordings)
	}
	if len(tested) == 0 {
		return nil, errors.New("the parameters were learned from all these persons; leave out -shipped to cross-validate, or add -known")
	}
	results := trials.Results(recordings)
	bench.Run(results, recordings, tested, m)
	return results, nil
}

// showProgress draws a bar on standard error.
func showProgress(done float64) {
	const width = 40
	bar := make([]byte, width)
	for i := range bar {
		bar[i] = ' '
		if float64(i) < done*width {
			bar[i] = '#'
		}
	}
	fmt.Fprintf(os.Stderr, "\r[%s] %3.0f %%", bar, 100*done)
}
