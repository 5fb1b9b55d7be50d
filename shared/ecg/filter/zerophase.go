package filter

// ZeroPhase runs a cascade forwards and backwards, so that nothing is delayed
// and the amplitude response is squared. It holds the work space; one value
// serves one goroutine.
//
// The ends are continued by point reflection over Pad samples and each section
// starts in the steady state of the first sample, so that a constant, and a
// slope at the ends, pass without a transient.
//
// Source: F. Gustafsson, Determining the initial states in forward-backward
// filtering, IEEE Trans. Signal Process. 44(4), 1996; the reflection is that
// of SciPy's filtfilt.
type ZeroPhase struct {
	Sections Cascade
	// Pad is how far the ends are continued, in samples: some time constants
	// of the slowest section.
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
	z.Sections.run(z.padded)
	reverse(z.padded)
	z.Sections.run(z.padded)
	reverse(z.padded)
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

func reverse(x []float64) {
	for i, j := 0, len(x)-1; i < j; i, j = i+1, j-1 {
		x[i], x[j] = x[j], x[i]
	}
}

// run filters x in place, each section starting in the steady state of its
// first input. Two sections go in one pass: a section waits for its own last
// output most of the time, and the other fills that wait.
func (c Cascade) run(x []float64) {
	for len(c) >= 2 {
		runPair(c[0], c[1], x)
		c = c[2:]
	}
	if len(c) == 1 {
		runOne(c[0], x)
	}
}

// steady returns the state in which a section answers the constant x0 with
// its constant output from the first sample on.
func (s Biquad) steady(x0 float64) (s1, s2, y0 float64) {
	y0 = x0 * (s.B0 + s.B1 + s.B2) / (1 + s.A1 + s.A2)
	s2 = s.B2*x0 - s.A2*y0
	s1 = s.B1*x0 - s.A1*y0 + s2
	return s1, s2, y0
}

func runOne(s Biquad, x []float64) {
	s1, s2, _ := s.steady(x[0])
	for i, v := range x {
		y := s.B0*v + s1
		s1 = s.B1*v - s.A1*y + s2
		s2 = s.B2*v - s.A2*y
		x[i] = y
	}
}

func runPair(s, t Biquad, x []float64) {
	s1, s2, y0 := s.steady(x[0])
	t1, t2, _ := t.steady(y0)
	for i, v := range x {
		y := s.B0*v + s1
		s1 = s.B1*v - s.A1*y + s2
		s2 = s.B2*v - s.A2*y
		w := t.B0*y + t1
		t1 = t.B1*y - t.A1*w + t2
		t2 = t.B2*y - t.A2*w
		x[i] = w
	}
}
