package main

import (
	"math"
	"testing"
)

func TestARingingFilterPassesSlowWavesAndRingsAfterAnEdge(t *testing.T) {
	tone := func(hz float64) (gain float64) {
		mv := make([]float64, 4*250)
		for i := range mv {
			mv[i] = math.Sin(2 * math.Pi * hz * float64(i) / 250)
		}
		filtered, rate := ringing(mv, 250)
		for _, v := range filtered[len(filtered)/2:] {
			gain = max(gain, math.Abs(v))
		}
		if rate != 500 || len(filtered) < 7*250 {
			t.Fatalf("%d samples at %g Hz", len(filtered), rate)
		}
		return gain
	}
	if low, high := tone(5), tone(70); low < 0.85 || low > 1.05 || high > 0.05 {
		t.Errorf("gain is %g at 5 Hz, %g at 70 Hz", low, high)
	}
	edge := make([]float64, 500)
	edge[250] = 1
	filtered, _ := ringing(edge, 500)
	swings := 0
	for i := 251; i < 400; i++ {
		if filtered[i]*filtered[i-1] < 0 {
			swings++
		}
	}
	if before := math.Abs(filtered[240]); before > 1e-3 || swings < 6 {
		t.Errorf("%g before the edge, %d swings after it", before, swings)
	}
}
