package rpeak

import "math"

// markReach is the greatest distance of a beat's extremum from the middle of its
// energy, 80 ms.
const markReach = RateHz * 80 / 1000

// refine moves a peak to the largest excursion of x, of either sign, within
// markReach, and interpolates it by a parabola through three samples.
func refine(x []float64, at int) float64 {
	best := at
	for i := max(1, at-markReach); i <= min(len(x)-2, at+markReach); i++ {
		if math.Abs(x[i]) > math.Abs(x[best]) {
			best = i
		}
	}
	if best < 1 || best > len(x)-2 {
		return float64(best)
	}
	return float64(best) + Vertex(x[best-1], x[best], x[best+1])
}

// Vertex returns the extremum of the parabola through three equally spaced
// values, from -0.5 to 0.5 of a step from the middle one.
func Vertex(before, middle, after float64) float64 {
	curvature := before - 2*middle + after
	if curvature == 0 {
		return 0
	}
	return min(max(0.5*(before-after)/curvature, -0.5), 0.5)
}
