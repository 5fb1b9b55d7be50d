package main

import (
	"math"
	"testing"
)

func first(one probe) float64 { return one.values[0] }

func TestAreaIsOneWhereQualityTellsAndAHalfWhereItSaysNothing(t *testing.T) {
	tests := []struct {
		name   string
		values [4]float64 // of two refused and two accepted probes
		want   float64
	}{
		{"tells", [4]float64{1, 2, 3, 4}, 1},
		{"the wrong way round", [4]float64{4, 3, 2, 1}, 0},
		{"says nothing", [4]float64{5, 5, 5, 5}, 0.5},
		{"errs once", [4]float64{1, 3, 2, 4}, 0.75},
	}
	for _, test := range tests {
		var probes []probe
		for i, v := range test.values {
			probes = append(probes, probe{score: float64(i), values: []float64{v}})
		}
		if got := area(probes, 2, first); got != test.want {
			t.Errorf("%s: %g, want %g", test.name, got, test.want)
		}
	}
}

func TestEachPersonCountsTheSame(t *testing.T) {
	probes := []probe{{person: 1, score: 0}, {person: 2, score: 5}, {person: 2, score: 5}, {person: 2, score: 0}}
	if got, want := fnmr(probes, 1), (1+1.0/3)/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("got %g, want %g", got, want)
	}
}

func TestRegressionFindsWhatDecides(t *testing.T) {
	var x [][]float64
	var y []bool
	for i := range 200 {
		decides, other := float64(i%20)/10-1, float64(i*7%13)/6-1
		x, y = append(x, []float64{decides, other}), append(y, decides > 0)
	}
	r := logistic(x, y)
	if r.slope[0] < 5*math.Abs(r.slope[1]) {
		t.Errorf("slopes %v", r.slope)
	}
}
