package parameters

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"systole/shared/ecg/network"
	"systole/shared/ecg/plda"
)

// Magic words of a parameter file; the digit is the layout's version. The first
// version has one network, three spaces and no degrees of freedom. The first two
// store a layer's weights as 16-bit integers with one scale, the third as 8-bit
// integers with a scale for each output.
const (
	first  = "heart1\n"
	second = "heart2\n"
	magic  = "heart3\n"
)

// ErrFile is the error for bytes that are not a parameter file.
var ErrFile = errors.New("not a parameter file")

// Read parses a parameter file, the output of Append.
func Read(file string) (*Parameters, error) {
	const sum = 4
	if len(file) < len(magic)+sum {
		return nil, ErrFile
	}
	layout := file[:len(magic)]
	if layout != first && layout != second && layout != magic {
		return nil, ErrFile
	}
	body, stated := file[:len(file)-sum], file[len(file)-sum:]
	if crc32.ChecksumIEEE([]byte(body)) != binary.LittleEndian.Uint32([]byte(stated)) {
		return nil, fmt.Errorf("%w: checksum", ErrFile)
	}
	r := reader{layout: layout, rest: body[len(magic):]}
	p := r.parameters()
	if r.failed || len(r.rest) != 0 {
		return nil, fmt.Errorf("%w: length", ErrFile)
	}
	return p, nil
}

// reader takes values from the front of a string; after the first failure it
// returns zeros.
type reader struct {
	layout string
	rest   string
	failed bool
}

func (r *reader) take(n int) string {
	if n < 0 || n > len(r.rest) {
		r.failed, r.rest = true, ""
		return ""
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) number() int {
	b := r.take(4)
	if len(b) < 4 {
		return 0
	}
	return int(uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24)
}

func (r *reader) float() float32 { return math.Float32frombits(uint32(r.number())) }

func (r *reader) text() string { return r.take(r.number()) }

// floats reads values stored as 16-bit integers with one common scale.
func (r *reader) floats() []float32 {
	n, scale := r.number(), r.float()
	b := r.take(2 * n)
	x := make([]float32, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		x = append(x, scale*float32(int16(uint16(b[0])|uint16(b[1])<<8)))
	}
	return x
}

// weights reads a layer's weights, rows of one value for each output.
func (r *reader) weights(outputs int) []float32 {
	if r.layout != magic {
		return r.floats()
	}
	n := r.number()
	scale := make([]float32, min(outputs, len(r.rest)))
	for i := range scale {
		scale[i] = r.float()
	}
	b := r.take(n)
	x := make([]float32, 0, len(b))
	for len(b) >= len(scale) && len(scale) > 0 {
		for i, v := range scale {
			x = append(x, v*float32(int8(b[i])))
		}
		b = b[len(scale):]
	}
	return x
}

func (r *reader) layer() network.Layer {
	l := network.Layer{In: r.number(), Out: r.number(), Kernel: r.number()}
	l.Weight, l.Bias = r.weights(l.Out), r.floats()
	return l
}

func (r *reader) network() network.Network {
	var n network.Network
	for range min(r.number(), len(r.rest)) {
		n.Convolutions = append(n.Convolutions, r.layer())
	}
	n.Dense = r.layer()
	return n
}

func (r *reader) space() plda.Space {
	s := plda.Space{Mean: r.floats(), Between: r.floats()}
	s.Basis = make([]float32, 0, len(s.Between)*len(s.Mean))
	for range s.Between {
		s.Basis = append(s.Basis, r.floats()...)
	}
	return s
}

func (r *reader) parameters() *Parameters {
	p := &Parameters{Algorithm: r.text()}
	for range min(r.number(), len(r.rest)) {
		p.Persons = append(p.Persons, r.text())
	}
	networks, spaces := 1, 3
	if r.layout != first {
		p.Degrees = float64(r.float())
		networks = min(r.number(), len(r.rest))
		spaces = Network + networks
	}
	for range networks {
		p.Networks = append(p.Networks, r.network())
	}
	for range spaces {
		p.Spaces = append(p.Spaces, r.space())
		p.Weights = append(p.Weights, r.float())
	}
	for i := range p.Impostors {
		p.Impostors[i] = r.float()
	}
	return p
}

// Append appends the set as a parameter file.
func (p *Parameters) Append(b []byte) []byte {
	start := len(b)
	b = append(b, magic...)
	b = appendText(b, p.Algorithm)
	b = appendNumber(b, len(p.Persons))
	for _, person := range p.Persons {
		b = appendText(b, person)
	}
	b = appendFloat(b, float32(p.Degrees))
	b = appendNumber(b, len(p.Networks))
	for i := range p.Networks {
		n := &p.Networks[i]
		b = appendNumber(b, len(n.Convolutions))
		for i := range n.Convolutions {
			b = appendLayer(b, &n.Convolutions[i])
		}
		b = appendLayer(b, &n.Dense)
	}
	for i, s := range p.Spaces {
		b = appendFloats(b, s.Mean)
		b = appendFloats(b, s.Between)
		for d := range s.Between {
			b = appendFloats(b, s.Basis[d*len(s.Mean):(d+1)*len(s.Mean)])
		}
		b = appendFloat(b, p.Weights[i])
	}
	for _, threshold := range p.Impostors {
		b = appendFloat(b, threshold)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

func appendNumber(b []byte, n int) []byte { return binary.LittleEndian.AppendUint32(b, uint32(n)) }

func appendFloat(b []byte, v float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
}

func appendText(b []byte, text string) []byte { return append(appendNumber(b, len(text)), text...) }

// appendFloats stores values as 16-bit integers, with an error of at most
// 1/65,534 of the largest.
func appendFloats(b []byte, x []float32) []byte {
	var largest float32
	for _, v := range x {
		largest = max(largest, v, -v)
	}
	scale := largest / math.MaxInt16
	b = appendFloat(appendNumber(b, len(x)), scale)
	for _, v := range x {
		var q int16
		if scale > 0 {
			q = int16(math.Round(float64(v / scale)))
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(q))
	}
	return b
}

func appendLayer(b []byte, l *network.Layer) []byte {
	b = appendNumber(appendNumber(appendNumber(b, l.In), l.Out), l.Kernel)
	return appendFloats(appendWeights(b, l.Weight, l.Out), l.Bias)
}

// appendWeights stores rows of one value for each output as 8-bit integers, with an
// error of at most 1/254 of the output's largest.
func appendWeights(b []byte, x []float32, outputs int) []byte {
	scale := make([]float32, outputs)
	for i, v := range x {
		scale[i%outputs] = max(scale[i%outputs], v/math.MaxInt8, -v/math.MaxInt8)
	}
	b = appendNumber(b, len(x))
	for _, v := range scale {
		b = appendFloat(b, v)
	}
	for i, v := range x {
		var q int8
		if s := scale[i%outputs]; s > 0 {
			q = int8(math.Round(float64(v / s)))
		}
		b = append(b, byte(q))
	}
	return b
}
