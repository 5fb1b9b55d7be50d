package plda

import "math"

// Many compares other vectors with a probe and with an enrolment at once, under
// Student's t: each as an enrolment of one vector with the probe, and as a probe with
// the enrolment.
type Many struct {
	terms []term
	least Roles // of the distances
	// Best and Tails make a log-likelihood ratio of a distance: half of Best less Tails
	// times the distance's logarithm.
	Best  Roles
	Tails float64
}

// Roles has a number of another vector as an enrolment, and one of it as a probe.
type Roles struct{ Enrolment, Probe float64 }

// Times returns the products with another's numbers.
func (r Roles) Times(other Roles) Roles {
	return Roles{r.Enrolment * other.Enrolment, r.Probe * other.Probe}
}

// Power returns the powers of positive numbers.
func (r Roles) Power(exponent float64) Roles {
	return Roles{power(r.Enrolment, exponent), power(r.Probe, exponent)}
}

// power is math.Pow, several times faster for an exponent that is a small whole number.
func power(x, exponent float64) float64 {
	n := uint(exponent)
	if exponent < 0 || exponent > 64 || float64(n) != exponent {
		return math.Pow(x, exponent)
	}
	y := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= x
		}
		x *= x
	}
	return y
}

// term is what one value of another vector adds to its distances: as an enrolment the
// factor times the value, and as a probe the square of the factor times the value less
// the target.
type term struct{ enrolmentFactor, probeFactor, probeTarget float32 }

// Many compares with the probe, and with the enrolment that is worth count vectors.
// Both are Project's output.
func (s *Space) Many(degrees float64, probe, enrolled []float32, count float64) Many {
	d := s.Dimensions()
	m := Many{
		terms: make([]term, d, d+1),
		least: Roles{Enrolment: degrees, Probe: degrees},
		Tails: degrees + float64(d),
	}
	var any, enrolments, probes float64 // the probe's distance from the population's mean; the variances
	for i, b := range s.Between {
		between, z := float64(b), float64(probe[i])
		one := between / (1 + between)        // variance of the person's mean, once enrolled with one vector
		rest := between / (1 + count*between) // and with count vectors
		any += z * z / (1 + between)
		enrolments += math.Log((1 + between) / (1 + one))
		probes += math.Log((1 + between) / (1 + rest))
		// As an enrolment (z - one·x)²/(1 + one): the square of z is among the least,
		// that of x is the enrolment's length.
		m.least.Enrolment += z * z / (1 + one)
		m.terms[i] = term{
			enrolmentFactor: float32(-2 * z * one / (1 + one)),
			probeFactor:     float32(1 / math.Sqrt(1+rest)),
			probeTarget:     float32(count * rest * float64(enrolled[i]) / math.Sqrt(1+rest)),
		}
	}
	m.terms = append(m.terms, term{enrolmentFactor: 1}) // for the length
	m.Best = Roles{
		Enrolment: enrolments + m.Tails*math.Log(degrees+any),
		Probe:     probes + m.Tails*math.Log(degrees+float64(d)), // Project resizes to the length d
	}
	return m
}

// Len returns the number of values that Distances takes of another vector.
func (m *Many) Len() int { return len(m.terms) }

// LengthFactors returns the factors of a vector's squared values in its length, as
// Distances takes it: what is the same in all distances of the vector as an enrolment.
func (s *Space) LengthFactors() []float32 {
	factors := make([]float32, s.Dimensions())
	for i, b := range s.Between {
		one := float64(b) / (1 + float64(b))
		factors[i] = float32(one * one / (1 + one))
	}
	return factors
}

// Distances returns the squared distances of two other vectors from the vector expected
// of the enrolled person, with the degrees of freedom. Each is Project's output and then
// its length, see LengthFactors. Two at once read each term once, and their sums don't
// wait for each other.
func (m *Many) Distances(a, b []float32) (ofA, ofB Roles) {
	a, b = a[:len(m.terms)], b[:len(m.terms)]
	var enrolmentA, probeA, enrolmentB, probeB float32
	for k := range m.terms {
		t := &m.terms[k]
		x, y := a[k], b[k]
		enrolmentA += t.enrolmentFactor * x
		enrolmentB += t.enrolmentFactor * y
		offX, offY := t.probeFactor*x-t.probeTarget, t.probeFactor*y-t.probeTarget
		probeA += offX * offX
		probeB += offY * offY
	}
	ofA = Roles{m.least.Enrolment + float64(enrolmentA), m.least.Probe + float64(probeA)}
	ofB = Roles{m.least.Enrolment + float64(enrolmentB), m.least.Probe + float64(probeB)}
	return ofA, ofB
}
