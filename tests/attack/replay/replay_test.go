package main

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"systole/shared/ecg"
	"systole/tests/support/synthetic"
)

func strip(seconds float64) ecg.Signal {
	mv, _ := synthetic.Person(1).Strip(seconds, 500, 0.01, 1)
	return ecg.Signal{MV: mv, RateHz: 500}
}

func TestDisguisesLeaveTheOriginalAloneAndSomethingToCheck(t *testing.T) {
	original, before := strip(20), strip(20)
	r := rand.New(rand.NewPCG(1, 1))
	for _, d := range disguises {
		s := d.apply(original, r)
		if seconds := float64(len(s.MV)) / s.RateHz; seconds < 8.9 || seconds > 22.1 {
			t.Errorf("%s: %g s left of 20", d.name, seconds)
		}
		for i, v := range original.MV {
			if v != before.MV[i] {
				t.Fatalf("%s changed the original", d.name)
			}
		}
	}
}

func TestNoiseIsAsStrongAsItSays(t *testing.T) {
	s := strip(20)
	for _, decibel := range []float64{20, 30} {
		changed := noisy(s, decibel, rand.New(rand.NewPCG(1, 1)))
		added := make([]float64, len(s.MV))
		for i, v := range changed.MV {
			added[i] = v - s.MV[i]
		}
		if got := 20 * math.Log10(deviation(s.MV)/deviation(added)); math.Abs(got-decibel) > 0.2 {
			t.Errorf("%g dB, want %g", got, decibel)
		}
	}
}

func TestAttacksLastAsLongAsACheckAndHaveBeats(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, a := range attacks {
		s, ok := a.make(strip(20), r)
		if !ok {
			t.Errorf("%s: nothing made of a good recording", a.name)
			continue
		}
		if seconds := float64(len(s.MV)) / s.RateHz; seconds < attackSeconds || seconds > attackSeconds+2 {
			t.Errorf("%s: %g s", a.name, seconds)
		}
		if _, ok := usable(s); !ok {
			t.Errorf("%s: the service would not take it", a.name)
		}
		if _, ok := a.make(strip(1), r); ok {
			t.Errorf("%s: made of a single beat's second", a.name)
		}
	}
}

func TestTableCountsOnceAndAddsUp(t *testing.T) {
	var m measurement
	for i := range 100 {
		m.row(groupChecks, "none", "a", true).count(i == 0, i < 50)
		m.row(groupChecks, "none", "b", false).count(false, true)
	}
	var out strings.Builder
	if err := m.table(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a  learned from    100         1       49     50.00   40.38 to 59.62", "all           all    200         1      149     75.00   68.57 to 80.49"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
