// Package rpeak finds the R peaks, the instants of the heart's beats.
//
// The feature is the classical energy of the slope in the QRS complex's band
// (J. Pan and W. J. Tompkins, IEEE Trans. Biomed. Eng. 32(3), 1985). The decision
// differs: no sample is decided on its own. Every local maximum of the
// energy is a candidate, weighed by small learned networks in two looks: by its
// height and shape alone, and then by how well it fits with the beats that the first
// look found, in waveform and in rhythm. Of all sequences of candidates the one is
// taken whose weights and intervals together are the most plausible, found by
// dynamic programming. So a weak beat where one was due is found and a strong
// disturbance where none was due is not, with one setting for clean and for noisy
// recordings.
package rpeak

import "systole/shared/ecg/filter"

// RateHz is the rate of the signals that the detector takes.
const RateHz = 250

const (
	// The band in which QRS complexes stand out most against P and T waves
	// below and muscles above, and their energy.
	lowHz, highHz = 5, 20
	// The band in which a beat's exact instant is sought: wide enough that the
	// extremum is where a reader of the signal would mark the beat.
	markLowHz, markHighHz = 2.5, 40
	// The mains notch is 4 Hz wide: hum would make every candidate look steep.
	notchQ = 12
)

// A candidate's worth is a fraction of the logarithm of its odds of being a beat.
// It is bounded, so that no single candidate outweighs the rhythm.
const (
	oddsShare             = 0.7
	oddsBias              = 0.3 // makes a missed beat a little more expensive than a false one
	leastWorth, mostWorth = -10, 3
	// hopeless is the logarithm of odds below which a candidate gets no second look.
	hopeless = -6
)

func worth(odds float64) float64 { return min(max(oddsShare*odds, leastWorth), mostWorth) }

// Detector finds R peaks and holds the work space for it. Its zero value is
// ready; one value serves one goroutine.
type Detector struct {
	Parameters *Parameters // nil for the compiled ones

	notch      filter.ZeroPhase
	notchHz    float64
	band, mark filter.ZeroPhase
	quiet      []float64 // without mains hum
	filtered   []float64
	marked     []float64
	energy     []float64
	levels     levels
	found      []candidate
	heights    []float64
	shapes     []float64 // FirstFeatures of each candidate
	odds       []float64
	context    context
	features   []float64
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
	d.look(x)
	d.lookAgain(func(k int, features []float64) {
		d.found[k].worth = worth(d.Parameters.second.run(features) + oddsBias)
	})
	for _, k := range d.rhythm.choose(d.found) {
		d.peaks = append(d.peaks, refine(d.marked, d.found[k].at))
	}
	return d.peaks
}

// look lists the candidates and weighs each by itself.
func (d *Detector) look(x []float64) {
	d.list(x)
	if d.Parameters == nil {
		d.Parameters = shipped()
	}
	d.odds = d.odds[:0]
	for k := range d.found {
		d.odds = append(d.odds, d.Parameters.first.run(d.shapeOf(k)))
		d.found[k].worth = worth(d.odds[k])
	}
}

// list lists the candidates and their shapes.
func (d *Detector) list(x []float64) {
	if d.band.Sections == nil {
		d.band = filter.ZeroPhase{Sections: filter.BandPass(2, lowHz, highHz, RateHz), Pad: RateHz}
		d.mark = filter.ZeroPhase{Sections: filter.BandPass(2, markLowHz, markHighHz, RateHz), Pad: RateHz}
	}
	if hz, _ := filter.Mains(x, RateHz); hz != d.notchHz {
		d.notch, d.notchHz = filter.ZeroPhase{Sections: []filter.Biquad{filter.Notch(hz, notchQ, RateHz)}, Pad: RateHz}, hz
	}
	d.quiet = d.notch.Apply(d.quiet, x)
	d.filtered = d.band.Apply(d.filtered, d.quiet)
	d.energy = slopeEnergy(d.energy, d.filtered)
	d.levels.measure(d.energy)
	d.found = candidates(d.found, d.energy, &d.levels)
	d.marked = d.mark.Apply(d.marked, d.quiet)
	d.shapes = d.shapes[:0]
	for k := range d.found {
		d.shapes = d.shape(d.shapes, k)
	}
}

func (d *Detector) shapeOf(k int) []float64 {
	return d.shapes[k*FirstFeatures : (k+1)*FirstFeatures]
}

// lookAgain calls use with the SecondFeatures of each candidate that is not
// hopeless.
func (d *Detector) lookAgain(use func(k int, features []float64)) {
	d.context.begin(d.odds, d.rhythm.choose(d.found), d.found, d.filtered)
	measured := -1
	for k, c := range d.found {
		if d.odds[k] < hopeless {
			continue
		}
		if second := c.at / RateHz; second != measured {
			d.context.around(second, d.found, d.filtered)
			measured = second
		}
		d.features = d.context.features(d.features[:0], d.found, d.filtered, k)
		d.features = append(d.features, d.shapeOf(k)...)
		use(k, d.features)
	}
}

// Candidates calls use with the position in samples and the features of every
// candidate, for learning. The features are FirstFeatures; if the detector's
// parameters are set, they are SecondFeatures, and only candidates that get a
// second look are passed. They are valid until use returns.
func (d *Detector) Candidates(x []float64, use func(at int, features []float64)) {
	if len(x) < RateHz {
		return
	}
	if d.Parameters == nil {
		d.list(x)
		for k, c := range d.found {
			use(c.at, d.shapeOf(k))
		}
		return
	}
	d.look(x)
	d.lookAgain(func(k int, features []float64) { use(d.found[k].at, features) })
}
