// Package parameters holds the learned parameters of the comparison: the map from
// a mean beat to an embedding, a vector that is close to those of the same person's
// other beats, and the distribution of impostors' scores.
//
// Each set is a file that the training program under infra/train writes, and has
// a name: the algorithm. [Shipped] lists the sets that are part of the program.
package parameters

import (
	"math"
	"slices"

	"systole/shared/ecg/feature"
	"systole/shared/ecg/network"
	"systole/shared/ecg/plda"
)

// The features of a beat, in the order in which an embedding holds their
// projections. Several networks are the features from Network on.
const (
	Waveform = iota
	Slope
	Network
)

// Parameters is one set. It is not changed once read, and safe for concurrent
// use.
type Parameters struct {
	Algorithm string   // the set's name; it changes whenever the parameters do
	Persons   []string // whose recordings were used to learn the set
	Networks  []network.Network
	Spaces    []plda.Space // of each feature; one of no dimensions omits its feature
	Weights   []float32    // of the features' log-likelihood ratios
	Degrees   float64      // of freedom of Student's t in the ratios; 0 for the normal distribution
	Impostors Calibration
	Cohort    *Cohort // of impostors; nil for none
}

// Workspace is Embed's work space. The zero value is ready to use.
type Workspace struct {
	pair, x []float32
	network network.Workspace
}

// Dimensions returns the length of an embedding.
func (p *Parameters) Dimensions() int {
	d := 0
	for i := range p.Spaces {
		d += p.Spaces[i].Dimensions()
	}
	return d
}

// Radius returns a bound on the Euclidean length of an embedding: plda.Project
// scales the projection into each space, by its variances, to the same length.
func (p *Parameters) Radius() float64 {
	power := 0.0
	for i := range p.Spaces {
		if d := p.Spaces[i].Dimensions(); d > 0 {
			power += float64(d) * float64(1+slices.Max(p.Spaces[i].Between))
		}
	}
	return 1.001 * math.Sqrt(power) // with room for rounding
}

// Embed appends the embedding of a mean beat of beat.Width values: Dimensions
// values.
func (p *Parameters) Embed(dst []float32, w *Workspace, mean []float64) []float32 {
	w.pair = feature.Pair(w.pair[:0], mean)
	for i := range p.Spaces {
		if p.Spaces[i].Dimensions() == 0 {
			continue
		}
		w.x = p.Feature(w.x[:0], &w.network, i, mean, w.pair)
		dst = p.Spaces[i].Project(dst, w.x)
	}
	return dst
}

// Feature appends a feature before its projection. pair is feature.Pair's output
// for the mean beat.
func (p *Parameters) Feature(dst []float32, w *network.Workspace, which int, mean []float64, pair []float32) []float32 {
	switch which {
	case Waveform:
		return feature.Waveform(dst, mean)
	case Slope:
		return feature.Slope(dst, mean)
	}
	return p.Networks[which-Network].Apply(dst, w, pair)
}

// Score returns the weighted sum of the features' log-likelihood ratios of a
// probe's embedding against an enrolled one that is worth count recordings.
func (p *Parameters) Score(enrolled []float32, count float64, probe []float32) float64 {
	score := 0.0
	for i := range p.Spaces {
		d := p.Spaces[i].Dimensions()
		score += float64(p.Weights[i]) * p.ratio(i, enrolled[:d], count, probe[:d])
		enrolled, probe = enrolled[d:], probe[d:]
	}
	return score
}

func (p *Parameters) ratio(which int, enrolled []float32, count float64, probe []float32) float64 {
	if p.Degrees > 0 {
		return p.Spaces[which].StudentRatio(p.Degrees, enrolled, count, probe)
	}
	return p.Spaces[which].Ratio(enrolled, count, probe)
}
