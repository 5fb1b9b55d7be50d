package rpeak

import (
	"math"
	"slices"
)

// FirstFeatures is the number of features of a candidate alone: its height
// relative to its surroundings, its shape, and its waveform.
const FirstFeatures = 24 + waveformValues

const (
	waveformValues = 27 // of the band-passed signal, waveformStep samples apart
	waveformStep   = 3
	waveformScale  = 3.0 // brings the values to about 1
	// extremumReach is the greatest distance of a waveform's extremum from the
	// middle of its energy.
	extremumReach = 15
	// heightsReach is the number of candidates on each side whose heights a
	// candidate is compared with.
	heightsReach = 12
	// endReach is the distance in s up to which a feature states how near the
	// signal's end is.
	endReach = 0.6
)

// shape appends the FirstFeatures of the k-th candidate to dst. All are the same
// for a signal of another scale or polarity.
func (d *Detector) shape(dst []float64, k int) []float64 {
	c := d.found[k]
	at, height := c.at, c.height
	energy, band := d.energy, d.filtered
	second := min(at/RateHz, len(d.levels.beat)-1)
	beat, noise := d.levels.beat[second], d.levels.noise[second]
	around := window(energy, at-RateHz, at+RateHz)
	d.heights = d.heights[:0]
	for _, other := range d.found[max(0, k-heightsReach):min(len(d.found), k+heightsReach+1)] {
		d.heights = append(d.heights, other.height)
	}
	n := len(d.heights)
	dst = append(dst,
		logRatio(height, beat),
		logRatio(height, noise),
		logRatio(height, highest(around)),
		logRatio(height, nth(d.heights, n*3/4)),
		logRatio(height, nth(d.heights, n/2)),
		// The highest energy 120 to 400 ms before and after, where a T wave lies;
		// the usual energy beside the candidate; and the energy's fall within 160
		// ms.
		against(height, window(energy, at-100, at-30), highest),
		against(height, window(energy, at+30, at+100), highest),
		against(height, window(energy, at-150, at-40), mean),
		against(height, window(energy, at+40, at+150), mean),
		against(height, window(energy, at-40, at), lowestOf),
		against(height, window(energy, at, at+40), lowestOf),
	)
	dst = d.steepness(dst, at)
	dst = d.spans(dst, at, height)
	dst = append(dst,
		logRatio(beat, noise),
		min(float64(at)/RateHz, endReach),
		min(float64(len(band)-at)/RateHz, endReach),
	)
	return waveform(dst, band, at, height)
}

// steepness appends five ratios of powers within energyReach: the excess of the
// steepest slope over the others, the change of the slope, and the power below
// and above the QRS complex's band.
func (d *Detector) steepness(dst []float64, at int) []float64 {
	band, mark := d.filtered, d.marked
	var steepest, slope, change, markSlope, markChange, markPower float64
	for i := max(2, at-energyReach); i < min(len(band)-2, at+energyReach+1); i++ {
		s := band[i+1] - band[i-1]
		steepest = max(steepest, s*s)
		slope += s * s
		s = band[i+2] - 2*band[i] + band[i-2]
		change += s * s
		s = mark[i+1] - mark[i-1]
		markSlope += s * s
		s = mark[i+2] - 2*mark[i] + mark[i-2]
		markChange += s * s
		markPower += mark[i] * mark[i]
	}
	return append(dst,
		logRatio(steepest*(2*energyReach+1), slope),
		logRatio(change, slope),
		logRatio(markSlope, slope),
		logRatio(markChange, markSlope),
		logRatio(markPower, slope),
	)
}

// spans appends the baseline's step across the candidate, the signal's height
// around the candidate relative to its own, its height relative to its energy,
// and its asymmetry.
func (d *Detector) spans(dst []float64, at int, height float64) []float64 {
	lowest, highest := extremes(window(d.marked, at-20, at+21))
	before, after := window(d.quiet, at-50, at-28), window(d.quiet, at+29, at+51)
	step := -2.0 // a negligible step
	if len(before) >= fewest && len(after) >= fewest && highest > lowest {
		step = logRatio(math.Abs(mean(before)-mean(after))+0.02*(highest-lowest), highest-lowest)
	}
	low, high := extremes(window(d.quiet, at-62, at+63))
	bandLow, bandHigh := extremes(window(d.filtered, at-20, at+21))
	return append(dst,
		step,
		logRatio(high-low, highest-lowest),
		logRatio(bandHigh-bandLow, height),
		logRatio(max(bandHigh, -bandLow), bandHigh-bandLow),
		logRatio(max(highest, -lowest), highest-lowest),
	)
}

// waveform appends the signal around its extremum in units of the height, upright.
func waveform(dst, band []float64, at int, height float64) []float64 {
	middle := at
	for i := max(1, at-extremumReach); i <= min(len(band)-2, at+extremumReach); i++ {
		if math.Abs(band[i]) > math.Abs(band[middle]) {
			middle = i
		}
	}
	scale := waveformScale / height
	if band[middle] < 0 {
		scale = -scale
	}
	const reach = waveformValues / 2 * waveformStep
	for i := middle - reach; i <= middle+reach; i += waveformStep {
		v := 0.0
		if i >= 0 && i < len(band) {
			v = band[i] * scale
		}
		dst = append(dst, v)
	}
	return dst
}

// window returns the existing part of x from one sample to before another.
func window(x []float64, from, to int) []float64 {
	from = min(max(from, 0), len(x))
	return x[from:max(from, min(to, len(x)))]
}

// fewest is the number of samples that a mean or an extreme requires.
const fewest = 5

// against returns the logarithm of the ratio of a height to what of says of the
// values, 0 for too few.
func against(height float64, values []float64, of func([]float64) float64) float64 {
	if len(values) < fewest {
		return 0
	}
	return logRatio(height, of(values))
}

// logRatio returns the logarithm of a/b, bounded to -4 and 4, and 0 if it does
// not exist.
func logRatio(a, b float64) float64 {
	if a <= 0 || b <= 0 {
		return 0
	}
	return min(max(math.Log(a/b), -4), 4)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func lowestOf(x []float64) float64 { return slices.Min(x) }

// extremes returns the lowest and the highest value, 0 for none.
func extremes(x []float64) (low, high float64) {
	if len(x) == 0 {
		return 0, 0
	}
	low, high = x[0], x[0]
	for _, v := range x {
		if v < low {
			low = v
		}
		if v > high {
			high = v
		}
	}
	return low, high
}
