// Package isometry protects templates by a transform that depends on a secret
// seed and preserves distances: a random orthogonal map. Comparisons lose no
// accuracy. Without the seed a transformed vector reveals nothing of the original,
// and vectors transformed under different seeds can't be linked (ISO/IEC 24745:
// irreversible, renewable, unlinkable).
//
// A transform is three rounds of random signs, a Hartley transform (Proc. IRE 30,
// 1942) and a random permutation, a fast stand-in for a rotation drawn at random
// (Ailon, Chazelle: The fast Johnson-Lindenstrauss transform, SIAM J. Comput.
// 2009, there with Hadamard's).
package isometry

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/dsp/fourier"
)

const rounds = 3

// Isometry transforms vectors of one length. It is safe for concurrent use.
type Isometry struct {
	in     int
	radius float64
	signs  [rounds][]float64
	moves  [rounds][]int32 // the permutations: the new index of each value
}

// New returns the seed's transform of vectors of n values whose Euclidean length
// is at most the radius. A transformed vector has Size(n) values.
func New(seed [32]byte, n int, radius float64) *Isometry {
	chance := rand.New(rand.NewChaCha8(seed))
	t := &Isometry{in: n, radius: radius}
	size := Size(n)
	for r := range rounds {
		t.signs[r] = make([]float64, size)
		for i := range t.signs[r] {
			t.signs[r][i] = float64(1 - 2*int32(chance.Uint32()&1))
		}
		t.moves[r] = make([]int32, size)
		for i, to := range chance.Perm(size) {
			t.moves[r][i] = int32(to)
		}
	}
	return t
}

// Size returns the number of values of a transformed vector of n: at least one
// more, and a product of 2, 3 and 5, for which the Hartley transform is fast.
func Size(n int) int {
	for size := n + 1; ; size++ {
		rest := size
		for _, prime := range []int{2, 3, 5} {
			for rest%prime == 0 {
				rest /= prime
			}
		}
		if rest == 1 {
			return size
		}
	}
}

// Transform appends the transform of x. One value more than those of x gives
// every transformed vector the length of the radius, because its own length would
// make it linkable. It reports false for a vector that is longer than the radius,
// of another number of values, or not a number.
func (t *Isometry) Transform(dst, x []float32) ([]float32, bool) {
	power := 0.0
	for _, v := range x {
		power += float64(v) * float64(v)
	}
	rest := t.radius*t.radius - power
	if len(x) != t.in || !(rest >= 0) {
		return dst, false
	}
	y := make([]float64, Size(t.in))
	for i, v := range x {
		y[i] = float64(v)
	}
	y[t.in] = math.Sqrt(rest)
	mix := newHartley(len(y))
	moved := make([]float64, len(y))
	for r := range rounds {
		for i, s := range t.signs[r] {
			y[i] *= s
		}
		mix.transform(y)
		for i, to := range t.moves[r] {
			moved[to] = y[i]
		}
		y, moved = moved, y
	}
	for _, v := range y {
		dst = append(dst, float32(v))
	}
	return dst, true
}

// Invert appends the vector whose transform is y, of Size(n) values.
func (t *Isometry) Invert(dst, y []float32) []float32 {
	x := make([]float64, len(y))
	for i, v := range y {
		x[i] = float64(v)
	}
	mix := newHartley(len(x))
	moved := make([]float64, len(x))
	for r := rounds - 1; r >= 0; r-- {
		for i, to := range t.moves[r] {
			moved[i] = x[to]
		}
		mix.transform(moved) // its own inverse
		for i, s := range t.signs[r] {
			moved[i] *= s
		}
		x, moved = moved, x
	}
	for _, v := range x[:t.in] {
		dst = append(dst, float32(v))
	}
	return dst
}

// hartley computes the Hartley transform of vectors of one length.
type hartley struct {
	fft          *fourier.FFT
	coefficients []complex128
}

func newHartley(n int) *hartley {
	return &hartley{fourier.NewFFT(n), make([]complex128, n/2+1)}
}

// transform transforms x in place, and preserves its length.
func (h *hartley) transform(x []float64) {
	h.fft.Coefficients(h.coefficients, x)
	scale := 1 / math.Sqrt(float64(len(x)))
	for k, c := range h.coefficients {
		x[k] = scale * (real(c) - imag(c))
		if k > 0 { // the second half is the conjugate of the first
			x[len(x)-k] = scale * (real(c) + imag(c))
		}
	}
}
