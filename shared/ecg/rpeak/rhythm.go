package rpeak

import (
	"math"
	"slices"
)

const (
	// refractory is the time after a beat in which there can be no other, 200 ms.
	refractory = RateHz / 5
	// An interval shorter than this part of the usual one costs by the square
	// of the deficit…
	shortest  = 0.65
	shortCost = 12.0
	// …and one longer than so many usual ones costs by the excess, up to a limit:
	// a pause is rare, but a long pause is no rarer than a short one.
	longest      = 1.7
	longCost     = 0.7
	mostLongCost = 0.3
	// The usual interval is the median of usualReach intervals on each side.
	usualReach = 5
	// With fewer than three intervals the usual one is firstUsual. It stays within
	// the bounds below.
	firstUsual = 0.8 * RateHz
	minUsual   = 0.3 * RateHz
	maxUsual   = 1.6 * RateHz
)

// rhythm chooses, among candidates, the beats that make the most plausible
// sequence.
type rhythm struct {
	strong    []candidate
	path      []step
	intervals []float64
	chosen    []int
}

// step is the best sequence that ends with a candidate.
type step struct {
	score float64
	from  int // the candidate before, -1 for none
}

// choose returns the indices of the candidates that make the most plausible sequence,
// rising. The slice is valid until the next call.
func (r *rhythm) choose(found []candidate) []int {
	r.chosen, r.path = r.chosen[:0], r.path[:0]
	if len(found) == 0 {
		return r.chosen
	}
	r.usual(found)
	last := found[len(found)-1].at
	best, end := math.Inf(-1), -1
	for i, c := range found {
		s := r.reach(found, i)
		r.path = append(r.path, s)
		if score := s.score - intervalCost(max(1, float64(last-c.at)/c.usual)); score >= best {
			best, end = score, i
		}
	}
	for i := end; i >= 0; i = r.path[i].from {
		r.chosen = append(r.chosen, i)
	}
	slices.Reverse(r.chosen)
	return r.chosen
}

// reach is the best way to come to the i-th candidate: as the first beat, or
// after one of those before it.
func (r *rhythm) reach(found []candidate, i int) step {
	c := found[i]
	best := step{c.worth - intervalCost(max(1, float64(c.at-found[0].at)/c.usual)), -1}
	for j := i - 1; j >= 0; j-- {
		gap := float64(c.at - found[j].at)
		if gap < refractory {
			continue
		}
		if score := r.path[j].score + c.worth - intervalCost(gap/c.usual); score > best.score {
			best = step{score, j}
		}
		if gap > 4*c.usual && gap > 3*RateHz {
			break
		}
	}
	return best
}

// intervalCost returns the cost of an interval, given as a multiple of the usual
// one.
func intervalCost(ratio float64) float64 {
	switch {
	case ratio < shortest:
		return shortCost * (shortest - ratio) * (shortest - ratio)
	case ratio > longest:
		return min(longCost*(ratio-longest), mostLongCost)
	}
	return 0
}

// usual sets each candidate's usual interval from the strong ones around it.
func (r *rhythm) usual(found []candidate) {
	r.strong = r.strong[:0]
	for _, c := range found {
		if c.worth <= 0 {
			continue
		}
		if k := len(r.strong) - 1; k >= 0 && c.at-r.strong[k].at < refractory {
			if c.height > r.strong[k].height {
				r.strong[k] = c
			}
			continue
		}
		r.strong = append(r.strong, c)
	}
	next, computed, usual := 0, -1, 0.0
	for i := range found {
		for next < len(r.strong) && r.strong[next].at < found[i].at {
			next++
		}
		if next != computed {
			usual, computed = r.medianInterval(next), next
		}
		found[i].usual = usual
	}
}

// medianInterval is the median interval of the strong candidates around the
// k-th.
func (r *rhythm) medianInterval(k int) float64 {
	r.intervals = r.intervals[:0]
	for i := max(1, k-usualReach); i < min(len(r.strong), k+usualReach+1); i++ {
		r.intervals = append(r.intervals, float64(r.strong[i].at-r.strong[i-1].at))
	}
	if len(r.intervals) < 3 {
		return firstUsual
	}
	slices.Sort(r.intervals)
	return min(max(r.intervals[len(r.intervals)/2], minUsual), maxUsual)
}
