package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The first direction is the one in which beats vary by nature and noise does not
// move them, although noise moves them further in another.
func TestDirectionsAnswerToNatureAndNotToNoise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const n, quiet, loud = directions + 2, 7, 11
	draw := func(scale float64, k int) []float32 {
		b := make([]float32, n)
		for i := range b {
			b[i] = float32(0.01 * r.NormFloat64())
		}
		b[k] += float32(scale * r.NormFloat64())
		return b
	}
	var v variation
	for range 50 {
		var beats, before, after [][]float32
		for range 20 {
			beats = append(beats, draw(1, quiet))
			before = append(before, make([]float32, n))
			after = append(after, draw(2, loud))
		}
		v.observe(beats, 1)
		v.compare(before, after)
	}
	rows, err := v.directions()
	if err != nil || len(rows) != directions*n {
		t.Fatalf("%d numbers, %v", len(rows), err)
	}
	first := rows[:n]
	for k, c := range first {
		if k != quiet && math.Abs(c) > 0.2*math.Abs(first[quiet]) {
			t.Errorf("the first direction has %.3f along %d, %.3f along nature's", c, k, first[quiet])
		}
	}
	if _, err := new(variation).directions(); err == nil {
		t.Error("directions of nothing")
	}
}

func TestBeatsOfAnotherKindAndOtherBeatsAreLeftOut(t *testing.T) {
	beats := [][]float32{{1}, {1.1}, {0.9}, {1}, {1.1}, {0.9}, {1.05}, {9}, nil}
	var v variation
	v.observe(beats, 1)
	if got := v.nature.At(0, 0); got > 1 {
		t.Errorf("variance %g with an ectopic beat among them", got)
	}
	v.compare(beats, beats[1:])
	if v.change != nil {
		t.Error("recordings of different beats are compared")
	}
}
