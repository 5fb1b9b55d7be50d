package trials

import (
	"fmt"
	"slices"

	"systole/infra/train/learn"
	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
)

// Result is the outcome of a protocol.
type Result struct {
	Protocol Protocol
	Persons  int
	Trials   []Trial
	Counts   Counts
}

// Setup is the configuration of a cross-validation.
type Setup struct {
	Folds    int
	Seed     uint64 // of the assignment to folds
	Settings learn.Settings
	Progress func(done float64) // 0 to 1
}

// CrossValidate learns, for each fold, parameters from the other folds' persons
// and runs the fold's trials with them.
func (b *Bench) CrossValidate(recordings []cohort.Recording, set Setup) ([]Result, error) {
	results := Results(recordings)
	held := deal(recordings, set.Folds, set.Seed)
	for f, persons := range held {
		progress := func(done float64) { set.Progress((float64(f) + done) / float64(set.Folds)) }
		m, err := learn.Fit(b.Training(recordings, persons), set.Settings, progress)
		if err != nil {
			return nil, fmt.Errorf("fold %d: %w", f+1, err)
		}
		b.Run(results, recordings, persons, m)
	}
	set.Progress(1)
	return results, nil
}

// Run runs all protocols' trials among the persons, and adds them to results.
func (b *Bench) Run(results []Result, recordings []cohort.Recording, persons []string, m *parameters.Parameters) {
	for i := range results {
		r := &results[i]
		tested := only(r.Protocol.Persons(recordings), persons)
		r.Persons += len(tested)
		r.Trials = append(r.Trials, b.Compare(tested, m, &r.Counts)...)
	}
}

// only returns the persons with the names.
func only(persons []Person, names []string) []Person {
	return slices.DeleteFunc(persons, func(p Person) bool { return !slices.Contains(names, p.Name) })
}

// Results returns the results of the protocols that fit the recordings, without
// any trials yet.
func Results(recordings []cohort.Recording) []Result {
	var results []Result
	named := Protocols()
	for _, database := range Databases(recordings) {
		own := slices.DeleteFunc(slices.Clone(named), func(p Protocol) bool { return p.Database != database })
		if len(own) == 0 {
			own = OtherProtocols(database)
		}
		for _, p := range own {
			if len(p.Persons(recordings)) > 1 {
				results = append(results, Result{Protocol: p})
			}
		}
	}
	return results
}

// Training returns the beats of all usable recordings except the held-out
// persons'.
func (b *Bench) Training(recordings []cohort.Recording, heldOut []string) []learn.Beats {
	var all []learn.Beats
	for i := range recordings {
		if slices.Contains(heldOut, recordings[i].Person) {
			continue
		}
		if beats := b.Beats(Whole(&recordings[i])); beats.Report.Reason(ProbeNeed) == "" {
			all = append(all, beats)
		}
	}
	return all
}

// Databases returns the recordings' databases, each once.
func Databases(recordings []cohort.Recording) []string {
	return distinct(recordings, func(r *cohort.Recording) string { return r.Database })
}

// Persons returns the recordings' persons, each once.
func Persons(recordings []cohort.Recording) []string {
	return distinct(recordings, func(r *cohort.Recording) string { return r.Person })
}

func distinct(recordings []cohort.Recording, of func(*cohort.Recording) string) []string {
	var all []string
	for i := range recordings {
		if v := of(&recordings[i]); !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// deal assigns each database's persons evenly to folds.
func deal(recordings []cohort.Recording, n int, seed uint64) [][]string {
	held := make([][]string, n)
	for _, database := range Databases(recordings) {
		own := slices.DeleteFunc(slices.Clone(recordings), func(r cohort.Recording) bool { return r.Database != database })
		for i, fold := range Folds(Persons(own), n, seed) {
			held[i] = append(held[i], fold...)
		}
	}
	return held
}
