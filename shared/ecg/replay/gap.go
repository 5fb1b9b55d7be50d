package replay

import (
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/rpeak"
)

const (
	// fitReach is the part of a beat on each side of its R peak that is matched
	// with the beat before, 80 ms.
	fitReach = frontend.RateHz * 80 / 1000
	fitWidth = 2*fitReach + 1
	// fitSearch is the greatest distance from its R peak at which the beat before
	// is sought, 60 ms.
	fitSearch = frontend.RateHz * 60 / 1000
)

// gap returns the interval to the next beat, in samples of x, at which the QRS
// complexes of both fit best. The distance of the two peaks says the same, but
// noise moves a peak more than a complex, and of two waves of nearly equal height
// sometimes one is marked and sometimes the other. If the complexes don't fit, or
// lie at the signal's ends, it is the distance of the peaks.
func gap(x []float64, peak, next float64) float64 {
	at, from := int(next+0.5), int(peak+0.5)
	if from < fitReach+fitSearch || at+fitReach >= len(x) || from+fitReach+fitSearch >= len(x) {
		return next - peak
	}
	var qrs [fitWidth]float64
	copy(qrs[:], x[at-fitReach:])
	straighten(&qrs)
	var fit [2*fitSearch + 1]float64
	best := fitSearch
	for s := range fit {
		first := from + s - fitSearch - fitReach
		fit[s] = dot(qrs[:], x[first:first+fitWidth])
		if fit[s] > fit[best] {
			best = s
		}
	}
	if fit[best] <= 0 || best == 0 || best == len(fit)-1 {
		return next - peak
	}
	return float64(at-from-best+fitSearch) - rpeak.Vertex(fit[best-1], fit[best], fit[best+1])
}

// straighten removes mean and slope, so that neither signal's baseline affects
// the fit.
func straighten(x *[fitWidth]float64) {
	mean, slope, square := 0.0, 0.0, 0.0
	for k, v := range x {
		u := float64(k - fitReach)
		mean += v / fitWidth
		slope += u * v
		square += u * u
	}
	for k := range x {
		x[k] -= mean + slope/square*float64(k-fitReach)
	}
}
