package ecg

import (
	"cmp"
	"math"
	"slices"

	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/rate"
)

// Limits of the check of a sampling rate.
const (
	rateSeconds = 60  // of a signal suffice
	trustedRate = 0.8 // share of clean beats from which a rate isn't doubted
	betterRate  = 0.9 // share of clean beats that another rate must reach
	fewestBeats = 4   // least number of clean beats of which a share is meaningful
)

// GuessedRates are the sampling rates that are distinguished, in Hz: those of
// devices.
var GuessedRates = []float64{125, 128, 130, 200, 250, 256, 300, 360, 400, 500, 512, 1000}

// otherRates are tried as multiples of a doubted rate. A signal at a smaller
// multiple still looks like a heart's.
var otherRates = []float64{1. / 2, 1. / 3, 1. / 4, 1. / 6, 2, 3, 4, 6}

// RateTrusted reports whether enough beats agree for the sampling rate to be
// trusted. If not, [CheckRate] decides.
func (r *Reading) RateTrusted() bool { return agreeing(r.report) >= trustedRate }

// CheckRate checks a sampling rate that no file states. At a grossly wrong rate
// the beats are so long or so short that the detector finds few or none of them,
// or marks noise. So if few beats agree, other rates are tried: if the beats
// agree at one of them, its heart rate is converted to the stated sampling rate.
// The error is an *Unusable of quality.RateImplausible if the result is outside
// 30 to 220 beats a minute.
func CheckRate(s Signal) error {
	s, err := s.check()
	if err != nil {
		return err
	}
	if longest := int(rateSeconds * s.RateHz); len(s.MV) > longest {
		s.MV = s.MV[:longest]
	}
	front := fronts.Get().(*frontend.FrontEnd)
	defer fronts.Put(front)
	if agreeing(front.Run(s.MV, s.RateHz).Report) >= trustedRate {
		return nil
	}
	for _, factor := range otherRates {
		rateHz := s.RateHz * factor
		if !rate.Usable(rateHz) {
			continue
		}
		r := front.Run(s.MV, rateHz).Report
		heartRate := r.HeartRate / factor
		implausible := heartRate < quality.MinHeartRate || heartRate > quality.MaxHeartRate
		if implausible && agreeing(r) >= betterRate {
			return &Unusable{Reason: quality.RateImplausible, HeartRate: heartRate}
		}
	}
	return nil
}

// agreeing returns the share of beats that agree, 0 for a signal without beats or
// with too few.
func agreeing(r quality.Report) float64 {
	if r.Reason(quality.Need{CleanBeats: fewestBeats}) != "" {
		return 0
	}
	return float64(r.CleanBeats) / float64(r.Beats)
}

// CheckTimeScale refuses a recording whose beats have a form that no human's have
// at its sampling rate. The error is an *Unusable of quality.RateImplausible with
// a device's rate at which they would look right.
func CheckTimeScale(r *Reading, rateHz float64) error {
	factor, plausible := r.timeScale()
	if plausible {
		return nil
	}
	likely := slices.MinFunc(GuessedRates, func(a, b float64) int {
		return cmp.Compare(math.Abs(math.Log(a*factor/rateHz)), math.Abs(math.Log(b*factor/rateHz)))
	})
	return &Unusable{Reason: quality.RateImplausible, LikelyRateHz: likely}
}
