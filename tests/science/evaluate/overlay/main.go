// Command overlay draws the mean beats behind the scores: those of refused genuine
// pairs, and of the highest-scoring impostors, over those of the template:
//
//	go run ./tests/science/evaluate/overlay -protocol later -folds 9 > pairs.svg
//
// The parameters are the shipped ones. Nothing was learned from PTB-XL's folds 8 and
// 9. The back end was learned from the persons of ECG-ID and Heartprint, so fewer of
// their pairs are refused here than of other persons' pairs.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
	"systole/tests/science/trials"
)

// options are the command's flags.
type options struct {
	data, protocol, folds, algorithm string
	rate                             float64
	panels                           int
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder of the databases (default: ECG_DATA, else ../shared/data)")
	flag.StringVar(&o.protocol, "protocol", "h", "of package trials; same and later are PTB-XL's")
	flag.StringVar(&o.folds, "folds", "9", "of PTB-XL, with the protocols same and later")
	flag.StringVar(&o.algorithm, "algorithm", parameters.Shipped[0].Name, "the shipped parameters that compare")
	flag.Float64Var(&o.rate, "fmr", 0.001, "a genuine pair is refused below the threshold named by this false match rate")
	flag.IntVar(&o.panels, "panels", 12, "pairs drawn of either kind, at most")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "overlay:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	set, ok := parameters.Shipped.Named(o.algorithm)
	if !ok {
		return fmt.Errorf("no shipped parameters %q", o.algorithm)
	}
	recordings, err := load(o)
	if err != nil {
		return err
	}
	protocol, ok := named(recordings, o.protocol)
	if !ok {
		return fmt.Errorf("no protocol %q for these recordings", o.protocol)
	}
	refused, impostors := compare(set, protocol.Persons(recordings), set.Impostors.Threshold(o.rate))
	title := fmt.Sprintf("%s, %s: %s; threshold named %g %%: %.1f", set.Algorithm, protocol.Database, protocol.Title, 100*o.rate, set.Impostors.Threshold(o.rate))
	return draw(os.Stdout, title, []row{
		{fmt.Sprintf("own recordings refused, %d persons, the lowest scores first", len(refused)), first(refused, o.panels)},
		{"impostors, the highest scores first", first(impostors, o.panels)},
	})
}

// load reads PTB-XL for the protocols without a database of their own, and the
// other databases for the others.
func load(o options) ([]cohort.Recording, error) {
	folder := cohort.Folder(o.data, ".")
	if o.protocol != "same" && o.protocol != "later" {
		return cohort.Load(folder)
	}
	var folds []int
	for text := range strings.SplitSeq(o.folds, ",") {
		fold, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("-folds: %w", err)
		}
		folds = append(folds, fold)
	}
	recordings, _, err := cohort.LoadPTBXL(filepath.Join(folder, cohort.PTBXL), 0, folds...)
	return recordings, err
}

// named returns the protocol with the name that fits the recordings.
func named(recordings []cohort.Recording, name string) (trials.Protocol, bool) {
	for _, r := range trials.Results(recordings) {
		if r.Protocol.Name == name {
			return r.Protocol, true
		}
	}
	return trials.Protocol{}, false
}
