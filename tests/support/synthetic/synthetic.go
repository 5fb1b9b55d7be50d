// Package synthetic makes electrocardiograms of invented hearts, whose beats are
// all known, for tests and demonstrations.
package synthetic

import (
	"math"
	"math/rand/v2"
)

// Wave is one wave of a beat, a Gaussian.
type Wave struct {
	AtS    float64 // seconds after the R peak, negative before
	WidthS float64 // standard deviation in seconds
	MV     float64
}

// Heart is an invented person's heart: the waves P, Q, R, S, T as sums of
// Gaussians, after P. McSharry et al., IEEE Trans. Biomed. Eng. 50(3), 2003, but
// placed in time directly instead of on a limit cycle.
type Heart struct {
	Waves     []Wave
	Rate      float64 // beats per minute
	Variation float64 // standard deviation of an interval, as a share of it
}

// Person returns the heart of the person with the number. The same number gives
// the same heart; different numbers give hearts that differ as people's do.
func Person(number uint64) Heart {
	r := rand.New(rand.NewPCG(number, 0))
	around := func(mean, spread float64) float64 { return mean + spread*(2*r.Float64()-1) }
	return Heart{
		Waves: []Wave{
			{around(-0.16, 0.03), around(0.022, 0.008), around(0.12, 0.08)},
			{around(-0.028, 0.006), around(0.008, 0.002), around(-0.10, 0.09)},
			{0, around(0.010, 0.003), around(1.1, 0.4)},
			{around(0.028, 0.007), around(0.010, 0.003), around(-0.25, 0.22)},
			{around(0.25, 0.05), around(0.045, 0.015), around(0.30, 0.18)},
			{around(0.06, 0.02), around(0.03, 0.015), around(0.02, 0.06)},
		},
		Rate:      around(72, 14),
		Variation: 0.03,
	}
}

// Strip returns seconds of the heart's signal in mV at rateHz, with white
// noise of noiseMV root mean square, and the instants of its R peaks in
// seconds. The same seed gives the same strip.
func (h Heart) Strip(seconds, rateHz, noiseMV float64, seed uint64) (mv, beats []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	mv = make([]float64, int(seconds*rateHz))
	for i := range mv {
		mv[i] = noiseMV * r.NormFloat64()
	}
	for at := 0.3 + 0.4*r.Float64(); at < seconds+1; {
		interval := 60 / h.Rate * (1 + h.Variation*r.NormFloat64())
		h.add(mv, at, interval, rateHz)
		if at < seconds {
			beats = append(beats, at)
		}
		at += interval
	}
	return mv, beats
}

// add draws one beat. The waves after the QRS complex are stretched by the cube
// root of the interval.
func (h Heart) add(mv []float64, at, interval, rateHz float64) {
	stretch := math.Cbrt(interval)
	for _, w := range h.Waves {
		centre := at + w.AtS
		if w.AtS > 0.06 {
			centre = at + 0.06 + (w.AtS-0.06)*stretch
		}
		lo := max(0, int((centre-5*w.WidthS)*rateHz))
		hi := min(len(mv)-1, int((centre+5*w.WidthS)*rateHz))
		for i := lo; i <= hi; i++ {
			z := (float64(i)/rateHz - centre) / w.WidthS
			mv[i] += w.MV * math.Exp(-z*z/2)
		}
	}
}
