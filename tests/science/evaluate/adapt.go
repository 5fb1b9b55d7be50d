package main

import (
	"fmt"
	"io"

	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
	"systole/tests/science/trials"
)

// fold is a model and the persons held out from its training.
type fold struct {
	model   *parameters.Parameters
	heldOut []string
}

// writeAdaptation shows the effect of adapting templates of session 1 with the
// probes of session 2 on their comparison with session 3R.
func writeAdaptation(w io.Writer, o options, bench *trials.Bench, recordings []cohort.Recording, folds []fold, thresholds parameters.Calibration) {
	var all trials.Adaptation
	for _, f := range folds {
		f.model.Impostors = thresholds
		bench.Adapting(&all, recordings, f.heldOut, f.model)
	}
	fmt.Fprintf(w, "Adaptation: %d of %d own probes and %d of %d strangers' taken in.\n\n",
		all.OwnTaken, all.OwnOffered, all.Taken, all.Offered)
	fmt.Fprintln(w, "| template of session 1, probes of 3R | EER % | FNMR % at FMR 1 % |\n|---|---|---|")
	for _, row := range []struct {
		name   string
		result *trials.Result
	}{
		{"as enrolled", &all.Before},
		{"adapted by own probes of session 2", &all.Own},
		{"the same, and all strangers' offered", &all.Attacked},
	} {
		eer := trials.Bootstrap(row.result.Trials, o.drawings, o.seed, trials.EER)
		fnmr := trials.Bootstrap(row.result.Trials, o.drawings, o.seed, func(p []trials.Point) float64 {
			return trials.FNMRAt(p, 0.01)
		})
		fmt.Fprintf(w, "| %s | %s | %s |\n", row.name, percent(eer), percent(fnmr))
	}
	fmt.Fprintln(w)
}
