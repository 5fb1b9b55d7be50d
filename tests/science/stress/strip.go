// Package stress makes the noise stress test of the R-peak detector: strips of
// 10 s with known beats, and noise of recordings and of models to put onto
// them.
//
// The idea and the signal-to-noise ratio are those of G. B. Moody, W. E.
// Muldrow and R. G. Mark, A noise stress test for arrhythmia detectors,
// Computers in Cardiology 11, 1984, and of the program nst of WFDB.
package stress

import (
	"math"
	"path/filepath"
	"slices"

	"systole/shared/ecg/resample"
	"systole/shared/ecg/rpeak"
	"systole/tests/science/cohort"
)

// RateHz is the sampling rate of strips and noise.
const RateHz = rpeak.RateHz

// Seconds is the length of a strip, that of a check.
const Seconds = 10

const samples = Seconds * RateHz

// Half is the half of the persons and of the noise that a strip is made of.
// What was chosen or learned comes from Settings; Report is looked at once.
type Half int

const (
	Settings Half = iota
	Report
)

func (h Half) String() string { return [...]string{"settings", "report"}[h] }

// HalfOf returns the half of the i-th record of a database.
func HalfOf(i int) Half { return Half(i % 2) }

// Strip is 10 s of one lead and its beats.
type Strip struct {
	Set, Record string
	MV          []float64 // at RateHz
	Beats       []float64 // the reference's R peaks, in s
	HeightMV    float64   // usual height of the QRS complexes of the record
	From, To    float64   // in s: the part that the reference speaks of; 0 and 0 for all
}

// Scored tells whether an instant is compared with the reference: all of the strip that
// the reference speaks of but for half a second at each end.
func (s *Strip) Scored(at float64) bool {
	return Inner(at) && (s.To == 0 || at >= s.From && at <= s.To)
}

// MITDB cuts the records of the half, every second one by number, into strips.
// Strips with ventricular flutter, where no beats are marked, are left out.
func MITDB(folder string, half Half) ([]Strip, error) {
	records, err := LoadRecords(filepath.Join(folder, cohort.MITDB))
	if err != nil {
		return nil, err
	}
	var strips []Strip
	for i, r := range records {
		if HalfOf(i) == half {
			strips = append(strips, cut(r)...)
		}
	}
	return strips, nil
}

func cut(r Record) []Strip {
	mv := resample.New(r.RateHz, RateHz).Apply(nil, r.MV)
	height := Height(mv, r.Beats)
	var strips []Strip
	for start := 0; start+samples <= len(mv); start += samples {
		from := float64(start) / RateHz
		if r.Fluttering(from, from+Seconds) {
			continue
		}
		s := Strip{Set: cohort.MITDB, Record: r.Name, MV: mv[start : start+samples], HeightMV: height}
		for _, b := range r.Beats {
			if b >= from && b < from+Seconds {
				s.Beats = append(s.Beats, b-from)
			}
		}
		strips = append(strips, s)
	}
	return strips
}

// The folds of PTB-XL in each half. Fold 9 is where nothing was ever learned
// from; folds by person.
var ptbxlFolds = [...][]int{Settings: {1, 2, 3, 4}, Report: {9}}

// Two detections agree on a beat within agreeSeconds.
const agreeSeconds = 0.05

// PTBXL reads lead I of the first recording of every so many patients of the
// half, at most. The database marks no beats: the reference is what the
// detector finds in the recording as it is, where lead II shows it the same
// beats. So it measures what noise does to the detector, not what the detector
// does without. Recordings whose leads disagree are left out and counted.
func PTBXL(folder string, half Half, most int) (strips []Strip, disagreed int, err error) {
	folder = filepath.Join(folder, cohort.PTBXL)
	first, _, err := cohort.LoadPTBXL(folder, 0, ptbxlFolds[half]...)
	if err != nil {
		return nil, 0, err
	}
	// axis is so large a share of lead II that lead I no longer counts.
	const axis = 1e4
	second, _, err := cohort.LoadPTBXL(folder, axis, ptbxlFolds[half]...)
	if err != nil {
		return nil, 0, err
	}
	var one, other rpeak.Detector
	step := max(1, len(first)/most)
	for i := 0; i < len(first) && len(strips)+disagreed < most; i += step {
		if i > 0 && first[i].Person == first[i-1].Person {
			continue
		}
		up := resample.New(first[i].RateHz, RateHz)
		mv := up.Apply(nil, first[i].MV)
		beats := Detect(&one, mv)
		if !Agree(beats, Detect(&other, up.Apply(nil, second[i].MV))) {
			disagreed++
			continue
		}
		strips = append(strips, Strip{Set: cohort.PTBXL, Record: first[i].Name, MV: mv, Beats: beats, HeightMV: Height(mv, beats)})
	}
	return strips, disagreed, nil
}

// Detect returns the R peaks that the detector finds at RateHz, in s.
func Detect(d *rpeak.Detector, mv []float64) []float64 {
	seconds := slices.Clone(d.Detect(mv))
	for i := range seconds {
		seconds[i] /= RateHz
	}
	return seconds
}

// Agree tells whether two detections, in s, find the same beats, at least four, but for half
// a second at each end of a strip.
func Agree(a, b []float64) bool {
	inner := func(list []float64) []float64 {
		return slices.DeleteFunc(slices.Clone(list), func(s float64) bool { return !Inner(s) })
	}
	near := func(list []float64, at float64) bool {
		return slices.ContainsFunc(list, func(s float64) bool { return math.Abs(s-at) <= agreeSeconds })
	}
	each := func(list, other []float64) bool {
		return !slices.ContainsFunc(list, func(s float64) bool { return !near(other, s) })
	}
	return len(inner(a)) >= 4 && each(inner(a), b) && each(inner(b), a)
}

// Height is the usual height of the QRS complexes from lowest to highest value: the
// median over the beats, in s, of the span within 50 ms of each. nst takes it
// over 100 ms as well.
func Height(mv []float64, beats []float64) float64 {
	const reach = RateHz / 20
	var spans []float64
	for _, b := range beats {
		at := int(b * RateHz)
		around := mv[max(0, at-reach):min(len(mv), at+reach+1)]
		if len(around) > 1 {
			spans = append(spans, slices.Max(around)-slices.Min(around))
		}
	}
	if len(spans) == 0 {
		return 0
	}
	slices.Sort(spans)
	return spans[len(spans)/2]
}
