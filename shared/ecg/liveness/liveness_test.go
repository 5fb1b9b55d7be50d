package liveness_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"systole/shared/ecg/frontend"
	"systole/shared/ecg/liveness"
)

// A recording of beats that are all one Gaussian wave, changed beat by beat.
type beats struct {
	n        int
	interval func(i int) float64 // in samples
	height   func(i int) float64
	noise    float64
}

func (b beats) make(r *rand.Rand) (raw, peaks []float64) {
	at := 150.3
	for i := range b.n {
		peaks = append(peaks, at)
		at += b.interval(i)
	}
	raw = make([]float64, int(at))
	for i := range raw {
		raw[i] = b.noise * r.NormFloat64()
	}
	const widthS = 0.012
	for i, p := range peaks {
		for k := range raw {
			z := (float64(k) - p) / (widthS * frontend.RateHz)
			if math.Abs(z) < 8 {
				raw[k] += b.height(i) * math.Exp(-z*z/2)
			}
		}
	}
	return raw, peaks
}

func TestBeatsThatDifferByThemselvesAreNatural(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	even := func(int) float64 { return 200 }
	uneven := make([]float64, 64)
	breath := make([]float64, 64)
	for i := range uneven {
		uneven[i] = 200 + 10*r.NormFloat64()
		breath[i] = 1 + 0.06*math.Sin(float64(i)*1.4)
	}
	alike := func(int) float64 { return 1 }
	breathing := func(i int) float64 { return breath[i] }
	tests := []struct {
		name  string
		beats beats
		want  bool
	}{
		{"one beat like a clock", beats{14, even, alike, 0}, false},
		{"one beat, uneven", beats{14, func(i int) float64 { return uneven[i] }, alike, 0}, false},
		{"one beat, uneven, some noise", beats{14, func(i int) float64 { return uneven[i] }, alike, 0.003}, false},
		{"height follows the rhythm", beats{14, func(i int) float64 { return uneven[i] }, func(i int) float64 { return uneven[i] / 200 }, 0}, false},
		{"breath", beats{14, even, breathing, 0}, true},
		{"breath, some noise", beats{14, even, breathing, 0.003}, true},
		{"breath, few beats", beats{5, even, breathing, 0}, true},
		{"breath, too few beats", beats{3, even, breathing, 0}, false},
		{"no beats", beats{0, even, breathing, 0}, false},
	}
	for _, tt := range tests {
		raw, peaks := tt.beats.make(r)
		if got := liveness.Natural(raw, peaks); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFlatSignalIsNotNatural(t *testing.T) {
	if liveness.Natural(make([]float64, 3000), []float64{100, 300, 500, 700, 900, 1100}) {
		t.Error("zeros are natural")
	}
}

func TestPeaksAtTheEndsAreLeftOut(t *testing.T) {
	raw, peaks := beats{14, func(int) float64 { return 200 }, func(i int) float64 { return 1 + 0.05*math.Cos(float64(i)) }, 0}.make(rand.New(rand.NewPCG(1, 1)))
	peaks = append([]float64{0, 1}, append(peaks, float64(len(raw)-1))...)
	if !liveness.Natural(raw, peaks) {
		t.Error("not natural")
	}
}
