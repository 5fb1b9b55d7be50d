package ecg_test

import "testing"

// BenchmarkEnrol10min is an enrolment from the longest recording taken, at
// 500 Hz.
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
