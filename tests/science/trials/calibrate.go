package trials

import (
	"math"

	"systole/shared/ecg/parameters"
)

const (
	// countedTail is the share of impostor scores from which the tail is
	// extrapolated, and countedLeast the least number of scores above a
	// threshold for it to be counted.
	countedTail  = 0.03
	countedLeast = 30
)

// Calibrate finds the thresholds by false match rate from the impostor scores,
// pooled over the results, in which each person counts the same. Rates too low
// to be counted are extrapolated by an exponential tail fitted to the excesses
// over the threshold at 3 % (peaks over threshold: Pickands 1975, with shape
// 0).
func Calibrate(results []Result) parameters.Calibration {
	var pooled []Weighted
	for _, r := range results {
		c := NewCurve(r.Trials, nil)
		for _, w := range c.Impostor {
			pooled = append(pooled, Weighted{w.Score, w.Weight * float64(r.Persons)})
		}
	}
	normalise(pooled)
	from, excess := tail(pooled, countedTail)
	var c parameters.Calibration
	for i := range c {
		rate := parameters.Rate(i)
		if rate*float64(len(pooled)) >= countedLeast {
			c[i], _ = tailStart(pooled, rate)
			continue
		}
		c[i] = float32(from + excess*math.Log(countedTail/rate))
	}
	// Counted and extrapolated thresholds may cross by chance; they must rise.
	for i := 1; i < len(c); i++ {
		c[i] = max(c[i], c[i-1])
	}
	return c
}

// tailStart returns the score that a share of the weights exceeds, and the number
// of scores that do.
func tailStart(sorted []Weighted, share float64) (float32, int) {
	sum := 0.0
	for i, w := range sorted {
		sum += w.Weight
		if sum > share {
			return float32(w.Score), i
		}
	}
	return float32(math.Inf(-1)), len(sorted)
}

// tail returns the beginning of the tail with a share of the weights, and its
// mean excess.
func tail(sorted []Weighted, share float64) (from, excess float64) {
	start, n := tailStart(sorted, share)
	from = float64(start)
	weight := 0.0
	for _, w := range sorted[:n] {
		excess += w.Weight * (w.Score - from)
		weight += w.Weight
	}
	if weight == 0 {
		return from, 0
	}
	return from, excess / weight
}
