// Package network is the forward pass of a small convolutional network:
// convolutions over time, each followed by a rectifier and max pooling over two
// times, then one dense layer. The program under infra/train trains it.
package network

import (
	"math"
	"runtime"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// Layer is a convolution over time, or a dense layer.
type Layer struct {
	In, Out int       // channels
	Kernel  int       // number of times that a convolution spans, odd; 1 for a dense layer
	Weight  []float32 // Kernel·In rows of Out values
	Bias    []float32 // Out values
}

// Network maps a signal of several channels to one vector of length 1.
type Network struct {
	Convolutions []Layer
	Dense        Layer
}

// Workspace is Apply's work space. The zero value is ready to use.
type Workspace struct{ columns, a, b []float32 }

// Apply appends the vector for an input of In values at each time. The number of
// times must halve with each convolution down to the dense layer's input.
func (n *Network) Apply(dst []float32, w *Workspace, input []float32) []float32 {
	w.a = append(w.a[:0], input...)
	for i := range n.Convolutions {
		layer := &n.Convolutions[i]
		times := len(w.a) / layer.In
		w.columns = Columns(w.columns, w.a, times, layer.In, layer.Kernel)
		w.b = layer.Multiply(w.b, w.columns, times/2*2) // an odd last time isn't pooled
		w.a = halve(w.a, w.b, times, layer.Out)
	}
	start := len(dst)
	w.b = n.Dense.Multiply(w.b, w.a, 1)
	dst = append(dst, w.b...)
	unit(dst[start:])
	return dst
}

// Columns writes, for each time, the input values of a convolution: those of the
// kernel's times around it, zeros before the first and after the last.
func Columns(dst, x []float32, times, channels, kernel int) []float32 {
	width := kernel * channels
	dst = resized(dst, times*width)
	half := kernel / 2
	for t := range times {
		row := dst[t*width : (t+1)*width]
		first, last := t-half, t+half+1
		skipped := max(0, -first) * channels
		n := copy(row[skipped:], x[max(0, first)*channels:min(times, last)*channels])
		clear(row[:skipped])
		clear(row[skipped+n:])
	}
	return dst
}

// Multiply writes the layer's output for each of the rows, which have Kernel·In
// values.
func (l *Layer) Multiply(dst, rows []float32, times int) []float32 {
	dst = resized(dst, times*l.Out)
	for t := range times {
		copy(dst[t*l.Out:], l.Bias)
	}
	width := l.Kernel * l.In
	// Gonum's product is in assembly on amd64 alone. Elsewhere add is more than twice as
	// fast, and on amd64 it isn't.
	if runtime.GOARCH != "amd64" {
		for t := range times {
			l.add(dst[t*l.Out:(t+1)*l.Out], rows[t*width:(t+1)*width])
		}
		return dst
	}
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1,
		blas32.General{Rows: times, Cols: width, Stride: width, Data: rows},
		blas32.General{Rows: width, Cols: l.Out, Stride: l.Out, Data: l.Weight},
		1, blas32.General{Rows: times, Cols: l.Out, Stride: l.Out, Data: dst})
	return dst
}

// add adds the layer's output for one row, without the bias, to out. After a rectifier
// two values of five are 0. The others are listed first, without a branch, which would
// be guessed wrong at every other value, and then weighted four at a time, which loads
// and stores each output once for four.
func (l *Layer) add(out, row []float32) {
	const part = 128 // inputs at a time
	var values [part + 3]float32
	var inputs [part + 3]int
	for first := 0; first < len(row); first += part {
		n := 0
		for i, v := range row[first:min(first+part, len(row))] {
			values[n], inputs[n] = v, first+i
			if v != 0 {
				n++
			}
		}
		clear(values[n : n+3]) // for a number that 4 doesn't divide
		clear(inputs[n : n+3])
		for k := 0; k < n; k += 4 {
			addFour(out, (*[4]float32)(values[k:]), (*[4]int)(inputs[k:]), l.Weight)
		}
	}
}

// addFour adds to out, for each of four inputs, the value times the input's weights.
func addFour(out []float32, values *[4]float32, inputs *[4]int, weight []float32) {
	n := len(out)
	ofA, ofB := weight[inputs[0]*n:][:n], weight[inputs[1]*n:][:n]
	ofC, ofD := weight[inputs[2]*n:][:n], weight[inputs[3]*n:][:n]
	a, b, c, d := values[0], values[1], values[2], values[3]
	for i := range out {
		out[i] += a*ofA[i] + b*ofB[i] + c*ofC[i] + d*ofD[i]
	}
}

// halve applies a rectifier and max pooling: the larger of two neighbours in
// time, at least 0.
func halve(dst, x []float32, times, channels int) []float32 {
	dst = resized(dst, times/2*channels)
	for t := range times / 2 {
		early := x[2*t*channels : (2*t+1)*channels]
		late := x[(2*t+1)*channels : (2*t+2)*channels]
		out := dst[t*channels : (t+1)*channels]
		for c := range out {
			out[c] = max(early[c], late[c], 0)
		}
	}
	return dst
}

// unit scales x to length 1.
func unit(x []float32) {
	var power float64
	for _, v := range x {
		power += float64(v) * float64(v)
	}
	if power == 0 {
		return
	}
	scale := float32(1 / math.Sqrt(power))
	for i := range x {
		x[i] *= scale
	}
}

func resized(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}
