package learn

import (
	"fmt"
	"slices"

	"systole/shared/ecg/feature"
	"systole/shared/ecg/network"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/plda"
)

// features is the number of features: waveform, slope and one network.
const features = parameters.Network + 1

// Settings are the inputs of a fit besides the recordings.
type Settings struct {
	Seed    uint64
	PLDA    [features]PLDASettings
	Weights [features]float32 // a feature with 0 is omitted
	Network NetworkSettings
}

// Fit learns parameters from the recordings of many persons, without the
// calibration. progress is called with the share done, 0 to 1.
func Fit(recordings []Beats, set Settings, progress func(done float64)) (*parameters.Parameters, error) {
	m := &parameters.Parameters{Spaces: make([]plda.Space, features), Weights: set.Weights[:]}
	for _, r := range recordings {
		if !slices.Contains(m.Persons, r.Person) {
			m.Persons = append(m.Persons, r.Person)
		}
	}
	means, persons, sessions := pieces(recordings)
	var pairs [][]float32
	for _, mean := range means {
		pairs = append(pairs, feature.Pair(nil, mean))
	}
	if set.Weights[parameters.Network] > 0 {
		m.Networks = []network.Network{TrainNetwork(recordings, set.Network, set.Seed, progress)}
	}
	for which := range m.Spaces {
		if set.Weights[which] == 0 {
			continue
		}
		var x [][]float32
		var w network.Workspace
		for i, mean := range means {
			x = append(x, m.Feature(nil, &w, which, mean, pairs[i]))
		}
		space, err := FitPLDA(x, persons, sessions, set.PLDA[which])
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", which, err)
		}
		m.Spaces[which] = space
	}
	return m, nil
}

// pieces returns mean beats of the recordings: of each half and of the whole, if
// there are enough beats.
func pieces(recordings []Beats) (means [][]float64, persons, sessions []string) {
	add := func(r *Beats, rows [][]float64) {
		means = append(means, Mean(rows))
		persons = append(persons, r.Person)
		sessions = append(sessions, r.Session)
	}
	for i := range recordings {
		r := &recordings[i]
		n := len(r.Rows)
		add(r, r.Rows)
		if n >= 8 {
			add(r, r.Rows[:n/2])
			add(r, r.Rows[n/2:])
		}
	}
	return means, persons, sessions
}
