// Command rpeaks measures the R-peak detector against experts' annotations:
// the MIT-BIH arrhythmia database's first lead, all beats, and the noisy
// records of the China Physiological Signal Challenge 2019, with tolerances of
// 150 and 50 ms, and MIT-BIH again under noise.
//
//	go run ./tests/science/rpeaks [-data folder] [-json] [-noise=false] [-rate Hz]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"systole/shared/ecg/rate"
	"systole/shared/ecg/resample"
	"systole/shared/ecg/rpeak"
)

// row is what was measured on one record, or on a whole set.
type row struct {
	Set    string  `json:"set"`
	Record string  `json:"record"`
	Wide   counts  `json:"within_150_ms"`
	Narrow counts  `json:"within_50_ms"`
	F1     float64 `json:"f1_150_ms"`
	F1At50 float64 `json:"f1_50_ms"`
}

// The tolerances, in seconds.
const (
	wide   = 0.150
	narrow = 0.050
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "rpeaks:", err)
		os.Exit(1)
	}
}

func run(args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("rpeaks", flag.ContinueOnError)
	data := flags.String("data", dataFolder(), "folder that holds mitdb and cpsc2019")
	asJSON := flags.Bool("json", false, "print JSON instead of a table")
	noise := flags.Bool("noise", true, "also measure with noise added to MIT-BIH")
	rateHz := flags.Float64("rate", 0, "bring the recordings to this sampling rate first, in Hz, from 90 to 4000")
	if err := flags.Parse(args); err != nil {
		return err
	}
	records, err := load(*data)
	if err != nil {
		return err
	}
	if *rateHz != 0 {
		if !rate.Usable(*rateHz) {
			return fmt.Errorf("-rate %g is outside %d to %d Hz", *rateHz, rate.MinHz, rate.MaxHz)
		}
		for i, r := range records {
			records[i].mv, records[i].rateHz = resample.New(r.rateHz, *rateHz).Apply(nil, r.mv), *rateHz
		}
	}
	rows := measureAll(records, progress)
	if *noise {
		rows = append(rows, measureNoise(records, progress)...)
	}
	if *asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	return table(out, rows)
}

func dataFolder() string {
	if folder := os.Getenv("ECG_DATA"); folder != "" {
		return folder
	}
	return "../shared/data"
}

// measureAll returns a row for each record and, after each set, its total; of
// a set with ventricular flutter in it also the total with what was detected
// during it counted as surplus.
func measureAll(records []record, progress io.Writer) []row {
	var rows []row
	var total, strict row
	var detector detector
	for i, r := range records {
		fmt.Fprintf(progress, "\rrecord %d of %d ", i+1, len(records))
		detected := detector.run(r.mv, r.rateHz)
		one := compare(r, detected)
		rows = append(rows, one)
		total = sum(total, one, r.set, "all")
		r.flutter = nil
		strict = sum(strict, compare(r, detected), r.set, "all, flutter counted")
		if i+1 == len(records) || records[i+1].set != r.set {
			rows = append(rows, total)
			if strict.Wide != total.Wide {
				rows = append(rows, strict)
			}
			total, strict = row{}, row{}
		}
	}
	fmt.Fprint(progress, "\r")
	return rows
}

// measureNoise returns, for each kind of noise and ratio, the total over
// MIT-BIH.
func measureNoise(records []record, progress io.Writer) []row {
	var rows []row
	var detector detector
	for _, n := range noises {
		for _, decibel := range []float64{12, 6} {
			name := fmt.Sprintf("%s, %g dB", n.name, decibel)
			total := row{}
			for i, r := range records {
				if r.set != "mitdb" {
					continue
				}
				fmt.Fprintf(progress, "\r%s: record %d ", name, i+1)
				noisy := disturb(r.mv, r.rateHz, qrsHeight(r.mv, r.rateHz, r.beats), decibel, n, uint64(i))
				total = sum(total, compare(r, detector.run(noisy, r.rateHz)), "mitdb + noise", name)
			}
			rows = append(rows, total)
		}
	}
	fmt.Fprint(progress, "\r")
	return rows
}

// detector is the detector behind its resampler.
type detector struct {
	rpeak.Detector
	resampled []float64
}

// run returns the R peaks in seconds.
func (d *detector) run(mv []float64, rateHz float64) []float64 {
	d.resampled = resample.New(rateHz, rpeak.RateHz).Apply(d.resampled, mv)
	var seconds []float64
	for _, p := range d.Detect(d.resampled) {
		seconds = append(seconds, p/rpeak.RateHz)
	}
	return seconds
}

// compare leaves out what was detected during ventricular flutter, where the
// experts marked no beats: ANSI/AAMI EC57 excludes it from beat scoring.
func compare(r record, detected []float64) row {
	detected = slices.DeleteFunc(slices.Clone(detected), func(at float64) bool {
		return slices.ContainsFunc(r.flutter, func(f [2]float64) bool { return at >= f[0]-wide && at <= f[1]+wide })
	})
	return row{Set: r.set, Record: r.name}.with(match(r.beats, detected, wide), match(r.beats, detected, narrow))
}

func sum(total, one row, set, name string) row {
	return row{Set: set, Record: name}.with(total.Wide.add(one.Wide), total.Narrow.add(one.Narrow))
}

func (r row) with(wide, narrow counts) row {
	r.Wide, r.Narrow, r.F1, r.F1At50 = wide, narrow, wide.f1(), narrow.f1()
	return r
}

func table(out io.Writer, rows []row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "set\trecord\tbeats\tmissed\tsurplus\tSe %\tPPV %\tF1 % at 150 ms\tF1 % at 50 ms\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t\n", r.Set, r.Record,
			r.Wide.Beats, r.Wide.Missed, r.Wide.Surplus, r.Wide.sensitivity(), r.Wide.ppv(), r.F1, r.F1At50)
	}
	return w.Flush()
}
