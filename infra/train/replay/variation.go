package main

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"systole/shared/ecg"
	"systole/shared/ecg/filter"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/replay"
)

// cut holds a recording's beats as package replay segments them, a shape each,
// and their residuals, nil for a beat without others alike.
type cut struct{ beats, residuals [][]float32 }

func beatsOf(s ecg.Signal) cut {
	var f frontend.FrontEnd
	r := f.Run(s.MV, s.RateHz)
	beats, residuals := replay.Shapes(replay.Signal{Raw: r.Raw, Peaks: r.Peaks})
	return cut{beats, residuals}
}

// noisy adds white noise of a hundredth of the signal's power, 20 dB.
func noisy(s ecg.Signal, r *rand.Rand) ecg.Signal {
	mean, square := 0.0, 0.0
	for _, v := range s.MV {
		mean += v / float64(len(s.MV))
		square += v * v / float64(len(s.MV))
	}
	rms := math.Sqrt(max(0, square-mean*mean)) / 10
	out := ecg.Signal{MV: slices.Clone(s.MV), RateHz: s.RateHz}
	for i := range out.MV {
		out.MV[i] += rms * r.NormFloat64()
	}
	return out
}

// filtered returns the recording after another device's or program's filter.
func filtered(s ecg.Signal) ecg.Signal {
	band := filter.ZeroPhase{Sections: filter.BandPass(2, 1, 35, s.RateHz), Pad: int(2 * s.RateHz)}
	return ecg.Signal{MV: band.Apply(nil, s.MV), RateHz: s.RateHz}
}

// variation accumulates the variation of the beats of one person, and their change
// by noise and filters.
type variation struct {
	nature, change *mat.SymDense
	weight, pairs  float64
}

const (
	// fewest is the least number of beats of a recording.
	fewest = 5
	// outlier is the multiple of the median square from which a beat is of another
	// kind.
	outlier = 6
	// misplaced is the mean square from which two compared beats are not the same
	// beat.
	misplaced = 0.3
	// natural and changed bound the weight of a recording whose beats hardly vary,
	// or hardly change.
	natural, changed = 0.05, 0.3
	// ridge is added to the change, as a share of its mean.
	ridge = 1e-3
	// directions is the number of directions that are kept.
	directions = 48
)

// observe adds the covariance of a recording's normal beats.
func (v *variation) observe(beats [][]float32, weight float64) {
	beats = slices.DeleteFunc(slices.Clone(beats), func(b []float32) bool { return b == nil })
	if len(beats) < fewest {
		return
	}
	n := len(beats[0])
	middle := make([]float32, n)
	column := make([]float32, len(beats))
	for k := range middle {
		for i, b := range beats {
			column[i] = b[k]
		}
		slices.Sort(column)
		middle[k] = column[len(column)/2]
	}
	squares := make([]float64, len(beats))
	for i, b := range beats {
		squares[i] = meanSquare(b, middle)
	}
	usual := slices.Sorted(slices.Values(squares))[len(squares)/2]
	var kept [][]float64
	mean := make([]float64, n)
	for i, b := range beats {
		if squares[i] >= outlier*usual+1e-12 {
			continue
		}
		row := make([]float64, n)
		for k, c := range b {
			row[k] = float64(c)
			mean[k] += row[k]
		}
		kept = append(kept, row)
	}
	if len(kept) < fewest {
		return
	}
	for _, row := range kept {
		for k := range row {
			row[k] -= mean[k] / float64(len(kept))
		}
	}
	c := products(kept, float64(len(kept)-1))
	weight /= trace(c) + natural
	v.nature = added(v.nature, c, weight)
	v.weight += weight
}

// compare adds the difference of each beat of one recording from the same beat of
// another that differs only by noise or a filter.
func (v *variation) compare(one, other [][]float32) {
	if len(one) != len(other) || len(one) < fewest {
		return
	}
	var kept [][]float64
	for i, a := range one {
		b := other[i]
		if a == nil || b == nil || meanSquare(a, b) >= misplaced {
			continue
		}
		row := make([]float64, len(a))
		for k := range a {
			row[k] = float64(a[k] - b[k])
		}
		kept = append(kept, row)
	}
	if len(kept) < 3 {
		return
	}
	c := products(kept, float64(len(kept)))
	v.change = added(v.change, c, 1/(trace(c)+changed))
	v.pairs++
}

// directions returns the rows that maximise the natural variance relative to that
// of the changes: the generalised eigenvectors, by way of the changes' Cholesky
// factor (G. H. Golub and C. F. Van Loan, Matrix Computations, 8.7).
func (v *variation) directions() ([]float64, error) {
	if v.nature == nil || v.change == nil {
		return nil, errors.New("too few beats to learn from")
	}
	n := v.nature.SymmetricDim()
	v.nature.ScaleSym(1/v.weight, v.nature)
	v.change.ScaleSym(1/v.pairs, v.change)
	floor := ridge * trace(v.change) / float64(n)
	for i := range n {
		v.change.SetSym(i, i, v.change.At(i, i)+floor)
	}
	var factor mat.Cholesky
	if !factor.Factorize(v.change) {
		return nil, errors.New("what noise changes is singular")
	}
	var lower mat.TriDense
	factor.LTo(&lower)
	var half, whole mat.Dense // L⁻¹ N, then L⁻¹ N L⁻ᵀ
	if err := half.Solve(&lower, v.nature); err != nil {
		return nil, err
	}
	if err := whole.Solve(&lower, half.T()); err != nil {
		return nil, err
	}
	symmetric := mat.NewSymDense(n, nil)
	for i := range n {
		for k := range i + 1 {
			symmetric.SetSym(i, k, (whole.At(i, k)+whole.At(k, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric, true) {
		return nil, errors.New("no eigenvectors")
	}
	var vectors, rows mat.Dense
	eigen.VectorsTo(&vectors)
	if err := rows.Solve(lower.T(), &vectors); err != nil {
		return nil, err
	}
	var out []float64
	for d := range directions { // values are in ascending order
		out = append(out, mat.Col(nil, n-1-d, &rows)...)
	}
	return out, nil
}

func meanSquare(a, b []float32) (sum float64) {
	for k, c := range a {
		d := float64(c - b[k])
		sum += d * d / float64(len(a))
	}
	return sum
}

// products returns the sum of the rows' outer products, divided.
func products(rows [][]float64, by float64) *mat.SymDense {
	c := mat.NewSymDense(len(rows[0]), nil)
	for _, row := range rows {
		c.SymRankOne(c, 1/by, mat.NewVecDense(len(row), row))
	}
	return c
}

func trace(c *mat.SymDense) (sum float64) {
	for i := range c.SymmetricDim() {
		sum += c.At(i, i)
	}
	return sum
}

// added returns the sum of sum and a share of c; sum may be nil.
func added(sum, c *mat.SymDense, share float64) *mat.SymDense {
	if sum == nil {
		sum = mat.NewSymDense(c.SymmetricDim(), nil)
	}
	c.ScaleSym(share, c)
	sum.AddSym(sum, c)
	return sum
}
