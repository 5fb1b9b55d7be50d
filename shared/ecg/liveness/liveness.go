// Package liveness distinguishes a heart's recording from a synthetic one: one or a
// few beats repeated in sequence, or a beat's shape generated with an artificial
// rhythm.
//
// A rhythm is easy to invent. But every natural beat also differs a little in
// shape from the ones before, by breath, muscles and the way the current takes,
// and this can't be had from one beat. So what is measured is how much the
// beats vary around the R peak, between 5 and 13 Hz, apart from what the
// baseline adds, what comes of a peak found beside its place, and what follows
// from the intervals before and after; and whether beats are too alike to be
// anything but copies.
//
// A synthetic recording with natural variation passes undetected.
// tests/attack/replay measures the attacks that are detected.
package liveness

import "math"

const (
	// leastVariation is how much a natural heart's beats vary at least, in the
	// root mean square of a shape's share, as part of the beat's height. Of
	// 2,541 recordings in tests/attack/replay 9 are below.
	leastVariation = 0.0088
	// leastNearest is how far the usual beat is, in the same measure, from the one
	// that is most like it. Of the same recordings 2 are below.
	leastNearest = 0.0045
	// whiteShare is how much of the variation counts as noise where there is as
	// much at frequencies that tell noise.
	whiteShare = 0.5
	// alike is the correlation above which two beats are of one kind.
	alike = 0.7
	// fewest is how many beats can be judged.
	fewest = 4
)

// Natural reports whether the beats of a recording vary as those of a living
// heart. raw is the signal as package frontend hands it out, resampled but not
// filtered, and peaks are where its R peaks are, in samples, rising. It is
// false where there are fewer than four beats alike.
func Natural(raw, peaks []float64) bool {
	b := cut(raw, peaks)
	if len(b.rows) < fewest {
		return false
	}
	v := b.variation()
	noise := min(v.slow, v.fast)
	return v.nearest >= leastNearest && v.slow*v.slow-whiteShare*noise*noise >= leastVariation*leastVariation
}

// beats are the usual beats of a recording.
type beats struct {
	rows   [][width]float64
	before []float64 // the intervals before and after each, in samples
	after  []float64
}

// mostBeats bounds how many beats are looked at: they tell enough.
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

// keepUsual keeps the beat that most others are like, and these.
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
