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

// MaxSeconds is the length of signal that is used; the rest is ignored.
const MaxSeconds = 600

// Unusable is the error for an unusable recording, with its reason. It is about
// the recording, never about the person.
type Unusable struct {
	Reason         quality.Reason
	SecondsMissing float64 // missing length, 0 if length is not the reason
	BeatsMissing   int     // missing clean beats
	HeartRate      float64 // found, per minute; 0 if none was
	LikelyRateHz   float64 // at which the beats would look human, 0 if unknown
}

func (u *Unusable) Error() string {
	return fmt.Sprintf("recording unusable: %s", u.Reason)
}

// unusable returns the error for a report that doesn't meet the need, nil if it
// does.
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

// check refuses sampling rates outside package rate's range, and truncates a
// signal to MaxSeconds.
func (s Signal) check() (Signal, error) {
	if !rate.Usable(s.RateHz) {
		return s, &Unusable{Reason: quality.RateImplausible}
	}
	if longest := int(math.Ceil(MaxSeconds * s.RateHz)); len(s.MV) > longest {
		s.MV = s.MV[:longest]
	}
	return s, nil
}
