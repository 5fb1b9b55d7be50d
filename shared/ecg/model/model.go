// Package model holds what was learned about hearts from many persons: how a
// mean beat becomes a point in a space where one person's beats lie together,
// and which scores strangers reach. The parameters are a file that the training
// program under infra/train writes.
package model

import (
	"math"
	"slices"
	"sync"

	"systole/shared/ecg/feature"
	"systole/shared/ecg/network"
	"systole/shared/ecg/plda"
)

// The features that are compared, in the order of their coordinates.
const (
	Waveform = iota
	Slope
	Network
	Features // how many
)

// Model is a set of learned parameters.
type Model struct {
	Version   string   // names the parameters; it changes whenever they do
	Persons   []string // whom it was learned from
	Network   network.Network
	Spaces    [Features]plda.Space
	Weights   [Features]float32 // of the features' log-likelihood ratios
	Impostors Calibration
}

// Workspace is what Embed works in. The zero value is ready to use.
type Workspace struct {
	pair, x []float32
	network network.Workspace
}

// Dimensions is how many coordinates a heart has.
func (m *Model) Dimensions() int {
	d := 0
	for i := range m.Spaces {
		d += m.Spaces[i].Dimensions()
	}
	return d
}

// Radius is how far from the origin coordinates can lie: plda.Project scales
// those of each space by their variance to the same length.
func (m *Model) Radius() float64 {
	power := 0.0
	for i := range m.Spaces {
		if d := m.Spaces[i].Dimensions(); d > 0 {
			power += float64(d) * float64(1+slices.Max(m.Spaces[i].Between))
		}
	}
	return 1.001 * math.Sqrt(power) // and room for rounding
}

// Embed appends the coordinates of a mean beat of beat.Width values.
func (m *Model) Embed(dst []float32, w *Workspace, mean []float64) []float32 {
	w.pair = feature.Pair(w.pair[:0], mean)
	for i := range m.Spaces {
		if m.Spaces[i].Dimensions() == 0 {
			continue
		}
		w.x = m.Feature(w.x[:0], &w.network, i, mean, w.pair)
		dst = m.Spaces[i].Project(dst, w.x)
	}
	return dst
}

// Feature appends a feature before its projection. The pair is feature.Pair's
// of the mean beat.
func (m *Model) Feature(dst []float32, w *network.Workspace, which int, mean []float64, pair []float32) []float32 {
	switch which {
	case Waveform:
		return feature.Waveform(dst, mean)
	case Slope:
		return feature.Slope(dst, mean)
	}
	return m.Network.Apply(dst, w, pair)
}

// Score is the weighted sum of the features' log-likelihood ratios of a probe
// against an enrolment worth count recordings.
func (m *Model) Score(enrolled []float32, count float64, probe []float32) float64 {
	score := 0.0
	for i := range m.Spaces {
		d := m.Spaces[i].Dimensions()
		score += float64(m.Weights[i]) * m.Spaces[i].Ratio(enrolled[:d], count, probe[:d])
		enrolled, probe = enrolled[d:], probe[d:]
	}
	return score
}

// Shipped returns the parameters that are part of the program. They are read
// when first asked for.
var Shipped = sync.OnceValue(func() *Model {
	m, err := Read(shipped)
	if err != nil {
		// The file is compiled in and its test reads it: this can't happen
		// to a program that was tested.
		panic("embedded parameters: " + err.Error())
	}
	return m
})
