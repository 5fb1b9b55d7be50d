// Package fingerprint recognises a recording that was used before, whatever
// was done to hide it, from a few bytes a beat that tell nothing else.
//
// A heart never beats twice alike. What one beat differs in from the beat
// before is unique to that moment, where the beat's own shape is the same
// person's every time. So of each beat two things are taken: the ratio of the
// interval after it to the one before, and the difference of its cycle from
// the cycle before, on a time axis that is one interval long. Both stay what
// they are when a recording is shifted, cropped, scaled, offset, stretched,
// inverted or written in another format, and are only blurred by noise.
//
// What is kept are 64 bits of each, under a key: a random projection, cut into
// steps, of which every other one counts as 1. Bits of two beats differ the
// more the further apart these are, up to about one step; beyond it they are
// unrelated, so that prints say which beats are the same and not what any beat
// is like. Source: P. T. Boufounos, Universal rate-efficient scalar
// quantization, IEEE Trans. Inf. Theory 58(3), 2012.
//
// Two recordings are the same if some run of their beats agrees better than
// different beats of this person do by chance: package-wide constants say how
// much better. README.md tells how often that is right, and what it can't stop.
package fingerprint

import (
	"math"
	"math/rand/v2"
)

// Key decides what prints look like. Prints under different keys have nothing
// in common; whoever has the key can test guesses of what was recorded.
type Key [32]byte

// Beat is the print of one beat in its place: bits for the rhythm around it
// and bits for its shape. The zero Beat stands for one that can't be told, and
// equals none.
type Beat struct{ Rhythm, Shape uint64 }

// Print is what is kept of a recording, a Beat for each of its beats that has
// neighbours, in time order.
type Print []Beat

// Signal is a recording as package frontend hands it out.
type Signal struct {
	Raw   []float64 // resampled, not filtered, in any unit and either polarity
	Peaks []float64 // the R peaks, in samples of Raw, rising
}

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

// Maker makes prints under one key. It is not for concurrent use.
type Maker struct {
	shapes *basis
	rhythm [bits]float64
	shape  [bits][shapes]float64
	starts [2][bits]float64
	sum    integral
}

// New returns the maker for a key.
func New(key Key) *Maker {
	m := &Maker{shapes: newBasis()}
	r := rand.NewChaCha8(key)
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

// uniform draws from [0, 1). Drawing is written out here because prints are
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

// Of is the print of a recording. It is nil where there are fewer than three
// beats.
func (m *Maker) Of(s Signal) Print {
	if len(s.Peaks) < 3 {
		return nil
	}
	m.sum = m.sum.of(s.Raw)
	p := make(Print, 0, len(s.Peaks)-2)
	before := gap(s.Raw, s.Peaks[0], s.Peaks[1])
	for i, peak := range s.Peaks[1 : len(s.Peaks)-1] {
		after := gap(s.Raw, peak, s.Peaks[i+2])
		p = append(p, m.beat(peak, before, after))
		before = after
	}
	return p
}

// beat is the print of the beat at a peak, with the intervals before and after
// it.
func (m *Maker) beat(peak, before, after float64) Beat {
	v, ok := m.change(peak-before, peak, (before+after)/2)
	if !ok {
		return Beat{}
	}
	ratio := math.Log(after / before)
	var b Beat
	for i := range bits {
		b.Rhythm |= odd(m.starts[0][i]+m.rhythm[i]*ratio) << i
		b.Shape |= odd(m.starts[1][i]+dot(m.shape[i][:], v[:])) << i
	}
	return b
}

// odd is 1 where the whole part of v is odd.
func odd(v float64) uint64 { return uint64(int64(math.Floor(v))) & 1 }

// change is what the cycle around an instant differs in from that around the one
// before, in parts of their height, and whether that can be told.
func (m *Maker) change(before, at, interval float64) (v [shapes]float64, ok bool) {
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
