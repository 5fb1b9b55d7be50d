package parameters

// maxAdapted bounds the share of the adaptation in the template, so that an
// impostor who was accepted once doesn't displace the enrolled person.
const maxAdapted = 0.5

// Adaptive is a template as it was enrolled, and beside it the mean of the probes
// that an earlier version of the service adapted it to, zero if there are none.
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
