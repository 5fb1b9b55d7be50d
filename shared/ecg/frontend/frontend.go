// Package frontend turns raw samples into comparable beats: it fills gaps,
// resamples, removes the mains, band-passes, detects the R peaks, segments the
// beats, and reports the quality.
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

const (
	// The band in which beats are compared: above the baseline wander, below most
	// of the muscle noise.
	lowHz, highHz = 1, 40
	// notchQ makes the notch 3 Hz wide: the mains frequency varies by some tenths.
	notchQ = 12
	// minSeconds: a shorter signal has neither beats nor an end of the filters'
	// transient.
	minSeconds = 1
)

// Result is the output for one signal. All but the report is valid until the
// front end's next run.
type Result struct {
	Beats  *beat.Beats
	Peaks  []float64 // R peaks in samples at RateHz
	Raw    []float64 // the signal at RateHz, gaps filled, unfiltered
	Clean  []float64 // Raw without mains, baseline wander and muscle noise, as beats are segmented from it
	Report quality.Report
}

// FrontEnd holds the work space of the whole chain. Its zero value is ready; one
// value serves one goroutine and is meant to be reused.
type FrontEnd struct {
	resampler     *resample.Resampler
	resamplerFrom float64
	detector      rpeak.Detector
	cutter        beat.Cutter
	band          filter.ZeroPhase // including the notch
	notchHz       float64
	filled        []float64
	raw           []float64
	clean         []float64
}

// Run processes one lead in mV at rateHz, a rate usable to package rate. Units
// other than mV are possible: amplitudes are only compared with each other. It
// accepts any values and any length; its time and memory are linear in the
// length. mv is not changed.
func (f *FrontEnd) Run(mv []float64, rateHz float64) Result {
	f.filled = quality.FillGaps(f.filled, mv)
	r := Result{Beats: &beat.Beats{}}
	r.Report.Seconds = float64(len(mv)) / rateHz
	r.Report.Flat = quality.Flat(f.filled, rateHz)
	r.Report.Clipped, r.Report.ClippedRun = quality.Clip(f.filled)
	if r.Report.Seconds < minSeconds {
		return r
	}
	f.raw = f.resamplerFor(rateHz).Apply(f.raw, f.filled)
	r.Raw = f.raw
	r.Peaks = f.detector.Detect(f.raw)
	hz, amplitude := f.filter(min(rateHz, RateHz))
	r.Clean = f.clean
	r.Beats = f.cutter.Cut(f.clean, r.Peaks)
	r.Report.MainsHz = hz
	f.measure(&r, amplitude)
	return r
}

func (f *FrontEnd) resamplerFor(rateHz float64) *resample.Resampler {
	if f.resampler == nil || f.resamplerFrom != rateHz {
		f.resampler, f.resamplerFrom = resample.New(rateHz, RateHz), rateHz
	}
	return f.resampler
}

// filter sets f.clean to the notched and band-passed f.raw and returns the mains'
// frequency and amplitude. bandRateHz is the lower of the signal's and the
// internal rate: above half of it there is nothing to remove.
func (f *FrontEnd) filter(bandRateHz float64) (mainsHz, amplitude float64) {
	mainsHz, amplitude = filter.Mains(f.raw, RateHz)
	if bandRateHz <= 2*mainsHz {
		mainsHz, amplitude = 0, 0
	}
	if f.band.Sections == nil || f.notchHz != mainsHz {
		f.band = filter.ZeroPhase{Sections: filter.BandPass(2, lowHz, highHz, RateHz), Pad: 2 * RateHz}
		if mainsHz > 0 {
			f.band.Sections = append(f.band.Sections, filter.Notch(mainsHz, notchQ, RateHz))
		}
		f.notchHz = mainsHz
	}
	f.clean = f.band.Apply(f.clean, f.raw)
	return mainsHz, amplitude
}

// measure completes the report from the filtered signal, the peaks and the beats.
// mains is the amplitude of the mains interference.
func (f *FrontEnd) measure(r *Result, mains float64) {
	report := &r.Report
	report.Kurtosis = quality.Kurtosis(f.clean)
	if height := quality.Height(f.clean, r.Peaks, RateHz); height > 0 {
		report.Mains = mains / height
		report.Wander, report.Motion = quality.Baseline(f.raw, RateHz, height)
		report.Wander /= height
	}
	report.Beats = len(r.Peaks)
	if n := len(r.Peaks); n >= 2 {
		report.HeartRate = 60 * RateHz * float64(n-1) / (r.Peaks[n-1] - r.Peaks[0])
	}
	report.CleanBeats = r.Beats.Len()
	for _, q := range r.Beats.Quality {
		report.Agreement += q / float64(r.Beats.Len())
	}
}
