package biometric

import (
	"bytes"
	"testing"

	"systole/shared/biometric/request"
	"systole/shared/store"
)

// BenchmarkCheck goes from a file of 12 s to the decision, the stores left out.
func BenchmarkCheck(b *testing.B) {
	h := newHouse(b)
	kim := h.kim(b)
	template, c, err := h.enrol(b.Context(), kim, [][]byte{recordingOf(b, enrolment)}, request.Recording{})
	if err != nil {
		b.Fatal(err)
	}
	ref := reference{Template: template, content: &c}
	h.settings.AllowReplays = false
	file := recordingOf(b, same)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		p, err := h.examine(b.Context(), store.Session{PK: kim.PK}, request.Check{Recording: sent(file)})
		if err != nil {
			b.Fatal(err)
		}
		if err := h.genuine(p, kim, ref); err != nil {
			b.Fatal(err)
		}
		if _, err := ref.Compare(p.reading); err != nil {
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
		if err := h.MakeModel(b.Context(), kimsToken, request.Enrolment{Recording: sent(file)}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(600*float64(b.N)/b.Elapsed().Seconds(), "ECG-s/s")
}
