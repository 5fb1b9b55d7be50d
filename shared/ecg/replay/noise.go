package replay

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"systole/shared/ecg/frontend"
)

// White noise conceals that a beat was recorded before, and is easily added. The
// noise of muscles, electrodes and amplifiers decreases towards high frequencies:
// of 7,008 new recordings in tests/attack/replay 222 have as much of it, nearly
// all of unfiltered electrodes on the wrists (ECG-ID), and 64 of these as evenly.
const (
	// muchNoise is the power density, per Hz, from which there is much noise, in
	// squares of the QRS complex's height: about 25 dB.
	muchNoise = 3.2e-7
	// evenly is the greatest ratio of white noise's power in the lowest band to
	// that in the highest.
	evenly = 2.2
	// enoughUnderNoise is the evidence of forms that suffices under much white
	// noise, which lowers the evidence for a replay, and more so the evidence that
	// arises by chance. None of those 64 new recordings reaches it.
	enoughUnderNoise = -2
)

// noiseBands are the bands in which noise is measured, in Hz: above the heart's
// own band, away from the mains and their harmonics, below the cut-off of
// resampling.
var noiseBands = [...][2]float64{{63, 75}, {85, 97}, {103, 117}}

// whitened reports whether a recording has much white noise.
func whitened(s Signal) bool {
	height := heightOf(s)
	if height == 0 || len(s.Raw) < segment {
		return false
	}
	power := density(s.Raw)
	var noise [len(noiseBands)]float64
	for i, band := range noiseBands {
		bins := slices.Sorted(slices.Values(power[bin(band[0]):bin(band[1])]))
		noise[i] = bins[len(bins)/2] / (height * height)
	}
	return min(noise[1], noise[2]) > muchNoise && noise[0] < evenly*noise[2]
}

// heightOf returns the median range of the signal around an R peak, 0 if there is
// none.
func heightOf(s Signal) float64 {
	const reach = frontend.RateHz / 10
	var heights []float64
	for _, peak := range s.Peaks {
		if at := int(peak + 0.5); at >= reach && at+reach < len(s.Raw) {
			around := s.Raw[at-reach : at+reach+1]
			heights = append(heights, slices.Max(around)-slices.Min(around))
		}
	}
	if len(heights) == 0 {
		return 0
	}
	slices.Sort(heights)
	return heights[len(heights)/2]
}

// segment is the number of samples of a spectrum, about a second.
const segment = 256

// bin returns the first bin of a spectrum at or above a frequency.
func bin(hz float64) int { return int(math.Ceil(hz * segment / frontend.RateHz)) }

// density returns the power density, per Hz, averaged over windowed segments that
// overlap by half (P. Welch, IEEE Trans. Audio Electroacoust. 15(2), 1967).
func density(x []float64) []float64 {
	fft := fourier.NewFFT(segment)
	power := make([]float64, segment/2+1)
	windowed, coefficients := make([]float64, segment), make([]complex128, segment/2+1)
	n := 0.0
	for from := 0; from+segment <= len(x); from += segment / 2 {
		mean := 0.0
		for _, v := range x[from : from+segment] {
			mean += v / segment
		}
		for k := range windowed {
			windowed[k] = (x[from+k] - mean) * (1 - math.Cos(2*math.Pi*float64(k)/segment)) / 2
		}
		for k, c := range fft.Coefficients(coefficients, windowed) {
			power[k] += real(c)*real(c) + imag(c)*imag(c)
		}
		n++
	}
	const window = 0.375 * segment // the sum of the window's squares
	for k := range power {
		power[k] *= 2 / (n * window * frontend.RateHz)
	}
	return power
}
