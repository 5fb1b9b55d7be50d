package main

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"systole/shared/ecg/beat"
)

// components is the number of principal components of a searched beat: they cover
// all but a thousandth of the variance of real mean beats.
const components = 40

// shapes are the directions in which real mean beats vary most, by principal
// components.
type shapes struct {
	centre     []float64
	directions [][]float64 // orthonormal, each multiplied by the deviation along it
	deviations []float64
}

func newShapes(means [][]float64) *shapes {
	s := &shapes{centre: make([]float64, beat.Width)}
	for _, m := range means {
		for k, v := range m {
			s.centre[k] += v / float64(len(means))
		}
	}
	covariance := mat.NewSymDense(beat.Width, nil)
	off := mat.NewVecDense(beat.Width, nil)
	for _, m := range means {
		for k, v := range m {
			off.SetVec(k, v-s.centre[k])
		}
		covariance.SymRankOne(covariance, 1/float64(len(means)), off)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		panic("principal components of mean beats don't converge")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil) // in ascending order
	for i := range components {
		k := beat.Width - 1 - i
		deviation := math.Sqrt(max(values[k], 1e-12))
		direction := mat.Col(nil, k, &vectors)
		for j := range direction {
			direction[j] *= deviation
		}
		s.directions = append(s.directions, direction)
		s.deviations = append(s.deviations, deviation)
	}
	return s
}

// coordinates returns those of a beat, in deviations.
func (s *shapes) coordinates(m []float64) []float64 {
	x := make([]float64, components)
	for i, d := range s.directions {
		for k, v := range m {
			x[i] += (v - s.centre[k]) * d[k] / (s.deviations[i] * s.deviations[i])
		}
	}
	return x
}

// beat returns the beat at the coordinates.
func (s *shapes) beat(x []float64) []float64 {
	m := slices.Clone(s.centre)
	for i, d := range s.directions {
		for k, v := range d {
			m[k] += x[i] * v
		}
	}
	return m
}
