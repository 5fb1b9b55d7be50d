package replay

import "math"

const (
	// together is how many beats at most are compared for their residuals. A
	// recording of more is cut into parts of nearly equal length.
	together = 24
	// likeness is the mean square, in parts of a QRS complex's height, by which two
	// beats of one kind differ at most by nature; an ectopic beat differs by more.
	likeness = 0.3
	// company is the weight of beats, itself included, from which on a beat has a
	// residual.
	company = 1.5
)

// residuals are what beats differ in from the mean of those that are like them,
// in time order, and whether there are others like each.
func residuals(beats []shape) (all []shape, accompanied []bool) {
	all = make([]shape, 0, len(beats))
	n := (len(beats) + together - 1) / together
	for i := range n {
		part := beats[i*len(beats)/n : (i+1)*len(beats)/n]
		for k := range part {
			residual, weight := residualOf(k, part)
			all = append(all, residual)
			accompanied = append(accompanied, weight >= company)
		}
	}
	return all, accompanied
}

func residualOf(k int, beats []shape) (residual shape, weight float64) {
	for i := range beats {
		square := 0.0
		for p, v := range beats[i] {
			d := v - beats[k][p]
			square += d * d / points
		}
		w := math.Exp(-square / (2 * likeness))
		weight += w
		for p, v := range beats[i] {
			residual[p] -= w * v
		}
	}
	for p := range residual {
		residual[p] = beats[k][p] + residual[p]/weight
	}
	return residual, weight
}

// only are the shapes that are marked.
func only(all []shape, marked []bool) []shape {
	var some []shape
	for i, s := range all {
		if marked[i] {
			some = append(some, s)
		}
	}
	return some
}
