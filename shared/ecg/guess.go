package ecg

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"

	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/rate"
)

const (
	guessSamples  = 1 << 15 // samples of a signal that are examined
	fewestSamples = 2000
	// mostWork bounds the transform: one of n samples takes n times the largest
	// prime factor of n, 7 s for 32,749 samples without a bound. Fewer samples than
	// a recorder wrote may hold no whole number of the mains' periods, whose line is
	// lower then: a bound too low leaves rates untold.
	mostWork       = 1 << 25
	mainsTolerance = 0.006 // share by which the mains frequency varies
	// prominent is the ratio in power by which a mains line must exceed its
	// neighbourhood.
	prominent = 300
	// ahead is the ratio by which it must exceed the line that would suggest
	// another rate.
	ahead = 6
	// beside is the width of a line's neighbourhood, as a share of its frequency.
	beside = 0.06
)

var mains = [...]float64{50, 60} // Hz

// GuessRate estimates the sampling rate of a signal without a stated one, in Hz,
// if that is safe: from the spectral line that the mains leave in almost every
// unfiltered recording. The line must lie at 50 or 60 Hz for one of GuessedRates
// and for no other, and the heart rate must be plausible at that rate. The shape
// of the beats alone is no evidence: at a rate that is wrong by a fifth a heart
// looks like another person's.
func GuessRate(mv []float64) (rateHz float64, ok bool) {
	if len(mv) < fewestSamples {
		return 0, false
	}
	power := spectrum(mv[:transformable(min(len(mv), guessSamples))])
	best, second := 0.0, 0.0
	for _, hz := range GuessedRates {
		line := 0.0
		for _, mainsHz := range mains {
			line = max(line, prominence(power, mainsHz/hz))
		}
		switch {
		case line > best:
			best, second, rateHz = line, best, hz
		case line > second:
			second = line
		}
	}
	if best < prominent || best < ahead*second || !beatsPlausibly(mv, rateHz) {
		return 0, false
	}
	return rateHz, true
}

// transformable returns the largest number up to n of which the transform stays
// within mostWork.
func transformable(n int) int {
	for n > 1 && n*largestFactor(n) > mostWork {
		n--
	}
	return n
}

// largestFactor returns the largest prime factor of n, at least 2.
func largestFactor(n int) int {
	factor := 2
	for factor*factor <= n {
		if n%factor == 0 {
			n /= factor
		} else {
			factor++
		}
	}
	return n
}

// spectrum returns the power at each multiple of 1/(2(n-1)) of the sampling rate,
// n its length.
func spectrum(mv []float64) []float64 {
	x := quality.FillGaps(nil, mv)
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for i := range x { // Hann's window
		x[i] = (x[i] - mean) * (1 - math.Cos(2*math.Pi*float64(i)/float64(len(x))))
	}
	coefficients := fourier.NewFFT(len(x)).Coefficients(nil, x)
	power := make([]float64, len(coefficients))
	for i, c := range coefficients {
		power[i] = real(c)*real(c) + imag(c)*imag(c)
	}
	return power
}

// prominence returns the ratio of the strongest power near a frequency, a share
// of the sampling rate, to the median of the neighbourhood.
func prominence(power []float64, frequency float64) float64 {
	const highest = 0.46 // above, a recorder's own filter removes the line
	if frequency > highest {
		return 0
	}
	bin := func(f float64) int { return int(math.Round(f * 2 * float64(len(power)-1))) }
	from, to := bin(frequency*(1-mainsTolerance)), bin(frequency*(1+mainsTolerance))
	low, high := bin(frequency*(1-beside)), min(bin(frequency*(1+beside)), len(power)-1)
	around := append(slices.Clone(power[low:from]), power[min(to+1, high):high]...)
	if len(around) < 8 {
		return 0
	}
	slices.Sort(around)
	median := around[len(around)/2]
	if median <= 0 {
		return 0
	}
	return slices.Max(power[from:to+1]) / median
}

// beatsPlausibly reports whether at a rate most beats agree, with the heart rate
// of an adult at rest.
func beatsPlausibly(mv []float64, rateHz float64) bool {
	if !rate.Usable(rateHz) {
		return false
	}
	const slowest, fastest = 35, 140 // beats a minute
	front := fronts.Get().(*frontend.FrontEnd)
	defer fronts.Put(front)
	longest := int(rateSeconds * rateHz)
	r := front.Run(mv[:min(len(mv), longest)], rateHz).Report
	return agreeing(r) >= trustedRate && r.HeartRate >= slowest && r.HeartRate <= fastest
}
