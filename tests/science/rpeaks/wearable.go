package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"systole/shared/ecg/rpeak"
)

// wearableHz is the sampling rate that the wearable recorder's data states.
const wearableHz = 500

// activities and electrodes by the names in the files' names.
var (
	activities = map[string]string{"klud": "rest", "ruky": "moving arms", "chodza": "walking", "drepy": "squats", "beh": "running"}
	electrodes = map[string]string{"01": "Ag/AgCl", "02": "chrome-nickel", "03": "textile"}
)

// regularity counts RR intervals and those that differ by more than irregularShare from
// their surroundings. It stands for a reference: a healthy heart that rests or
// works steadily beats evenly, and a beat that is missed or invented breaks that.
type regularity struct{ intervals, irregular int }

const (
	irregularShare = 0.2
	surroundings   = 4 // intervals on each side
)

func (r *regularity) add(seconds []float64) {
	var intervals []float64
	for i := 1; i < len(seconds); i++ {
		intervals = append(intervals, seconds[i]-seconds[i-1])
	}
	for i, interval := range intervals {
		around := slices.Sorted(slices.Values(intervals[max(0, i-surroundings):min(len(intervals), i+surroundings+1)]))
		if usual := around[len(around)/2]; math.Abs(interval/usual-1) > irregularShare {
			r.irregular++
		}
	}
	r.intervals += len(intervals)
}

// wearable prints, for each activity and electrode, how many RR intervals are irregular in the
// recordings of a folder: files NN/NN_ELECTRODE_ACTIVITY.csv whose lines are an instant
// and a value. Files of other names are left out, and those of less than 10 s.
func wearable(folder string, parameters *rpeak.Parameters, out io.Writer) error {
	files, err := filepath.Glob(filepath.Join(folder, "*", "*.csv"))
	if err != nil {
		return err
	}
	d := detector{Detector: rpeak.Detector{Parameters: parameters}}
	found := map[string]*regularity{}
	for _, file := range files {
		parts := strings.Split(strings.TrimSuffix(filepath.Base(file), ".csv"), "_")
		if len(parts) != 3 || activities[parts[2]] == "" || electrodes[parts[1]] == "" {
			continue
		}
		values, err := readValues(file)
		if err != nil {
			return err
		}
		if len(values) < 10*wearableHz {
			continue
		}
		seconds := d.run(values, wearableHz)
		for _, kind := range []string{activities[parts[2]], activities[parts[2]] + ", " + electrodes[parts[1]]} {
			if found[kind] == nil {
				found[kind] = new(regularity)
			}
			found[kind].add(seconds)
		}
	}
	if len(found) == 0 {
		return fmt.Errorf("no recording NN/NN_ELECTRODE_ACTIVITY.csv is in %s; set -wearable to the folder data of github.com/kalouskova/DP", folder)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "activity, electrodes\tRR intervals\tirregular\t%\t")
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		r := found[kind]
		fmt.Fprintf(w, "%s\t%d\t%d\t%.1f\t\n", kind, r.intervals, r.irregular, 100*float64(r.irregular)/float64(max(1, r.intervals)))
	}
	return w.Flush()
}

// readValues reads what follows the semicolon in each line. Lines without a number
// there, which a recorder writes when it starts, are left out.
func readValues(file string) (values []float64, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		_, number, _ := strings.Cut(line, ";")
		if v, err := strconv.ParseFloat(strings.TrimSpace(number), 64); err == nil {
			values = append(values, v)
		}
	}
	return values, nil
}
