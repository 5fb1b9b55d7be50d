package rpeak

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"sync"
)

//go:embed parameters.bin
var embedded []byte

// shipped returns the parameters that are compiled into the program.
var shipped = sync.OnceValue(func() *Parameters {
	p, err := ReadParameters(embedded)
	if err != nil {
		// A test reads the compiled file, so a tested program cannot fail here.
		panic("embedded parameters of the R-peak detector: " + err.Error())
	}
	return p
})

// Parameters are the two learned networks that weigh candidates.
// infra/train/rpeaks writes the training data, and infra/train/torch/rpeaks.py
// learns the networks from it.
type Parameters struct {
	first, second network
}

// The sizes of the networks' layers, from the inputs on.
var (
	firstSizes  = []int{FirstFeatures, 20, 1}
	secondSizes = []int{SecondFeatures, 24, 12, 1}
)

const widestLayer = 24

// ReadParameters reads the first network and, if it follows, the second. Each
// layer has its weights, inputs times outputs, and its biases, as float32, low
// byte first.
func ReadParameters(b []byte) (*Parameters, error) {
	var p Parameters
	var err error
	if p.first, b, err = readNetwork(b, firstSizes); err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return &p, nil
	}
	if p.second, b, err = readNetwork(b, secondSizes); err != nil {
		return nil, err
	}
	if len(b) > 0 {
		return nil, fmt.Errorf("%d bytes after the networks", len(b))
	}
	return &p, nil
}

// network is a chain of layers with rectified linear units between them.
type network []layer

// layer holds the weights and biases of four outputs in a row, the first four in the
// first row: run's four sums don't wait for each other. The last row's surplus outputs
// are 0.
type layer struct {
	weights [][][4]float64 // of each input
	biases  [][4]float64
}

// readNetwork returns the network and the bytes after it.
func readNetwork(b []byte, sizes []int) (network, []byte, error) {
	next := func() float64 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(b))
		b = b[4:]
		return float64(v)
	}
	var n network
	for i, inputs := range sizes[:len(sizes)-1] {
		outputs := sizes[i+1]
		if len(b) < 4*(inputs+1)*outputs {
			return nil, nil, fmt.Errorf("%d bytes are too few for a layer of %d inputs and %d outputs", len(b), inputs, outputs)
		}
		rows := (outputs + 3) / 4
		l := layer{weights: make([][][4]float64, rows), biases: make([][4]float64, rows)}
		for row := range l.weights {
			l.weights[row] = make([][4]float64, inputs)
		}
		for in := range inputs {
			for o := range outputs {
				l.weights[o/4][in][o%4] = next()
			}
		}
		for o := range outputs {
			l.biases[o/4][o%4] = next()
		}
		n = append(n, l)
	}
	return n, b, nil
}

// run returns the last layer's only output.
func (n network) run(x []float64) float64 {
	var space [2][widestLayer]float64
	for k, l := range n {
		y := space[k%2][:4*len(l.biases)]
		for row, weights := range l.weights {
			a, b, c, d := l.biases[row][0], l.biases[row][1], l.biases[row][2], l.biases[row][3]
			x := x[:len(weights)]
			for i := range weights {
				w, v := &weights[i], x[i]
				a += w[0] * v
				b += w[1] * v
				c += w[2] * v
				d += w[3] * v
			}
			if k < len(n)-1 {
				a, b, c, d = max(a, 0), max(b, 0), max(c, 0), max(d, 0)
			}
			y[4*row], y[4*row+1], y[4*row+2], y[4*row+3] = a, b, c, d
		}
		x = y
	}
	return x[0]
}
