package parameters

import "slices"

const (
	// memory is the number of recordings after which adaptation forgets: the
	// newest probe always counts for at least one in memory. Hearts change over
	// months, and a check a day fills this in a week.
	memory = 8
	// maxAdapted bounds the share of adaptation in the template, so that an
	// impostor who is accepted once can't displace the enrolled person.
	maxAdapted = 0.5
)

// Adaptive is a template as it was enrolled, and beside it the mean of the probes
// that it was adapted to since, zero if there are none. Its slices are not
// changed.
type Adaptive struct {
	Enrolled Template
	Adapted  Template
}

// Current returns the template that probes are compared with: the enrolled one,
// blended with a bounded share of the adaptation.
func (a *Adaptive) Current() Template {
	if a.Adapted.Mean == nil {
		return a.Enrolled
	}
	return a.Enrolled.blend(a.Adapted, maxAdapted)
}

// Adapt returns the template adapted to a probe's embedding, and true, if the
// template accepts the probe at the false match rate strong both as it was
// enrolled and as it is now; else the template itself, and false.
func (p *Parameters) Adapt(a Adaptive, embedding []float32, weight, strong float64) (Adaptive, bool) {
	threshold := p.Impostors.Threshold(strong)
	now := a.Current()
	if p.Compare(&a.Enrolled, embedding) < threshold || p.Compare(&now, embedding) < threshold {
		return a, false
	}
	next := a.Adapted
	next.Mean = slices.Clone(next.Mean)
	if next.Recordings > memory-1 {
		next.Weight *= (memory - 1) / next.Recordings
		next.Recordings = memory - 1
	}
	next.Add(embedding, weight)
	a.Adapted = next
	return a, true
}

// blend returns the weighted mean with another template of the same person, whose
// share is at most maxShare.
func (t *Template) blend(other Template, maxShare float64) Template {
	share := min(other.Weight/(t.Weight+other.Weight), maxShare)
	blend := Template{
		Mean:       make([]float32, len(t.Mean)),
		Weight:     t.Weight + other.Weight,
		Recordings: t.Recordings + other.Recordings,
		Days:       t.Days,
	}
	for i, v := range t.Mean {
		blend.Mean[i] = v + float32(share)*(other.Mean[i]-v)
	}
	return blend
}
