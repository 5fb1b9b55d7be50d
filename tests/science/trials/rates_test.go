package trials

import (
	"math"
	"testing"
)

// scored returns trials of persons A and B with the scores.
func scored(own, others map[string][]float64) []Trial {
	var all []Trial
	for _, person := range []string{"A", "B"} {
		for i, s := range own[person] {
			all = append(all, Trial{Enrolled: person, Probe: person, Part: i, Score: s})
		}
		for i, s := range others[person] {
			all = append(all, Trial{Enrolled: "other", Probe: person, Part: i, Score: s})
		}
	}
	return all
}

func TestErrorRatesOfKnownScores(t *testing.T) {
	tests := []struct {
		name           string
		own, others    map[string][]float64
		eer, fnmr      float64
		rank1, refused float64 // genuine trials below 2.5
	}{
		{
			"apart", map[string][]float64{"A": {5, 6}, "B": {7}}, map[string][]float64{"A": {1, 2}, "B": {0}},
			0, 0, 1, 0,
		},
		{
			// A counts as much as B, although B has only one probe.
			"half of A's below the strangers", map[string][]float64{"A": {5, 1}, "B": {7}}, map[string][]float64{"A": {2, 2}, "B": {2}},
			0.25, 0.25, 0.75, 0.25,
		},
		{
			"swapped", map[string][]float64{"A": {1}, "B": {1}}, map[string][]float64{"A": {5}, "B": {5}},
			1, 1, 0, 1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			trials := scored(test.own, test.others)
			c := NewCurve(trials, nil)
			points := c.Points()
			got := [4]float64{EER(points), FNMRAt(points, 0.01), Rank1(trials), c.Refused(2.5)}
			want := [4]float64{test.eer, test.fnmr, test.rank1, test.refused}
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-9 {
					t.Errorf("EER, FNMR at FMR 1 %%, rank-1, refused: %v, want %v", got, want)
					break
				}
			}
		})
	}
}

func TestRefusedProbesCountInNoRate(t *testing.T) {
	trials := scored(map[string][]float64{"A": {5}, "B": {6}}, map[string][]float64{"A": {1}, "B": {2}})
	trials = append(trials, Trial{Enrolled: "A", Probe: "A", Part: 1, Refused: true})
	c := NewCurve(trials, nil)
	if got := EER(c.Points()); got != 0 {
		t.Errorf("EER %g, want 0", got)
	}
	if got := Rank1(trials); got != 1 {
		t.Errorf("rank-1 %g, want 1", got)
	}
}

func TestIntervalHoldsTheValue(t *testing.T) {
	own, others := map[string][]float64{"A": {5, 1}, "B": {7}}, map[string][]float64{"A": {2, 2}, "B": {2, 2}}
	got := Bootstrap(scored(own, others), 200, 1, EER)
	if got.Low > got.Value || got.High < got.Value || got.Low == got.High {
		t.Errorf("%+v", got)
	}
	if again := Bootstrap(scored(own, others), 200, 1, EER); again != got {
		t.Errorf("%+v, then %+v with the same seed", got, again)
	}
}

func TestThresholdsLetThroughWhatTheySay(t *testing.T) {
	const n = 20000
	r := Result{Persons: 1}
	for i := range n {
		// Exponential scores make the extrapolated tail exact.
		score := -math.Log((float64(i) + 0.5) / n)
		r.Trials = append(r.Trials, Trial{Enrolled: "other", Probe: "A", Part: i, Score: score})
	}
	r.Trials = append(r.Trials, Trial{Enrolled: "A", Probe: "A", Score: 99})
	thresholds := Calibrate([]Result{r})
	for _, rate := range []float64{0.1, 0.01, 0.001, 1e-4, 1e-5} {
		if got, want := thresholds.Threshold(rate), -math.Log(rate); math.Abs(got-want) > 0.15 {
			t.Errorf("rate %g: threshold %g, want %g", rate, got, want)
		}
	}
}
