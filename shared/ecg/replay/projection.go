package replay

import (
	_ "embed"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"
)

// dims is the number of coordinates of a shape.
const dims = 48

// step is the quantisation of a coordinate. Noise of 20 dB and filters change a
// coordinate by about 1 in all directions.
const step = 0.2

// parameters.bin holds two matrices of dims rows and points columns as 32-bit
// little-endian numbers, for forms and for residuals. Their rows respond most to
// the variation between beats of one heart and least to the changes that filters
// and noise make to a beat (R. A. Fisher, Ann. Eugenics 7, 1936, with beats as
// the classes). They were learned from every other person of ECG-ID, Heartprint
// and MIT-BIH: go run ./infra/train/replay writes the file.
//
//go:embed parameters.bin
var parameters []byte

type learned struct{ forms, residuals blas32.General }

// shipped reads the embedded parameters.
var shipped = sync.OnceValue(func() learned {
	b := parameters
	read := func() blas32.General {
		m := blas32.General{Rows: dims, Cols: points, Stride: points, Data: make([]float32, dims*points)}
		for i := range m.Data {
			m.Data[i] = math.Float32frombits(binary.LittleEndian.Uint32(b))
			b = b[4:]
		}
		return m
	}
	return learned{forms: read(), residuals: read()}
})

// projection turns shapes into vectors: learned coordinates under the key's
// rotation and offset.
type projection struct {
	rows    blas32.General
	offsets [dims]float64
}

func newProjection(learned blas32.General, r *rand.ChaCha8) *projection {
	turn := rotation(r)
	p := &projection{rows: blas32.General{Rows: dims, Cols: points, Stride: points, Data: make([]float32, dims*points)}}
	single := square(dims)
	for i, v := range turn.Data {
		single.Data[i] = float32(v)
	}
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1/step, single, learned, 0, p.rows)
	for i := range p.offsets {
		p.offsets[i] = 256 * uniform(r)
	}
	return p
}

// rotation draws an orthonormal matrix of dims rows.
func rotation(r *rand.ChaCha8) blas64.General {
	m := blas64.General{Rows: dims, Cols: dims, Stride: dims, Data: make([]float64, dims*dims)}
	var parts [dims]float64
	for i := range dims {
		v := blas64.Vector{N: dims, Inc: 1, Data: m.Data[i*dims : (i+1)*dims]}
		for k := range v.Data {
			v.Data[k] = normal(r)
		}
		if i > 0 { // Gram-Schmidt, against all rows before at once
			before := blas64.General{Rows: i, Cols: dims, Stride: dims, Data: m.Data[:i*dims]}
			c := blas64.Vector{N: i, Inc: 1, Data: parts[:i]}
			blas64.Gemv(blas.NoTrans, 1, before, v, 0, c)
			blas64.Gemv(blas.Trans, -1, before, c, 1, v)
		}
		blas64.Scal(1/blas64.Nrm2(v), v)
	}
	return m
}

// all returns the vectors of shapes, one a row.
func (p *projection) all(shapes blas32.General) []Vector {
	vectors := make([]Vector, shapes.Rows)
	if len(vectors) == 0 {
		return vectors
	}
	coordinates := blas32.General{Rows: shapes.Rows, Cols: dims, Stride: dims, Data: make([]float32, shapes.Rows*dims)}
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, shapes, p.rows, 0, coordinates)
	for i := range vectors {
		for k, c := range row(coordinates, i) {
			vectors[i][k] = byte(int64(math.Floor(p.offsets[k] + float64(c))))
		}
	}
	return vectors
}
