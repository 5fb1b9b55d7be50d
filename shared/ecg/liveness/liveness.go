// Package liveness distinguishes a heart's recording from a synthetic one: one or
// a few beats repeated in sequence, or a beat's shape generated with an
// artificial rhythm.
//
// A rhythm is easy to invent. But every natural beat also differs a little in
// shape from the previous ones, by breath, muscles and the path of the current,
// and this variation can't be derived from one beat. The package measures the
// variation around the R peak, between 5 and 13 Hz, without the parts that are
// due to the baseline, to imprecise R peaks and to the RR intervals before and
// after; and it finds beats so alike that they must be copies.
//
// A synthetic recording with natural variation passes undetected.
// tests/attack/replay measures the attacks that are detected.
package liveness

import "math"

const (
	// leastVariation is the least variation of a natural heart's beats: the root
	// mean square of a shape's coefficient, in parts of the beat's height. Of
	// 2,541 recordings in tests/attack/replay 9 are below.
	leastVariation = 0.0088
	// leastNearest is the least median distance of a natural heart's beat from the
	// most similar one, in the same measure. Of the same recordings 2 are below.
	leastNearest = 0.0045
	// whiteShare is the share of the variation that counts as noise if there is as
	// much at the frequencies of noise alone.
	whiteShare = 0.5
	// alike is the correlation above which two beats are of one kind.
	alike = 0.7
	// fewest is the least number of beats that can be judged.
	fewest = 4
)

// Natural reports whether the beats of a recording vary as those of a living
// heart. raw is package frontend's resampled, unfiltered signal, and peaks are
// the positions of its R peaks, in samples, ascending. It is false for fewer than
// four beats alike.
func Natural(raw, peaks []float64) bool {
	b := cut(raw, peaks)
	if len(b.rows) < fewest {
		return false
	}
	v := b.variation()
	noise := min(v.slow, v.fast)
	return v.nearest >= leastNearest && v.slow*v.slow-whiteShare*noise*noise >= leastVariation*leastVariation
}

// beats are the normal beats of a recording.
type beats struct {
	rows   [][width]float64
	before []float64 // the RR intervals before and after each, in samples
	after  []float64
}

// mostBeats bounds the beats that are examined: so many suffice.
const mostBeats = 32

func cut(raw, peaks []float64) beats {
	var b beats
	if len(peaks) < 2 {
		return b
	}
	last := len(peaks) - 1
	for i, at := range peaks {
		if at < reachBefore+2 || at+reachAfter+3 > float64(len(raw)) || len(b.rows) == mostBeats {
			continue
		}
		b.rows = append(b.rows, window(raw, at))
		b.before = append(b.before, peaks[max(1, i)]-peaks[max(1, i)-1])
		b.after = append(b.after, peaks[min(last, i+1)]-peaks[min(last, i+1)-1])
	}
	b.keepUsual()
	return b
}

// keepUsual keeps the beat that most others are like, and those others.
func (b *beats) keepUsual() {
	var usual []int
	for i := range b.rows {
		var like []int
		for k := range b.rows {
			if correlation(&b.rows[i], &b.rows[k]) >= alike {
				like = append(like, k)
			}
		}
		if len(like) > len(usual) {
			usual = like
		}
	}
	for to, from := range usual {
		b.rows[to], b.before[to], b.after[to] = b.rows[from], b.before[from], b.after[from]
	}
	n := len(usual)
	b.rows, b.before, b.after = b.rows[:n], b.before[:n], b.after[:n]
}

func correlation(a, b *[width]float64) float64 {
	meanA, meanB := 0.0, 0.0
	for k := range a {
		meanA += a[k] / width
		meanB += b[k] / width
	}
	var ab, aa, bb float64
	for k := range a {
		ab += (a[k] - meanA) * (b[k] - meanB)
		aa += (a[k] - meanA) * (a[k] - meanA)
		bb += (b[k] - meanB) * (b[k] - meanB)
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}
