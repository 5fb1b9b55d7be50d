package rpeak

import (
	"math"
	"slices"
)

// energyReach is the number of samples on each side over which the slope's energy
// is averaged: about 110 ms in all, a wide QRS complex.
const energyReach = 14

// slopeEnergy writes the root of the summed squared slope of x within energyReach
// of each sample to dst.
func slopeEnergy(dst, x []float64) []float64 {
	n := len(x)
	dst = slices.Grow(dst[:0], n)[:n]
	// A running sum accumulates the rounding errors of all its terms; restarting
	// it regularly bounds them.
	const renew = RateHz
	for start := 0; start < n; start += renew {
		sum := 0.0
		for i := start - energyReach; i < start+energyReach; i++ {
			sum += slope2(x, i)
		}
		end := min(start+renew, n)
		inner := max(min(end, n-energyReach-1), start)
		i := start
		if start > energyReach+1 && inner > start {
			i = inner
			sum = runningRoot(dst[start:inner], x[start-energyReach-2:], sum)
		}
		for ; i < end; i++ {
			sum += slope2(x, i+energyReach)
			dst[i] = math.Sqrt(max(sum, 0))
			sum -= slope2(x, i-energyReach)
		}
	}
	return dst
}

// runningRoot continues slopeEnergy away from the ends, where no index needs a
// check. x begins energyReach+2 samples before dst's first.
func runningRoot(dst, x []float64, sum float64) float64 {
	enter := x[2*energyReach+1:]
	enter = enter[:len(dst)+2]
	x = x[:len(dst)+3]
	for i := range dst {
		in := enter[i+2] - enter[i]
		sum += in * in
		dst[i] = math.Sqrt(max(sum, 0))
		out := x[i+3] - x[i+1]
		sum -= out * out
	}
	return sum
}

// slope2 returns the squared slope at i, 0 at the ends.
func slope2(x []float64, i int) float64 {
	if i < 1 || i >= len(x)-1 {
		return 0
	}
	s := x[i+1] - x[i-1]
	return s * s
}

const (
	// The beats' level is the median of the highest energy in each second around:
	// long enough to hold through a pause or some extrasystoles.
	levelReach = 6
	// The noise's level is a low quantile of the energy in the adjacent seconds,
	// since muscle noise comes and goes. Even at high rates the beats do not reach
	// that quantile.
	noiseReach    = 1
	noiseQuantile = 0.3
	noiseFactor   = 2.0 // from that quantile to the noise's highest maxima
	noiseStride   = 6   // the energy is smooth, so that not every sample is needed
)

// levels are the heights of beats and noise, for each second.
type levels struct {
	beat, noise []float64

	high, quiet, sorted []float64
}

// measure computes the levels of an energy.
func (l *levels) measure(energy []float64) {
	l.high, l.quiet = l.high[:0], l.quiet[:0]
	for start := 0; start+RateHz <= len(energy); start += RateHz {
		end := start + RateHz
		if end+RateHz > len(energy) {
			end = len(energy)
		}
		l.high = append(l.high, highest(energy[start:end]))
		l.sorted = l.sorted[:0]
		for i := start; i < end; i += noiseStride {
			l.sorted = append(l.sorted, energy[i])
		}
		l.quiet = append(l.quiet, noiseFactor*nth(l.sorted, int(noiseQuantile*float64(len(l.sorted)))))
	}
	l.beat = l.medians(l.beat, l.high, levelReach)
	l.noise = l.medians(l.noise, l.quiet, noiseReach)
}

// highest returns the largest of values without NaN.
func highest(x []float64) float64 {
	h := x[0]
	for _, v := range x {
		if v > h {
			h = v
		}
	}
	return h
}

// nth returns the value at index k if x were sorted; x is reordered. Source: C.
// A. R. Hoare, Algorithm 65: Find, Commun. ACM 4(7), 1961.
func nth(x []float64, k int) float64 {
	for lo, hi := 0, len(x)-1; lo < hi; {
		pivot := x[k]
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		if j < k {
			lo = i
		}
		if i > k {
			hi = j
		}
	}
	return x[k]
}

// medians writes the medians over reach values on each side.
func (l *levels) medians(dst, x []float64, reach int) []float64 {
	dst = dst[:0]
	for i := range x {
		l.sorted = append(l.sorted[:0], x[max(0, i-reach):min(len(x), i+reach+1)]...)
		dst = append(dst, nth(l.sorted, len(l.sorted)/2))
	}
	return dst
}

const (
	// apart is the least distance between candidates, 160 ms.
	apart = RateHz * 160 / 1000
	// Maxima below this part of the beats' level are not candidates.
	lowest = 0.1
)

// candidate is a maximum of the energy that may be a beat.
type candidate struct {
	at     int
	height float64
	worth  float64 // bounded logarithm of its odds of being a beat, see func worth
	usual  float64 // median RR interval around it, in samples
}

// candidates lists the local maxima of the energy that are highest in their
// neighbourhood.
func candidates(dst []candidate, energy []float64, l *levels) []candidate {
	dst = dst[:0]
	for i := 1; i+1 < len(energy); i++ {
		height := energy[i]
		if height <= energy[i-1] || height < energy[i+1] {
			continue
		}
		if height <= lowest*l.beat[min(i/RateHz, len(l.beat)-1)] {
			continue
		}
		c := candidate{at: i, height: height}
		if k := len(dst) - 1; k >= 0 && i-dst[k].at < apart {
			if height > dst[k].height {
				dst[k] = c
			}
			continue
		}
		dst = append(dst, c)
	}
	return dst
}
