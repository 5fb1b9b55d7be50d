package ecg

import (
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/rate"
)

const (
	// lookSeconds is the length of signal that is examined.
	lookSeconds = 30
	// sharpest is the least kurtosis of the slope that only QRS complexes have:
	// pulse waves at a finger, ballistocardiograms and breath have 3.6 to 5.7,
	// heart sounds and muscles more, but no two beats of them agree.
	sharpest = 8
	// fewestAlike is the least share of beats that agree. One in a hundred
	// recordings of wrists and fingers has fewer.
	fewestAlike = 0.4
	// mostEven is the largest share of equal steps, above which a signal is a
	// counter.
	mostEven = 0.5
)

// LooksLikeECG reports whether most beats of a signal agree and are as sharp as QRS
// complexes, at a heart rate that a living adult has. mv may be in any unit, with NaN for
// missing samples.
func LooksLikeECG(mv []float64, rateHz float64) bool {
	if !rate.Usable(rateHz) || countsUp(mv) {
		return false
	}
	front := fronts.Get().(*frontend.FrontEnd)
	defer fronts.Put(front)
	r := front.Run(mv[:min(len(mv), int(lookSeconds*rateHz))], rateHz).Report
	return r.Kurtosis >= sharpest && agreeing(r) >= fewestAlike
}

// countsUp reports whether most steps of a signal equal the step before.
func countsUp(mv []float64) bool {
	even := 0
	for i := 2; i < len(mv); i++ {
		if step := mv[i] - mv[i-1]; step != 0 && step == mv[i-1]-mv[i-2] {
			even++
		}
	}
	return float64(even) > mostEven*float64(len(mv))
}
