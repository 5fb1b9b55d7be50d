package biometric

import (
	"bytes"
	"testing"

	"systole/shared/biometric/request"
	"systole/shared/ecg"
)

// BenchmarkCheck goes from a file of 12 s to the decision, the stores left out.
func BenchmarkCheck(b *testing.B) {
	h := newHouse(b)
	template, err := h.enrol(request.Enrolment{Files: [][]byte{recordingOf(b, enrolment)}})
	if err != nil {
		b.Fatal(err)
	}
	probe := recordingOf(b, same)
	b.SetBytes(int64(len(probe)))
	b.ReportAllocs()
	for b.Loop() {
		signal, err := h.read(probe, 0)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := compare(template, signal, ecg.FMR(0.001)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(12*float64(b.N)/b.Elapsed().Seconds(), "ECG-s/s")
}

// BenchmarkEnrolTenMinutes goes from a file of ten minutes to the model, stored
// in memory with its upload.
func BenchmarkEnrolTenMinutes(b *testing.B) {
	h := newHouse(b)
	file := bytes.Repeat(recordingOf(b, enrolment), 30)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if err := h.MakeModel(b.Context(), kimsToken, request.Enrolment{Files: [][]byte{file}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(600*float64(b.N)/b.Elapsed().Seconds(), "ECG-s/s")
}
