package main

import (
	"fmt"
	"math"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/science/cohort"
	"systole/tests/support/recordings"
)

// people are the recordings that lie in the repository.
func people(t *testing.T) []cohort.Recording {
	t.Helper()
	var all []cohort.Recording
	for person := 1; person <= recordings.People; person++ {
		for i, file := range [][]byte{recordings.Enrolment(t, person), recordings.Probe(t, person)} {
			r, err := recording.ReadBytes(file, recording.Hints{RateHz: recordings.RateHz})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, cohort.Recording{Person: fmt.Sprint(person), Session: fmt.Sprint(i), MV: r.Chosen().MV, RateHz: r.RateHz})
		}
	}
	return all
}

func TestStoredTemplatesOfOnePersonAreStrangersToEachOther(t *testing.T) {
	hearts, err := steal(people(t))
	if err != nil || len(hearts) < 20 {
		t.Fatalf("%d hearts, %v", len(hearts), err)
	}
	for _, other := range []string{"renewed", "elsewhere"} {
		var cosines []float64
		for _, h := range hearts {
			cosines = append(cosines, cosine(vector(h.bytes["first"]), vector(h.bytes[other])))
		}
		// The cosine of unrelated vectors of 160 values has a deviation of 0.08.
		if m := mean(cosines); math.Abs(m) > 4*0.08/math.Sqrt(float64(len(cosines))) {
			t.Errorf("first and %s: mean cosine %.3f", other, m)
		}
	}
}

func TestAttackFiguresTellAMatchFromChance(t *testing.T) {
	strangers := []float64{0, 0.1, 0.2, 0.3, 0.4}
	if got := higher([]float64{0.9, 1}, strangers); got != 1 {
		t.Errorf("always higher: %v", got)
	}
	if got := higher(strangers, strangers); got != 0.5 {
		t.Errorf("the same: %v", got)
	}
	if got := linkability([]float64{0.9, 1}, strangers); got != 1 {
		t.Errorf("apart: %v", got)
	}
	if got := linkability(strangers, strangers); got != 0 {
		t.Errorf("alike: %v", got)
	}
}
