package ecg_test

import (
	"fmt"
	"math"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/resample"
	"systole/tests/support/long"
	"systole/tests/support/recordings"
)

func TestARateIsToldOnlyWhereItIsRight(t *testing.T) {
	told := 0
	for person := 1; person <= recordings.People; person += long.Runs(4, 2) {
		s := signalOf(t, recordings.Enrolment(t, person))
		for _, hz := range ecg.GuessedRates {
			mv := resample.New(s.RateHz, hz).Apply(nil, s.MV)
			guess, ok := ecg.GuessRate(mv)
			if !ok {
				continue
			}
			told++
			if math.Abs(guess/hz-1) > 0.1 {
				t.Errorf("person %d at %v Hz: told %v Hz", person, hz, guess)
			}
		}
	}
	if told < 10 {
		t.Errorf("told %d rates only", told)
	}
}

func TestWhatHasNoLineOfTheMainsIsNotGuessed(t *testing.T) {
	smooth := make([]float64, 6000)
	for i := range smooth {
		smooth[i] = math.Sin(float64(i) / 80)
	}
	for name, mv := range map[string][]float64{"nothing": nil, "short": smooth[:500], "a slow wave": smooth, "flat": make([]float64, 6000)} {
		if hz, ok := ecg.GuessRate(mv); ok {
			t.Errorf("%s: told %v Hz", name, hz)
		}
	}
}

func TestBothPolaritiesOfARealRecordingGiveTheSameVerdict(t *testing.T) {
	turned := func(s ecg.Signal) ecg.Signal {
		mv := make([]float64, len(s.MV))
		for i, v := range s.MV {
			mv[i] = -v
		}
		return ecg.Signal{MV: mv, RateHz: s.RateHz}
	}
	verdict := func(template *ecg.Template, probe *ecg.Reading) string {
		score, err := template.Compare(probe)
		return fmt.Sprint(score.Accepted(0.001), err)
	}
	for person := 1; person <= recordings.People; person++ {
		enrolment := signalOf(t, recordings.Enrolment(t, person))
		upright, reversed := enrol(t, enrolment), enrol(t, turned(enrolment))
		for name, probe := range map[string]ecg.Signal{
			"own":          signalOf(t, recordings.Probe(t, person)),
			"a stranger's": signalOf(t, recordings.Probe(t, 1+person%recordings.People)),
		} {
			probe, turned := read(t, probe), read(t, turned(probe))
			want := verdict(upright, probe)
			for turn, got := range map[string]string{
				"probe": verdict(upright, turned), "enrolment": verdict(reversed, probe), "both": verdict(reversed, turned),
			} {
				if got != want {
					t.Errorf("person %d, %s, %s turned: %s, upright %s", person, name, turn, got, want)
				}
			}
		}
	}
}
