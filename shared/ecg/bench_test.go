package ecg_test

import (
	"testing"

	"systole/shared/ecg"
)

// BenchmarkCheck is the whole check, from parsed samples to the score: 12 s at
// 500 Hz.
func BenchmarkCheck(b *testing.B) {
	template, err := ecg.Enrol(strip(1, 1, 30))
	if err != nil {
		b.Fatal(err)
	}
	probe := strip(1, 2, 12)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ecg.Compare(template, probe); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/check")
}

// BenchmarkEnrol10Minutes is an enrolment from the longest recording taken, at
// 500 Hz.
func BenchmarkEnrol10Minutes(b *testing.B) {
	recording := strip(1, 1, 600)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ecg.Enrol(recording); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/enrolment")
}
