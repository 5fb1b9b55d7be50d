// Package timescale detects a wrongly stated sampling rate from the form of a
// heart's beat: at a wrong rate the PR, QRS and QT intervals have durations that
// no human's have at the heart rate seen.
//
// A small network, learned from 13,000 persons at their own rates and at wrong
// ones (infra/train/torch/timescale.py), estimates the logarithm of the factor
// between the stated rate and the true one. Its accuracy: shared/ecg/README.md.
package timescale

import (
	_ "embed"
	"encoding/binary"
	"math"
	"sync"

	"systole/shared/ecg/beat"
)

// FewestBeats is the least number of clean beats whose mean is judged.
const FewestBeats = 4

// The network's layers: the mean beat and the logarithm of the RR interval, two
// hidden layers, one estimate.
const (
	inputs = beat.Width + 1
	first  = 32
	second = 16
)

// parameters.bin has the two limits of estimates at a true rate, then each
// layer's weights, row by row, and biases, as little-endian float32.
//
//go:embed parameters.bin
var packed []byte

type network struct {
	lowest, highest float32
	w1              [first][inputs]float32
	b1              [first]float32
	w2              [second][first]float32
	b2              [second]float32
	w3              [second]float32
	b3              float32
}

var learned = sync.OnceValue(func() *network {
	n := new(network)
	at := 0
	next := func() float32 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(packed[at:]))
		at += 4
		return v
	}
	n.lowest, n.highest = next(), next()
	for i := range n.w1 {
		for k := range n.w1[i] {
			n.w1[i][k] = next()
		}
	}
	for i := range n.b1 {
		n.b1[i] = next()
	}
	for i := range n.w2 {
		for k := range n.w2[i] {
			n.w2[i][k] = next()
		}
	}
	for i := range n.b2 {
		n.b2[i] = next()
	}
	for k := range n.w3 {
		n.w3[k] = next()
	}
	n.b3 = next()
	return n
})

// Factor estimates the stated rate as a multiple of the true one, from the mean
// beat, of beat.Width values as package beat segments it, and the mean RR
// interval in seconds at the stated rate. plausible is false for a factor that at
// most one in 700 recordings has at its true rate.
func Factor(mean []float64, rrSeconds float64) (factor float64, plausible bool) {
	n := learned()
	var in [inputs]float32
	for k, v := range mean[:beat.Width] {
		in[k] = float32(v)
	}
	in[beat.Width] = float32(math.Log(rrSeconds))
	var one [first]float32
	for i, weights := range &n.w1 {
		one[i] = max(0, n.b1[i]+dot(weights[:], in[:]))
	}
	estimate := n.b3
	for i, weights := range &n.w2 {
		estimate += n.w3[i] * max(0, n.b2[i]+dot(weights[:], one[:]))
	}
	return math.Exp(float64(estimate)), estimate >= n.lowest && estimate <= n.highest
}

func dot(a, b []float32) (sum float32) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
