// Package inspect shows a recording as the service sees it: the lead that it
// compares, the R peaks, the beats, and the quality over time. It makes no
// comparison.
package inspect

import (
	"errors"
	"slices"
	"time"

	"systole/shared/ecg"
	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
)

// RateHz is the sampling rate of an Inspection's signals and beats.
const RateHz = frontend.RateHz

// maxBeats bounds the beats shown, which are spread evenly.
const maxBeats = 60

// Inspection is the service's view of a recording.
type Inspection struct {
	Format, Device string
	Start          time.Time // zero if the file doesn't state it
	RateHz         float64   // of the file
	Leads          []string
	Lead           string // the lead to compare
	Notes          []recording.Note

	Seconds   float64 // of the whole recording; all below is of the first ecg.MaxSeconds
	Report    quality.Report
	MV        []float64   // the lead at RateHz, gaps filled
	Compared  []float64   // the same, filtered for the comparison
	Peaks     []float64   // R peaks in seconds
	Beats     [][]float64 // some of the clean beats in mV, as compared: polarity corrected, R peak at beat.Before
	Mean      []float64   // of all clean beats
	Stretches []Stretch   // the quality over time, in order, without gaps
	Enrolment Verdict
	Check     Verdict
}

// Verdict is a recording's fitness for a purpose.
type Verdict struct {
	Reason         quality.Reason // empty if it is fit
	SecondsMissing float64
	BeatsMissing   int
}

// Needs are the needs of an enrolment and of a probe.
type Needs struct{ Enrolment, Probe quality.Need }

// File inspects a file against the needs. The error is a *recording.Error for a
// file that can't be read, and an *ecg.Unusable for a sampling rate that no
// recorder has.
func File(data []byte, h recording.Hints, n Needs) (*Inspection, error) {
	return Parts([]recording.Part{{Data: data}}, h, n)
}

// Parts is File for a recording in several files.
func Parts(parts []recording.Part, h recording.Hints, n Needs) (*Inspection, error) {
	r, err := recording.ReadParts(parts, h)
	if err != nil {
		return nil, err
	}
	in := &Inspection{Format: r.Format, Device: r.Device, Start: r.Start, RateHz: r.RateHz, Lead: r.Chosen().Name, Notes: r.Notes}
	for _, lead := range r.Leads {
		in.Leads = append(in.Leads, lead.Name)
	}
	signal := ecg.Signal{MV: r.Chosen().MV, RateHz: r.RateHz}
	reading, err := ecg.Read(signal)
	if err != nil {
		return nil, err
	}
	in.Enrolment, in.Check = verdict(reading.Usable(n.Enrolment)), verdict(reading.Usable(n.Probe))
	if stated := slices.ContainsFunc(r.Notes, func(n recording.Note) bool { return n.Code == "rate_from_file" }); in.Enrolment.Reason == "" && !stated {
		in.Enrolment = verdict(ecg.CheckTimeScale(reading, r.RateHz))
	}
	in.inspect(signal)
	in.Seconds += float64(r.Left) / r.RateHz
	return in, nil
}

// inspect fills in the fields that come from the signal.
func (in *Inspection) inspect(s ecg.Signal) {
	in.Seconds = float64(len(s.MV)) / s.RateHz

	if longest := int(ecg.MaxSeconds * s.RateHz); len(s.MV) > longest {
		s.MV = s.MV[:longest]
	}
	var front frontend.FrontEnd
	result := front.Run(s.MV, s.RateHz)
	in.Report = result.Report
	in.MV, in.Compared = slices.Clone(result.Raw), slices.Clone(result.Clean)
	in.Peaks = make([]float64, len(result.Peaks))
	for i, p := range result.Peaks {
		in.Peaks[i] = p / RateHz
	}
	in.Beats, in.Mean = shown(result.Beats)
	in.Stretches = stretches(&front, in.MV)
}

func verdict(err error) Verdict {
	var u *ecg.Unusable
	if !errors.As(err, &u) {
		return Verdict{}
	}
	return Verdict{u.Reason, u.SecondsMissing, u.BeatsMissing}
}

// shown returns some of the beats, and the mean of all, in mV.
func shown(b *beat.Beats) (some [][]float64, mean []float64) {
	if b.Len() == 0 {
		return nil, nil
	}
	n := min(b.Len(), maxBeats)
	for k := range n {
		some = append(some, inMV(b, k*b.Len()/n))
	}
	mean = make([]float64, beat.Width)
	for i := range b.Len() {
		for k, v := range b.Row(i) {
			mean[k] += v * b.Scale[i] / float64(b.Len())
		}
	}
	return some, mean
}

func inMV(b *beat.Beats, i int) []float64 {
	row := slices.Clone(b.Row(i))
	for k := range row {
		row[k] *= b.Scale[i]
	}
	return row
}
