package filter

import (
	"fmt"
	"math"
	"testing"
)

func sine(n int, hz, rateHz, amplitude float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = amplitude * math.Sin(2*math.Pi*hz*float64(i)/rateHz)
	}
	return x
}

// gain returns the amplitude response at a frequency of a cascade that is applied
// once.
func gain(c Cascade, hz, rateHz float64) float64 {
	w := 2 * math.Pi * hz / rateHz
	z1 := complex(math.Cos(w), -math.Sin(w))
	z2 := z1 * z1
	g := complex(1, 0)
	for _, s := range c {
		num := complex(s.B0, 0) + complex(s.B1, 0)*z1 + complex(s.B2, 0)*z2
		den := 1 + complex(s.A1, 0)*z1 + complex(s.A2, 0)*z2
		g *= num / den
	}
	return math.Hypot(real(g), imag(g))
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %g, want %g within %g", what, got, want, tolerance)
	}
}

func TestButterworthIsHalfPowerAtItsCorner(t *testing.T) {
	for _, rateHz := range []float64{100, 250, 360, 2000} {
		for _, order := range []int{2, 4, 6} {
			low := LowPass(order, 20, rateHz)
			high := HighPass(order, 20, rateHz)
			name := fmt.Sprintf("order %d at %g Hz", order, rateHz)
			near(t, name+": low-pass at the corner", gain(low, 20, rateHz), math.Sqrt2/2, 1e-9)
			near(t, name+": low-pass at zero", gain(low, 0, rateHz), 1, 1e-9)
			near(t, name+": high-pass at the corner", gain(high, 20, rateHz), math.Sqrt2/2, 1e-9)
			near(t, name+": high-pass at zero", gain(high, 0, rateHz), 0, 1e-9)
		}
	}
}

func TestLowPassAboveTheBandLetsEverythingThrough(t *testing.T) {
	if got := LowPass(2, 50, 100); len(got) != 0 {
		t.Errorf("got %v, want no sections", got)
	}
}

func TestNotchRemovesItsFrequencyOnly(t *testing.T) {
	notch := Cascade{Notch(50, 12, 250)}
	near(t, "at 50 Hz", gain(notch, 50, 250), 0, 1e-9)
	w := 2 * math.Pi * 50 / 250
	near(t, "at the edge", gain(notch, 50+50.0/12*math.Sin(w)/w/2, 250), math.Sqrt2/2, 0.02)
	near(t, "at 20 Hz", gain(notch, 20, 250), 1, 0.01)
}

func TestZeroPhaseSquaresTheGainAndDelaysNothing(t *testing.T) {
	const rateHz = 250.0
	c := BandPass(2, 1, 40, rateHz)
	z := ZeroPhase{Sections: c, Pad: 500}
	for _, hz := range []float64{1, 5, 20, 40, 60} {
		x := sine(5000, hz, rateHz, 1)
		y := z.Apply(nil, x)
		gain := gain(c, hz, rateHz) * gain(c, hz, rateHz)
		for i := 1250; i < 3750; i++ {
			if math.Abs(y[i]-gain*x[i]) > 1e-3 {
				t.Fatalf("%g Hz, sample %d: got %g, want %g", hz, i, y[i], gain*x[i])
			}
		}
	}
}

func TestZeroPhaseStaysStableWithACornerFarBelowTheRate(t *testing.T) {
	const rateHz = 2000.0
	z := ZeroPhase{Sections: BandPass(4, 0.5, 40, rateHz), Pad: 4000}
	x := make([]float64, 20000)
	x[10000] = 1
	y := z.Apply(nil, x)
	for i, v := range y {
		if math.IsNaN(v) || math.Abs(v) > 1 {
			t.Fatalf("sample %d: %g", i, v)
		}
	}
	near(t, "symmetry", y[10000-30], y[10000+30], 1e-6)
}

func TestZeroPhasePassesConstantsWithoutTransient(t *testing.T) {
	z := ZeroPhase{Sections: LowPass(4, 5, 250), Pad: 250}
	for i, v := range z.Apply(nil, []float64{3, 3, 3, 3, 3, 3, 3, 3}) {
		near(t, fmt.Sprint("sample ", i), v, 3, 1e-9)
	}
}

func TestZeroPhaseTakesAnyLengthAndItsOwnInput(t *testing.T) {
	z := ZeroPhase{Sections: append(BandPass(2, 1, 40, 250), Notch(50, 12, 250)), Pad: 500}
	for n := range 5 {
		if got := z.Apply(nil, make([]float64, n)); len(got) != n {
			t.Errorf("%d samples in, %d out", n, len(got))
		}
	}
	x := sine(1000, 10, 250, 1)
	want := z.Apply(nil, x)
	got := z.Apply(x, x)
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("in place, sample %d: got %g, want %g", i, got[i], want[i])
		}
	}
}

func TestMainsFindsFrequencyAndAmplitude(t *testing.T) {
	tests := []struct {
		humHz, rateHz, amplitude float64
		wantHz                   float64
	}{
		{50, 250, 0.1, 50},
		{60, 250, 0.1, 60},
		{49.8, 500, 0.02, 50},
		{60.2, 360, 0.5, 60},
		{50, 110, 0.1, 50},
	}
	for _, test := range tests {
		x := sine(int(10*test.rateHz), 1.2, test.rateHz, 1)
		for i, v := range sine(len(x), test.humHz, test.rateHz, test.amplitude) {
			x[i] += v
		}
		hz, amplitude := Mains(x, test.rateHz)
		name := fmt.Sprintf("%g Hz at %g Hz", test.humHz, test.rateHz)
		near(t, name+": frequency", hz, test.wantHz, 0)
		near(t, name+": amplitude", amplitude, test.amplitude, 0.1*test.amplitude)
	}
}

func TestMainsFindsNothingWhereTheRateHoldsNone(t *testing.T) {
	for _, x := range [][]float64{nil, sine(1000, 10, 100, 1)} {
		if hz, amplitude := Mains(x, 100); hz != 0 || amplitude != 0 {
			t.Errorf("got %g Hz, %g", hz, amplitude)
		}
	}
}

func BenchmarkZeroPhase(b *testing.B) {
	z := ZeroPhase{Sections: BandPass(2, 1, 40, 250), Pad: 500}
	x := sine(75000, 10, 250, 1)
	var y []float64
	for b.Loop() {
		y = z.Apply(y, x)
	}
	b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

func BenchmarkMains(b *testing.B) {
	x := sine(75000, 50, 250, 1)
	for b.Loop() {
		Mains(x, 250)
	}
	b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}
