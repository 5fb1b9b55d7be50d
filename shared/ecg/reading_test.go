package ecg_test

import (
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/replay"
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

// used returns the digests of every person's enrolment.
func used(t testing.TB, d *replay.Detector) []replay.Digest {
	var digests []replay.Digest
	for person := 1; person <= recordings.People; person++ {
		digests = append(digests, readingOf(t, recordings.Enrolment(t, person)).Digest(d))
	}
	return digests
}

func TestUsedRecordingIsKnownAgainAndANewOneIsNot(t *testing.T) {
	d := replay.New(replay.Key{1})
	history := used(t, d)
	for person := 1; person <= recordings.People; person++ {
		if readingOf(t, recordings.Probe(t, person)).Replayed(d, history) {
			t.Errorf("person %d: a new recording is taken for a used one", person)
		}
		if !readingOf(t, recordings.Enrolment(t, person)).Replayed(d, history) {
			t.Errorf("person %d: a used recording isn't known again", person)
		}
		old := signalOf(t, recordings.Enrolment(t, person))
		for name, s := range map[string]ecg.Signal{
			"half":       {MV: old.MV[len(old.MV)/4 : len(old.MV)*3/4], RateHz: old.RateHz},
			"slowed":     {MV: old.MV, RateHz: old.RateHz * 0.91},
			"inverted":   {MV: changed(old.MV, func(v float64) float64 { return -v }), RateHz: old.RateHz},
			"other unit": {MV: changed(old.MV, func(v float64) float64 { return 30*v + 70 }), RateHz: old.RateHz},
		} {
			if !read(t, s).Replayed(d, history) {
				t.Errorf("person %d: %s isn't known again", person, name)
			}
		}
	}
}

func TestPeopleAreAliveAndTrainsOfOneBeatAreNot(t *testing.T) {
	for person := 1; person <= recordings.People; person++ {
		for _, file := range [][]byte{recordings.Enrolment(t, person), recordings.Probe(t, person)} {
			if !readingOf(t, file).Natural() {
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

// train returns one second of a signal, repeated twelve times.
func train(s ecg.Signal) ecg.Signal {
	second := int(s.RateHz)
	var mv []float64
	for range 12 {
		mv = append(mv, s.MV[5*second:6*second]...)
	}
	return ecg.Signal{MV: mv, RateHz: s.RateHz}
}

func TestAnotherKeyKnowsNothing(t *testing.T) {
	history, other := used(t, replay.New(replay.Key{1})), replay.New(replay.Key{2})
	for person := 1; person <= recordings.People; person++ {
		if readingOf(t, recordings.Enrolment(t, person)).Replayed(other, history) {
			t.Error("a digest under one key is known under another")
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

// BenchmarkDigest12s measures a digest's share of a check: its detector and the
// digest itself.
func BenchmarkDigest12s(b *testing.B) {
	r := read(b, signalOf(b, recordings.Probe(b, 1)))
	b.ReportAllocs()
	for b.Loop() {
		r.Digest(replay.New(replay.Key{1}))
	}
}

// BenchmarkNatural12s measures the liveness test's share of a check.
func BenchmarkNatural12s(b *testing.B) {
	r := read(b, signalOf(b, recordings.Probe(b, 1)))
	b.ReportAllocs()
	for b.Loop() {
		r.Natural()
	}
}

// BenchmarkReplayed measures a probe against 256 earlier checks.
func BenchmarkReplayed(b *testing.B) {
	d := replay.New(replay.Key{1})
	probe := read(b, signalOf(b, recordings.Probe(b, 1)))
	var history []replay.Digest
	for seed := range uint64(256) {
		history = append(history, read(b, strip(1, seed+2, 12)).Digest(d))
	}
	b.ReportAllocs()
	for b.Loop() {
		if probe.Replayed(d, history) {
			b.Fatal("replayed")
		}
	}
}
