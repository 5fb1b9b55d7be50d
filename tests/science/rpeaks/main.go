// Command rpeaks measures the R-peak detector against experts' annotations
// (the MIT-BIH arrhythmia database's first lead, all beats; its noise stress
// test database, the noisy parts; the noisy records of the China Physiological Signal
// Challenge 2019), with tolerances of 150 and 50 ms, and in the noise stress
// test of package stress, on strips of 10 s that each are detected alone.
//
//	go run ./tests/science/rpeaks [-shipped] [-data folder] [-json] [-noise=false] [-settings] [-rate Hz]
//	go run ./tests/science/rpeaks -strangers folder [-each] [-peers file] ...
//	go run ./tests/science/rpeaks -wearable folder [-shipped]
//
// With -strangers it measures on databases that nothing was learned or chosen from, and
// scores other detectors by the same rules; with -wearable it counts irregular RR intervals of
// persons who move.
//
// The parameters that ship are learned from all of MIT-BIH's records at hand. Without
// -shipped the detector has those of half.bin, which were learned the same way from package
// stress's half for settings, and the noise stress test is on the other half: figures for
// persons never seen.
package main

import (
	_ "embed"
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
	"systole/tests/science/cohort"
	"systole/tests/science/stress"
)

// row is what was measured on one record, or on a whole set.
type row struct {
	Set    string        `json:"set"`
	Record string        `json:"record"`
	Wide   stress.Counts `json:"within_150_ms"`
	Narrow stress.Counts `json:"within_50_ms"`
	F1     float64       `json:"f1_150_ms"`
	F1At50 float64       `json:"f1_50_ms"`
	// Challenge is CPSC 2019's own score, 0 to 1; nil for other sets.
	Challenge *float64 `json:"challenge,omitempty"`
}

//go:embed half.bin
var half []byte

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

// options are the flags.
type options struct {
	data, strangers, peers, wearable       string
	shipped, settings, noise, each, asJSON bool
	rateHz                                 float64
}

// half is the half of the persons and of the noise for the noise stress test.
func (o options) half() stress.Half {
	if o.settings {
		return stress.Settings
	}
	return stress.Report
}

// parameters returns nil for those that ship.
func (o options) parameters() (*rpeak.Parameters, error) {
	if o.shipped {
		return nil, nil
	}
	return rpeak.ReadParameters(half)
}

func run(args []string, out, progress io.Writer) error {
	var o options
	flags := flag.NewFlagSet("rpeaks", flag.ContinueOnError)
	flags.StringVar(&o.data, "data", cohort.Folder("", "."), "folder that holds mitdb, nstdb, cpsc2019, ptb-xl and cinc2017")
	flags.BoolVar(&o.shipped, "shipped", false, "measure the parameters that ship")
	flags.BoolVar(&o.asJSON, "json", false, "print JSON instead of a table")
	flags.BoolVar(&o.noise, "noise", true, "also run the noise stress test")
	flags.BoolVar(&o.settings, "settings", false, "run it on the half from which settings were chosen instead of the other one")
	flags.StringVar(&o.strangers, "strangers", "", "measure on the databases that nothing was learned from instead: folder that holds qtdb and ludb")
	flags.BoolVar(&o.each, "each", false, "with -strangers, also print every recording")
	flags.StringVar(&o.peers, "peers", "", "with -strangers, score what peers.py wrote into the file instead of the detector")
	flags.StringVar(&o.wearable, "wearable", "", "count irregular RR intervals of moving persons instead: the folder data of github.com/kalouskova/DP")
	flags.Float64Var(&o.rateHz, "rate", 0, "bring the recordings to this sampling rate first, in Hz, from 90 to 4000")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.wearable != "" {
		parameters, err := o.parameters()
		if err != nil {
			return err
		}
		return wearable(o.wearable, parameters, out)
	}
	rows, err := measure(o, progress)
	if err != nil {
		return err
	}
	if o.asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(rows)
	}
	return table(out, rows)
}

func measure(o options, progress io.Writer) ([]row, error) {
	if o.strangers != "" {
		return strangers(o)
	}
	records, err := load(o.data)
	if err != nil {
		return nil, err
	}
	if o.rateHz != 0 {
		if !rate.Usable(o.rateHz) {
			return nil, fmt.Errorf("-rate %g is outside %d to %d Hz", o.rateHz, rate.MinHz, rate.MaxHz)
		}
		for i, r := range records {
			records[i].MV, records[i].RateHz = resample.New(r.RateHz, o.rateHz).Apply(nil, r.MV), o.rateHz
		}
	}
	parameters, err := o.parameters()
	if err != nil {
		return nil, err
	}
	rows := measureAll(records, parameters)
	if !o.noise {
		return rows, nil
	}
	noisy, err := measureNoise(o.data, o.half(), parameters, progress)
	return append(rows, noisy...), err
}

// measureAll returns a row for each record and, after each set, its total; of
// a set with ventricular flutter in it also the total with what was detected
// during it counted as surplus; and of MIT-BIH the total of the half for reporting.
func measureAll(records []record, parameters *rpeak.Parameters) []row {
	var rows []row
	var total, strict, reported row
	detector := detector{Detector: rpeak.Detector{Parameters: parameters}}
	for i, r := range records {
		detected := detector.run(r.MV, r.RateHz)
		one := compare(r, detected)
		rows = append(rows, one)
		total = sum(total, one, r.set, "all")
		if r.set == "mitdb" && stress.HalfOf(i) == stress.Report {
			reported = sum(reported, one, r.set, "all of the half for reporting")
		}
		r.Flutter = nil
		strict = sum(strict, compare(r, detected), r.set, "all, flutter counted")
		if i+1 == len(records) || records[i+1].set != r.set {
			rows = append(rows, total)
			if reported.Set == r.set {
				rows = append(rows, reported)
			}
			if strict.Wide != total.Wide {
				rows = append(rows, strict)
			}
			total, strict = row{}, row{}
		}
	}
	return rows
}

// mostPatients of PTB-XL are taken for the noise stress test, and one of
// everyStrip of MIT-BIH's strips.
const (
	mostPatients = 600
	everyStrip   = 4
)

// measureNoise returns the totals of the noise stress test: of each database,
// without noise, and with each kind at each ratio.
func measureNoise(folder string, half stress.Half, parameters *rpeak.Parameters, progress io.Writer) ([]row, error) {
	recorded, pieces, err := stress.Recorded(folder, half)
	if err != nil {
		return nil, err
	}
	mitdb, err := stress.MITDB(folder, half)
	if err != nil {
		return nil, err
	}
	some := mitdb[:0]
	for i := 0; i < len(mitdb); i += everyStrip {
		some = append(some, mitdb[i])
	}
	ptbxl, disagreed, err := stress.PTBXL(folder, half, mostPatients)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(progress, "noise: half for %s; %d strips of MIT-BIH; %d of PTB-XL, %d left out since leads I and II disagree; %d noisy recordings of CinC 2017\n",
		half, len(some), len(ptbxl), disagreed, pieces)
	rows := measureStrips("mitdb strips", some, recorded, parameters)
	return append(rows, measureStrips("ptb-xl strips", ptbxl, recorded, parameters)...), nil
}

// measureStrips returns the totals of strips without noise and with the models' and the
// recorded noise at each ratio.
func measureStrips(set string, strips []stress.Strip, recorded stress.Noise, parameters *rpeak.Parameters) []row {
	var rows []row
	detector := detector{Detector: rpeak.Detector{Parameters: parameters}}
	measure := func(name string, signal func(i int) []float64) {
		var total row
		for i, s := range strips {
			detected := detector.run(signal(i), stress.RateHz)
			one := row{}.with(stress.Compare(s.Beats, detected, wide, s.Scored), stress.Compare(s.Beats, detected, narrow, s.Scored))
			total = sum(total, one, set, name)
		}
		rows = append(rows, total)
	}
	measure("no noise", func(i int) []float64 { return strips[i].MV })
	for _, n := range append(slices.Clone(stress.Models), recorded) {
		for _, decibel := range stress.Ratios {
			measure(fmt.Sprintf("%s, %g dB", n.Name, decibel), func(i int) []float64 { return strips[i].Add(n, decibel, uint64(i)) })
		}
	}
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
	within := func(parts [][2]float64, at, margin float64) bool {
		return slices.ContainsFunc(parts, func(p [2]float64) bool { return at >= p[0]-margin && at < p[1]+margin })
	}
	detected = slices.DeleteFunc(slices.Clone(detected), func(at float64) bool { return within(r.Flutter, at, wide) })
	scored := func(at float64) bool { return !within(r.Unscored, at, 0) }
	one := row{Set: r.set, Record: r.Name}.with(stress.Compare(r.Beats, detected, wide, scored), stress.Compare(r.Beats, detected, narrow, scored))
	if r.set == "cpsc2019" {
		score := challenge(r.Beats, detected)
		one.Challenge = &score
	}
	return one
}

// challenge is the score of the Challenge for one record: 1 without an error,
// 0.3 with one, else 0, within 75 ms and half a second from the ends.
func challenge(beats, detected []float64) float64 {
	const tolerance = 0.075
	switch c := stress.Compare(beats, detected, tolerance, stress.Inner); c.Missed + c.Surplus {
	case 0:
		return 1
	case 1:
		return 0.3
	}
	return 0
}

func sum(total, one row, set, name string) row {
	both := row{Set: set, Record: name}.with(total.Wide.Add(one.Wide), total.Narrow.Add(one.Narrow))
	if one.Challenge != nil {
		score := *one.Challenge
		if total.Challenge != nil {
			score += *total.Challenge
		}
		both.Challenge = &score
	}
	return both
}

func (r row) with(wide, narrow stress.Counts) row {
	r.Wide, r.Narrow, r.F1, r.F1At50 = wide, narrow, wide.F1(), narrow.F1()
	return r
}

func table(out io.Writer, rows []row) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "set\trecord\tbeats\tmissed\tsurplus\tSe %\tPPV %\tF1 % at 150 ms\tF1 % at 50 ms\tchallenge\t")
	for _, r := range rows {
		score := ""
		if r.Challenge != nil {
			score = fmt.Sprintf("%.1f", *r.Challenge)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%.2f\t%.2f\t%.2f\t%.2f\t%s\t\n", r.Set, r.Record,
			r.Wide.Beats, r.Wide.Missed, r.Wide.Surplus, r.Wide.Sensitivity(), r.Wide.PPV(), r.F1, r.F1At50, score)
	}
	return w.Flush()
}
