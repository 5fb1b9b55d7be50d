// Package ecg decides whether two recordings are of one person, from the person's
// electrocardiogram.
//
//	recording, err := ecg.Read(signal)
//	template, err := ecg.Enrol(parameters.Shipped.Newest(), need, recording)
//	score, err := template.Compare(probe)
//	if score.Accepted(ecg.FMR(0.001)) { … }
//
// It composes the packages below it: frontend goes from samples to beats,
// parameters from beats to an embedding, and this package to a template and a
// score. It reads no files and knows no persons.
package ecg

import (
	"fmt"
	"math"

	"systole/shared/ecg/quality"
	"systole/shared/ecg/rate"
)

// Signal is one lead.
type Signal struct {
	MV     []float64
	RateHz float64
}

// MaxSeconds is the longest signal used; the rest is cut off.
const MaxSeconds = 600

// Unusable is the error for an unusable recording, with its reason. It is about
// the recording, never about the person.
type Unusable struct {
	Reason         quality.Reason
	SecondsMissing float64 // how much longer it must be, 0 where length is not the matter
	BeatsMissing   int     // how many more clean beats it needs
	HeartRate      float64 // per minute as found, 0 where there was none
	LikelyRateHz   float64 // at which the beats would look like a human's, 0 where that isn't known
}

func (u *Unusable) Error() string {
	return fmt.Sprintf("recording unusable: %s", u.Reason)
}

// unusable is the error for a report that doesn't meet the need.
func unusable(report *quality.Report, need quality.Need) error {
	reason := report.Reason(need)
	if reason == "" {
		return nil
	}
	u := &Unusable{Reason: reason, HeartRate: report.HeartRate}
	if reason == quality.TooShort || reason == quality.TooFewBeats {
		u.SecondsMissing = report.SecondsMissing(need)
		u.BeatsMissing = report.BeatsMissing(need)
	}
	return u
}

// check refuses sampling rates outside package rate's range, and cuts a signal
// beyond MaxSeconds.
func (s Signal) check() (Signal, error) {
	if !rate.Usable(s.RateHz) {
		return s, &Unusable{Reason: quality.RateImplausible}
	}
	if longest := int(math.Ceil(MaxSeconds * s.RateHz)); len(s.MV) > longest {
		s.MV = s.MV[:longest]
	}
	return s, nil
}
