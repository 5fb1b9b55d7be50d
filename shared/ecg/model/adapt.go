package model

import "slices"

// How a heart takes in probes.
const (
	// StrongRate is the false match rate at which a probe must be accepted, by
	// the heart as it is and as it was enrolled, before it is taken in.
	StrongRate = 0.0003
	// memory is the number of recordings after which what was taken in
	// forgets: the newest always counts for at least one in so many.
	memory = 8
	// mostAdded bounds the share of what was taken in, so that whoever gets
	// in can't push out whom the heart belongs to.
	mostAdded = 0.5
	// Versions is how many states of what was taken in are kept, the present
	// one included.
	Versions = 4
)

// Adaptive is a heart as enrolled, and what it took in since: how that is now,
// and before it how it was, the latest last. Its slices don't change.
type Adaptive struct {
	Enrolled Heart
	Added    []Heart
}

// Heart is the heart that probes are compared with: as enrolled, with a bounded
// share of what was taken in.
func (a *Adaptive) Heart() Heart {
	if len(a.Added) == 0 {
		return a.Enrolled
	}
	return a.Enrolled.blend(a.Added[len(a.Added)-1], mostAdded)
}

// TakeIn returns the heart with a probe taken in and true, or the heart as it
// is and false where the probe doesn't match strongly.
func (m *Model) TakeIn(a Adaptive, coordinates []float32, weight float64) (Adaptive, bool) {
	strong := m.Impostors.Threshold(StrongRate)
	now := a.Heart()
	if m.Compare(&a.Enrolled, coordinates) < strong || m.Compare(&now, coordinates) < strong {
		return a, false
	}
	var next Heart
	if n := len(a.Added); n > 0 {
		next = a.Added[n-1]
		next.Mean = slices.Clone(next.Mean)
	}
	if next.Recordings > memory-1 {
		next.Weight *= (memory - 1) / next.Recordings
		next.Recordings = memory - 1
	}
	next.Add(coordinates, weight)
	added := append(slices.Clone(a.Added), next)
	a.Added = added[max(0, len(added)-Versions):]
	return a, true
}

// Rollback returns the heart as it was before it last took in a probe, as far
// as that is remembered, and false where there is nothing to undo.
func (a Adaptive) Rollback() (Adaptive, bool) {
	if len(a.Added) == 0 {
		return a, false
	}
	a.Added = slices.Clone(a.Added[:len(a.Added)-1])
	return a, true
}

// blend is the heart with another of the same person, which gets the share
// that its weight deserves but no more than most.
func (h *Heart) blend(other Heart, most float64) Heart {
	share := min(other.Weight/(h.Weight+other.Weight), most)
	blend := Heart{
		Mean:       make([]float32, len(h.Mean)),
		Weight:     h.Weight + other.Weight,
		Recordings: h.Recordings + other.Recordings,
	}
	for i, v := range h.Mean {
		blend.Mean[i] = v + float32(share)*(other.Mean[i]-v)
	}
	return blend
}
