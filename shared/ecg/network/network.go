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
// two values of five are 0 and skipped. Four of the others at a time load and store each
// output once.
func (l *Layer) add(out, row []float32) {
	var values [4]float32
	var weights [4][]float32
	n := 0
	for i, v := range row {
		if v == 0 {
			continue
		}
		values[n], weights[n] = v, l.Weight[i*l.Out:(i+1)*l.Out]
		if n++; n == len(values) {
			addFour(out, &values, &weights)
			n = 0
		}
	}
	if n > 0 {
		for ; n < len(values); n++ {
			values[n], weights[n] = 0, weights[0]
		}
		addFour(out, &values, &weights)
	}
}

// addFour adds to out each of the weights' rows times its value.
func addFour(out []float32, values *[4]float32, weights *[4][]float32) {
	a, b, c, d := values[0], values[1], values[2], values[3]
	ofA, ofB, ofC, ofD := weights[0][:len(out)], weights[1][:len(out)], weights[2][:len(out)], weights[3][:len(out)]
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
