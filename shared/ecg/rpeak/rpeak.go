// Package rpeak finds the R peaks, the instants of the heart's beats.
//
// The detector follows Pan and Tompkins (IEEE Trans. Biomed. Eng. 32(3), 1985)
// in what it looks at, the energy of the slope between 6 and 22 Hz, but not in
// how it decides: a recording is at hand as a whole, so that the level of the
// beats is taken from both sides of an instant.
package rpeak

import (
	"math"
	"slices"

	"systole/shared/ecg/filter"
)

// RateHz is the rate of the signals that the detector takes.
const RateHz = 250

const (
	lowHz, highHz = 6, 22
	energySamples = RateHz / 10 // the slope's energy is averaged over 100 ms
	refractory    = RateHz / 5  // two beats are at least 200 ms apart
	levelSeconds  = 6           // a beat's level is that of so many seconds around it
	threshold     = 0.36        // of the level, in amplitude
	searchBack    = 1.66        // of the usual interval without a beat: look again
	lowThreshold  = 0.18        // for the second look
)

// Detector finds R peaks and holds the work space for it. Its zero value is
// ready; one value serves one goroutine.
type Detector struct {
	band     filter.ZeroPhase
	filtered []float64
	energy   []float64
	levels   []float64
	scratch  []float64
	found    []candidate
	peaks    []candidate
	out      []float64
}

// candidate is a local maximum of the slope's energy.
type candidate struct {
	at     int
	height float64
}

// Detect returns the positions of the R peaks in x, sampled at RateHz, in
// samples with fractions, rising. x may have either polarity; turning it
// changes nothing. The slice is valid until the next call.
func (d *Detector) Detect(x []float64) []float64 {
	if len(x) < RateHz/2 {
		return nil
	}
	if d.band.Sections == nil {
		d.band = filter.ZeroPhase{Sections: filter.BandPass(2, lowHz, highHz, RateHz), Pad: RateHz}
	}
	d.filtered = d.band.Apply(d.filtered, x)
	d.energy = slopeEnergy(d.energy, d.filtered)
	d.found = maxima(d.found, d.energy)
	d.levels = d.level(len(x))
	d.choose()
	d.out = d.out[:0]
	for _, p := range d.peaks {
		d.out = append(d.out, refine(d.filtered, p.at))
	}
	return d.out
}

// slopeEnergy is the root of the mean squared slope over energySamples around
// each sample.
func slopeEnergy(dst, x []float64) []float64 {
	n := len(x)
	dst = append(dst[:0], x...)
	half := energySamples / 2
	slope2 := func(i int) float64 {
		if i < 1 || i >= n-1 {
			return 0
		}
		s := x[i+1] - x[i-1]
		return s * s
	}
	sum := 0.0
	for i := range min(half, n) {
		sum += slope2(i)
	}
	for i := range n {
		sum += slope2(i+half) - slope2(i-half-1)
		dst[i] = math.Sqrt(max(sum, 0))
	}
	return dst
}

// maxima lists what is highest within the refractory time on both sides.
func maxima(dst []candidate, x []float64) []candidate {
	dst = dst[:0]
	for i := 1; i+1 < len(x); i++ {
		if x[i] <= x[i-1] || x[i] < x[i+1] {
			continue
		}
		c := candidate{i, x[i]}
		if k := len(dst) - 1; k >= 0 && i-dst[k].at < refractory {
			if c.height > dst[k].height {
				dst[k] = c
			}
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// level is, for each second, the median of the highest energies of the
// seconds around it.
func (d *Detector) level(n int) []float64 {
	seconds := (n + RateHz - 1) / RateHz
	high := make([]float64, seconds)
	for _, c := range d.found {
		s := c.at / RateHz
		high[s] = max(high[s], c.height)
	}
	levels := d.levels[:0]
	for s := range seconds {
		lo, hi := max(0, s-levelSeconds), min(seconds, s+levelSeconds+1)
		d.scratch = append(d.scratch[:0], high[lo:hi]...)
		slices.Sort(d.scratch)
		levels = append(levels, d.scratch[len(d.scratch)/2])
	}
	return levels
}

// choose keeps the candidates above the threshold, and in a gap also the
// highest one above the lower threshold.
func (d *Detector) choose() {
	d.peaks = d.peaks[:0]
	gap := candidate{at: -1}
	usual := float64(RateHz)
	for _, c := range d.found {
		relative := c.height / d.levels[c.at/RateHz]
		if relative < threshold {
			if relative > lowThreshold && c.height > gap.height {
				gap = c
			}
			continue
		}
		if k := len(d.peaks) - 1; k >= 0 {
			interval := float64(c.at - d.peaks[k].at)
			if interval > searchBack*usual && gap.at >= 0 {
				d.peaks = append(d.peaks, gap)
				interval = float64(c.at - gap.at)
			}
			usual += 0.125 * (min(interval, 2*RateHz) - usual)
		}
		d.peaks = append(d.peaks, c)
		gap = candidate{at: -1}
	}
}

// refine moves a peak to the largest excursion of either sign within 80 ms,
// and by a parabola through the three highest samples to a part of a sample.
func refine(x []float64, at int) float64 {
	const reach = RateHz * 80 / 1000
	best := at
	for i := max(1, at-reach); i <= min(len(x)-2, at+reach); i++ {
		if math.Abs(x[i]) > math.Abs(x[best]) {
			best = i
		}
	}
	if best < 1 || best > len(x)-2 {
		return float64(best)
	}
	return float64(best) + Vertex(x[best-1], x[best], x[best+1])
}

// Vertex is where the parabola through three equally spaced values has its
// extremum, from -0.5 to 0.5 of a step from the middle one.
func Vertex(before, middle, after float64) float64 {
	curvature := before - 2*middle + after
	if curvature == 0 {
		return 0
	}
	return min(max(0.5*(before-after)/curvature, -0.5), 0.5)
}
