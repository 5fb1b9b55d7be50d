package trials

import (
	"math/rand/v2"
	"slices"

	"systole/infra/train/learn"
	"systole/shared/biometric"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
)

// Requirements of an enrolment and of a probe.
var (
	heartNeed = quality.Need(biometric.EnrolmentNeed)
	ProbeNeed = quality.Need(biometric.ProbeNeed)
)

// Bench segments each Span of each recording once.
type Bench struct {
	front frontend.FrontEnd
	cut   map[Span]learn.Beats
}

// NewBench returns a bench without any segmented spans.
func NewBench() *Bench { return &Bench{cut: map[Span]learn.Beats{}} }

// Beats returns the clean beats of the span.
func (b *Bench) Beats(s Span) learn.Beats {
	if cut, ok := b.cut[s]; ok {
		return cut
	}
	cut := learn.Cut(&b.front, s.Recording, s.From, s.To)
	b.cut[s] = cut
	return cut
}

// Counts holds failures to enrol and to acquire, and their totals.
type Counts struct{ Enrolments, NotEnrolled, Probes, NotAcquired int }

// Compare runs a protocol's trials among the persons of one fold.
func (b *Bench) Compare(persons []Person, m *parameters.Parameters, c *Counts) []Trial {
	var w parameters.Workspace
	hearts := make([]*parameters.Template, len(persons))
	for i := range persons {
		hearts[i] = b.heart(persons[i].Enrol, m, &w)
	}
	return b.probe(persons, hearts, m, c)
}

// probe compares every probe with every template; a template is nil if its
// person could not be enrolled.
func (b *Bench) probe(persons []Person, hearts []*parameters.Template, m *parameters.Parameters, c *Counts) []Trial {
	var w parameters.Workspace
	c.Enrolments += len(hearts)
	for _, heart := range hearts {
		if heart == nil {
			c.NotEnrolled++
		}
	}
	var trials []Trial
	for i := range persons {
		for part, s := range persons[i].Probes {
			c.Probes++
			beats := b.Beats(s)
			refused := beats.Report.Reason(ProbeNeed) != ""
			var probe []float32
			if refused {
				c.NotAcquired++
			} else {
				probe = m.Embed(nil, &w, learn.Mean(beats.Rows))
			}
			for k, heart := range hearts {
				if heart == nil {
					continue
				}
				t := Trial{Enrolled: persons[k].Name, Probe: persons[i].Name, Part: part, Refused: refused}
				if !refused {
					t.Score = m.Compare(heart, probe)
				}
				trials = append(trials, t)
			}
		}
	}
	return trials
}

// Probe returns a span's embedding and its weight in a template; nil if the
// engine would refuse it.
func (b *Bench) Probe(s Span, m *parameters.Parameters) (embedding []float32, weight float64) {
	beats := b.Beats(s)
	if beats.Report.Reason(ProbeNeed) != "" {
		return nil, 0
	}
	return m.Embed(nil, &parameters.Workspace{}, learn.Mean(beats.Rows)), parameters.Weight(len(beats.Rows), beats.Report.Trust())
}

// heart enrols the spans; nil if the engine would refuse them.
func (b *Bench) heart(spans []Span, m *parameters.Parameters, w *parameters.Workspace) *parameters.Template {
	var h parameters.Template
	var total quality.Report
	for _, s := range spans {
		beats := b.Beats(s)
		total.Add(&beats.Report)
		if len(beats.Rows) > 0 {
			h.Add(m.Embed(nil, w, learn.Mean(beats.Rows)), parameters.Weight(len(beats.Rows), beats.Report.Trust()))
		}
	}
	if total.Reason(heartNeed) != "" {
		return nil
	}
	return &h
}

// Folds assigns persons to groups of the same size, at random but reproducibly
// for a seed, each database evenly.
func Folds(persons []string, n int, seed uint64) [][]string {
	dealt := slices.Clone(persons)
	slices.Sort(dealt)
	random := rand.New(rand.NewPCG(seed, 4))
	random.Shuffle(len(dealt), func(i, j int) { dealt[i], dealt[j] = dealt[j], dealt[i] })
	groups := make([][]string, n)
	for i, p := range dealt {
		groups[i%n] = append(groups[i%n], p)
	}
	return groups
}
