package ecg_test

import (
	"math"
	"testing"

	"systole/shared/ecg"
)

func TestStricterRateAcceptsNothingMore(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	rates := []ecg.FMR{0.5, 0.1, 0.03, 0.01, 0.001, 1e-4, 1e-5, 1e-6}
	for person := uint64(1); person <= 12; person++ {
		score, err := compare(template, strip(person, 30+person, 12))
		if err != nil {
			t.Fatalf("person %d: %v", person, err)
		}
		accepted := true
		for _, rate := range rates {
			now := score.Accepted(rate)
			if now && !accepted {
				t.Errorf("person %d: accepted at %g, refused at a looser rate", person, rate)
			}
			accepted = now
		}
	}
}

func TestWhatIsNoRateAcceptsNothing(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	own, err := compare(template, strip(1, 2, 12))
	if err != nil {
		t.Fatal(err)
	}
	for _, rate := range []ecg.FMR{0, -0.1, 1, 2, ecg.FMR(math.NaN()), ecg.FMR(math.Inf(1))} {
		if own.Accepted(rate) {
			t.Errorf("rate %g: accepted", rate)
		}
	}
	if (ecg.Score{}).Accepted(0.5) {
		t.Error("the zero Score is accepted")
	}
}
