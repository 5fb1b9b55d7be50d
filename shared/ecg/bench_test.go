package ecg_test

import (
	"testing"

	"systole/shared/ecg"
)

// BenchmarkEnrol10min measures an enrolment from the longest recording allowed,
// at 500 Hz.
func BenchmarkEnrol10min(b *testing.B) {
	recording := strip(1, 1, 600)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := made(recording); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/enrolment")
}

// BenchmarkCheck measures a check of 12 s at 500 Hz against a template, from
// samples to the score, by the newest algorithm.
func BenchmarkCheck(b *testing.B) {
	template, err := made(strip(1, 1, 20))
	if err != nil {
		b.Fatal(err)
	}
	probe := strip(1, 2, 12)
	b.ReportAllocs()
	for b.Loop() {
		r, err := ecg.Read(probe)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := template.Compare(r); err != nil {
			b.Fatal(err)
		}
	}
}
