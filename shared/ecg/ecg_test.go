package ecg_test

import (
	"errors"
	"math"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/support/synthetic"
)

const rateHz = 500

// strip returns a recording of an invented person.
func strip(person, seed uint64, seconds float64) ecg.Signal {
	mv, _ := synthetic.Person(person).Strip(seconds, rateHz, 0.01, seed)
	return ecg.Signal{MV: mv, RateHz: rateHz}
}

// The tests' requirements on an enrolment and on a probe.
var (
	enrolmentNeed = quality.Need{Seconds: 10, CleanBeats: 6}
	probeNeed     = quality.Need{Seconds: 8, CleanBeats: 4}
)

// made returns a template of the signals by the newest algorithm.
func made(signals ...ecg.Signal) (*ecg.Template, error) {
	var readings []*ecg.Reading
	for _, s := range signals {
		r, err := ecg.Read(s)
		if err != nil {
			return nil, err
		}
		readings = append(readings, r)
	}
	return ecg.Enrol(parameters.Shipped.Newest(), enrolmentNeed, readings...)
}

func enrol(t testing.TB, signals ...ecg.Signal) *ecg.Template {
	t.Helper()
	template, err := made(signals...)
	if err != nil {
		t.Fatalf("Enrol: %v", err)
	}
	return template
}

// compare returns the score of a signal as a probe.
func compare(template *ecg.Template, signal ecg.Signal) (ecg.Score, error) {
	r, err := ecg.Read(signal)
	if err != nil {
		return ecg.Score{}, err
	}
	if err := r.Usable(probeNeed); err != nil {
		return ecg.Score{}, err
	}
	return template.Compare(r)
}

func TestVerdictIsTheSameForBothPolarities(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	for person := uint64(1); person <= 3; person++ {
		probe := strip(person, 7, 12)
		upright, err := compare(template, probe)
		if err != nil {
			t.Fatal(err)
		}
		for i := range probe.MV {
			probe.MV[i] = -probe.MV[i]
		}
		reversed, err := compare(template, probe)
		if err != nil {
			t.Fatal(err)
		}
		if upright.Accepted(0.001) != reversed.Accepted(0.001) {
			t.Errorf("person %d: upright %v, reversed %v", person, upright.Accepted(0.001), reversed.Accepted(0.001))
		}
	}
}

func TestTemplateSurvivesStorage(t *testing.T) {
	template := enrol(t, strip(1, 1, 12), strip(1, 2, 12))
	b, err := template.Marshal(ecg.Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	read, err := ecg.ParseTemplate(b, ecg.Seed{1}, parameters.Shipped)
	if err != nil {
		t.Fatal(err)
	}
	score, err := compare(read, strip(1, 3, 12))
	if err != nil || !score.Accepted(0.001) {
		t.Errorf("own heart after storage: accepted %v, error %v", score.Accepted(0.001), err)
	}
}

func TestParseTemplateRefusesForeignBytes(t *testing.T) {
	if _, err := ecg.ParseTemplate([]byte("older-algorithm-0\x00...."), ecg.Seed{1}, parameters.Shipped); !errors.Is(err, ecg.ErrObsolete) {
		t.Errorf("older algorithm: %v, want ErrObsolete", err)
	}
	for _, b := range []string{"", "garbage", "mean-beat-1\x00short"} {
		if _, err := ecg.ParseTemplate([]byte(b), ecg.Seed{1}, parameters.Shipped); err == nil {
			t.Errorf("%q: parsed", b)
		}
	}
}

func TestUnusableRecordingsSayWhy(t *testing.T) {
	good := strip(1, 1, 12)
	with := func(change func(i int, v float64) float64) ecg.Signal {
		changed := ecg.Signal{MV: make([]float64, len(good.MV)), RateHz: rateHz}
		for i, v := range good.MV {
			changed.MV[i] = change(i, v)
		}
		return changed
	}
	fast := synthetic.Person(1)
	fast.Rate = 80
	fastMV, _ := fast.Strip(60, rateHz, 0.01, 1)
	tests := []struct {
		name   string
		signal ecg.Signal
		want   quality.Reason
	}{
		{"empty", ecg.Signal{RateHz: rateHz}, quality.TooShort},
		{"three seconds", ecg.Signal{MV: good.MV[:3*rateHz], RateHz: rateHz}, quality.TooShort},
		{"zeros", with(func(int, float64) float64 { return 0 }), quality.LeadsOff},
		{"no numbers", with(func(int, float64) float64 { return math.NaN() }), quality.LeadsOff},
		{"infinite", with(func(int, float64) float64 { return math.Inf(1) }), quality.LeadsOff},
		{"huge", with(func(_ int, v float64) float64 { return v * 1e300 }), quality.LeadsOff},
		{"cut off at a tenth", with(func(_ int, v float64) float64 { return min(max(v, -0.02), 0.02) }), quality.Clipped},
		{"rate of zero", ecg.Signal{MV: good.MV}, quality.RateImplausible},
		{"rate no number", ecg.Signal{MV: good.MV, RateHz: math.NaN()}, quality.RateImplausible},
		{"rate stated threefold", ecg.Signal{MV: fastMV, RateHz: 3 * rateHz}, quality.RateImplausible},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := made(test.signal)
			var u *ecg.Unusable
			if !errors.As(err, &u) || u.Reason != test.want {
				t.Errorf("got %+v, want %s", err, test.want)
			}
		})
	}
}

func TestTooShortSaysHowManySecondsAreMissing(t *testing.T) {
	_, err := made(strip(1, 1, 6))
	var u *ecg.Unusable
	if !errors.As(err, &u) || u.SecondsMissing != 4 {
		t.Errorf("got %+v, want 4 s missing", err)
	}
}
