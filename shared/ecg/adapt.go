package ecg

import (
	"slices"

	"systole/shared/ecg/model"
)

const (
	// strong is the false match rate at which a probe must be accepted, by the
	// heart as it is and as it was enrolled, before the template takes it in.
	strong FMR = 0.0003
	// memory is the number of recordings after which what Adapt took in
	// forgets: the newest always counts for at least one in so many.
	memory = 8
	// mostAdded bounds the share of what Adapt took in, so that whoever gets
	// in can't push out whom the template belongs to.
	mostAdded = 0.5
	// versions is how many states of what Adapt took in are kept, the present
	// one included.
	versions = 4
)

// Adapt returns the template with a probe taken in, if the probe matches so
// strongly that it is surely the same person's; otherwise the template as it
// is and false. The error is an *Unusable.
func Adapt(t *Template, signal Signal) (*Template, bool, error) {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	coordinates, weight, err := w.probe(t.model, signal)
	if err != nil {
		return t, false, err
	}
	now := t.heart()
	for _, heart := range []model.Heart{t.enrolled, now} {
		if score := (Score{t.model.Compare(&heart, coordinates), t.model}); !score.Accepted(strong) {
			return t, false, nil
		}
	}
	adapted := *t
	next := model.Heart{}
	if n := len(t.added); n > 0 {
		next = t.added[n-1]
		next.Mean = slices.Clone(next.Mean)
	}
	if next.Recordings >= memory-1 {
		next.Weight *= (memory - 1) / next.Recordings
		next.Recordings = memory - 1
	}
	next.Add(coordinates, weight)
	adapted.added = append(slices.Clone(t.added), next)
	if over := len(adapted.added) - versions; over > 0 {
		adapted.added = adapted.added[over:]
	}
	return &adapted, true, nil
}

// Rollback returns the template as it was before it last took in a probe, as
// far as that is remembered, and false where there is nothing to undo.
func (t *Template) Rollback() (*Template, bool) {
	if len(t.added) == 0 {
		return t, false
	}
	before := *t
	before.added = slices.Clone(t.added[:len(t.added)-1])
	return &before, true
}

// heart is the heart that probes are compared with: as enrolled, with a bounded
// share of what Adapt took in.
func (t *Template) heart() model.Heart {
	if len(t.added) == 0 {
		return t.enrolled
	}
	added := t.added[len(t.added)-1]
	return t.enrolled.Blend(added, mostAdded)
}
