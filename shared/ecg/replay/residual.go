package replay

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

const (
	// together bounds the beats that are compared for their residuals. A recording
	// of more is divided into parts of nearly equal length.
	together = 24
	// likeness is the greatest mean square difference between two beats of one
	// kind, in parts of a QRS complex's height; an ectopic beat differs by more.
	likeness = 0.3
	// company is the total weight of the beats alike, itself included, from which
	// a beat has a residual.
	company = 1.5
)

// kinship holds which beats of a recording are alike.
type kinship struct {
	parts       []blas32.General // for each part of so many beats, the weight of each in the mean of the beats like it
	accompanied []bool           // whether others are like each
}

// kinshipOf determines it from shapes in time order.
func kinshipOf(shapes blas32.General) kinship {
	k := kinship{accompanied: make([]bool, 0, shapes.Rows)}
	n := (shapes.Rows + together - 1) / together
	for i := range n {
		part := rows(shapes, i*shapes.Rows/n, (i+1)*shapes.Rows/n)
		weights := square(part.Rows)
		for a := range part.Rows {
			weights.Data[a*part.Rows+a] = 1
			for b := range a {
				difference := 0.0
				other := row(part, b)
				for p, v := range row(part, a) {
					d := float64(v - other[p])
					difference += d * d / points
				}
				w := float32(math.Exp(-difference / (2 * likeness)))
				weights.Data[a*part.Rows+b], weights.Data[b*part.Rows+a] = w, w
			}
		}
		for a := range part.Rows {
			sum := float32(0)
			for _, w := range row(weights, a) {
				sum += w
			}
			for b := range row(weights, a) {
				row(weights, a)[b] /= sum
			}
			k.accompanied = append(k.accompanied, sum >= company)
		}
		k.parts = append(k.parts, weights)
	}
	return k
}

// residuals returns, for each beat with others alike, its difference from their
// mean. shapes are the beats', at any stretch.
func (k kinship) residuals(shapes blas32.General) blas32.General {
	all := blas32.General{Rows: shapes.Rows, Cols: shapes.Cols, Stride: shapes.Stride, Data: append([]float32(nil), shapes.Data...)}
	from := 0
	for _, weights := range k.parts {
		to := from + weights.Rows
		blas32.Gemm(blas.NoTrans, blas.NoTrans, -1, weights, rows(shapes, from, to), 1, rows(all, from, to))
		from = to
	}
	kept := 0
	for i, ok := range k.accompanied {
		if ok {
			copy(row(all, kept), row(all, i))
			kept++
		}
	}
	return rows(all, 0, kept)
}

// square returns a matrix of n rows and columns.
func square(n int) blas32.General {
	return blas32.General{Rows: n, Cols: n, Stride: n, Data: make([]float32, n*n)}
}

// rows returns some rows of a matrix, in its memory.
func rows(m blas32.General, from, to int) blas32.General {
	return blas32.General{Rows: to - from, Cols: m.Cols, Stride: m.Stride, Data: m.Data[from*m.Stride : to*m.Stride]}
}

// row returns a row of a matrix, in its memory.
func row(m blas32.General, i int) []float32 { return m.Data[i*m.Stride : i*m.Stride+m.Cols] }
