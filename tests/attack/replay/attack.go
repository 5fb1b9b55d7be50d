package main

import (
	"math"
	"math/rand/v2"

	"systole/shared/ecg"
	"systole/shared/ecg/frontend"
	"systole/tests/support/synthetic"
)

// attack makes a recording from a stolen one, or from nothing. It returns false
// if the stolen one doesn't suffice.
type attack struct {
	name string
	make func(stolen ecg.Signal, r *rand.Rand) (ecg.Signal, bool)
}

// rhythm returns the next interval's length as a multiple of the median.
type rhythm func(r *rand.Rand) float64

func constant() rhythm { return func(*rand.Rand) float64 { return 1 } }

func jitter(spread float64) func() rhythm {
	return func() rhythm { return func(r *rand.Rand) float64 { return 1 + spread*r.NormFloat64() } }
}

func autoregressive() rhythm {
	state := 0.0
	return func(r *rand.Rand) float64 {
		state = 0.8*state + 0.024*r.NormFloat64()
		return 1 + state
	}
}

func breathing() rhythm {
	n := 0.0
	return func(r *rand.Rand) float64 {
		n++
		return 1 + 0.05*math.Sin(n*2*math.Pi/4.3) + 0.01*r.NormFloat64()
	}
}

var attacks = []attack{
	{"one beat, constant rhythm", train(1, constant, 0)},
	{"one beat, jittered rhythm", train(1, jitter(0.04), 0)},
	{"one beat, autoregressive rhythm", train(1, autoregressive, 0)},
	{"one beat, breathing rhythm, noise of 30 dB", train(1, breathing, 30)},
	{"one beat, autoregressive rhythm, noise of 20 dB", train(1, autoregressive, 20)},
	{"three beats, autoregressive rhythm", train(3, autoregressive, 0)},
	{"mean beat by phase, constant rhythm", phase(constant, 0)},
	{"mean beat by phase, breathing rhythm", phase(breathing, 0)},
	{"mean beat by phase, autoregressive rhythm, noise of 30 dB", phase(autoregressive, 30)},
	{"mean beat by phase, autoregressive rhythm, noise of 20 dB", phase(autoregressive, 20)},
}

const attackSeconds = 12

// beatsOf returns the R peaks of a recording, in samples.
func beatsOf(s ecg.Signal) []float64 {
	var f frontend.FrontEnd
	peaks := f.Run(s.MV, s.RateHz).Peaks
	at := make([]float64, len(peaks))
	for i, p := range peaks {
		at[i] = p * s.RateHz / frontend.RateHz
	}
	return at
}

// train joins beats of the stolen recording, drawn among the given number of
// them, into a recording. A beat is a cycle from 0.35 intervals before its R
// peak on; a straight line fills the rest of a longer interval.
func train(kinds int, begin func() rhythm, decibel float64) func(ecg.Signal, *rand.Rand) (ecg.Signal, bool) {
	return func(stolen ecg.Signal, r *rand.Rand) (ecg.Signal, bool) {
		at := beatsOf(stolen)
		if len(at) < kinds+3 {
			return ecg.Signal{}, false
		}
		first := 1 + r.IntN(len(at)-kinds-1)
		interval := at[first+1] - at[first]
		var beats [][]float64
		for _, peak := range at[first : first+kinds] {
			from, to := int(peak-0.35*interval), int(peak+0.65*interval)
			if from < 0 || to > len(stolen.MV) {
				return ecg.Signal{}, false
			}
			beats = append(beats, level(stolen.MV[from:to]))
		}
		next := begin()
		var mv []float64
		for float64(len(mv)) < attackSeconds*stolen.RateHz {
			beat := beats[r.IntN(kinds)]
			n := int(interval * next(r))
			mv = append(mv, beat[:min(n, len(beat))]...)
			for k := len(beat); k < n; k++ {
				mv = append(mv, beat[len(beat)-1])
			}
		}
		return noisy(ecg.Signal{MV: mv, RateHz: stolen.RateHz}, decibel, r), true
	}
}

// level subtracts the line from the first to the last value, so that copies join
// without a step.
func level(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		share := float64(i) / float64(len(x)-1)
		out[i] = v - x[0] - share*(x[len(x)-1]-x[0])
	}
	return out
}

// phase plays the mean cycle of the stolen recording, each time stretched to
// its interval.
func phase(begin func() rhythm, decibel float64) func(ecg.Signal, *rand.Rand) (ecg.Signal, bool) {
	return func(stolen ecg.Signal, r *rand.Rand) (ecg.Signal, bool) {
		const points = 400
		at := beatsOf(stolen)
		mean := make([]float64, points)
		cycles, interval := 0.0, 0.0
		for i := 1; i+1 < len(at); i++ {
			length := at[i+1] - at[i]
			from := at[i] - 0.35*length
			if from < 0 || int(from+length)+1 >= len(stolen.MV) {
				continue
			}
			for k := range mean {
				mean[k] += value(stolen.MV, from+length*float64(k)/(points-1))
			}
			interval += length
			cycles++
		}
		if cycles < 2 {
			return ecg.Signal{}, false
		}
		for k := range mean {
			mean[k] /= cycles
		}
		mean = level(mean)
		next := begin()
		var mv []float64
		for float64(len(mv)) < attackSeconds*stolen.RateHz {
			n := interval / cycles * next(r)
			for k := range int(n) {
				mv = append(mv, value(mean, float64(k)/n*(points-1)))
			}
		}
		return noisy(ecg.Signal{MV: mv, RateHz: stolen.RateHz}, decibel, r), true
	}
}

// value interpolates between samples.
func value(x []float64, at float64) float64 {
	i := min(int(at), len(x)-2)
	f := at - float64(i)
	return x[i] + f*(x[i+1]-x[i])
}

// noisy adds white noise at a signal-to-noise ratio, none for 0.
func noisy(s ecg.Signal, decibel float64, r *rand.Rand) ecg.Signal {
	if decibel == 0 {
		return s
	}
	rms := deviation(s.MV) * math.Pow(10, -decibel/20)
	return each(s, func(v float64) float64 { return v + rms*r.NormFloat64() })
}

// invented tries a synthetic heart, enrolled as itself.
func (m *measurement) invented(number uint64) {
	heart := synthetic.Person(number)
	strip := func(seed uint64) ecg.Signal {
		const rateHz, noiseMV = 500, 0.01
		mv, _ := heart.Strip(attackSeconds, rateHz, noiseMV, seed)
		return ecg.Signal{MV: mv, RateHz: rateHz}
	}
	enrolment, err := ecg.Read(strip(2 * number))
	if err != nil {
		return
	}
	template, err := enrol(enrolment)
	if err != nil {
		return
	}
	m.attack("synthetic heart", "invented", false, template, strip(2*number+1))
}
