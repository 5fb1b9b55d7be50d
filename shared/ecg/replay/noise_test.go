package replay

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestWhiteNoiseIsToldFromWhatElectrodesAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	white := func(level float64) func(float64) float64 {
		return func(v float64) float64 { return v + level*r.NormFloat64() }
	}
	coloured := func(level float64) func(float64) float64 {
		once, twice := 0.0, 0.0
		return func(v float64) float64 { // first falls by 12 dB an octave
			once += 0.3 * (r.NormFloat64() - once)
			twice += 0.3 * (once - twice)
			return v + level*twice
		}
	}
	hum := func(level float64) func(float64) float64 {
		n := 0.0
		return func(v float64) float64 {
			n++
			return v + level*math.Sin(2*math.Pi*60*n/250)
		}
	}
	tests := []struct {
		name   string
		change func(float64) float64
		want   bool
	}{
		{"as it is", white(0), false},
		{"a little white noise", white(0.004), false},
		{"much white noise", white(0.03), true},
		{"much noise that falls off", coloured(0.3), false},
		{"mains hum", hum(0.3), false},
	}
	for _, tt := range tests {
		if got := whitened(each(beating(1), tt.change)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	for _, s := range []Signal{{}, {Raw: make([]float64, 3000), Peaks: []float64{500}}, {Raw: []float64{1, 2}, Peaks: []float64{1}}} {
		if whitened(s) {
			t.Errorf("noise in %d samples of nothing", len(s.Raw))
		}
	}
}

// The density of white noise is its variance divided by half the rate.
func TestDensityOfWhiteNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	x := make([]float64, 100_000)
	for i := range x {
		x[i] = 0.5 * r.NormFloat64()
	}
	sum := 0.0
	power := density(x)
	for _, p := range power[10:120] {
		sum += p / 110
	}
	if want := 0.25 / 125; math.Abs(sum/want-1) > 0.03 {
		t.Errorf("%g per Hz, want %g", sum, want)
	}
}
