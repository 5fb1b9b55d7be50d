package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"systole/infra/train/learn"
	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
)

// frontEnd is the front end with its work space.
type frontEnd struct{ run frontend.FrontEnd }

// mean returns the mean of a signal's clean beats, nil if there are none.
func (f *frontEnd) mean(s ecg.Signal) []float64 {
	result := f.run.Run(s.MV, s.RateHz)
	if result.Beats.Len() == 0 {
		return nil
	}
	var rows [][]float64
	for i := range result.Beats.Len() {
		rows = append(rows, result.Beats.Row(i))
	}
	return learn.Mean(rows)
}

const (
	recordedBeats = 13
	// interval is the RR interval, in samples: at one second no beat is stretched.
	interval = beat.RateHz
	// heightMV is the root mean square of a beat, in mV.
	heightMV = 0.3
)

// record makes a recording of mean beats that vary like a living heart's, each by
// slow waves of its own with a share of the beat's height: the search works on
// what is compared, the variation on what package liveness examines.
func record(mean []float64, variation float64, r *rand.Rand) ecg.Signal {
	highest := 0.0
	for _, v := range mean {
		highest = max(highest, math.Abs(v))
	}
	changes := make([][]float64, recordedBeats)
	for i := range changes {
		changes[i] = waves(variation*highest, r)
	}
	centre(changes)
	var mv []float64
	for _, change := range changes {
		n := interval + int(math.Round(0.03*interval*r.NormFloat64()))
		mv = append(mv, cycle(mean, change, n)...)
	}
	for i := range mv {
		mv[i] *= heightMV
		mv[i] += 0.002 * heightMV * r.NormFloat64()
	}
	return ecg.Signal{MV: mv, RateHz: beat.RateHz}
}

// compensated returns the beat to record, so that the front end finds the wanted
// mean in the recording: its filters and its alignment change a beat a little.
func compensated(wanted []float64) []float64 {
	const rounds = 4
	var front frontEnd
	beat := slices.Clone(wanted)
	for range rounds {
		found := front.mean(record(beat, 0, rand.New(rand.NewPCG(1, 1))))
		if found == nil {
			return wanted
		}
		for k := range beat {
			beat[k] += wanted[k] - found[k]
		}
	}
	return beat
}

// waves returns a random sum of cosines over a beat that fade at its ends.
func waves(height float64, r *rand.Rand) []float64 {
	const slowest, fastest = 6, 18 // half periods in a beat of 0.7 s: 4 to 13 Hz
	change := make([]float64, beat.Width)
	for w := slowest; w <= fastest; w++ {
		c := height * r.NormFloat64()
		for k := range change {
			u := (float64(k) + 0.5) / beat.Width
			change[k] += c * math.Cos(math.Pi*float64(w)*u) * math.Sin(math.Pi*u)
		}
	}
	return change
}

// centre makes the mean of all rows zero, so that the mean beat is preserved.
func centre(rows [][]float64) {
	for k := range rows[0] {
		mean := 0.0
		for _, row := range rows {
			mean += row[k] / float64(len(rows))
		}
		for _, row := range rows {
			row[k] -= mean
		}
	}
}

// cycle returns a beat of n samples: the mean with its change, and a line from
// its end to the beginning of the next.
func cycle(mean, change []float64, n int) []float64 {
	x := make([]float64, n)
	for k := range min(n, beat.Width) {
		x[k] = mean[k] + change[k]
	}
	if n > beat.Width {
		from, to := x[beat.Width-1], mean[0]
		for k := beat.Width; k < n; k++ {
			u := float64(k-beat.Width+1) / float64(n-beat.Width+1)
			x[k] = from + u*(to-from)
		}
	}
	return x
}

// living returns, of the beats, the best one's recording that the service would
// compare, and accept as a living heart's.
func (a *attacker) living(beats []one) (best recording, ok bool) {
	const times = 4
	highest := math.Inf(-1)
	var front frontEnd
	for _, b := range beats {
		mean := compensated(a.shapes.beat(b.x))
		for _, variation := range []float64{0.003, 0.005, 0.01, 0.02} {
			for range times {
				s := record(mean, variation, a.random)
				reading, err := ecg.Read(s)
				if err != nil || reading.Usable(quality.Need(biometric.ProbeNeed)) != nil || !reading.Natural() {
					continue
				}
				embedding := a.embed(front.mean(s))
				if worth := a.worth(embedding); worth > highest {
					best, highest = recording{s, reading, embedding}, worth
				}
			}
		}
	}
	return best, best.reading != nil
}
