package main

import (
	"math"
	"math/rand/v2"

	"systole/shared/ecg"
	"systole/shared/ecg/filter"
	"systole/shared/ecg/resample"
)

// disguise changes a recording so that it doesn't look used.
type disguise struct {
	name  string
	steps []step
}

// step is one change. It doesn't modify its input.
type step func(s ecg.Signal, r *rand.Rand) ecg.Signal

var disguises = []disguise{
	{"none: the same file", nil},
	{"shifted by up to 3 s", []step{shift}},
	{"cropped to half", []step{crop}},
	{"scaled by 0.2 to 5", []step{scale}},
	{"offset by up to 2 mV", []step{offset}},
	{"stretched by 0.9", []step{stretch(0.9)}},
	{"stretched by 1.1", []step{stretch(1.1)}},
	{"stretched by 0.9 to 1.1", []step{anyStretch}},
	{"re-encoded", []step{reencode}},
	{"inverted", []step{invert}},
	{"noise at 20 dB", []step{noise}},
	{"filtered to 1 to 35 Hz", []step{filtered}},
	{"cropped, noise", []step{crop, noise}},
	{"stretched, noise", []step{anyStretch, noise}},
	{"shifted, stretched, inverted, noise", []step{shift, anyStretch, invert, noise}},
	{"all together", []step{crop, anyStretch, invert, scale, offset, noise, reencode}},
}

func (d disguise) apply(s ecg.Signal, r *rand.Rand) ecg.Signal {
	for _, step := range d.steps {
		s = step(s, r)
	}
	return s
}

func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

func shift(s ecg.Signal, r *rand.Rand) ecg.Signal {
	return ecg.Signal{MV: s.MV[int(between(r, 0.1, 3)*s.RateHz):], RateHz: s.RateHz}
}

func crop(s ecg.Signal, r *rand.Rand) ecg.Signal {
	half := len(s.MV) / 2
	from := r.IntN(len(s.MV) - half + 1)
	return ecg.Signal{MV: s.MV[from : from+half], RateHz: s.RateHz}
}

// pieceOf returns a part of an enrolment, of a check's length.
func pieceOf(s ecg.Signal, r *rand.Rand) ecg.Signal {
	n := int(checkSeconds * s.RateHz)
	from := r.IntN(len(s.MV) - n)
	return ecg.Signal{MV: s.MV[from : from+n], RateHz: s.RateHz}
}

func each(s ecg.Signal, change func(v float64) float64) ecg.Signal {
	mv := make([]float64, len(s.MV))
	for i, v := range s.MV {
		mv[i] = change(v)
	}
	return ecg.Signal{MV: mv, RateHz: s.RateHz}
}

func scale(s ecg.Signal, r *rand.Rand) ecg.Signal {
	by := math.Exp(between(r, -math.Log(5), math.Log(5)))
	return each(s, func(v float64) float64 { return v * by })
}

func offset(s ecg.Signal, r *rand.Rand) ecg.Signal {
	by := between(r, -2, 2)
	return each(s, func(v float64) float64 { return v + by })
}

func invert(s ecg.Signal, _ *rand.Rand) ecg.Signal {
	return each(s, func(v float64) float64 { return -v })
}

// noise adds white noise of a hundredth of the signal's power.
func noise(s ecg.Signal, r *rand.Rand) ecg.Signal { return noisy(s, 20, r) }

// deviation returns the root mean square about the mean.
func deviation(x []float64) float64 {
	sum, squares := 0.0, 0.0
	for _, v := range x {
		sum += v
		squares += v * v
	}
	n := float64(len(x))
	return math.Sqrt(squares/n - sum/n*sum/n)
}

// filtered returns the recording after another device's or program's filter.
func filtered(s ecg.Signal, _ *rand.Rand) ecg.Signal {
	band := filter.ZeroPhase{Sections: filter.BandPass(2, 1, 35, s.RateHz), Pad: int(2 * s.RateHz)}
	return ecg.Signal{MV: band.Apply(nil, s.MV), RateHz: s.RateHz}
}

// stretch makes a recording last longer by a factor, at the same rate.
func stretch(factor float64) step {
	return func(s ecg.Signal, _ *rand.Rand) ecg.Signal {
		return ecg.Signal{MV: resample.New(s.RateHz, s.RateHz*factor).Apply(nil, s.MV), RateHz: s.RateHz}
	}
}

func anyStretch(s ecg.Signal, r *rand.Rand) ecg.Signal {
	return stretch(between(r, 0.9, 1.1))(s, r)
}

// reencode converts a recording to another rate, correctly stated, and rounds it
// to ten bits.
func reencode(s ecg.Signal, r *rand.Rand) ecg.Signal {
	rates := []float64{200, 256, 300, 512, 1000}
	rateHz := rates[r.IntN(len(rates))]
	s = ecg.Signal{MV: resample.New(s.RateHz, rateHz).Apply(nil, s.MV), RateHz: rateHz}
	highest := 0.0
	for _, v := range s.MV {
		highest = max(highest, math.Abs(v))
	}
	unit := highest / 512
	return each(s, func(v float64) float64 { return unit * math.Round(v/unit) })
}
