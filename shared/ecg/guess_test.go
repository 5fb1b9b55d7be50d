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
	turned := func(file []byte) *ecg.Reading {
		s := signalOf(t, file)
		s.MV = changed(s.MV, func(v float64) float64 { return -v })
		return read(t, s)
	}
	verdict := func(template *ecg.Template, probe *ecg.Reading) string {
		score, err := template.Compare(probe)
		return fmt.Sprint(score.Accepted(0.001), err)
	}
	var probes, turnedProbes []*ecg.Reading
	for person := 1; person <= recordings.People; person++ {
		probes = append(probes, readingOf(t, recordings.Probe(t, person)))
		turnedProbes = append(turnedProbes, turned(recordings.Probe(t, person)))
	}
	for i := range probes {
		enrolment := recordings.Enrolment(t, i+1)
		upright, reversed := enrolled(t, readingOf(t, enrolment)), enrolled(t, turned(enrolment))
		for name, k := range map[string]int{"own": i, "a stranger's": (i + 1) % len(probes)} {
			want := verdict(upright, probes[k])
			for turn, got := range map[string]string{
				"probe": verdict(upright, turnedProbes[k]), "enrolment": verdict(reversed, probes[k]), "both": verdict(reversed, turnedProbes[k]),
			} {
				if got != want {
					t.Errorf("person %d, %s, %s turned: %s, upright %s", i+1, name, turn, got, want)
				}
			}
		}
	}
}
