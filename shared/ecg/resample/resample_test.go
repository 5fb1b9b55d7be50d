package resample

import (
	"math"
	"testing"
)

func sine(n int, hz, rateHz float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Sin(2 * math.Pi * hz * float64(i) / rateHz)
	}
	return x
}

// largest returns the largest difference from a sinusoid of the amplitude, away
// from both ends.
func largest(got []float64, hz, rateHz, amplitude float64) float64 {
	worst := 0.0
	for i := len(got) / 5; i < len(got)*4/5; i++ {
		want := amplitude * math.Sin(2*math.Pi*hz*float64(i)/rateHz)
		worst = max(worst, math.Abs(got[i]-want))
	}
	return worst
}

func TestApplyKeepsTheBandOfBeatsAtAnyRate(t *testing.T) {
	for _, rateHz := range []float64{100, 125, 128, 130.13, 200, 250, 256, 300, 360, 500, 512.844, 1000, 2000} {
		r := New(rateHz, 250)
		for _, hz := range []float64{0.5, 10, 25, 40} {
			got := r.Apply(nil, sine(int(4*rateHz), hz, rateHz))
			if worst := largest(got, hz, 250, 1); worst > 0.01 {
				t.Errorf("%g Hz at %g Hz: off by %.4f", hz, rateHz, worst)
			}
		}
	}
}

func TestApplyFoldsNothingBackIntoTheBandOfBeats(t *testing.T) {
	for _, rateHz := range []float64{500, 512.844, 1000, 2000} {
		r := New(rateHz, 250)
		for _, hz := range []float64{210, 230, 245} { // would fold back to 40, 20 and 5 Hz
			got := r.Apply(nil, sine(int(4*rateHz), hz, rateHz))
			if worst := largest(got, 0, 250, 0); worst > 0.005 {
				t.Errorf("%g Hz at %g Hz: %.4f left", hz, rateHz, worst)
			}
		}
	}
}

func TestApplyKeepsConstants(t *testing.T) {
	x := make([]float64, 400)
	for i := range x {
		x[i] = 2.5
	}
	for _, rateHz := range []float64{100, 333.3, 500, 1000} {
		for i, v := range New(rateHz, 250).Apply(nil, x) {
			if math.Abs(v-2.5) > 1e-9 {
				t.Fatalf("at %g Hz, sample %d: %g", rateHz, i, v)
			}
		}
	}
}

func TestApplyOfEqualRatesCopies(t *testing.T) {
	x := []float64{1, 2, 3}
	got := New(250, 250).Apply(nil, x)
	got[0] = 9
	if x[0] != 1 || len(got) != 3 {
		t.Errorf("got %v from %v", got, x)
	}
}

func TestApplyTakesAnyLength(t *testing.T) {
	for _, rateHz := range []float64{100, 250, 360, 500, 512.844} {
		r := New(rateHz, 250)
		for n := range 40 {
			if got := r.Apply(nil, make([]float64, n)); len(got) != r.Len(n) {
				t.Errorf("%d samples at %g Hz: got %d, Len says %d", n, rateHz, len(got), r.Len(n))
			}
		}
	}
}

func BenchmarkApply(b *testing.B) {
	for name, rateHz := range map[string]float64{"360Hz": 360, "500Hz": 500, "512.844Hz": 512.844} {
		b.Run(name, func(b *testing.B) {
			r := New(rateHz, 250)
			x := sine(150000, 10, rateHz)
			var y []float64
			for b.Loop() {
				y = r.Apply(y, x)
			}
			b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msamples/s")
		})
	}
}
