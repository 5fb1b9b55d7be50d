// Package filter holds the linear filters of the front end: Butterworth
// low-pass and high-pass cascades, the mains notch, and their zero-phase
// application.
package filter

import "math"

// Biquad is one second-order section, a0 = 1:
//
//	y[n] = B0 x[n] + B1 x[n-1] + B2 x[n-2] - A1 y[n-1] - A2 y[n-2]
//
// Second-order sections keep their poles where they were designed even when
// the corner is a thousandth of the rate, where one polynomial of high order
// does not.
type Biquad struct{ B0, B1, B2, A1, A2 float64 }

// Cascade is a filter of second-order sections in sequence.
type Cascade []Biquad

// LowPass designs a Butterworth low-pass of an even order of at least 2, whose
// gain is -3 dB at cutHz. If cutHz is 0.45 of the rate or more, nothing needs
// removing: the cascade is empty and changes nothing.
//
// Source: bilinear transform with pre-warping of the analogue prototype,
// Oppenheim and Schafer, Discrete-Time Signal Processing, section 7.1.
func LowPass(order int, cutHz, rateHz float64) Cascade {
	if cutHz >= 0.45*rateHz {
		return nil
	}
	k := math.Tan(math.Pi * cutHz / rateHz)
	sections := make(Cascade, order/2)
	for i := range sections {
		norm := 1 / (1 + k/butterworthQ(order, i) + k*k)
		sections[i] = Biquad{
			B0: k * k * norm, B1: 2 * k * k * norm, B2: k * k * norm,
			A1: 2 * (k*k - 1) * norm, A2: (1 - k/butterworthQ(order, i) + k*k) * norm,
		}
	}
	return sections
}

// HighPass designs a Butterworth high-pass of an even order of at least 2, whose
// gain is -3 dB at cutHz, which must be below half the rate. Source: as LowPass.
func HighPass(order int, cutHz, rateHz float64) Cascade {
	k := math.Tan(math.Pi * cutHz / rateHz)
	sections := make(Cascade, order/2)
	for i := range sections {
		norm := 1 / (1 + k/butterworthQ(order, i) + k*k)
		sections[i] = Biquad{
			B0: norm, B1: -2 * norm, B2: norm,
			A1: 2 * (k*k - 1) * norm, A2: (1 - k/butterworthQ(order, i) + k*k) * norm,
		}
	}
	return sections
}

// BandPass is HighPass followed by LowPass, each of the same order.
func BandPass(order int, lowHz, highHz, rateHz float64) Cascade {
	return append(HighPass(order, lowHz, rateHz), LowPass(order, highHz, rateHz)...)
}

// butterworthQ returns the quality factor of the i-th pole pair of a Butterworth
// filter of even order.
func butterworthQ(order, i int) float64 {
	return 1 / (2 * math.Sin(math.Pi*float64(2*i+1)/float64(2*order)))
}

// Notch designs a second-order band-stop around centreHz. Its width at -3 dB is
// centreHz/q times sin(w)/w, w being the centre's angle 2 pi centreHz/rateHz:
// the bilinear transform narrows it towards half the rate. Source: R. Bristow-Johnson, Cookbook formulae for audio
// equalizer biquad filter coefficients.
func Notch(centreHz, q, rateHz float64) Biquad {
	w := 2 * math.Pi * centreHz / rateHz
	alpha := math.Sin(w) / (2 * q)
	norm := 1 / (1 + alpha)
	return Biquad{
		B0: norm, B1: -2 * math.Cos(w) * norm, B2: norm,
		A1: -2 * math.Cos(w) * norm, A2: (1 - alpha) * norm,
	}
}
