// Package frontend goes from raw samples to comparable beats: mend, resample,
// notch, band-pass, find the R peaks, cut the beats, and report the quality.
package frontend

import (
	"systole/shared/ecg/beat"
	"systole/shared/ecg/filter"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/resample"
	"systole/shared/ecg/rpeak"
)

// RateHz is the internal rate.
const RateHz = 250

// The rates that a signal may have. Below, its QRS complex is a handful of
// samples; above, it is no ECG recorder's.
const (
	MinRateHz = 90
	MaxRateHz = 4000
)

// The band in which beats are compared: above the baseline's wandering, below
// most of the muscles' noise.
const (
	lowHz, highHz = 1, 40
	notchQ        = 12
)

// Result is what came of one signal. Beats is valid until the front end's next
// run.
type Result struct {
	Beats  *beat.Beats
	Peaks  []float64 // R peaks in samples at RateHz
	Report quality.Report
}

// FrontEnd holds the work space of the whole chain. Its zero value is ready;
// one value serves one goroutine and is meant to be used again.
type FrontEnd struct {
	resampler     *resample.Resampler
	resamplerFrom float64
	detector      rpeak.Detector
	cutter        beat.Cutter
	notch         filter.ZeroPhase
	band          filter.ZeroPhase
	mended        []float64
	raw           []float64
	clean         []float64
}

// Run takes one lead in mV (any other unit does: amplitudes are only compared
// with each other) at rateHz, in [MinRateHz, MaxRateHz]. It takes any values
// and any length; its time and memory are linear in the length. mv is not
// changed.
func (f *FrontEnd) Run(mv []float64, rateHz float64) Result {
	f.mended = quality.Mend(f.mended, mv)
	r := Result{Beats: &beat.Beats{}, Report: quality.Report{
		Seconds: float64(len(mv)) / rateHz,
		Flat:    quality.Flat(f.mended, rateHz),
		Clipped: quality.Clip(f.mended),
	}}
	if r.Report.Seconds < 1 {
		return r
	}
	f.raw = f.resample(rateHz).Apply(f.raw, f.mended)
	r.Peaks = f.detector.Detect(f.raw)
	f.filter(&r.Report, min(rateHz, RateHz))
	r.Beats = f.cutter.Cut(f.clean, r.Peaks)
	summarise(&r)
	return r
}

func (f *FrontEnd) resample(rateHz float64) *resample.Resampler {
	if f.resampler == nil || f.resamplerFrom != rateHz {
		f.resampler, f.resamplerFrom = resample.New(rateHz, RateHz), rateHz
	}
	return f.resampler
}

// filter sets f.clean to the notched and band-passed f.raw. bandRateHz is the
// lower of both rates: above half of it there is nothing.
func (f *FrontEnd) filter(report *quality.Report, bandRateHz float64) {
	if f.band.Sections == nil {
		f.band = filter.ZeroPhase{Sections: filter.BandPass(2, lowHz, highHz, RateHz), Pad: 2 * RateHz}
	}
	hz, amplitude := filter.Mains(f.raw, RateHz)
	if bandRateHz <= 2*hz {
		f.clean = f.band.Apply(f.clean, f.raw)
		return
	}
	report.MainsHz, report.Mains = hz, amplitude
	f.notch = filter.ZeroPhase{Sections: filter.Cascade{filter.Notch(hz, notchQ, RateHz)}, Pad: RateHz}
	f.clean = f.notch.Apply(f.clean, f.raw)
	f.clean = f.band.Apply(f.clean, f.clean)
}

// summarise fills in what the beats say about the quality.
func summarise(r *Result) {
	r.Report.Beats = len(r.Peaks)
	r.Report.CleanBeats = r.Beats.Len()
	if n := len(r.Peaks); n >= 2 {
		r.Report.HeartRate = 60 * RateHz * float64(n-1) / (r.Peaks[n-1] - r.Peaks[0])
	}
	if r.Beats.Len() == 0 {
		return
	}
	sum := 0.0
	for _, q := range r.Beats.Quality {
		sum += q
	}
	r.Report.Agreement = sum / float64(r.Beats.Len())
}
