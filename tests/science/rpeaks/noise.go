package main

import (
	"math"
	"math/rand/v2"

	"systole/shared/ecg/filter"
)

// A noise writes one kind of disturbance of any amplitude into x.
type noise struct {
	name string
	make func(x []float64, rateHz float64, r *rand.Rand)
}

// noises are the kinds that the detector is measured under. Their spectra
// follow G. B. Moody et al., A noise stress test for arrhythmia detectors,
// Computers in Cardiology 1984: muscles, electrodes that move, and the
// baseline.
var noises = []noise{
	{"white", white},
	{"muscle", muscle},
	{"electrode motion", motion},
	{"all three", mixture},
}

func white(x []float64, _ float64, r *rand.Rand) {
	for i := range x {
		x[i] = r.NormFloat64()
	}
}

// muscle is noise from 5 Hz up whose strength comes and goes over seconds.
func muscle(x []float64, rateHz float64, r *rand.Rand) {
	white(x, rateHz, r)
	band := filter.ZeroPhase{Sections: filter.BandPass(2, 5, 60, rateHz), Pad: int(rateHz)}
	band.Apply(x, x)
	strength := make([]float64, len(x))
	white(strength, rateHz, r)
	slow := filter.ZeroPhase{Sections: filter.LowPass(2, 0.3, rateHz), Pad: int(rateHz)}
	slow.Apply(strength, strength)
	scale(strength, 1)
	for i := range x {
		x[i] *= math.Exp(0.7 * strength[i])
	}
}

// motion is a walk of steps that the electrode's coupling pulls back: bumps of
// some tens to hundreds of milliseconds, as wide as a QRS complex and wider.
func motion(x []float64, rateHz float64, r *rand.Rand) {
	level, target := 0.0, 0.0
	follow := 1 - math.Exp(-1/(0.02*rateHz))
	decay := math.Exp(-1 / (0.25 * rateHz))
	for i := range x {
		if r.Float64() < 1.5/rateHz {
			target += r.NormFloat64()
		}
		target *= decay
		level += follow * (target - level)
		x[i] = level
	}
}

func mixture(x []float64, rateHz float64, r *rand.Rand) {
	part := make([]float64, len(x))
	clear(x)
	for _, disturbance := range []func([]float64, float64, *rand.Rand){white, muscle, motion} {
		disturbance(part, rateHz, r)
		scale(part, 1)
		for i, v := range part {
			x[i] += v
		}
	}
}

// scale brings x to mean 0 and the root mean square.
func scale(x []float64, rms float64) {
	mean, power := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		power += (v - mean) * (v - mean) / float64(len(x))
	}
	factor := rms / math.Sqrt(power)
	for i := range x {
		x[i] = (x[i] - mean) * factor
	}
}

// disturb returns mv with noise added at the signal to noise ratio in
// decibels. The signal's power is that of a sinusoid as high as the QRS
// complexes, as in the noise stress test's definition.
func disturb(mv []float64, rateHz, qrsMV, decibel float64, n noise, seed uint64) []float64 {
	noisy := make([]float64, len(mv))
	n.make(noisy, rateHz, rand.New(rand.NewPCG(seed, 0)))
	scale(noisy, qrsMV/math.Sqrt(8)*math.Pow(10, -decibel/20))
	for i, v := range mv {
		noisy[i] += v
	}
	return noisy
}

// qrsHeight is the usual height of the QRS complexes from lowest to highest:
// the median over the beats of the span within 100 ms.
func qrsHeight(mv []float64, rateHz float64, beats []float64) float64 {
	var spans []float64
	for _, b := range beats {
		lo := max(0, int((b-0.05)*rateHz))
		hi := min(len(mv), int((b+0.05)*rateHz)+1)
		if hi-lo < 2 {
			continue
		}
		lowest, highest := mv[lo], mv[lo]
		for _, v := range mv[lo:hi] {
			lowest, highest = min(lowest, v), max(highest, v)
		}
		spans = append(spans, highest-lowest)
	}
	return median(spans)
}
