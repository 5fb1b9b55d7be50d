package replay

import (
	"math"
	"slices"
	"sync"
)

const (
	// cells is the number of equal parts of a cycle. Each is represented by the
	// signal's mean over it, which suppresses noise without a filter.
	cells = 64
	// cycleFrom is the time before the R peak at which the cycle begins, as a
	// share of the interval; it is one interval long.
	cycleFrom = 0.4
	// shapes is the number of coefficients that describe how a cycle differs from
	// the previous one. At 75 beats a minute they reach up to 9 Hz. Finer detail
	// differs little between beats, and noise is as strong there as anywhere.
	shapes = 12
	// taper is the share of the cycle over which it fades in, and out.
	taper = 0.12
	// drift is the number of slowest shapes that are left out: constant, slope and
	// bend, which make up baseline wander.
	drift = 3
)

// basis holds orthonormal functions over a cycle, the slowest first: cosines that
// fade at both ends, orthogonal to constant, slope and bend.
type basis [shapes][cells]float64

// cosines is the basis, made once.
var cosines = sync.OnceValue(newBasis)

func newBasis() *basis {
	var fade [cells]float64
	var slow [drift][cells]float64
	for j := range cells {
		u := (float64(j) + 0.5) / cells
		fade[j] = 1
		if edge := min(u, 1-u); edge < taper {
			s := math.Sin(math.Pi / 2 * edge / taper)
			fade[j] = s * s
		}
		p := 1.0
		for d := range drift {
			slow[d][j] = p
			p *= u - 0.5
		}
	}
	// They are orthonormal under the weight of the fade, so that a projection that
	// is subtracted from a cosine fades as it does.
	for d := range slow {
		for e := range d {
			c := weighted(&slow[d], &slow[e], &fade)
			subtract(&slow[d], &slow[e], c)
		}
		scale(&slow[d], 1/math.Sqrt(weighted(&slow[d], &slow[d], &fade)))
	}
	b := new(basis)
	for k := range b {
		f := &b[k]
		for j := range f {
			f[j] = math.Cos(math.Pi * float64(k+drift) * (float64(j) + 0.5) / cells)
		}
		for d := range slow {
			subtract(f, &slow[d], weighted(f, &slow[d], &fade))
		}
		for j := range f {
			f[j] *= fade[j]
		}
		for e := range k {
			subtract(f, &b[e], dot(f[:], b[e][:]))
		}
		scale(f, 1/math.Sqrt(dot(f[:], f[:])))
	}
	return b
}

// dot computes four sums, so that no addition waits for the one before.
func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}

func weighted(a, b, w *[cells]float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i] * w[i]
	}
	return sum
}

func subtract(a, b *[cells]float64, c float64) {
	for i, v := range b {
		a[i] -= c * v
	}
}

func scale(a *[cells]float64, c float64) {
	for i := range a {
		a[i] *= c
	}
}

// integral is the running sum of a signal: a mean over a part of it is a
// difference of two values.
type integral []float64

// of returns the integral of x, in the memory of s if that suffices. It sums the
// differences from the first value, so that an offset costs no precision.
func (s integral) of(x []float64) integral {
	s = append(slices.Grow(s[:0], len(x)+1), 0)
	sum := 0.0
	for _, v := range x {
		sum += v - x[0]
		s = append(s, sum)
	}
	return s
}

// at returns the sum up to an instant inside the signal, in samples.
func (s integral) at(t float64) float64 {
	i := int(t)
	return s[i] + (t-float64(i))*(s[i+1]-s[i])
}

// covers reports whether the cycle of an interval's length around a peak lies
// wholly inside the signal.
func (s integral) covers(peak, interval float64) bool {
	const half = 0.5 // a sample stands for half a step before its instant and half a step after
	return peak+half-cycleFrom*interval >= 0 && peak+half+(1-cycleFrom)*interval <= float64(len(s)-2)
}

// cycle sets c to the signal's means over the cells of the cycle around a peak.
func (s integral) cycle(c *[cells]float64, peak, interval float64) {
	const half = 0.5
	step := interval / cells
	from := peak + half - cycleFrom*interval
	before := s.at(from)
	for j := range c {
		after := s.at(from + float64(j+1)*step)
		c[j] = (after - before) / step
		before = after
	}
}

// upright reports whether two cycles have positive polarity, by their third moment.
// It uses no other cycle, so that cropping a recording doesn't change it.
func upright(one, other *[cells]float64) bool {
	mean := 0.0
	for j := range one {
		mean += (one[j] + other[j]) / (2 * cells)
	}
	sum := 0.0
	for j := range one {
		a, b := one[j]-mean, other[j]-mean
		sum += a*a*a + b*b*b
	}
	return sum >= 0
}
