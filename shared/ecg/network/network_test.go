package network

import (
	"math"
	"testing"
)

func TestApplyMatchesAnswersWorkedOutByHand(t *testing.T) {
	n := Network{
		// Two channels: the difference of the neighbours, and the value itself less
		// 1.
		Convolutions: []Layer{{In: 1, Out: 2, Kernel: 3, Weight: []float32{-1, 0, 0, 1, 1, 0}, Bias: []float32{0, -1}}},
		Dense:        Layer{In: 4, Out: 2, Kernel: 1, Weight: []float32{1, 0, 0, 1, 1, 0, 0, 1}, Bias: []float32{0, 1}},
	}
	// Differences 2, 2, 0, -3; values less 1: 0, 1, 2, 1. Halved: (2, 1), (0, 2).
	got := n.Apply(nil, &Workspace{}, []float32{1, 2, 3, 2})
	length := math.Hypot(2, 4)
	want := []float64{2 / length, 4 / length}
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 1e-6 {
			t.Errorf("value %d: %g, want %g", i, got[i], want[i])
		}
	}
}

func TestApplyIsTheSameInAUsedWorkspace(t *testing.T) {
	n := Network{
		Convolutions: []Layer{{In: 1, Out: 1, Kernel: 3, Weight: []float32{1, 2, 1}, Bias: []float32{0}}},
		Dense:        Layer{In: 2, Out: 2, Kernel: 1, Weight: []float32{1, 2, 3, 4}, Bias: []float32{0, 0}},
	}
	var w Workspace
	first := n.Apply(nil, &w, []float32{1, 2, 3, 4})
	n.Apply(nil, &w, []float32{9, 9, 9, 9})
	again := n.Apply(nil, &w, []float32{1, 2, 3, 4})
	for i := range first {
		if first[i] != again[i] {
			t.Errorf("value %d: %g, then %g", i, first[i], again[i])
		}
	}
}

// Machines with a vectorised product and those without must make the same vectors.
func TestAddIsMultiplyWithoutTheBias(t *testing.T) {
	for _, l := range []Layer{{In: 2, Out: 1, Kernel: 1}, {In: 3, Out: 5, Kernel: 3}, {In: 32, Out: 48, Kernel: 5}} {
		width := l.In * l.Kernel
		for i := range width * l.Out {
			l.Weight = append(l.Weight, float32(i*7919%1009)/1009-0.5)
		}
		l.Bias = make([]float32, l.Out)
		for _, others := range []int{0, 1, 2, 3, 4, 5, width - 1, width} { // values that aren't 0
			row := make([]float32, width)
			for i := range others {
				row[i*width/others] = float32(i%9)/8 - 0.45
			}
			got, want := make([]float32, l.Out), l.Multiply(nil, row, 1)
			l.add(got, row)
			for o := range want {
				if math.Abs(float64(got[o]-want[o])) > 1e-5 {
					t.Errorf("%d inputs, %d of them not 0, output %d: %g, want %g", width, others, o, got[o], want[o])
				}
			}
		}
	}
}
