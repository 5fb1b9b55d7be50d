package ecg_test

import (
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/recording"
	"systole/tests/support/long"
	"systole/tests/support/recordings"
)

// signalOf returns the signal in a file of tests/support/recordings.
func signalOf(t testing.TB, file []byte) ecg.Signal {
	t.Helper()
	r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: recordings.RateHz})
	if err != nil {
		t.Fatal(err)
	}
	return ecg.Signal{MV: r.Chosen().MV, RateHz: r.RateHz}
}

// readings are those of files of tests/support/recordings, by their content.
var readings = make(map[string]*ecg.Reading)

// readingOf returns the Reading of a file of tests/support/recordings. It never
// changes: each file is read once for all tests.
func readingOf(t testing.TB, file []byte) *ecg.Reading {
	t.Helper()
	r, ok := readings[string(file)]
	if !ok {
		r = read(t, signalOf(t, file))
		readings[string(file)] = r
	}
	return r
}

// enrolled returns a template of the reading by the newest algorithm.
func enrolled(t testing.TB, r *ecg.Reading) *ecg.Template {
	t.Helper()
	template, err := ecg.Enrol(parameters.Shipped.Newest(), enrolmentNeed, r)
	if err != nil {
		t.Fatalf("Enrol: %v", err)
	}
	return template
}

// These people are among those that the parameters were learned from: the test
// shows that the parts fit together. tests/science/evaluate measures how well
// impostors are told apart.
func TestCompareAcceptsOwnHeartAndRefusesOthers(t *testing.T) {
	var templates []*ecg.Template
	var probes []*ecg.Reading
	for person := 1; person <= recordings.People; person++ {
		templates = append(templates, enrolled(t, readingOf(t, recordings.Enrolment(t, person))))
		probes = append(probes, readingOf(t, recordings.Probe(t, person)))
	}
	refused, accepted := 0, 0
	for i, template := range templates {
		for k, probe := range probes {
			if (i-k)%long.Runs(4, 1) != 0 {
				continue
			}
			score, err := template.Compare(probe)
			if err != nil {
				t.Fatalf("person %d: %v", k+1, err)
			}
			switch own := i == k; {
			case own && !score.Accepted(0.001):
				refused++
			case !own && score.Accepted(0.001):
				accepted++
			}
		}
	}
	const mostRefused, mostAccepted = 1, 2 // of 24 and, at length, of 552
	if refused > mostRefused || accepted > mostAccepted {
		t.Errorf("%d of their own refused, %d impostors accepted; want at most %d and %d", refused, accepted, mostRefused, mostAccepted)
	}
	t.Logf("%d of their own refused, %d impostors accepted", refused, accepted)
}

// BenchmarkCompare12s measures the whole check of a real recording, from parsed
// samples to the score: 12 s at 500 Hz.
func BenchmarkCompare12s(b *testing.B) {
	template := enrol(b, signalOf(b, recordings.Enrolment(b, 1)))
	probe := signalOf(b, recordings.Probe(b, 1))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := compare(template, probe); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/check")
}
