// Package plda compares vectors under the two-covariance model of
// probabilistic linear discriminant analysis: a person's vectors scatter around
// the person's own mean with one covariance, and the persons' means around a
// common mean with another (Brümmer, de Villiers: The speaker partitioning
// problem, Odyssey 2010). After projection the first covariance is the
// identity and the second is diagonal.
package plda

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// Space is the model after its projection.
type Space struct {
	Mean    []float32 // of all vectors
	Basis   []float32 // one row as long as Mean for each dimension
	Between []float32 // variance between persons in each dimension; that within a person is 1
}

// Dimensions returns the number of values of a projected vector.
func (s *Space) Dimensions() int { return len(s.Between) }

// Project appends the projection of x, of as many values as Mean has, and
// overwrites x.
func (s *Space) Project(dst, x []float32) []float32 {
	for i, m := range s.Mean {
		x[i] -= m
	}
	start, d := len(dst), s.Dimensions()
	for range d {
		dst = append(dst, 0)
	}
	blas32.Gemv(blas.NoTrans, 1,
		blas32.General{Rows: d, Cols: len(x), Stride: len(x), Data: s.Basis},
		blas32.Vector{N: len(x), Inc: 1, Data: x},
		0, blas32.Vector{N: d, Inc: 1, Data: dst[start:]})
	s.resize(dst[start:])
	return dst
}

// resize scales a projected vector to the length that its variances lead to
// expect: the distance from the mean says more about the recording than about the
// person (Garcia-Romero, Espy-Wilson: Interspeech 2011).
func (s *Space) resize(z []float32) {
	power := 0.0
	for i, b := range s.Between {
		power += float64(z[i]) * float64(z[i]) / float64(1+b)
	}
	if power == 0 {
		return
	}
	scale := float32(math.Sqrt(float64(len(z)) / power))
	for i := range z {
		z[i] *= scale
	}
}

// Ratio returns the logarithm of the ratio of two likelihoods of the probe: from
// the enrolled person, and from an impostor. The enrolment is the mean of vectors
// worth count independent ones.
func (s *Space) Ratio(enrolled []float32, count float64, probe []float32) float64 {
	own, any, variances := s.distances(enrolled, count, probe)
	return (variances + any - own) / 2
}

// StudentRatio is Ratio with Student's t in place of the normal distribution:
// hearts change more, now and then, than a normal distribution allows, which
// would let one such change outweigh all that is alike (Kenny: Bayesian speaker
// verification with heavy-tailed priors, Odyssey 2010). The degrees of freedom
// are above 0.
func (s *Space) StudentRatio(degrees float64, enrolled []float32, count float64, probe []float32) float64 {
	own, any, variances := s.distances(enrolled, count, probe)
	tails := degrees + float64(s.Dimensions())
	return (variances + tails*(math.Log1p(any/degrees)-math.Log1p(own/degrees))) / 2
}

// distances returns the squared distances, by the variances, of the probe from
// the means expected of the enrolled person and of the population, and the
// logarithm of the ratio of the variances' products.
func (s *Space) distances(enrolled []float32, count float64, probe []float32) (own, any, variances float64) {
	product := 1.0 // of the variances' ratios; one logarithm of their product is faster than many
	for i, b := range s.Between {
		between := float64(b)
		rest := between / (1 + count*between) // variance of the person's mean, once enrolled
		expected := count * rest * float64(enrolled[i])
		z := float64(probe[i])
		own += (z - expected) * (z - expected) / (1 + rest)
		any += z * z / (1 + between)
		product *= (1 + between) / (1 + rest)
		if product > 1e200 {
			variances += math.Log(product)
			product = 1
		}
	}
	return own, any, variances + math.Log(product)
}
