package replay

import (
	"math"
	"math/rand/v2"
)

// Cycle is a hash of a beat: bits of its rhythm, the ratio of the interval after
// it to the one before, and bits of its shape, the difference of its cycle from
// the previous cycle on a time axis that is one interval long. Shifting,
// cropping, scaling, offsetting, stretching, inverting or converting a recording
// changes neither; noise only blurs them.
//
// The bits are a random projection under the key, quantised in steps of which
// every other one counts as 1. The further two beats are apart, the more of their
// bits differ, up to a distance of about one step; beyond it they are unrelated.
// Source: P. T. Boufounos, Universal rate-efficient scalar quantization, IEEE
// Trans. Inf. Theory 58(3), 2012.
//
// The zero Cycle stands for one that can't be computed, and equals none.
type Cycle struct{ Rhythm, Shape uint64 }

const (
	// rhythmStep is the difference between two logarithms of intervals' ratios
	// from which their bits are unrelated. A peak that is moved by 3 ms changes it
	// by as much.
	rhythmStep = 0.01
	// shapeStep is the same for two changes of the cycle, in parts of the cycle's
	// height.
	shapeStep = 0.6
	// bits is the number of bits of each.
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

// uniform draws from [0, 1). It is written out here because digests are kept for
// months, and the standard library may change how it draws.
func uniform(r *rand.ChaCha8) float64 { return float64(r.Uint64()>>11) / (1 << 53) }

// normal draws a value of mean 0 and variance 1, nearly normal: from the sum of
// four uniform ones.
func normal(r *rand.ChaCha8) float64 {
	drawn := r.Uint64()
	sum := 0.0
	for range 4 {
		sum += float64(drawn&0xffff) / 0xffff
		drawn >>= 16
	}
	return (sum - 2) * math.Sqrt(3)
}

// of returns the sequence of a recording, nil for fewer than three beats.
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

// cycle returns the Cycle of the beat at a peak, with the intervals before and
// after it.
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

// odd returns 1 if the integer part of v is odd, else 0.
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
