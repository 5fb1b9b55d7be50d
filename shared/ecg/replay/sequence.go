package replay

import (
	"math"
	"math/rand/v2"
)

// Cycle is bits for the rhythm around a beat, the ratio of the interval after it
// to the one before, and for its shape, the difference of its cycle from the
// cycle before on a time axis that is one interval long. Both stay what they are
// when a recording is shifted, cropped, scaled, offset, stretched, inverted or
// written in another format, and are only blurred by noise.
//
// The bits are a random projection under the key, cut into steps, of which every
// other one counts as 1. Bits of two beats differ the more the further apart these
// are, up to about one step; beyond it they are unrelated. Source: P. T. Boufounos,
// Universal rate-efficient scalar quantization, IEEE Trans. Inf. Theory 58(3), 2012.
//
// The zero Cycle stands for one that can't be told, and equals none.
type Cycle struct{ Rhythm, Shape uint64 }

const (
	// rhythmStep is how far two logarithms of intervals' ratios are apart when
	// their bits become unrelated. A peak that is moved by 3 ms makes as much.
	rhythmStep = 0.01
	// shapeStep is the same for two changes of the cycle, in parts of the
	// cycle's height.
	shapeStep = 0.6
	// bits is how many there are of each.
	bits = 64
)

// sequencer makes cycles under one key.
type sequencer struct {
	shapes *basis
	rhythm [bits]float64
	shape  [bits][shapes]float64
	starts [2][bits]float64
	sum    integral
}

func newSequencer(r *rand.ChaCha8) *sequencer {
	m := &sequencer{shapes: cosines()}
	for i := range bits {
		m.rhythm[i] = normal(r) / rhythmStep
		for k := range m.shape[i] {
			m.shape[i][k] = normal(r) / shapeStep
		}
		for k := range m.starts {
			m.starts[k][i] = uniform(r)
		}
	}
	return m
}

// uniform draws from [0, 1). Drawing is written out here because digests are
// kept for months, and the standard library may change how it draws.
func uniform(r *rand.ChaCha8) float64 { return float64(r.Uint64()>>11) / (1 << 53) }

// normal draws a value of mean 0 and variance 1, nearly normal: the sum of four
// uniform ones.
func normal(r *rand.ChaCha8) float64 {
	drawn := r.Uint64()
	sum := 0.0
	for range 4 {
		sum += float64(drawn&0xffff) / 0xffff
		drawn >>= 16
	}
	return (sum - 2) * math.Sqrt(3)
}

// of is the sequence of a recording. It is nil where there are fewer than three
// beats.
func (m *sequencer) of(s Signal) []Cycle {
	if len(s.Peaks) < 3 {
		return nil
	}
	m.sum = m.sum.of(s.Raw)
	all := make([]Cycle, 0, len(s.Peaks)-2)
	before := gap(s.Raw, s.Peaks[0], s.Peaks[1])
	for i, peak := range s.Peaks[1 : len(s.Peaks)-1] {
		after := gap(s.Raw, peak, s.Peaks[i+2])
		all = append(all, m.cycle(peak, before, after))
		before = after
	}
	return all
}

// cycle is that of the beat at a peak, with the intervals before and after it.
func (m *sequencer) cycle(peak, before, after float64) Cycle {
	v, ok := m.change(peak-before, peak, (before+after)/2)
	if !ok {
		return Cycle{}
	}
	ratio := math.Log(after / before)
	var b Cycle
	for i := range bits {
		b.Rhythm |= odd(m.starts[0][i]+m.rhythm[i]*ratio) << i
		b.Shape |= odd(m.starts[1][i]+dot(m.shape[i][:], v[:])) << i
	}
	return b
}

// odd is 1 where the whole part of v is odd.
func odd(v float64) uint64 { return uint64(int64(math.Floor(v))) & 1 }

// change returns the difference of the cycle around an instant from the previous
// cycle, in parts of their height, and whether both can be measured.
func (m *sequencer) change(before, at, interval float64) (v [shapes]float64, ok bool) {
	if !m.sum.covers(before, interval) || !m.sum.covers(at, interval) {
		return v, false
	}
	var one, other [cells]float64
	m.sum.cycle(&one, before, interval)
	m.sum.cycle(&other, at, interval)
	power := 0.0
	for k := range m.shapes {
		a, b := dot(one[:], m.shapes[k][:]), dot(other[:], m.shapes[k][:])
		v[k] = b - a
		power += (a*a + b*b) / 2
	}
	if power == 0 {
		return v, false
	}
	height := math.Sqrt(power)
	if !upright(&one, &other) {
		height = -height
	}
	for k := range v {
		v[k] /= height
	}
	return v, true
}
