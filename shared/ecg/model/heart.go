package model

import "math"

// Heart is what is kept of a person: the mean of the recordings' coordinates.
type Heart struct {
	Mean       []float32 // the model's dimensions
	Weight     float64   // of the mean, the recordings' sum
	Recordings float64   // how many it was made of
}

// Weight is the weight in a heart of a recording with so many clean beats that
// comparisons can be trusted so far, 0 to 1.
func Weight(cleanBeats int, trust float64) float64 {
	return math.Sqrt(float64(cleanBeats)) * (0.1 + trust)
}

// Add takes in a recording's coordinates. The weight is above 0; see Weight.
func (h *Heart) Add(coordinates []float32, weight float64) {
	if h.Mean == nil {
		h.Mean = make([]float32, len(coordinates))
	}
	h.Weight += weight
	h.Recordings++
	share := float32(weight / h.Weight)
	for i, v := range coordinates {
		h.Mean[i] += share * (v - h.Mean[i])
	}
}

// worth is how many independent recordings the heart's are worth: those of one
// day have much in common.
func (h *Heart) worth() float64 { return math.Sqrt(h.Recordings) }

// Compare scores a probe's coordinates against the heart.
func (m *Model) Compare(h *Heart, probe []float32) float64 {
	return m.Score(h.Mean, h.worth(), probe)
}
