// Package resample converts a signal from one rate to another.
package resample

import "math"

const (
	// halfWidth is the number of zero crossings of the sinc on each side of the
	// kernel, and shape that of the Kaiser window: 60 dB of stop band with a
	// transition from 0.6 to 1.4 of the lower Nyquist frequency for downsampling.
	// Aliases land above 75 Hz of 125, where the front end's low-pass removes
	// them.
	halfWidthDown = 5
	// Upsampling must separate frequencies just below the input's Nyquist
	// frequency from their images just above it.
	halfWidthUp = 12
	shape       = 5.65
	// maxPhases bounds the table if the rates' ratio is no fraction of small
	// numbers: an instant is then rounded to 1/512 of an input sample.
	maxPhases = 512
)

// Resampler converts between two fixed rates by a polyphase windowed sinc.
// It is immutable after New and may be shared.
//
// Source: A. V. Oppenheim and R. W. Schafer, Discrete-Time Signal Processing,
// section 4.6; window: J. F. Kaiser, 1974.
type Resampler struct {
	step   float64 // input samples per output sample
	half   int     // taps on each side of an instant
	phases int
	taps   []float64 // phases rows of 2*half taps

	// The kernel for a single phase once more, where it is symmetric.
	middle float64
	pairs  []pair
}

// pair is the weight of the two samples at one distance from the middle.
type pair struct {
	distance int
	weight   float64
}

// New returns the conversion from one rate to another, in Hz, both positive and
// finite. Between equal rates it copies.
func New(fromHz, toHz float64) *Resampler {
	r := &Resampler{step: fromHz / toHz}
	if fromHz == toHz {
		return r
	}
	cut := min(1, toHz/fromHz) // of the input's Nyquist frequency
	zeros := float64(halfWidthUp)
	if cut < 1 {
		zeros = halfWidthDown
	}
	r.half = int(math.Ceil(zeros / cut))
	r.phases = phases(r.step)
	r.taps = make([]float64, 0, r.phases*2*r.half)
	for p := range r.phases {
		r.taps = appendKernel(r.taps, float64(p)/float64(r.phases), cut, zeros, r.half)
	}
	r.middle = r.taps[r.half-1]
	for k, tap := range r.taps[r.half : 2*r.half] {
		if tap != 0 {
			r.pairs = append(r.pairs, pair{k + 1, tap})
		}
	}
	return r
}

// appendKernel appends the taps for an instant that lies frac of a sample after
// the tap half-1. Their sum is 1, so that a constant is preserved.
func appendKernel(taps []float64, frac, cut, zeros float64, half int) []float64 {
	first := len(taps)
	sum := 0.0
	for k := range 2 * half {
		t := (float64(k-half+1) - frac) * cut
		v := sinc(t) * kaiser(t/zeros)
		taps = append(taps, v)
		sum += v
	}
	for i := first; i < len(taps); i++ {
		taps[i] /= sum
	}
	return taps
}

// phases returns the smallest number of sub-sample instants that the step visits,
// at most maxPhases.
func phases(step float64) int {
	for p := 1; p < maxPhases; p++ {
		if n := step * float64(p); math.Abs(n-math.Round(n)) < 1e-9*n {
			return p
		}
	}
	return maxPhases
}

func sinc(t float64) float64 {
	if t == 0 {
		return 1
	}
	if t == math.Trunc(t) {
		return 0 // exactly, where the sine is some 1e-16
	}
	return math.Sin(math.Pi*t) / (math.Pi * t)
}

func kaiser(t float64) float64 {
	if t <= -1 || t >= 1 {
		return 0
	}
	return bessel0(shape*math.Sqrt(1-t*t)) / bessel0(shape)
}

// bessel0 is the modified Bessel function of the first kind and order zero, by
// its power series, which converges in a dozen terms for arguments below 6.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= (x / (2 * k)) * (x / (2 * k))
		sum += term
	}
	return sum
}

// Len returns the number of output samples for n input samples.
func (r *Resampler) Len(n int) int {
	if n == 0 {
		return 0
	}
	return int(float64(n-1)/r.step+1e-9) + 1
}

// Apply writes the converted src to dst and returns it. The first sample of both
// is at the same instant. Beyond its ends src is assumed to keep its end values.
// dst is grown if it is too short, may be nil, and must not be src.
func (r *Resampler) Apply(dst, src []float64) []float64 {
	if r.phases == 0 {
		return append(dst[:0], src...)
	}
	dst = dst[:0]
	n := r.Len(len(src))
	if r.phases == 1 {
		return r.applyWhole(dst, src, n)
	}
	for i := range n {
		at := float64(i) * r.step
		whole := int(at)
		phase := int((at-float64(whole))*float64(r.phases) + 0.5)
		if phase == r.phases {
			whole, phase = whole+1, 0
		}
		row := r.taps[phase*2*r.half : (phase+1)*2*r.half]
		dst = append(dst, weigh(src, whole-r.half+1, row))
	}
	return dst
}

// applyWhole is Apply if every output instant is an input sample's. The kernel is
// then symmetric, and zero at every step-th sample except the middle one, which
// saves most of the work.
func (r *Resampler) applyWhole(dst, src []float64, n int) []float64 {
	step := int(math.Round(r.step))
	i := 0
	for ; i < n && i*step < r.half; i++ {
		dst = append(dst, weighEnds(src, i*step-r.half+1, r.taps))
	}
	for ; i < n && i*step+r.half < len(src); i++ {
		window := src[i*step-r.half : i*step+r.half+1]
		sum := r.middle * window[r.half]
		for _, p := range r.pairs {
			sum += p.weight * (window[r.half-p.distance] + window[r.half+p.distance])
		}
		dst = append(dst, sum)
	}
	for ; i < n; i++ {
		dst = append(dst, weighEnds(src, i*step-r.half+1, r.taps))
	}
	return dst
}

// weigh returns the sum of the taps times src from first on.
func weigh(src []float64, first int, taps []float64) float64 {
	if first < 0 || first+len(taps) > len(src) {
		return weighEnds(src, first, taps)
	}
	window := src[first : first+len(taps)]
	// Four sums, because an addition has to wait for the one before four times as
	// long as a multiplication takes.
	var a, b, c, d float64
	for len(taps) >= 4 && len(window) >= 4 {
		a += window[0] * taps[0]
		b += window[1] * taps[1]
		c += window[2] * taps[2]
		d += window[3] * taps[3]
		window, taps = window[4:], taps[4:]
	}
	for k, tap := range taps {
		a += window[k] * tap
	}
	return (a + b) + (c + d)
}

func weighEnds(src []float64, first int, taps []float64) float64 {
	sum := 0.0
	for k, tap := range taps {
		sum += src[min(max(first+k, 0), len(src)-1)] * tap
	}
	return sum
}
