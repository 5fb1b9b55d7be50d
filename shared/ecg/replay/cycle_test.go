package replay

import (
	"math"
	"testing"
)

func TestBasisIsOrthonormalAndBlindToTheBaseline(t *testing.T) {
	b := newBasis()
	for i := range b {
		for k := range i + 1 {
			want := 0.0
			if i == k {
				want = 1
			}
			if got := dot(b[i][:], b[k][:]); math.Abs(got-want) > 1e-9 {
				t.Errorf("shapes %d and %d: %g, want %g", i, k, got, want)
			}
		}
		for power := range drift {
			sum := 0.0
			for j, v := range b[i] {
				sum += v * math.Pow(float64(j)/cells, float64(power))
			}
			if math.Abs(sum) > 1e-9 {
				t.Errorf("shape %d answers to a baseline of power %d with %g", i, power, sum)
			}
		}
	}
}

func TestCycleIsTheMeansOverItsParts(t *testing.T) {
	const slope, interval, peak = 0.5, 160.0, 200.0
	x := make([]float64, 400)
	for i := range x {
		x[i] = 7 + slope*float64(i)
	}
	sum := integral(nil).of(x)
	if !sum.covers(peak, interval) || sum.covers(peak, 3*interval) || sum.covers(50, interval) {
		t.Error("wrong on what lies inside the signal")
	}
	var c [cells]float64
	sum.cycle(&c, peak, interval)
	for j, got := range c {
		middle := peak + interval*((float64(j)+0.5)/cells-cycleFrom)
		if want := slope * middle; math.Abs(got-want) > 0.1 { // the first value is subtracted
			t.Errorf("part %d: %g, want %g", j, got, want)
		}
	}
}

// bumps returns a signal with a wave like a QRS complex at each instant.
func bumps(n int, at ...float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		for _, p := range at {
			z := (float64(i) - p) / 3
			x[i] += math.Exp(-z*z/2) - 0.4*math.Exp(-(z-2)*(z-2)/2)
		}
	}
	return x
}

func TestGapIsTheComplexesDistanceWhereverTheyAreMarked(t *testing.T) {
	x := bumps(800, 200.2, 420.9)
	for i := range x {
		x[i] += 3 + 0.001*float64(i)
	}
	tests := []struct {
		peak, next, want float64
	}{
		{200.2, 420.9, 220.7},
		{206, 420, 220.7},
		{195, 427, 220.7},
		{10, 420, 410},  // at the start: as marked
		{200, 795, 595}, // at the end: as marked
		{600, 420.9, -179.1},
	}
	for _, tt := range tests {
		if got := gap(x, tt.peak, tt.next); math.Abs(got-tt.want) > 0.1 {
			t.Errorf("peaks at %g and %g: %g, want %g", tt.peak, tt.next, got, tt.want)
		}
	}
}
