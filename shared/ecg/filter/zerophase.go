package filter

// ZeroPhase runs a cascade forwards and backwards, which cancels the delay and
// squares the amplitude response. It holds the work space; one value serves one
// goroutine.
//
// The ends are continued by point reflection over Pad samples, and each section
// starts in the steady state of the first sample, so that a constant, and a slope
// at the ends, pass without a transient.
//
// Source: F. Gustafsson, Determining the initial states in forward-backward
// filtering, IEEE Trans. Signal Process. 44(4), 1996; the reflection is that of
// SciPy's filtfilt.
type ZeroPhase struct {
	Sections Cascade
	// Pad is the length of the continuation at each end, in samples: some time
	// constants of the slowest section.
	Pad int

	padded []float64
}

// Apply writes the filtered src to dst and returns it. dst is grown if it is
// too short, may be nil and may be src.
func (z *ZeroPhase) Apply(dst, src []float64) []float64 {
	if len(src) == 0 {
		return dst[:0]
	}
	pad := min(z.Pad, len(src)-1)
	z.padded = reflect(z.padded, src, pad)
	z.Sections.forwards(z.padded)
	z.Sections.backwards(z.padded)
	return append(dst[:0], z.padded[pad:pad+len(src)]...)
}

// reflect writes src to dst with pad samples before and after it, mirrored
// through the end points: 2 src[0] - src[i].
func reflect(dst, src []float64, pad int) []float64 {
	n := len(src)
	dst = append(dst[:0], src[:pad]...)
	for i := range pad {
		dst[i] = 2*src[0] - src[pad-i]
	}
	dst = append(dst, src...)
	for i := range pad {
		dst = append(dst, 2*src[n-1]-src[n-2-i])
	}
	return dst
}

// forwards filters x in place, each section starting in the steady state of its
// first input. Two sections run in one pass: a section mostly waits for its own
// last output, and the other uses that time.
func (c Cascade) forwards(x []float64) {
	for i := 0; i < len(c); i += 2 {
		s, t := c.pair(i)
		s1, s2, y0 := s.steady(x[0])
		t1, t2, _ := t.steady(y0)
		for i, v := range x {
			y := s.B0*v + s1
			s1 = s.B1*v + s2 - s.A1*y
			s2 = s.B2*v - s.A2*y
			w := t.B0*y + t1
			t1 = t.B1*y + t2 - t.A1*w
			t2 = t.B2*y - t.A2*w
			x[i] = w
		}
	}
}

// backwards is forwards from the last sample to the first.
func (c Cascade) backwards(x []float64) {
	for i := 0; i < len(c); i += 2 {
		s, t := c.pair(i)
		s1, s2, y0 := s.steady(x[len(x)-1])
		t1, t2, _ := t.steady(y0)
		for i := len(x) - 1; i >= 0; i-- {
			v := x[i]
			y := s.B0*v + s1
			s1 = s.B1*v + s2 - s.A1*y
			s2 = s.B2*v - s.A2*y
			w := t.B0*y + t1
			t1 = t.B1*y + t2 - t.A1*w
			t2 = t.B2*y - t.A2*w
			x[i] = w
		}
	}
}

// pair returns the i-th section and the next one; if there is no next one, a
// section that changes nothing.
func (c Cascade) pair(i int) (s, t Biquad) {
	if i+1 < len(c) {
		return c[i], c[i+1]
	}
	return c[i], Biquad{B0: 1}
}

// steady returns the state in which a section answers the constant x0 with its
// constant output from the first sample on, and that output.
func (s Biquad) steady(x0 float64) (s1, s2, y0 float64) {
	y0 = x0 * (s.B0 + s.B1 + s.B2) / (1 + s.A1 + s.A2)
	s2 = s.B2*x0 - s.A2*y0
	s1 = s.B1*x0 - s.A1*y0 + s2
	return s1, s2, y0
}
