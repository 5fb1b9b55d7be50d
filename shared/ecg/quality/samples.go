package quality

import "math"

// flatSeconds is how long a signal must not move to count as no signal: no
// heart and no converter is that quiet between two noises.
const flatSeconds = 0.5

// absurd is beyond any signal; larger values would overflow when squared.
const absurd = 1e9

// Mend writes to dst a copy of the samples in which what is no number, or no
// measurement by its size, holds the last value before it.
func Mend(dst, mv []float64) []float64 {
	dst = dst[:0]
	last := 0.0
	for _, v := range mv {
		if math.Abs(v) < absurd { // false for NaN
			last = v
			break
		}
	}
	for _, v := range mv {
		if math.Abs(v) < absurd {
			last = v
		}
		dst = append(dst, last)
	}
	return dst
}

// Flat is the share of the samples in runs of flatSeconds or more in which
// nothing moves.
func Flat(mv []float64, rateHz float64) float64 {
	if len(mv) == 0 {
		return 1
	}
	shortest := int(flatSeconds * rateHz)
	flat, start := 0, 0
	for i := 1; i <= len(mv); i++ {
		if i < len(mv) && mv[i] == mv[start] {
			continue
		}
		if i-start >= shortest {
			flat += i - start
		}
		start = i
	}
	return float64(flat) / float64(len(mv))
}

// Clip is the share of the samples that stay at the recording's highest or
// lowest value for at least three samples in a row, and how often they do.
func Clip(mv []float64) (share float64, runs int) {
	if len(mv) == 0 {
		return 0, 0
	}
	lowest, highest := mv[0], mv[0]
	for _, v := range mv {
		if v < lowest {
			lowest = v
		}
		if v > highest {
			highest = v
		}
	}
	if lowest == highest {
		return 0, 0
	}
	clipped, start := 0, 0
	for i := 1; i <= len(mv); i++ {
		if i < len(mv) && mv[i] == mv[start] {
			continue
		}
		if i-start >= 3 && (mv[start] == lowest || mv[start] == highest) {
			clipped += i - start
			runs++
		}
		start = i
	}
	return float64(clipped) / float64(len(mv)), runs
}
