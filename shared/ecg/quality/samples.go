package quality

import "math"

// flatSeconds is the least time for which a constant signal counts as no signal:
// with electrodes on, body and converter are never silent for so long.
const flatSeconds = 0.5

// absurd is larger than any signal, in mV; larger values would overflow when
// squared.
const absurd = 1e9

// FillGaps writes a copy of the samples to dst in which every NaN, infinite or
// absurdly large value is replaced by the last valid one before it; at the start
// by the first valid one.
func FillGaps(dst, mv []float64) []float64 {
	dst = append(dst[:0], mv...)
	last := 0.0
	for _, v := range mv {
		if math.Abs(v) < absurd { // false for NaN
			last = v
			break
		}
	}
	for i, v := range dst {
		if math.Abs(v) < absurd {
			last = v
			continue
		}
		dst[i] = last
	}
	return dst
}

// Flat returns the share of the samples in constant runs of flatSeconds or more.
func Flat(mv []float64, rateHz float64) float64 {
	if len(mv) == 0 {
		return 1
	}
	shortest := max(1, int(flatSeconds*rateHz))
	// A run of that length contains one of the examined instants, so the samples
	// between them need not be examined.
	flat, counted := 0, 0
	for at := 0; at < len(mv); at += (shortest + 1) / 2 {
		if at < counted {
			continue
		}
		first, end := at, at+1
		for first > counted && mv[first-1] == mv[at] {
			first--
		}
		for end < len(mv) && mv[end] == mv[at] {
			end++
		}
		if end-first >= shortest {
			flat, counted = flat+end-first, end
		}
	}
	return float64(flat) / float64(len(mv))
}

// Clip returns the share of the samples that stay at the recording's highest or
// lowest value for at least three samples in a row, and the number of such runs.
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
	clipped := 0
	for i := 0; i < len(mv); i++ {
		v := mv[i]
		if v != lowest && v != highest {
			continue
		}
		start := i
		for i+1 < len(mv) && mv[i+1] == v {
			i++
		}
		if n := i + 1 - start; n >= 3 {
			clipped += n
			runs++
		}
	}
	return float64(clipped) / float64(len(mv)), runs
}
