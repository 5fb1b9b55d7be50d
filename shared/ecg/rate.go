package ecg

import (
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/rate"
)

// How a rate is doubted.
const (
	rateSeconds = 60  // of a signal are enough to tell
	trustedRate = 0.8 // share of clean beats from which a rate isn't doubted
	betterRate  = 0.9 // share of clean beats that another rate must reach
	fewestBeats = 4   // clean beats of which a share means something
)

// otherRates are tried as multiples of a doubted rate. A signal that is
// stretched or squeezed by less looks like a heart all the same.
var otherRates = []float64{1. / 2, 1. / 3, 1. / 4, 1. / 6, 2, 3, 4, 6}

// CheckRate doubts a sampling rate that no file vouches for. At a rate that is
// wrong by far a heart's beats are so long or so short that few or none are
// found, and nothing tells them from noise, or what is found isn't them. So
// where few beats agree other rates are tried: if under one of them the beats
// do agree, that is the heart, and the rate that was said makes it beat as
// often as it follows. The error is an *Unusable of quality.RateImplausible
// when that is outside 30 to 220 times a minute.
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

// agreeing is the share of beats that agree, 0 where there is no heart or too
// little of it.
func agreeing(r quality.Report) float64 {
	if r.Reason(quality.Need{CleanBeats: fewestBeats}) != "" {
		return 0
	}
	return float64(r.CleanBeats) / float64(r.Beats)
}
