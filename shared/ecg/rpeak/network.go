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

// layer holds the weights of each output in a row.
type layer struct {
	weights [][]float64
	biases  []float64
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
		l := layer{weights: make([][]float64, outputs), biases: make([]float64, outputs)}
		for o := range l.weights {
			l.weights[o] = make([]float64, inputs)
		}
		for in := range inputs {
			for o := range outputs {
				l.weights[o][in] = next()
			}
		}
		for o := range outputs {
			l.biases[o] = next()
		}
		n = append(n, l)
	}
	return n, b, nil
}

// run returns the last layer's only output.
func (n network) run(x []float64) float64 {
	var space [2][widestLayer]float64
	for k, l := range n {
		y := space[k%2][:len(l.weights)]
		for o, weights := range l.weights {
			sum := l.biases[o]
			for i, w := range weights {
				sum += w * x[i]
			}
			if k < len(n)-1 {
				sum = max(sum, 0)
			}
			y[o] = sum
		}
		x = y
	}
	return x[0]
}
