package ecg

import (
	"slices"

	"systole/shared/ecg/fingerprint"
	"systole/shared/ecg/liveness"
	"systole/shared/ecg/model"
	"systole/shared/ecg/quality"
)

// Reading is one run of the front end over a recording, from which all that is
// asked about it is answered: whose heart it is, whether it was used before,
// whether it is alive. It doesn't change once made.
type Reading struct {
	report      quality.Report
	coordinates []float32 // of the beats' mean, nil where there are none
	weight      float64   // of the coordinates were they enrolled
	signal      fingerprint.Signal
}

// Read runs the front end over a recording. The error is an *Unusable of
// quality.RateImplausible where the rate is none; whether the recording serves
// a purpose is only said when it is put to it.
func Read(signal Signal) (*Reading, error) {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	r, err := w.read(signal)
	if err != nil {
		return nil, err
	}
	r.coordinates = slices.Clone(r.coordinates)
	r.signal.Raw = slices.Clone(r.signal.Raw)
	r.signal.Peaks = slices.Clone(r.signal.Peaks)
	return r, nil
}

// read is Read with the result valid until the next call.
func (w *workspace) read(signal Signal) (*Reading, error) {
	s, err := signal.check()
	if err != nil {
		return nil, err
	}
	result := w.front.Run(s.MV, s.RateHz)
	r := &Reading{
		report: result.Report,
		signal: fingerprint.Signal{Raw: result.Raw, Peaks: result.Peaks},
	}
	if n := result.Beats.Len(); n > 0 {
		r.coordinates = w.embed(model.Shipped(), result.Beats)
		r.weight = model.Weight(n, result.Report.Trust())
	}
	return r, nil
}

// Usable is nil for a recording that can be checked, otherwise an *Unusable.
func (r *Reading) Usable() error { return unusable(&r.report, probe) }

// Fingerprint is what is kept of the recording to know it again.
func (r *Reading) Fingerprint(m *fingerprint.Maker) fingerprint.Print { return m.Of(r.signal) }

// Natural says whether the beats vary as those of a living heart.
func (r *Reading) Natural() bool { return liveness.Natural(r.signal.Raw, r.signal.Peaks) }

// RateTrusted says whether so many beats agree that the sampling rate isn't to
// be doubted: where it is false, CheckRate tells.
func (r *Reading) RateTrusted() bool { return agreeing(r.report) >= trustedRate }
