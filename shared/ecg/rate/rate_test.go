package rate

import (
	"math"
	"testing"
)

func TestRatesAreUsableWithinTheirBounds(t *testing.T) {
	for hz, want := range map[float64]bool{
		math.Inf(-1): false, -500: false, 0: false, 60: false, 89.9: false, 90: true, 500: true, 4000: true, 4000.1: false, 5000: false, math.Inf(1): false,
	} {
		if Usable(hz) != want {
			t.Errorf("%v Hz: %v", hz, !want)
		}
	}
	if Usable(math.NaN()) {
		t.Error("no number is usable")
	}
}
