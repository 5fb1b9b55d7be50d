package ecg_test

import (
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/fingerprint"
	"systole/tests/support/recordings"
)

func read(t testing.TB, s ecg.Signal) *ecg.Reading {
	t.Helper()
	r, err := ecg.Read(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// used are the prints of everybody's enrolment.
func used(t testing.TB, m *fingerprint.Maker) []fingerprint.Print {
	var prints []fingerprint.Print
	for person := 1; person <= recordings.People; person++ {
		prints = append(prints, read(t, signalOf(t, recordings.Enrolment(t, person))).Fingerprint(m))
	}
	return prints
}

func TestUsedRecordingIsKnownAgainAndANewOneIsNot(t *testing.T) {
	m := fingerprint.New(fingerprint.Key{1})
	history := used(t, m)
	for person := 1; person <= recordings.People; person++ {
		if fingerprint.Replayed(read(t, signalOf(t, recordings.Probe(t, person))).Fingerprint(m), history) {
			t.Errorf("person %d: a new recording is taken for a used one", person)
		}
		old := signalOf(t, recordings.Enrolment(t, person))
		for name, s := range map[string]ecg.Signal{
			"same":       old,
			"half":       {MV: old.MV[len(old.MV)/4 : len(old.MV)*3/4], RateHz: old.RateHz},
			"slowed":     {MV: old.MV, RateHz: old.RateHz * 0.91},
			"inverted":   {MV: changed(old.MV, func(v float64) float64 { return -v }), RateHz: old.RateHz},
			"other unit": {MV: changed(old.MV, func(v float64) float64 { return 30*v + 70 }), RateHz: old.RateHz},
		} {
			if !fingerprint.Replayed(read(t, s).Fingerprint(m), history) {
				t.Errorf("person %d: %s isn't known again", person, name)
			}
		}
	}
}

func TestPeopleAreAliveAndTrainsOfOneBeatAreNot(t *testing.T) {
	for person := 1; person <= recordings.People; person++ {
		for _, file := range [][]byte{recordings.Enrolment(t, person), recordings.Probe(t, person)} {
			if !read(t, signalOf(t, file)).Natural() {
				t.Errorf("person %d: not alive", person)
			}
		}
		if read(t, train(signalOf(t, recordings.Enrolment(t, person)))).Natural() {
			t.Errorf("person %d: one beat glued into a train is alive", person)
		}
		if read(t, strip(uint64(person), 1, 12)).Natural() {
			t.Errorf("invented person %d is alive", person)
		}
	}
}

// train repeats one second of a signal twelve times.
func train(s ecg.Signal) ecg.Signal {
	second := int(s.RateHz)
	var mv []float64
	for range 12 {
		mv = append(mv, s.MV[5*second:6*second]...)
	}
	return ecg.Signal{MV: mv, RateHz: s.RateHz}
}

func TestAnotherKeyKnowsNothing(t *testing.T) {
	history := used(t, fingerprint.New(fingerprint.Key{1}))
	for _, p := range used(t, fingerprint.New(fingerprint.Key{2})) {
		if fingerprint.Replayed(p, history) {
			t.Error("a print under one key is known under another")
		}
	}
}

func changed(mv []float64, change func(v float64) float64) []float64 {
	out := make([]float64, len(mv))
	for i, v := range mv {
		out[i] = change(v)
	}
	return out
}

// BenchmarkFingerprint12s is what a print costs beside the check: its maker and
// itself.
func BenchmarkFingerprint12s(b *testing.B) {
	r := read(b, signalOf(b, recordings.Probe(b, 1)))
	b.ReportAllocs()
	for b.Loop() {
		r.Fingerprint(fingerprint.New(fingerprint.Key{1}))
	}
}

// BenchmarkNatural12s is what the liveness test costs beside the check.
func BenchmarkNatural12s(b *testing.B) {
	r := read(b, signalOf(b, recordings.Probe(b, 1)))
	b.ReportAllocs()
	for b.Loop() {
		r.Natural()
	}
}

// BenchmarkReplayed is a probe against an enrolment of 10 min and 1,024 checks.
func BenchmarkReplayed(b *testing.B) {
	m := fingerprint.New(fingerprint.Key{1})
	probe := read(b, signalOf(b, recordings.Probe(b, 1))).Fingerprint(m)
	history := []fingerprint.Print{read(b, strip(1, 1, 600)).Fingerprint(m)}
	for seed := range uint64(1024) {
		history = append(history, read(b, strip(1, seed+2, 12)).Fingerprint(m))
	}
	b.ReportAllocs()
	for b.Loop() {
		if fingerprint.Replayed(probe, history) {
			b.Fatal("replayed")
		}
	}
}
