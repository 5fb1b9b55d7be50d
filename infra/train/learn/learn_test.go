package learn

import (
	"math"
	"math/rand/v2"
	"testing"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/feature"
	"systole/shared/ecg/network"
	"systole/shared/ecg/parameters"
)

// invented returns recordings of invented persons, whose beats are three bumps
// each with noise.
func invented(persons, perPerson int) []Beats {
	random := rand.New(rand.NewPCG(1, 1))
	var all []Beats
	for p := range persons {
		name := string(rune('A' + p))
		var bumps [3][3]float64 // position, width, height
		for i := range bumps {
			bumps[i] = [3]float64{40 + 40*float64(i) + 8*random.NormFloat64(), 4 + 4*random.Float64(), random.NormFloat64()}
		}
		for r := range perPerson {
			b := Beats{Person: name, Session: string(rune('0' + r/2))}
			for range 8 {
				row := make([]float64, beat.Width)
				for k := range row {
					for _, bump := range bumps {
						z := (float64(k) - bump[0]) / bump[1]
						row[k] += bump[2] * math.Exp(-z*z/2)
					}
					row[k] += 0.05 * random.NormFloat64()
				}
				b.Rows = append(b.Rows, row)
			}
			all = append(all, b)
		}
	}
	return all
}

func small() NetworkSettings {
	return NetworkSettings{
		Channels: []int{4, 6}, Kernels: []int{5, 3}, Out: 5, Epochs: 3, Draws: 2, Batch: 4,
		Rate: 1e-2, Decay: 0.01, Dropout: 0, Margin: 0.1, Scale: 8,
	}
}

// The gradients of backpropagation must equal those found by changing each
// parameter a little.
func TestGradientsAreThoseOfTheLoss(t *testing.T) {
	recordings := invented(3, 2)
	batch := []int{0, 2, 5}
	at := func(change func(*trainer)) (float64, *trainer) {
		tr := newTrainer(recordings, small(), rand.New(rand.NewPCG(1, 2)))
		change(tr)
		tr.random = rand.New(rand.NewPCG(7, 7))
		out := tr.forward(batch)
		loss := meanLoss(tr, out, batch)
		tr.backward(tr.loss(out, batch), len(batch))
		return loss, tr
	}
	_, exact := at(func(*trainer) {})
	for p, parameter := range exact.parameters {
		for i := 0; i < len(parameter.value); i += 1 + len(parameter.value)/7 {
			const step = 3e-4
			up, _ := at(func(tr *trainer) { tr.parameters[p].value[i] += step })
			down, _ := at(func(tr *trainer) { tr.parameters[p].value[i] -= step })
			numeric := (up - down) / (2 * step)
			if got := float64(parameter.gradient[i]); math.Abs(got-numeric) > 0.02+0.05*math.Abs(numeric) {
				t.Errorf("parameter %d, value %d: gradient %g, by changing it %g", p, i, got, numeric)
			}
		}
	}
}

func meanLoss(tr *trainer, out []float32, batch []int) float64 {
	n := tr.set.Out
	rows, _ := units(tr.persons, n)
	sum := 0.0
	for b, i := range batch {
		e, _ := units(out[b*n:(b+1)*n], n)
		cosines := make([]float64, len(rows)/n)
		for p := range cosines {
			cosines[p] = float64(inner(e, rows[p*n:(p+1)*n]))
		}
		cosines[tr.label[i]] -= tr.set.Margin
		softmax(cosines, tr.set.Scale)
		sum -= math.Log(cosines[tr.label[i]]) / float64(len(batch))
	}
	return sum
}

// The shipped network must give the trained network's answers.
func TestTrainersWayForwardIsTheNetworks(t *testing.T) {
	recordings := invented(3, 2)
	tr := newTrainer(recordings, small(), rand.New(rand.NewPCG(1, 2)))
	pair := feature.Pair(nil, Mean(recordings[0].Rows))
	x := pair
	for i := range tr.stages {
		x = tr.stages[i].forward(x, 1)
	}
	trained, _ := units(tr.net.Dense.Multiply(nil, x, 1), tr.set.Out)
	shipped := tr.net.Apply(nil, &network.Workspace{}, pair)
	for i := range shipped {
		if math.Abs(float64(trained[i]-shipped[i])) > 1e-5 {
			t.Errorf("value %d: trainer %g, network %g", i, trained[i], shipped[i])
		}
	}
}

func TestFitIsTheSameForTheSameSeedAndTellsPersonsApart(t *testing.T) {
	recordings := invented(8, 6)
	few := PLDASettings{Components: 10, Dimensions: 5, Shrinkage: 0.1}
	set := Settings{Seed: 1, PLDA: [features]PLDASettings{few, few, {Components: 4, Dimensions: 4, Shrinkage: 0.1}}, Weights: [features]float32{1, 1, 1}, Network: small()}
	fit := func() *parameters.Parameters {
		m, err := Fit(recordings, set, func(float64) {})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := fit()
	if string(m.Append(nil)) != string(fit().Append(nil)) {
		t.Error("two fits differ")
	}
	var w parameters.Workspace
	var heart parameters.Template
	heart.Add(m.Embed(nil, &w, Mean(recordings[0].Rows)), 1)
	own := m.Compare(&heart, m.Embed(nil, &w, Mean(recordings[5].Rows)))
	for i := 6; i < len(recordings); i++ {
		if other := m.Compare(&heart, m.Embed(nil, &w, Mean(recordings[i].Rows))); other >= own {
			t.Errorf("recording %d of %s scores %g, own %g", i, recordings[i].Person, other, own)
		}
	}
}
