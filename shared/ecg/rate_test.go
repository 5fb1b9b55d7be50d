package ecg_test

import (
	"errors"
	"math"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/quality"
)

func TestARateThatIsWrongByFarIsDoubted(t *testing.T) {
	tests := []struct {
		factor float64 // the stated rate divided by the true one
		doubt  bool
	}{{0.2, true}, {0.25, true}, {0.3, true}, {0.5, false}, {1, false}, {1.5, false}, {6, true}}
	for person := uint64(1); person <= 5; person++ {
		for _, tt := range tests {
			s := strip(person, person, 40)
			s.RateHz *= tt.factor
			err := ecg.CheckRate(s)
			var u *ecg.Unusable
			doubted := errors.As(err, &u) && u.Reason == quality.RateImplausible
			if doubted != tt.doubt || err != nil && !doubted {
				t.Errorf("person %d at %v of the rate: %v", person, tt.factor, err)
			}
		}
	}
}

func TestARateIsNotDoubtedForWantOfAHeart(t *testing.T) {
	for name, value := range map[string]func(i int) float64{
		"flat": func(int) float64 { return 1 },
		"sine": func(i int) float64 { return math.Sin(float64(i) / 50) },
		"NaN":  func(int) float64 { return math.NaN() },
	} {
		s := ecg.Signal{MV: make([]float64, 10000), RateHz: 500}
		for i := range s.MV {
			s.MV[i] = value(i)
		}
		if err := ecg.CheckRate(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := ecg.CheckRate(ecg.Signal{RateHz: 500}); err != nil {
		t.Errorf("nothing: %v", err)
	}
}
