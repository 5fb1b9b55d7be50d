// Package rpeak finds the R peaks, the instants of the heart's beats.
//
// The feature is the classical energy of the slope in the QRS complex's band
// (J. Pan and W. J. Tompkins, IEEE Trans. Biomed. Eng. 32(3), 1985). The decision
// differs: no sample is decided on its own. Every local maximum of the
// energy is a candidate, weighed against the beats' level and the noise's
// level around it, before and after; and of all sequences of candidates the
// one is taken whose weights and intervals together are the most plausible,
// found by dynamic programming. So a weak beat where one was due is found and
// a strong disturbance where none was due is not, with one setting for clean
// and for noisy recordings.
package rpeak

import "systole/shared/ecg/filter"

// RateHz is the rate of the signals that the detector takes.
const RateHz = 250

const (
	// The band in which QRS complexes stand out most against P and T waves
	// below and muscles above, and their energy.
	lowHz, highHz = 5, 20
	// The band in which a beat's exact instant is sought: wide enough that the
	// extremum is the one that a reader of the signal would mark.
	markLowHz, markHighHz = 2.5, 40
)

// Detector finds R peaks and holds the work space for it. Its zero value is
// ready; one value serves one goroutine.
type Detector struct {
	band, mark filter.ZeroPhase
	filtered   []float64
	marked     []float64
	energy     []float64
	levels     levels
	found      []candidate
	rhythm     rhythm
	peaks      []float64
}

// Detect returns the positions of the R peaks in x, sampled at RateHz, in
// samples with fractions, rising. x holds finite values in any unit and either
// polarity: scaling or inversion changes nothing. The slice is valid until the
// next call. Time and memory are linear in the length.
func (d *Detector) Detect(x []float64) []float64 {
	d.peaks = d.peaks[:0]
	if len(x) < RateHz {
		return d.peaks
	}
	if d.band.Sections == nil {
		d.band = filter.ZeroPhase{Sections: filter.BandPass(2, lowHz, highHz, RateHz), Pad: RateHz}
		d.mark = filter.ZeroPhase{Sections: filter.BandPass(2, markLowHz, markHighHz, RateHz), Pad: RateHz}
	}
	d.filtered = d.band.Apply(d.filtered, x)
	d.energy = slopeEnergy(d.energy, d.filtered)
	d.levels.measure(d.energy)
	d.found = candidates(d.found, d.energy, &d.levels)
	d.marked = d.mark.Apply(d.marked, x)
	for _, c := range d.rhythm.choose(d.found) {
		d.peaks = append(d.peaks, refine(d.marked, c.at))
	}
	return d.peaks
}
