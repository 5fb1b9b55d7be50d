// Package beat cuts the beats out of a filtered signal and makes them
// comparable: turned to one polarity, freed from the heart rate, aligned, and
// without outliers.
package beat

import (
	"math"
	"slices"

	"systole/shared/ecg/rpeak"
)

// The grid on which a beat is given: 4 ms steps from -248 ms to +448 ms, the
// R peak at index Before.
const (
	RateHz = 250
	Before = 62
	After  = 112
	Width  = Before + 1 + After
)

const (
	// qrsEnd is where, after the R peak, the part begins that follows the
	// heart rate; what is earlier doesn't.
	qrsEnd = 0.060 * RateHz
	// rrPower is Fridericia's (Acta Med. Scand. 53, 1920): the time from the
	// Q wave to the end of the T wave goes with the cube root of the interval.
	rrPower = 1.0 / 3
	// alignReach bounds how far a beat may be moved onto the median beat.
	alignReach = RateHz * 20 / 1000
	// medianBeats bounds how many beats the median beat is made from.
	medianBeats = 48
	// outlier is the correlation with the median beat below which a beat is
	// dropped.
	outlier = 0.8
)

// Beats are the usable beats of one recording, in time order.
type Beats struct {
	// Rows holds the beats one after another, Width values each: mean 0 and
	// root mean square 1 over the row, the median beat's QRS pointing up, time
	// after the QRS scaled to an interval of one second.
	Rows []float64
	// Quality is each beat's correlation with the median beat, 0 to 1.
	Quality []float64
	// RR is the usual interval around each beat, in seconds.
	RR []float64
	// Scale is what each row was divided by: its root mean square in mV.
	Scale []float64
	// Turned says that the signal's polarity was found to be reversed.
	Turned bool
	// Cut is how many beats there were before outliers were dropped.
	Cut int
}

// Len is the number of beats.
func (b *Beats) Len() int { return len(b.Quality) }

// Row is the i-th beat; it shares Rows' memory.
func (b *Beats) Row(i int) []float64 { return b.Rows[i*Width : (i+1)*Width] }

// Cutter cuts beats and holds the work space for it. Its zero value is ready;
// one value serves one goroutine.
type Cutter struct {
	beats   Beats
	at      []float64
	median  []float64
	column  []float64
	shifted []float64
}

// Cut returns the beats around the peaks, which are positions in samples of x,
// rising. x is band-passed, sampled at RateHz. The result is valid until the
// next call.
func (c *Cutter) Cut(x, peaks []float64) *Beats {
	b := &c.beats
	*b = Beats{Rows: b.Rows[:0], Quality: b.Quality[:0], RR: b.RR[:0], Scale: b.Scale[:0]}
	c.at = c.at[:0]
	for i, p := range peaks {
		rr := c.usualRR(peaks, i)
		if p < Before+alignReach+2 || p+reach(rr)+alignReach+2 > float64(len(x)-1) {
			continue
		}
		c.at = append(c.at, p)
		b.RR = append(b.RR, rr)
	}
	b.Cut = len(c.at)
	if b.Cut == 0 {
		return b
	}
	for i, p := range c.at {
		b.Rows = appendRow(b.Rows, x, p, b.RR[i])
	}
	c.findMedian()
	for i, p := range c.at {
		c.shifted = appendRow(c.shifted[:0], x, p+c.offset(b.Row(i)), b.RR[i])
		copy(b.Row(i), c.shifted)
	}
	c.findMedian()
	c.turn()
	c.grade()
	return b
}

// usualRR is the median interval, in seconds, of the eight around a beat.
func (c *Cutter) usualRR(peaks []float64, i int) float64 {
	lo, hi := max(1, i-3), min(len(peaks)-1, i+4)
	c.column = c.column[:0]
	for k := lo; k <= hi; k++ {
		c.column = append(c.column, (peaks[k]-peaks[k-1])/RateHz)
	}
	if len(c.column) == 0 {
		return 1
	}
	slices.Sort(c.column)
	return c.column[len(c.column)/2]
}

// reach is how many samples after the R peak a beat ends.
func reach(rr float64) float64 { return qrsEnd + (After-qrsEnd)*stretch(rr) }

// stretch is how much longer than at one second per beat the part after the
// QRS takes.
func stretch(rr float64) float64 { return math.Pow(min(max(rr, 0.27), 2), rrPower) }

// appendRow appends the beat at p to rows, on the grid freed from the heart
// rate.
func appendRow(rows, x []float64, p, rr float64) []float64 {
	factor := stretch(rr)
	for k := -Before; k <= After; k++ {
		t := float64(k)
		if t > qrsEnd {
			t = qrsEnd + (t-qrsEnd)*factor
		}
		rows = append(rows, cubic(x, p+t))
	}
	return rows
}

// cubic interpolates x at a position by the Catmull-Rom spline through the
// four samples around it. Source: E. Catmull and R. Rom, 1974.
func cubic(x []float64, at float64) float64 {
	i := min(max(int(at), 1), len(x)-3)
	f := at - float64(i)
	a, b, c, d := x[i-1], x[i], x[i+1], x[i+2]
	return b + 0.5*f*(c-a+f*(2*a-5*b+4*c-d+f*(3*(b-c)+d-a)))
}

// findMedian sets c.median to the median beat, over at most medianBeats beats
// spread evenly.
func (c *Cutter) findMedian() {
	b := &c.beats
	n := min(b.Cut, medianBeats)
	c.median = c.median[:0]
	for k := range Width {
		c.column = c.column[:0]
		for j := range n {
			c.column = append(c.column, b.Rows[j*b.Cut/n*Width+k])
		}
		slices.Sort(c.column)
		c.median = append(c.median, (c.column[(n-1)/2]+c.column[n/2])/2)
	}
}

// qrs is the part of a row on which beats are aligned: 60 ms around the R peak.
const (
	qrsFrom = Before - 15
	qrsTo   = Before + 16
)

// offset is how far to move a beat, in samples, so that its QRS fits the
// median's best.
func (c *Cutter) offset(row []float64) float64 {
	var fit [2*alignReach + 1]float64
	best := alignReach
	for s := range fit {
		shift := s - alignReach
		for k := qrsFrom; k < qrsTo; k++ {
			fit[s] += c.median[k] * row[k+shift]
		}
		if fit[s] > fit[best] {
			best = s
		}
	}
	if best == 0 || best == len(fit)-1 {
		return 0
	}
	return float64(best-alignReach) + rpeak.Vertex(fit[best-1], fit[best], fit[best+1])
}

// turn makes the median's QRS point up, by the sign of its third moment, and
// every beat with it.
func (c *Cutter) turn() {
	sum := 0.0
	for k := qrsFrom; k < qrsTo; k++ {
		sum += c.median[k] * c.median[k] * c.median[k]
	}
	if sum >= 0 {
		return
	}
	c.beats.Turned = true
	for i := range c.beats.Rows {
		c.beats.Rows[i] = -c.beats.Rows[i]
	}
	for i := range c.median {
		c.median[i] = -c.median[i]
	}
}

// grade normalises each beat, grades it against the median beat and drops the
// outliers.
func (c *Cutter) grade() {
	b := &c.beats
	normalise(c.median)
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

// normalise takes the mean from a row, divides it by its root mean square and
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

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
