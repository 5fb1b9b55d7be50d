package replay

import (
	_ "embed"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"sync"
)

// dims is how many coordinates of a shape are kept.
const dims = 48

// step is what a coordinate is cut to. What noise of 20 dB and filters change a
// coordinate by is about 1 in all directions.
const step = 0.2

// parameters.bin holds two matrices of dims rows and points columns as 32-bit
// little-endian numbers: rows that answer most to how beats of one heart vary and
// least to what filters and noise do to a beat (R. A. Fisher, Ann. Eugenics 7,
// 1936, with beats as the classes), for forms and for residuals. They were learned
// from every other person of ECG-ID, Heartprint and MIT-BIH.
//
//go:embed parameters.bin
var parameters []byte

type matrix [dims]shape

type learned struct{ forms, residuals matrix }

// shipped reads the parameters.
var shipped = sync.OnceValue(func() *learned {
	l := new(learned)
	b := parameters
	for _, m := range []*matrix{&l.forms, &l.residuals} {
		for i := range m {
			for k := range m[i] {
				m[i][k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
				b = b[4:]
			}
		}
	}
	return l
})

// projection makes vectors of shapes: learned coordinates, turned and moved as
// the key has it.
type projection struct {
	rows    matrix
	offsets [dims]float64
}

func newProjection(learned *matrix, r *rand.ChaCha8) *projection {
	p := new(projection)
	turn := rotation(r)
	for i := range p.rows {
		row := &p.rows[i]
		for k, c := range turn[i] {
			c /= step
			for j, v := range &learned[k] {
				row[j] += c * v
			}
		}
		p.offsets[i] = 256 * uniform(r)
	}
	return p
}

// rotation draws an orthonormal matrix.
func rotation(r *rand.ChaCha8) (m [dims][dims]float64) {
	for i := range m {
		for k := range m[i] {
			m[i][k] = normal(r)
		}
		for j := range i {
			c := dot(m[i][:], m[j][:])
			for k, v := range m[j] {
				m[i][k] -= c * v
			}
		}
		length := math.Sqrt(dot(m[i][:], m[i][:]))
		for k := range m[i] {
			m[i][k] /= length
		}
	}
	return m
}

// all are the vectors of shapes.
func (p *projection) all(shapes []shape) []Vector {
	vectors := make([]Vector, len(shapes))
	for i := range shapes {
		for k := range p.rows {
			vectors[i][k] = int8(int64(math.Floor(p.offsets[k] + dot(p.rows[k][:], shapes[i][:]))))
		}
	}
	return vectors
}
