package rpeak

import (
	"math"
	"slices"
)

// SecondFeatures is the number of features of a candidate in the second look:
// those that compare it with the beats of the first look, and those of the
// candidate alone.
const SecondFeatures = contextFeatures + FirstFeatures

const (
	contextFeatures = 19
	// A candidate is compared with the beats within contextReach seconds of it.
	contextReach = 6
	// A beat's template has templateValues values of the band-passed signal,
	// templateStep samples apart. It is shifted by up to templateShift.
	templateValues = 21
	templateStep   = 3
	templateShift  = 6
	// soon is the distance within which a candidate may be another beat's P or T
	// wave, 360 ms, and soonest that of a beat whose waves are looked for, 560 ms.
	soon    = RateHz * 360 / 1000
	soonest = RateHz * 560 / 1000
	// nearReach is the number of candidates on each side that are searched for
	// another beat.
	nearReach = 9
	// A wave repeats if other beats have a candidate at the same distance after
	// them, within repeatWithin samples, and of the same height, within
	// repeatHeight.
	repeatWithin = 12
	repeatHeight = 1.8
	// Bounds on the logarithms of odds among the features.
	leastOdds, mostOdds, mostMeanOdds = -8, 8, 6
)

// template is the mean of the beats around a candidate, with their usual
// interval, height, agreement and odds.
type template struct {
	values   [templateValues]float64 // sum of the beats in units of their heights
	beats    []int                   // indices of the candidates
	upward   float64                 // 1, or -1 where the beats' main wave points down
	interval float64                 // median RR interval in samples
	height   float64                 // median
	agree    float64                 // mean correlation of a beat with the others
	odds     float64                 // mean of the first network's logarithms of odds

	heights, intervals []float64
}

// context is the second look's knowledge of the candidates: the first network's
// odds of each, the chosen ones, and the positions of each one's waves.
type context struct {
	odds   []float64
	beats  []int
	chosen []bool
	up     []int // highest sample around a chosen candidate
	down   []int // lowest
	middle []int // the one of them that is the main wave
	length int   // of the signal, in samples
	template
}

// begin takes the first network's results.
func (c *context) begin(odds []float64, beats []int, found []candidate, band []float64) {
	c.length = len(band)
	c.odds, c.beats = odds, append(c.beats[:0], beats...)
	n := len(odds)
	c.chosen = append(c.chosen[:0], make([]bool, n)...)
	c.up, c.down, c.middle = slices.Grow(c.up[:0], n)[:n], slices.Grow(c.down[:0], n)[:n], slices.Grow(c.middle[:0], n)[:n]
	for _, i := range beats {
		c.chosen[i] = true
		c.up[i], c.down[i] = mainWave(band, found[i].at, 1), mainWave(band, found[i].at, -1)
	}
}

// around measures the template for candidates in a second of the signal.
func (c *context) around(second int, found []candidate, band []float64) {
	from, to := (second-contextReach)*RateHz, (second+contextReach+1)*RateHz
	first, end := 0, len(c.beats)
	for first < end && found[c.beats[first]].at < from {
		first++
	}
	for end > first && found[c.beats[end-1]].at >= to {
		end--
	}
	t := &c.template
	t.beats = c.beats[first:end]
	n := float64(len(t.beats))
	t.upward = c.polarity(found, band)
	t.values = [templateValues]float64{}
	t.heights, t.intervals = t.heights[:0], t.intervals[:0]
	t.odds, t.agree, t.height, t.interval = 0, 0, 0, firstUsual
	for i, b := range t.beats {
		c.middle[b] = c.up[b]
		if t.upward < 0 {
			c.middle[b] = c.down[b]
		}
		values := cut(band, c.middle[b])
		for k, v := range values {
			t.values[k] += v / found[b].height
		}
		t.heights = append(t.heights, found[b].height)
		t.odds += min(c.odds[b], mostMeanOdds) / n
		if i > 0 {
			t.intervals = append(t.intervals, float64(found[b].at-found[t.beats[i-1]].at))
		}
	}
	if k := len(t.intervals); k >= 2 {
		t.interval = min(max(nth(t.intervals, k/2), minUsual), maxUsual)
	}
	if len(t.beats) > 0 {
		t.height = nth(t.heights, len(t.heights)/2)
	}
	for _, b := range t.beats {
		values := cut(band, c.middle[b])
		correlation, _ := correlate(values, t.without(values, found[b].height))
		t.agree += correlation / n
	}
}

// without returns the template without one of its beats.
func (t *template) without(values [templateValues]float64, height float64) [templateValues]float64 {
	others := t.values
	for k, v := range values {
		others[k] -= v / height
	}
	return others
}

// polarity returns 1 if most main waves of the template's beats point up, otherwise -1.
func (c *context) polarity(found []candidate, band []float64) float64 {
	vote := 0.0
	for _, b := range c.template.beats {
		up := band[c.up[b]] / found[b].height
		down := band[c.down[b]] / found[b].height
		vote += up*up*up + down*down*down
	}
	if vote < 0 {
		return -1
	}
	return 1
}

// mainWave returns the highest sample within extremumReach, or the lowest for
// upward -1.
func mainWave(band []float64, at int, upward float64) int {
	best := at
	for i := max(0, at-extremumReach); i <= min(len(band)-1, at+extremumReach); i++ {
		if upward*band[i] > upward*band[best] {
			best = i
		}
	}
	return best
}

// cut returns the values around a sample, 0 beyond the ends.
func cut(band []float64, at int) (values [templateValues]float64) {
	for k := range values {
		if i := at + (k-templateValues/2)*templateStep; i >= 0 && i < len(band) {
			values[k] = band[i]
		}
	}
	return values
}

// correlate returns the correlation of a with b, and the multiple of b that is
// nearest to a.
func correlate(a, b [templateValues]float64) (correlation, multiple float64) {
	var ab, aa, bb float64
	for k, v := range a {
		ab, aa, bb = ab+v*b[k], aa+v*v, bb+b[k]*b[k]
	}
	if aa == 0 || bb == 0 {
		return 0, 0
	}
	return ab / math.Sqrt(aa*bb), ab / bb
}

// features appends the contextFeatures of the k-th candidate to dst.
func (c *context) features(dst []float64, found []candidate, band []float64, k int) []float64 {
	t := &c.template
	own := found[k]
	correlation, amplitude := c.resemblance(own, band, k)
	chosen := 0.0
	if c.chosen[k] {
		chosen = 1
	}
	rr := t.interval
	before, after := c.neighbours(k)
	dst = append(dst,
		c.odds[k],
		correlation,
		logRatio(max(amplitude, 0.01*t.height), t.height),
		logRatio(own.height, t.height),
		t.agree,
		chosen,
		// The odds of another beat just before and after, and at the rhythm's
		// distances: one and half an interval away.
		c.near(found, k, -soon, -1),
		c.near(found, k, 1, soon),
		c.near(found, k, -1.15*rr, -0.85*rr),
		c.near(found, k, 0.85*rr, 1.15*rr),
		c.near(found, k, -0.6*rr, -0.4*rr),
		c.near(found, k, 0.4*rr, 0.6*rr),
		math.Log(rr/RateHz),
	)
	const longestGap = 1.5
	gapBefore, gapAfter, repeatsAfter, repeatsBefore := 0.0, 0.0, notSoon, notSoon
	if before >= 0 {
		gap := own.at - found[before].at
		gapBefore = min(logRatio(float64(gap), rr), longestGap)
		if gap < soonest {
			repeatsAfter = c.repeats(found, k, before)
		}
	}
	if after >= 0 {
		gap := found[after].at - own.at
		gapAfter = min(logRatio(float64(gap), rr), longestGap)
		if gap < soonest {
			repeatsBefore = c.repeats(found, k, after)
		}
	}
	const manyBeats = 12
	return append(dst, gapBefore, gapAfter, t.odds, min(float64(len(t.beats)), manyBeats), repeatsAfter, repeatsBefore)
}

// resemblance returns the best correlation of a candidate with the other beats,
// and its amplitude relative to the template's.
func (c *context) resemblance(own candidate, band []float64, k int) (best, amplitude float64) {
	t := &c.template
	best = -1
	others, n := t.values, len(t.beats)
	if c.chosen[k] {
		others = t.without(cut(band, c.middle[k]), own.height)
		n--
	}
	if n == 0 {
		return best, 0
	}
	middle := mainWave(band, own.at, t.upward)
	for shift := -templateShift; shift <= templateShift; shift += templateStep {
		if correlation, multiple := correlate(cut(band, middle+shift), others); correlation > best {
			best, amplitude = correlation, multiple*float64(n)
		}
	}
	return best, amplitude
}

// near returns the highest odds of the candidates between two distances from the
// k-th, in samples.
func (c *context) near(found []candidate, k int, from, to float64) float64 {
	highest := float64(leastOdds)
	for j := max(0, k-nearReach); j < min(len(found), k+nearReach+1); j++ {
		if d := float64(found[j].at - found[k].at); j != k && d >= from && d <= to {
			highest = max(highest, c.odds[j])
		}
	}
	return min(highest, mostOdds)
}

// neighbours returns the chosen candidates before and after the k-th, -1 for none.
func (c *context) neighbours(k int) (before, after int) {
	for before = k - 1; before >= 0 && !c.chosen[before]; before-- {
	}
	for after = k + 1; after < len(c.chosen) && !c.chosen[after]; after++ {
	}
	if after == len(c.chosen) {
		after = -1
	}
	return before, after
}

const (
	notSoon     = -0.3 // in place of a share, if the beat is too far away
	nothingElse = 0.5  // if there is no other beat to compare with
)

// repeats returns the share of the other beats around that have a candidate like
// the k-th at the same distance as it has from a beat: a P or T wave comes with every
// beat, an extrasystole doesn't.
func (c *context) repeats(found []candidate, k, beat int) float64 {
	distance := found[k].at - found[beat].at
	step := 1
	if distance < 0 {
		step = -1
	}
	others, alike := 0, 0
	for _, other := range c.template.beats {
		want := found[other].at + distance
		if other == beat || want < 0 || want >= c.length {
			continue
		}
		others++
		for j := other + step; j >= 0 && j < len(found); j += step {
			off := step * (found[j].at - want)
			if off > repeatWithin {
				break
			}
			if off < -repeatWithin {
				continue
			}
			if ratio := found[j].height / found[k].height; ratio > 1/repeatHeight && ratio < repeatHeight {
				alike++
			}
			break
		}
	}
	if others == 0 {
		return nothingElse
	}
	return float64(alike) / float64(others)
}
