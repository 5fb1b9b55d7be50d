package main

import "systole/shared/ecg/resample"

// ringingRateHz is the rate for which ringingSections are designed.
const ringingRateHz = 500

// ringingSections are a low-pass as recorders have one: Chebyshev's of the first
// kind, order 6, ripple of 1 dB up to 42 Hz (SciPy's cheby1 as second-order
// sections: numerator, then denominator without its leading 1). It rings after
// each QRS complex.
var ringingSections = [...][5]float64{
	{1.681695323961811e-05, 3.363390647923622e-05, 1.681695323961811e-05, -1.7468277750719745, 0.7789272496173627},
	{1, 2, 1, -1.6940702974425765, 0.8378791814938544},
	{1, 2, 1, -1.6776294758966, 0.9392330367462127},
}

// ringing returns a signal as a recorder with such a filter would have written it.
func ringing(mv []float64, rateHz float64) (filtered []float64, filteredHz float64) {
	filtered = resample.New(rateHz, ringingRateHz).Apply(nil, mv)
	first := filtered[0]
	for i := range filtered {
		filtered[i] -= first // the filter begins at rest
	}
	for _, s := range ringingSections {
		a, b := 0.0, 0.0 // state of the transposed direct form
		for i, x := range filtered {
			y := s[0]*x + a
			a = s[1]*x - s[3]*y + b
			b = s[2]*x - s[4]*y
			filtered[i] = y
		}
	}
	return filtered, ringingRateHz
}
