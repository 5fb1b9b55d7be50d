package ecg_test

import (
	"math"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/resample"
	"systole/tests/recordings"
)

func TestARateIsToldOnlyWhereItIsRight(t *testing.T) {
	told := 0
	for person := 1; person <= recordings.People; person += 2 {
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
	verdict := func(enrolment, probe ecg.Signal) (accepted bool, err error) {
		template, err := ecg.Enrol(enrolment)
		if err != nil {
			return false, err
		}
		score, err := ecg.Compare(template, probe)
		return score.Accepted(0.001), err
	}
	const step = 3 // every third person: enrolling is what takes the time
	for person := 1; person <= recordings.People; person += step {
		enrolment, probe := signalOf(t, recordings.Enrolment(t, person)), signalOf(t, recordings.Probe(t, person))
		stranger := signalOf(t, recordings.Probe(t, 1+person%recordings.People))
		for name, p := range map[string]ecg.Signal{"own": probe, "a stranger's": stranger} {
			want, wantErr := verdict(enrolment, p)
			for turn, pair := range map[string][2]ecg.Signal{
				"probe": {enrolment, turned(p)}, "enrolment": {turned(enrolment), p}, "both": {turned(enrolment), turned(p)},
			} {
				got, err := verdict(pair[0], pair[1])
				if got != want || (err == nil) != (wantErr == nil) {
					t.Errorf("person %d, %s, %s turned: %v %v, upright %v %v", person, name, turn, got, err, want, wantErr)
				}
			}
		}
	}
}
