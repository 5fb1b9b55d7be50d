package stress

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"systole/shared/ecg/filter"
	"systole/shared/ecg/resample"
	"systole/tests/science/cohort"
)

// Noise makes one kind of disturbance of any amplitude, at RateHz.
type Noise struct {
	Name string
	Make func(x []float64, r *rand.Rand)
}

// Models are the kinds of noise that are made by formulas. Their spectra follow
// the noise stress test's: muscles, electrodes that move.
var Models = []Noise{
	{"white", white},
	{"muscle", muscle},
	{"electrode motion", motion},
	{"all three", mixture},
}

func white(x []float64, r *rand.Rand) {
	for i := range x {
		x[i] = r.NormFloat64()
	}
}

// muscle is noise from 5 Hz up whose strength comes and goes over seconds.
func muscle(x []float64, r *rand.Rand) {
	white(x, r)
	band := filter.ZeroPhase{Sections: filter.BandPass(2, 5, 60, RateHz), Pad: RateHz}
	band.Apply(x, x)
	strength := make([]float64, len(x))
	white(strength, r)
	slow := filter.ZeroPhase{Sections: filter.LowPass(2, 0.3, RateHz), Pad: RateHz}
	slow.Apply(strength, strength)
	scale(strength, rms(strength), 1)
	for i := range x {
		x[i] *= math.Exp(0.7 * strength[i])
	}
}

// motion is a walk of steps that the electrode's coupling pulls back: bumps of
// some tens to hundreds of milliseconds, as wide as a QRS complex and wider.
func motion(x []float64, r *rand.Rand) {
	level, target := 0.0, 0.0
	follow := 1 - math.Exp(-1/(0.02*RateHz))
	decay := math.Exp(-1 / (0.25 * RateHz))
	for i := range x {
		if r.Float64() < 1.5/RateHz {
			target += r.NormFloat64()
		}
		target *= decay
		level += follow * (target - level)
		x[i] = level
	}
}

func mixture(x []float64, r *rand.Rand) {
	part := make([]float64, len(x))
	clear(x)
	for _, disturbance := range []func([]float64, *rand.Rand){white, muscle, motion} {
		disturbance(part, r)
		scale(part, rms(part), 1)
		for i, v := range part {
			x[i] += v
		}
	}
}

// Recorded reads the noise of hand-held recorders: the recordings that CinC
// 2017 labels as noise, every second one for each half. Most of them show a heart
// in places: its beats are cut out, as far as they are alike. A beat that the noise hides
// remains, and is noise like the rest.
func Recorded(folder string, half Half) (Noise, int, error) {
	all, err := cohort.LoadCinC2017(filepath.Join(folder, cohort.CinC2017))
	if err != nil {
		return Noise{}, 0, err
	}
	all = slices.DeleteFunc(all, func(r cohort.Recording) bool { return r.Session != "~" })
	var pieces [][]float64
	for i, r := range all {
		if HalfOf(i) != half {
			continue
		}
		if x := resample.New(r.RateHz, RateHz).Apply(nil, r.MV); len(x) >= samples {
			cutHeart(x)
			pieces = append(pieces, x)
		}
	}
	return Noise{"hand-held", func(x []float64, r *rand.Rand) {
		piece := pieces[r.IntN(len(pieces))]
		copy(x, piece[r.IntN(len(piece)-samples+1):])
	}}, len(pieces), nil
}

const (
	complexReach = RateHz / 10      // of a QRS complex to each side
	cutReach     = RateHz * 8 / 100 // that is cut out
	// So many others must be alike in shape and height for a bump to be a beat.
	alike            = 4
	alikeCorrelation = 0.9
	alikeHeight      = 1.6
)

// cutHeart replaces by straight lines what looks like QRS complexes of one heart:
// bumps between 5 and 20 Hz, each of which resembles some others. It must not ask
// the detector that is tested, and doesn't.
func cutHeart(x []float64) {
	band := filter.ZeroPhase{Sections: filter.BandPass(2, 5, 20, RateHz), Pad: RateHz}
	b := band.Apply(nil, x)
	var bumps []int
	for at := complexReach; at < len(b)-complexReach; at++ {
		around := b[at-complexReach : at+complexReach+1]
		if math.Abs(b[at]) >= max(slices.Max(around), -slices.Min(around)) {
			bumps = append(bumps, at)
		}
	}
	shape := func(at int) []float64 { return b[at-complexReach : at+complexReach+1] }
	for _, at := range bumps {
		like := 0
		for _, other := range bumps {
			height := b[at] / b[other]
			if height > 1/alikeHeight && height < alikeHeight && correlation(shape(at), shape(other)) > alikeCorrelation {
				like++
			}
		}
		if like <= alike { // itself included
			continue
		}
		from, to := at-cutReach, at+cutReach
		for i := from + 1; i < to; i++ {
			share := float64(i-from) / float64(to-from)
			x[i] = x[from] + share*(x[to]-x[from])
		}
	}
}

func correlation(a, b []float64) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// Ratios are the signal-to-noise ratios of the test, in dB.
var Ratios = []float64{12, 6, 0}

// Add returns the strip's signal with noise at the ratio in dB. As in nst, the
// signal's power is that of a sinusoid as high as the QRS complexes, height²/8,
// and the noise's root mean square is the mean over its seconds without the
// most and the least noisy one.
func (s *Strip) Add(n Noise, decibel float64, seed uint64) []float64 {
	x := make([]float64, len(s.MV))
	n.Make(x, rand.New(rand.NewPCG(seed, 0)))
	scale(x, strength(x), s.HeightMV/math.Sqrt(8)*math.Pow(10, -decibel/20))
	for i, v := range s.MV {
		x[i] += v
	}
	return x
}

// strength is the mean root mean square of the seconds of x but the strongest and
// the weakest.
func strength(x []float64) float64 {
	var seconds []float64
	for start := 0; start+RateHz <= len(x); start += RateHz {
		seconds = append(seconds, rms(x[start:start+RateHz]))
	}
	slices.Sort(seconds)
	sum, inner := 0.0, seconds[1:len(seconds)-1]
	for _, s := range inner {
		sum += s / float64(len(inner))
	}
	return sum
}

// rms is the root mean square of x about its mean.
func rms(x []float64) float64 {
	mean, power := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		power += (v - mean) * (v - mean) / float64(len(x))
	}
	return math.Sqrt(power)
}

// scale brings x to mean 0 and from one strength to another.
func scale(x []float64, from, to float64) {
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	factor := 0.0
	if from > 0 {
		factor = to / from
	}
	for i := range x {
		x[i] = (x[i] - mean) * factor
	}
}
