package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"systole/shared/ecg/parameters"
)

// attacker searches for a mean beat that many templates accept. They know all
// that is public: parameters, thresholds, cohort and code.
type attacker struct {
	parameters *parameters.Parameters
	shapes     *shapes
	known      [][]float64 // mean beats, one of each of the attacker's persons
	templates  *goal       // of the attacker's persons
	cohort     []*goal     // by population; more than the allowed share of one is refused
	allowed    float64
	work       parameters.Workspace
	random     *rand.Rand
}

const (
	// furthest bounds a coordinate, in deviations: a beat beyond it is no heart's.
	furthest = 4
	// looked bounds the real beats of which the best are taken, and started is the
	// number that a search begins with.
	looked, started = 800, 40
	// generations and steps are the lengths of evolution and ascent.
	generations, steps = 10, 60
)

// one is a beat and its worth.
type one struct {
	x     []float64
	worth float64
}

// worth returns the share of templates that accept the beat, less a penalty for
// beats that the cohort would refuse.
func (a *attacker) worth(embedding []float32) float64 {
	worth := a.templates.share(embedding)
	for _, c := range a.cohort {
		worth -= a.penalty(c.share(embedding))
	}
	return worth
}

// penalty grows with the excess of a cohort's share over the allowed one.
func (a *attacker) penalty(share float64) float64 {
	const weight, margin = 3, 0.97
	return weight * max(0, share-margin*a.allowed)
}

func (a *attacker) embed(mean []float64) []float32 { return a.parameters.Embed(nil, &a.work, mean) }

func (a *attacker) grade(x []float64) one { return one{x, a.worth(a.embed(a.shapes.beat(x)))} }

func byWorth(a, b one) int { return cmp.Compare(b.worth, a.worth) }

// best returns the coordinates of the best beats found, the best first: by
// evolution from real ones, then along the gradient.
func (a *attacker) best() []one {
	a.soften(8)
	var real []one
	for k := 0; k < len(a.known); k += 1 + len(a.known)/looked {
		real = append(real, one{a.shapes.coordinates(a.known[k]), a.worth(a.embed(a.known[k]))})
	}
	slices.SortFunc(real, byWorth)
	real = real[:min(started, len(real))]
	found := a.evolve(slices.Clone(real))[:1]
	found = append(found, real[0])
	for i := range found {
		a.soften(8)
		found[i] = one{a.climb(found[i].x, steps, 0.05), 0}
		a.soften(3)
		found[i] = one{a.climb(found[i].x, steps/2, 0.02), 0}
	}
	a.soften(1)
	for i := range found {
		found[i] = a.grade(found[i].x)
	}
	slices.SortFunc(found, byWorth)
	return found
}

// soften sets the softness of the templates' thresholds, in nats.
func (a *attacker) soften(nats float64) { a.templates.softness = nats }

// evolve crosses and mutates beats, and keeps the best ones.
func (a *attacker) evolve(all []one) []one {
	size := len(all)
	for range generations {
		for range size {
			mother, father := all[a.random.IntN(size)], all[a.random.IntN(size)]
			share, spread := a.random.Float64(), 0.3*math.Exp(-3*a.random.Float64())
			child := make([]float64, components)
			for k := range child {
				v := share*mother.x[k] + (1-share)*father.x[k] + spread*a.random.NormFloat64()
				child[k] = max(-furthest, min(furthest, v))
			}
			all = append(all, a.grade(child))
		}
		slices.SortFunc(all, byWorth)
		all = all[:size]
	}
	return all
}

// climb follows the gradient (D. Kingma, J. Ba, ICLR 2015), which is computed
// through the scores by their derivative and through the networks by finite
// differences.
func (a *attacker) climb(x []float64, steps int, rate float64) []float64 {
	const epsilon = 1e-2
	const forget, forgetSquares = 0.9, 0.99
	x = slices.Clone(x)
	best, highest := slices.Clone(x), math.Inf(-1)
	mean, square := make([]float64, components), make([]float64, components)
	for step := range steps {
		beat := a.shapes.beat(x)
		embedding := a.embed(beat)
		worth, by := a.slope(embedding)
		if worth > highest {
			best, highest = slices.Clone(x), worth
		}
		for i, direction := range a.shapes.directions {
			moved := slices.Clone(beat)
			for k, d := range direction {
				moved[k] += epsilon * d
			}
			gradient := 0.0
			for k, e := range a.embed(moved) {
				gradient += by[k] * float64(e-embedding[k]) / epsilon
			}
			mean[i] = forget*mean[i] + (1-forget)*gradient
			square[i] = forgetSquares*square[i] + (1-forgetSquares)*gradient*gradient
		}
		t := float64(step + 1)
		for i := range x {
			m := mean[i] / (1 - math.Pow(forget, t))
			size := math.Sqrt(square[i] / (1 - math.Pow(forgetSquares, t)))
			x[i] = max(-furthest, min(furthest, x[i]+rate*m/(size+1e-12)))
		}
	}
	return best
}

// slope returns the worth and its derivative with respect to the embedding.
func (a *attacker) slope(embedding []float32) (worth float64, by []float64) {
	worth, by = a.templates.slope(embedding)
	for _, c := range a.cohort {
		share, more := c.slope(embedding)
		penalty := a.penalty(share)
		if penalty == 0 {
			continue
		}
		worth -= penalty
		for k, v := range more {
			by[k] -= v * penalty / (share - 0.97*a.allowed)
		}
	}
	return worth, by
}
