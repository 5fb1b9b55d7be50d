// Package learn fits the parameters of package parameters to the recordings of
// many persons, reproducibly for the same recordings and seed.
package learn

import (
	"math"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

// Beats are a recording's beats, as the front end segments them.
type Beats struct {
	Person  string
	Session string // unique across databases
	Rows    [][]float64
	Report  quality.Report
}

// Cut runs the front end over a part of the recording.
func Cut(f *frontend.FrontEnd, r *cohort.Recording, fromS, toS float64) Beats {
	from := min(int(fromS*r.RateHz), len(r.MV))
	to := int(math.Min(toS*r.RateHz, float64(len(r.MV))))
	result := f.Run(r.MV[from:to], r.RateHz)
	b := Beats{Person: r.Person, Session: r.Database + r.Session, Report: result.Report}
	for i := range result.Beats.Len() {
		b.Rows = append(b.Rows, append([]float64(nil), result.Beats.Row(i)...))
	}
	return b
}

// Mean returns the mean of the beats, beat.Width values.
func Mean(rows [][]float64) []float64 {
	mean := make([]float64, beat.Width)
	for _, row := range rows {
		for k, v := range row {
			mean[k] += v / float64(len(rows))
		}
	}
	return mean
}
