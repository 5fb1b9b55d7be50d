// Command train learns the parameters of package parameters from the data folder
// and writes them where they are embedded:
//
//	go run ./infra/train
//
// It first learns five times with a fifth of the persons held out, for the
// thresholds by false match rate, then once from all persons. The same data and
// seed give the same file.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"systole/infra/train/learn"
	"systole/tests/science/cohort"
	"systole/tests/science/trials"
)

func main() {
	data := flag.String("data", "", "folder with ecg-id and heartprint (default: ECG_DATA, else ../shared/data)")
	out := flag.String("out", "shared/ecg/parameters", "folder to write the parameter file to, under its algorithm's name")
	seed := flag.Uint64("seed", 1, "of all that is drawn at random")
	folds := flag.Int("folds", 5, "groups of persons for the calibration")
	flag.Parse()
	if err := run(cohort.Folder(*data, "."), *out, *seed, *folds); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		if errors.Is(err, cohort.ErrNoData) {
			fmt.Fprintln(os.Stderr, "set -data or ECG_DATA to the folder that holds ecg-id and heartprint")
		}
		os.Exit(1)
	}
}

func run(data, out string, seed uint64, folds int) error {
	recordings, err := cohort.Load(data)
	if err != nil {
		return err
	}
	set := learn.Default()
	set.Seed = seed
	bench := trials.NewBench()
	results, err := bench.CrossValidate(recordings, trials.Setup{
		Folds: folds, Seed: seed, Settings: set, Progress: progress("calibrating"),
	})
	if err != nil {
		return err
	}
	m, err := learn.Fit(bench.Training(recordings, nil), set, progress("learning"))
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr)
	m.Impostors = trials.Calibrate(results)
	slices.Sort(m.Persons)
	// The name is derived from the parameters, so that it changes with them.
	sum := sha256.Sum256(m.Append(nil))
	m.Algorithm = fmt.Sprintf("heart-1-%x", sum[:4])
	file := m.Append(nil)
	path := filepath.Join(out, m.Algorithm+".bin")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d persons, %d bytes. To ship it, list it in shared/ecg/parameters/algorithms.go.\n", path, len(m.Persons), len(file))
	return nil
}

func progress(what string) func(done float64) {
	return func(done float64) { fmt.Fprintf(os.Stderr, "\r%-12s %3.0f %%", what, 100*done) }
}
