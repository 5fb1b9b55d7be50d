package ecg_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"systole/shared/ecg"
	"systole/tests/support/recordings"
)

func TestRealRecordingsLookLikeECGs(t *testing.T) {
	unlike := 0
	for person := 1; person <= recordings.People; person++ {
		for _, file := range [][]byte{recordings.Enrolment(t, person), recordings.Probe(t, person)} {
			if s := signalOf(t, file); !ecg.LooksLikeECG(s.MV, s.RateHz) {
				unlike++
			}
		}
	}
	if unlike > 1 {
		t.Errorf("%d of %d recordings don't look like one", unlike, 2*recordings.People)
	}
}

// A finger's pulse after Rubins' model (2008): two Gaussian waves a beat.
func TestOtherSignalsDoNotLookLikeECGs(t *testing.T) {
	const rateHz, seconds = 250, 30
	r := rand.New(rand.NewPCG(1, 2))
	wave := func(t, at, width float64) float64 { return math.Exp(-(t - at) * (t - at) / (2 * width * width)) }
	for name, value := range map[string]func(t float64) float64{
		"pulse of a finger": func(t float64) float64 {
			phase := math.Mod(t, 0.85)
			return wave(phase, 0.2, 0.07) + 0.4*wave(phase, 0.45, 0.1) + 0.005*r.NormFloat64()
		},
		"breath":           func(t float64) float64 { return math.Sin(2*math.Pi*t/4) + 0.01*r.NormFloat64() },
		"recoil of a body": func(t float64) float64 { return math.Sin(12*math.Pi*t) * wave(math.Mod(t, 0.85), 0.3, 0.12) },
		"a muscle":         func(t float64) float64 { return r.NormFloat64() * (1 + 2*math.Sin(2*math.Pi*t/3)) },
		"a counter":        func(t float64) float64 { return math.Mod(math.Round(t*rateHz), 256) },
		"steps":            func(t float64) float64 { return math.Round(math.Sin(3 * t)) },
		"nothing":          func(float64) float64 { return 0 },
		"missing samples":  func(float64) float64 { return math.NaN() },
	} {
		mv := make([]float64, seconds*rateHz)
		for i := range mv {
			mv[i] = value(float64(i) / rateHz)
		}
		if ecg.LooksLikeECG(mv, rateHz) {
			t.Errorf("%s looks like an ECG", name)
		}
	}
	if ecg.LooksLikeECG(nil, rateHz) || ecg.LooksLikeECG(make([]float64, 5000), math.NaN()) {
		t.Error("no signal looks like an ECG")
	}
}
