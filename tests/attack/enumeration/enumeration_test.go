package main

import (
	"testing"
	"time"
)

// Timing is measured, not tested: here only that the measure is one.
func TestMeasureTriesBothKindsAndTellsADifference(t *testing.T) {
	r, err := measure(3, func(int) {})
	if err != nil || len(r.known) != 3 || len(r.unknown) != 3 {
		t.Fatalf("%v, %v", r, err)
	}
	ms := func(n ...int) (d []time.Duration) {
		for _, x := range n {
			d = append(d, time.Duration(x)*time.Millisecond)
		}
		return d
	}
	if d := (result{ms(40, 41, 90), ms(1, 82, 83)}).difference(); d != 1 {
		t.Errorf("difference %v, want 1", d)
	}
	if d := (result{ms(40, 40), ms(40, 40)}).difference(); d != 0 {
		t.Errorf("difference %v, want 0", d)
	}
}
