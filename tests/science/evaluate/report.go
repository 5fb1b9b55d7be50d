package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"systole/shared/ecg/parameters"
	"systole/tests/science/trials"
)

// summary is a protocol's row in the table; rates are shares, not percentages.
type summary struct {
	Protocol, Title   string
	Persons           int
	Genuine, Impostor int // trials
	EER               trials.Interval
	FNMR              map[string]trials.Interval // by false match rate, as far as the trials allow
	Rank1             float64
	FailureToEnrol    float64
	FailureToAcquire  float64
	CalibratedFMR     map[string]trials.Interval // the rate here at a threshold that was set for a rate on the other protocols
	CalibratedFNMR    map[string]float64
}

// rates are the false match rates that are reported.
var rates = []struct {
	name string
	fmr  float64
}{{"1%", 0.01}, {"0.1%", 0.001}, {"0.01%", 0.0001}}

// fewest is the number of impostor trials above a rate's threshold that the
// report of the rate requires.
const fewest = 1

func summarise(results []trials.Result, o options) []summary {
	var all []summary
	for i := range results {
		r := &results[i]
		c := trials.NewCurve(r.Trials, nil)
		s := summary{
			Protocol: r.Protocol.Name, Title: r.Protocol.Title, Persons: r.Persons,
			Genuine: len(c.Genuine), Impostor: len(c.Impostor),
			FNMR: map[string]trials.Interval{}, CalibratedFMR: map[string]trials.Interval{}, CalibratedFNMR: map[string]float64{},
			Rank1:            trials.Rank1(r.Trials),
			FailureToEnrol:   share(r.Counts.NotEnrolled, r.Counts.Enrolments),
			FailureToAcquire: share(r.Counts.NotAcquired, r.Counts.Probes),
		}
		if s.Genuine == 0 || s.Impostor == 0 {
			continue
		}
		s.EER = trials.Bootstrap(r.Trials, o.drawings, o.seed, trials.EER)
		thresholds := thresholdsWithout(results, i, o)
		for _, rate := range rates {
			if float64(s.Impostor)*rate.fmr < fewest {
				continue
			}
			s.FNMR[rate.name] = trials.Bootstrap(r.Trials, o.drawings, o.seed, func(p []trials.Point) float64 {
				return trials.FNMRAt(p, rate.fmr)
			})
			threshold := thresholds.Threshold(rate.fmr)
			s.CalibratedFMR[rate.name] = trials.Bootstrap(r.Trials, o.drawings, o.seed, func(p []trials.Point) float64 {
				return trials.FMRAbove(p, threshold)
			})
			s.CalibratedFNMR[rate.name] = c.Refused(threshold)
		}
		all = append(all, s)
	}
	return all
}

// thresholdsWithout returns the thresholds to test on the protocol: the shipped
// ones if those are tested, otherwise the calibration on the other protocols.
func thresholdsWithout(results []trials.Result, tested int, o options) parameters.Calibration {
	if o.shipped {
		set, _ := parameters.Shipped.Named(o.of) // testShipped has found it
		return set.Impostors
	}
	var others []trials.Result
	for i := range results {
		if i != tested {
			others = append(others, results[i])
		}
	}
	if len(others) == 0 {
		others = results
	}
	return trials.Calibrate(others)
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

func writeJSON(w io.Writer, summaries []summary) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "\t")
	return encoder.Encode(summaries)
}

func writeTable(w io.Writer, summaries []summary) error {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(t, "| protocol\t| persons, genuine, impostor\t| EER %\t| FNMR % at FMR 1 %\t| at 0.1 %\t| at 0.01 %\t| rank-1 %\t| FTE %, FTA %\t| FMR %, FNMR % at the threshold for 1 %\t| for 0.1 %\t|")
	fmt.Fprintln(t, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, s := range summaries {
		fmt.Fprintf(t, "| %s: %s\t| %d, %d, %d\t| %s\t", s.Protocol, s.Title, s.Persons, s.Genuine, s.Impostor, percent(s.EER))
		for _, rate := range rates {
			fmt.Fprintf(t, "| %s\t", percentOr(s.FNMR, rate.name))
		}
		fmt.Fprintf(t, "| %.1f\t| %.1f, %.1f\t", 100*s.Rank1, 100*s.FailureToEnrol, 100*s.FailureToAcquire)
		for _, rate := range rates[:2] {
			achieved := percentOr(s.CalibratedFMR, rate.name)
			if fnmr, ok := s.CalibratedFNMR[rate.name]; ok {
				achieved += fmt.Sprintf(", %.1f", 100*fnmr)
			}
			fmt.Fprintf(t, "| %s\t", achieved)
		}
		fmt.Fprintln(t, "|")
	}
	return t.Flush()
}

func percentOr(values map[string]trials.Interval, name string) string {
	value, ok := values[name]
	if !ok {
		return "too few"
	}
	return percent(value)
}

func percent(v trials.Interval) string {
	digits := 1
	if v.High < 0.1 {
		digits = 2
	}
	round := func(x float64) string { return fmt.Sprintf("%.*f", digits, math.Abs(100*x)) }
	return fmt.Sprintf("%s (%s-%s)", round(v.Value), round(v.Low), round(v.High))
}
