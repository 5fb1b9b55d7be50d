package learn

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"systole/shared/ecg/plda"
)

// PLDASettings regularise the fit of a plda.Space.
type PLDASettings struct {
	Components int     // principal components kept first, at most
	Dimensions int     // dimensions kept then, at most
	Shrinkage  float64 // share of the within-person covariance replaced by its mean variance
}

// errFit is for a covariance that can't be decomposed.
var errFit = errors.New("covariance is not positive definite")

// FitPLDA fits the two covariances to vectors with their persons and sessions.
// Each person counts the same, and so does each of a person's sessions.
func FitPLDA(x [][]float32, persons, sessions []string, set PLDASettings) (plda.Space, error) {
	weights := balance(persons, sessions)
	mean := weightedMean(x, weights)
	pca, err := principal(x, weights, mean, set.Components)
	if err != nil {
		return plda.Space{}, err
	}
	reduced := project(x, mean, pca)
	within, between := scatter(reduced, weights, persons, sessions)
	shrink(within, set.Shrinkage)
	turn, variances, err := diagonalise(within, between, set.Dimensions)
	if err != nil {
		return plda.Space{}, err
	}
	var basis mat.Dense
	basis.Mul(turn.T(), pca.T())
	return space(mean, &basis, variances), nil
}

// balance weights each vector so that persons count the same and, within a
// person, sessions. The weights sum to 1.
func balance(persons, sessions []string) []float64 {
	vectors := map[string]int{}
	sessionsOf := map[string]int{}
	for i := range persons {
		key := persons[i] + "\x00" + sessions[i]
		if vectors[key] == 0 {
			sessionsOf[persons[i]]++
		}
		vectors[key]++
	}
	weights := make([]float64, len(persons))
	for i := range persons {
		n := vectors[persons[i]+"\x00"+sessions[i]] * sessionsOf[persons[i]] * len(sessionsOf)
		weights[i] = 1 / float64(n)
	}
	return weights
}

func weightedMean(x [][]float32, weights []float64) []float64 {
	mean := make([]float64, len(x[0]))
	for i, row := range x {
		for k, v := range row {
			mean[k] += weights[i] * float64(v)
		}
	}
	return mean
}

// principal returns the main directions in which x varies, as columns.
func principal(x [][]float32, weights, mean []float64, most int) (*mat.Dense, error) {
	n := len(mean)
	rows := mat.NewDense(len(x), n, nil)
	for i, row := range x {
		scale := math.Sqrt(weights[i])
		for k, v := range row {
			rows.Set(i, k, scale*(float64(v)-mean[k]))
		}
	}
	var covariance mat.SymDense
	covariance.SymOuterK(1, rows.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&covariance, true) {
		return nil, errFit
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	kept := min(most, n)
	return mat.DenseCopyOf(vectors.Slice(0, n, n-kept, n)), nil
}

func project(x [][]float32, mean []float64, basis *mat.Dense) *mat.Dense {
	rows := mat.NewDense(len(x), len(mean), nil)
	for i, row := range x {
		for k, v := range row {
			rows.Set(i, k, float64(v)-mean[k])
		}
	}
	var out mat.Dense
	out.Mul(rows, basis)
	return &out
}

// scatter estimates the covariance within persons and that of the persons'
// means. A person with more sessions has more weight within.
func scatter(x *mat.Dense, weights []float64, persons, sessions []string) (within, between *mat.SymDense) {
	_, d := x.Dims()
	within, between = mat.NewSymDense(d, nil), mat.NewSymDense(d, nil)
	members := map[string][]int{}
	var order []string
	for i, person := range persons {
		if members[person] == nil {
			order = append(order, person)
		}
		members[person] = append(members[person], i)
	}
	total := 0.0
	for _, person := range order {
		rows := members[person]
		centre := mat.NewVecDense(d, nil)
		sum := 0.0
		seen := map[string]bool{}
		for _, i := range rows {
			centre.AddScaledVec(centre, weights[i], x.RowView(i))
			sum += weights[i]
			seen[sessions[i]] = true
		}
		centre.ScaleVec(1/sum, centre)
		between.SymRankOne(between, 1/float64(len(order)), centre)
		if len(rows) < 2 {
			continue
		}
		// Of the scatter of S sessions around their mean, a share 1/S is lost.
		weight := float64(len(seen))
		lost := 1.0
		if weight > 1 {
			lost = weight / (weight - 1)
		}
		for _, i := range rows {
			var off mat.VecDense
			off.SubVec(x.RowView(i), centre)
			within.SymRankOne(within, weight*lost*weights[i]/sum, &off)
		}
		total += weight
	}
	within.ScaleSym(1/total, within)
	return within, between
}

// shrink replaces a share of the covariance by its mean variance in all
// directions.
func shrink(s *mat.SymDense, share float64) {
	d := s.SymmetricDim()
	variance := mat.Trace(s) / float64(d)
	s.ScaleSym(1-share, s)
	for i := range d {
		s.SetSym(i, i, s.At(i, i)+share*variance)
	}
}

// diagonalise finds the coordinates in which the first covariance is the identity
// and the second is diagonal, and keeps those in which persons differ most. The
// returned columns are the coordinates.
func diagonalise(within, between *mat.SymDense, most int) (*mat.Dense, []float64, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(within, true) {
		return nil, nil, errFit
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	d := within.SymmetricDim()
	whiten := mat.NewDense(d, d, nil)
	for j, v := range eigen.Values(nil) {
		if v <= 0 {
			return nil, nil, errFit
		}
		for i := range d {
			whiten.Set(i, j, vectors.At(i, j)/math.Sqrt(v))
		}
	}
	var half, whitened mat.Dense
	half.Mul(between, whiten)
	whitened.Mul(whiten.T(), &half)
	symmetric := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			symmetric.SetSym(i, j, (whitened.At(i, j)+whitened.At(j, i))/2)
		}
	}
	if !eigen.Factorize(symmetric, true) {
		return nil, nil, errFit
	}
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)
	kept := min(most, d)
	var turn mat.Dense
	turn.Mul(whiten, vectors.Slice(0, d, d-kept, d))
	return &turn, values[d-kept:], nil
}

func space(mean []float64, basis *mat.Dense, variances []float64) plda.Space {
	var s plda.Space
	for _, v := range mean {
		s.Mean = append(s.Mean, float32(v))
	}
	for d, variance := range variances {
		s.Between = append(s.Between, float32(max(variance, 0)))
		for _, v := range basis.RawRowView(d) {
			s.Basis = append(s.Basis, float32(v))
		}
	}
	return s
}
