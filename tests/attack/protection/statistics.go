package main

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

func mean(x []float64) float64 { return stat.Mean(x, nil) }

func cosine(a, b []float64) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += a[i] * b[i]
		aa += a[i] * a[i]
		bb += b[i] * b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// higher returns the probability that a mated score is above a non-mated one: the
// area under the ROC curve.
func higher(mated, strangers []float64) float64 {
	wins := 0.0
	for _, m := range mated {
		for _, s := range strangers {
			switch {
			case m > s:
				wins++
			case m == s:
				wins += 0.5
			}
		}
	}
	return wins / float64(len(mated)*len(strangers))
}

// linkability returns D_sys of Gomez-Barrero et al. (IEEE TIFS 2018): the mean
// over the mated scores of the degree to which each is likelier from one person
// than from two. Scores are counted in bins, one for each twenty mated ones, so
// that chance alone leaves about a tenth.
func linkability(mated, strangers []float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range append(append([]float64(nil), mated...), strangers...) {
		low, high = min(low, x), max(high, x)
	}
	bins := max(2, len(mated)/20)
	share := func(x []float64) []float64 {
		counts := make([]float64, bins)
		for _, v := range x {
			counts[min(bins-1, int(float64(bins)*(v-low)/(high-low)))] += 1 / float64(len(x))
		}
		return counts
	}
	m, s := share(mated), share(strangers)
	sum := 0.0
	for i := range m {
		if ratio := m[i] / s[i]; m[i] > s[i] {
			if math.IsInf(ratio, 1) {
				sum += m[i]
				continue
			}
			sum += m[i] * (2*ratio/(1+ratio) - 1)
		}
	}
	return sum
}
