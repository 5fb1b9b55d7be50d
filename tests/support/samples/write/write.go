// Package write writes a recording as devices and tools do, for samples and for
// tests of the readers.
package write

import (
	"math"
	"time"

	"systole/shared/ecg/resample"
)

// Signal is one lead of a person at rest.
type Signal struct {
	Start  time.Time
	RateHz float64
	MV     []float64
}

// counts are the samples as a converter gives them, so many to the mV.
func (s Signal) counts(perMV float64) []int {
	x := make([]int, len(s.MV))
	for i, mv := range s.MV {
		x[i] = int(math.Round(mv * perMV))
	}
	return x
}

// at is the signal at another rate.
func (s Signal) at(rateHz float64) Signal {
	return Signal{s.Start, rateHz, resample.New(s.RateHz, rateHz).Apply(nil, s.MV)}
}
