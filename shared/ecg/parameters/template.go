package parameters

import "math"

// Template is the weighted mean of the embeddings of a person's recordings.
type Template struct {
	Mean       []float32 // of length Dimensions
	Weight     float64   // the sum of the recordings' weights
	Recordings float64   // the number of recordings
	Days       int       // number of days of enrolment, 0 for one; see CombineDays
}

// Weight returns a recording's weight in a template, from its number of clean
// beats and its quality score (0 to 1).
func Weight(cleanBeats int, quality float64) float64 {
	return math.Sqrt(float64(cleanBeats)) * trust(quality)
}

func trust(quality float64) float64 { return 0.1 + quality }

// Beats returns the number of clean beats of the template's recordings, which the
// template knows by their weights alone. It is exact for one recording of the
// quality score, and no more than they had for several of no higher score.
func (t *Template) Beats(quality float64) float64 {
	roots := t.Weight / trust(quality)
	return roots * roots / t.Recordings
}

// Add adds a recording's embedding to the mean. The weight is above 0; see
// Weight.
func (t *Template) Add(embedding []float32, weight float64) {
	if t.Mean == nil {
		t.Mean = make([]float32, len(embedding))
	}
	t.Weight += weight
	t.Recordings++
	share := float32(weight / t.Weight)
	for i, v := range embedding {
		t.Mean[i] += share * (v - t.Mean[i])
	}
}

// worth returns the number of independent recordings that the template's are
// worth: those of one day have much in common, those of several days don't.
func (t *Template) worth() float64 { return max(math.Sqrt(t.Recordings), float64(t.Days)) }

// Compare scores a probe's embedding against the template. Both must be of
// these parameters.
func (p *Parameters) Compare(t *Template, probe []float32) float64 {
	return p.Score(t.Mean, t.worth(), probe)
}
