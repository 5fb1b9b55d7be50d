package frontend

import (
	"testing"

	"systole/shared/ecg/filter"
	"systole/shared/ecg/resample"
	"systole/shared/ecg/rpeak"
	"systole/tests/support/synthetic"
)

const rateHz = 500

// BenchmarkRPeaks measures R-peak detection from 500 Hz, resampling and detector,
// over five minutes. BenchmarkBiquad is the bound below it.
func BenchmarkRPeaks(b *testing.B) {
	mv, _ := synthetic.Person(1).Strip(300, rateHz, 0.02, 1)
	resampler := resample.New(rateHz, rpeak.RateHz)
	var detector rpeak.Detector
	var resampled []float64
	b.ReportAllocs()
	for b.Loop() {
		resampled = resampler.Apply(resampled, mv)
		detector.Detect(resampled)
	}
	reportSamples(b, len(mv))
}

// BenchmarkBiquad measures one pass of one second-order section over the same
// samples, the least that a recursive filter costs.
func BenchmarkBiquad(b *testing.B) {
	mv, _ := synthetic.Person(1).Strip(300, rateHz, 0.02, 1)
	s := filter.Notch(50, 12, rateHz)
	out := make([]float64, len(mv))
	for b.Loop() {
		biquad(out, mv, s)
	}
	reportSamples(b, len(mv))
}

func biquad(dst, x []float64, s filter.Biquad) {
	var s1, s2 float64
	for i, v := range x {
		y := s.B0*v + s1
		s1 = s.B1*v + s2 - s.A1*y
		s2 = s.B2*v - s.A2*y
		dst[i] = y
	}
}

// BenchmarkRun measures the whole front end over five minutes.
func BenchmarkRun(b *testing.B) {
	mv, _ := synthetic.Person(1).Strip(300, rateHz, 0.02, 1)
	var f FrontEnd
	b.ReportAllocs()
	for b.Loop() {
		f.Run(mv, rateHz)
	}
	reportSamples(b, len(mv))
}

func reportSamples(b *testing.B, n int) {
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}
