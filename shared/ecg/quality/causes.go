package quality

import (
	"math"
	"slices"
)

// blockSeconds is the length of the blocks over which the baseline is averaged.
const blockSeconds = 0.5

// Kurtosis returns the fourth moment of the signal's slope over the squared
// second: 1.5 for a sinusoid, 3 for noise, and from 8 to 40 for a heart, which is
// at rest between steep QRS complexes. It is 0 for a constant. Source: Q. Li, R.
// G. Mark and G. D. Clifford, Robust heart rate estimation from multiple
// asynchronous noisy sources, Physiol. Meas. 29, 2008 (there of the signal
// itself).
func Kurtosis(x []float64) float64 {
	var second, fourth float64
	for i := 2; i < len(x); i++ {
		s := x[i] - x[i-2]
		second += s * s
		fourth += s * s * s * s
	}
	if second == 0 {
		return 0
	}
	return fourth / second / second * float64(len(x)-2)
}

// Height returns the median range of x within 60 ms of the peaks, which are
// positions in samples; 0 if there are none.
func Height(x, peaks []float64, rateHz float64) float64 {
	reach := int(0.06 * rateHz)
	const most = 64 // spread evenly, which suffices for a median
	n := min(len(peaks), most)
	spans := make([]float64, 0, most)
	for k := range n {
		at := int(peaks[k*len(peaks)/n])
		lo, hi := max(0, at-reach), min(len(x), at+reach+1)
		spans = append(spans, slices.Max(x[lo:hi])-slices.Min(x[lo:hi]))
	}
	if n == 0 {
		return 0
	}
	slices.Sort(spans)
	return spans[n/2]
}

// Baseline returns the baseline wander, the standard deviation of half-second
// means, and the jumps: the share of half-seconds whose mean differs from the
// previous one's by more than limit. Both are 0 for less than two half-seconds.
func Baseline(x []float64, rateHz, limit float64) (wander, jumps float64) {
	block := max(1, int(blockSeconds*rateHz))
	var sum, squares, last float64
	n, jumped := 0, 0
	for start := 0; start+block <= len(x); start += block {
		mean := 0.0
		for _, v := range x[start : start+block] {
			mean += v
		}
		mean /= float64(block)
		if n > 0 && math.Abs(mean-last) > limit {
			jumped++
		}
		sum, squares, last, n = sum+mean, squares+mean*mean, mean, n+1
	}
	if n < 2 {
		return 0, 0
	}
	average := sum / float64(n)
	return math.Sqrt(max(0, squares/float64(n)-average*average)), float64(jumped) / float64(n-1)
}
