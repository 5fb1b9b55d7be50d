package ecg

import (
	"math"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
)

// Score says how alike two hearts are. Its value stays inside: told to a
// stranger, it would lead them step by step to an accepted recording.
type Score struct{ similarity float64 }

// FMR is a false match rate, the share of strangers that a threshold lets
// through: 0.001 is one in a thousand.
type FMR float64

// Compare scores a probe against a template. The error is an *Unusable.
func Compare(t *Template, signal Signal) (Score, error) {
	s, err := signal.check()
	if err != nil {
		return Score{}, err
	}
	fe := frontEnds.Get().(*frontend.FrontEnd)
	defer frontEnds.Put(fe)
	r := fe.Run(s.MV, s.RateHz)
	if err := unusable(&r.Report, probe); err != nil {
		return Score{}, err
	}
	var mean [beat.Width]float64
	addBeats(mean[:], r.Beats)
	normalise(mean[:])
	return Score{similarity: similarity(t.mean, mean[:])}, nil
}

// similarity is the mean of the correlations of two mean beats and of their
// slopes, -1 to 1.
func similarity(a, b []float64) float64 {
	var slopeA, slopeB [beat.Width]float64
	slope(slopeA[:], a)
	slope(slopeB[:], b)
	return (correlation(a, b) + correlation(slopeA[:], slopeB[:])) / 2
}

func slope(dst, x []float64) {
	for i := 1; i+1 < len(x); i++ {
		dst[i] = x[i+1] - x[i-1]
	}
}

// correlation is the cosine of the angle between two vectors, 0 where one of
// them is zero.
func correlation(a, b []float64) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// Accepted says whether the score is above the threshold at which strangers
// are let through at the rate. A rate that is no number in (0, 1) accepts
// nothing.
func (s Score) Accepted(at FMR) bool {
	return at > 0 && at < 1 && s.similarity >= threshold(at)
}

// threshold is the similarity that the share of strangers exceeds, as measured
// on 20,675 pairs of strangers in the ECG-ID database between 5 and 0.05 %.
func threshold(at FMR) float64 {
	return 1 - 0.0197*math.Pow(float64(at)/0.01, 0.25)
}
