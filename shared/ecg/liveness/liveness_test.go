package liveness_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"systole/shared/ecg/liveness"
)

// beats is a recording of beats of two Gaussian waves, P and R, which change from
// beat to beat.
type beats struct {
	n        int
	interval func(i int) float64 // in samples
	waves    func(i int) (p, r float64)
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
	for i, peak := range peaks {
		p, r := b.waves(i)
		for k := range raw {
			after := float64(k) - peak
			raw[k] += p*gaussian((after+35)/4) + r*gaussian(after/3)
		}
	}
	return raw, peaks
}

func gaussian(z float64) float64 { return math.Exp(-z * z / 2) }

func TestBeatsThatDifferByThemselvesAreNatural(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	even := func(int) float64 { return 200 }
	var uneven, breath, drawn [64]float64
	for i := range uneven {
		uneven[i] = 200 + 10*r.NormFloat64()
		breath[i] = 1 + 0.06*math.Sin(float64(i)*1.4)
		drawn[i] = 0.15 + 0.03*r.NormFloat64()
	}
	rhythm := func(i int) float64 { return uneven[i] }
	alike := func(int) (float64, float64) { return 0.15, 1 }
	following := func(i int) (float64, float64) { return 0.15, uneven[i] / 200 }
	inTurn := func(i int) (float64, float64) { return drawn[i%3], breath[i%3] }
	living := func(i int) (float64, float64) { return drawn[i], breath[i] }
	tests := []struct {
		name  string
		beats beats
		want  bool
	}{
		{"one beat like a clock", beats{14, even, alike, 0}, false},
		{"one beat, uneven", beats{14, rhythm, alike, 0}, false},
		{"one beat, uneven, some noise", beats{14, rhythm, alike, 0.003}, false},
		{"height follows the rhythm", beats{14, rhythm, following, 0}, false},
		{"three beats in turn", beats{14, rhythm, inTurn, 0}, false},
		{"every beat another", beats{14, even, living, 0}, true},
		{"every beat another, some noise", beats{14, rhythm, living, 0.003}, true},
		{"few beats", beats{5, even, living, 0}, true},
		{"too few beats", beats{3, even, living, 0}, false},
		{"no beats", beats{0, even, living, 0}, false},
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
	waves := func(i int) (p, r float64) {
		return 0.15 + 0.03*math.Sin(float64(i)*2.3), 1 + 0.05*math.Cos(float64(i))
	}
	raw, peaks := beats{14, func(int) float64 { return 200 }, waves, 0}.make(rand.New(rand.NewPCG(1, 1)))
	peaks = append([]float64{0, 1}, append(peaks, float64(len(raw)-1))...)
	if !liveness.Natural(raw, peaks) {
		t.Error("not natural")
	}
}
