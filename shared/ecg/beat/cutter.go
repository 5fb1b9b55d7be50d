package beat

import (
	"math"
	"slices"
)

const (
	// medianBeats bounds the beats that the median beat is computed from.
	medianBeats = 48
	// outlier is the correlation with the median beat below which a beat is
	// dropped.
	outlier = 0.8
	// margin is the greatest shift of a beat after it was first cut, with two
	// samples for the interpolation.
	margin = alignReach + fiducialReach + 2
)

// Cutter segments beats and holds the work space for it. Its zero value is ready;
// one value serves one goroutine.
type Cutter struct {
	beats     Beats
	at        []float64 // positions of the beats, in samples
	median    []float64
	intervals []float64
	column    []ranked // of the rows, ascending
}

// Cut returns the beats around the peaks, which are positions in samples of x, in
// ascending order. x is band-passed, finite, sampled at RateHz, of either
// polarity: inversion changes nothing but Turned. Beats that extend over an end
// are left out. The result is valid until the next call.
func (c *Cutter) Cut(x, peaks []float64) *Beats {
	b := &c.beats
	c.place(x, peaks)
	if b.Cut == 0 {
		return b
	}
	c.cut(x)
	c.findMedian()
	shift := fiducial(c.median)
	for i := range c.at {
		c.at[i] += shift + offset(c.median, b.Row(i))
	}
	c.cut(x)
	c.findMedian()
	c.grade()
	return b
}

// place lists the positions of the beats that lie wholly inside x, and their RR
// intervals.
func (c *Cutter) place(x, peaks []float64) {
	b := &c.beats
	*b = Beats{Rows: b.Rows[:0], Quality: b.Quality[:0], RR: b.RR[:0], Scale: b.Scale[:0]}
	c.at = c.at[:0]
	for i, p := range peaks {
		rr := c.usualRR(peaks, i)
		if p < Before+margin || p+timeAfter(After, stretch(rr))+margin > float64(len(x)-1) {
			continue
		}
		c.at = append(c.at, p)
		b.RR = append(b.RR, rr)
	}
	b.Cut = len(c.at)
}

// usualRR returns the median of up to eight RR intervals around a beat, in
// seconds.
func (c *Cutter) usualRR(peaks []float64, i int) float64 {
	c.intervals = c.intervals[:0]
	for k := max(1, i-3); k <= min(len(peaks)-1, i+4); k++ {
		c.intervals = append(c.intervals, (peaks[k]-peaks[k-1])/RateHz)
	}
	if len(c.intervals) == 0 {
		return 1
	}
	slices.Sort(c.intervals)
	return c.intervals[len(c.intervals)/2]
}

// cut sets the rows to the beats at c.at.
func (c *Cutter) cut(x []float64) {
	b := &c.beats
	b.Rows = b.Rows[:0]
	for i, p := range c.at {
		b.Rows = appendBeat(b.Rows, x, p, stretch(b.RR[i]))
	}
}

// findMedian sets c.median to the median beat, normalised and polarity corrected,
// of at most medianBeats beats spread evenly, and b.Turned to whether the
// polarity was corrected; rows stay unchanged.
func (c *Cutter) findMedian() {
	b := &c.beats
	n := min(b.Cut, medianBeats)
	c.median, c.column = c.median[:0], c.column[:0]
	for j := range n {
		c.column = append(c.column, ranked{beat: j * b.Cut / n})
	}
	for k := range Width {
		for j := range c.column {
			c.column[j].value = b.Rows[c.column[j].beat*Width+k]
		}
		sortNearlySorted(c.column)
		c.median = append(c.median, (c.column[(n-1)/2].value+c.column[n/2].value)/2)
	}
	normalise(c.median)
	b.Turned = !upright(c.median)
	if b.Turned {
		negate(c.median)
	}
}

// ranked is a beat's value in a column of the rows, and the beat.
type ranked struct {
	beat  int
	value float64
}

// sortNearlySorted sorts by value, by insertion: from one column to the next the beats
// change their order little, so that few are moved.
func sortNearlySorted(x []ranked) {
	for i := 1; i < len(x); i++ {
		moved, k := x[i], i
		for ; k > 0 && x[k-1].value > moved.value; k-- {
			x[k] = x[k-1]
		}
		x[k] = moved
	}
}

// grade corrects each beat's polarity to the median's, normalises it, correlates
// it with the median and drops the outliers.
func (c *Cutter) grade() {
	b := &c.beats
	if b.Turned {
		negate(b.Rows)
	}
	kept := 0
	for i := range b.Cut {
		row := b.Row(i)
		scale := normalise(row)
		agreement := dot(row, c.median) / Width
		if scale == 0 || agreement < outlier {
			continue
		}
		copy(b.Row(kept), row)
		b.RR[kept] = b.RR[i]
		b.Quality = append(b.Quality, agreement)
		b.Scale = append(b.Scale, scale)
		kept++
	}
	b.Rows, b.RR = b.Rows[:kept*Width], b.RR[:kept]
}

// normalise subtracts the mean from a row, divides it by its root mean square and
// returns that, or 0 for a constant row, which becomes zeros.
func normalise(row []float64) float64 {
	mean := 0.0
	for _, v := range row {
		mean += v
	}
	mean /= float64(len(row))
	power := 0.0
	for i := range row {
		row[i] -= mean
		power += row[i] * row[i]
	}
	rms := math.Sqrt(power / float64(len(row)))
	if rms == 0 {
		return 0
	}
	for i := range row {
		row[i] /= rms
	}
	return rms
}

func negate(x []float64) {
	for i := range x {
		x[i] = -x[i]
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
