package recording

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
)

// variable is a matrix of numbers with a name, as programs for numerics save.
type variable struct {
	name          string
	rows, columns int
	byRows        bool // numbers of a row follow one another, else those of a column
	numbers       []byte
	packing       packing
}

// packing is how a number lies in bytes.
type packing struct {
	width int
	at    func(b []byte) float64
}

// packingOf is the packing of a kind, the letter and the width in bytes by which
// NumPy names it. A big end first is turned round.
func packingOf(kind string, order binary.ByteOrder) (packing, bool) {
	le := binary.LittleEndian
	p, ok := map[string]packing{
		"i1": {1, func(b []byte) float64 { return float64(int8(b[0])) }},
		"u1": {1, func(b []byte) float64 { return float64(b[0]) }},
		"i2": {2, func(b []byte) float64 { return float64(int16(le.Uint16(b))) }},
		"u2": {2, func(b []byte) float64 { return float64(le.Uint16(b)) }},
		"i4": {4, func(b []byte) float64 { return float64(int32(le.Uint32(b))) }},
		"u4": {4, func(b []byte) float64 { return float64(le.Uint32(b)) }},
		"i8": {8, func(b []byte) float64 { return float64(int64(le.Uint64(b))) }},
		"u8": {8, func(b []byte) float64 { return float64(le.Uint64(b)) }},
		"f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(le.Uint32(b))) }},
		"f8": {8, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) }},
	}[kind]
	if !ok || order == binary.ByteOrder(le) || p.width == 1 {
		return p, ok
	}
	return packing{p.width, func(b []byte) float64 {
		var turned [8]byte
		for i := range p.width {
			turned[p.width-1-i] = b[i]
		}
		return p.at(turned[:])
	}}, true
}

// whole reports whether the numbers are all there.
func (v variable) whole() bool {
	n := len(v.numbers) / v.packing.width
	return v.rows > 0 && v.columns > 0 && v.columns <= n/v.rows
}

// lead is the samples of the i-th lead, which a row holds where there are fewer
// rows than columns. What is infinite is none.
func (v variable) lead(i int) []float64 {
	n, step, from := v.rows, v.columns, i
	if v.rows < v.columns {
		n, step, from = v.columns, 1, i*v.columns
	}
	if !v.byRows {
		step, from = 1, i*v.rows
		if v.rows < v.columns {
			step, from = v.rows, i
		}
	}
	mv := make([]float64, n)
	width, at := v.packing.width, v.packing.at
	for j := range mv {
		mv[j] = at(v.numbers[(from+j*step)*width:])
		if math.Abs(mv[j]) > math.MaxFloat32 {
			mv[j] = math.NaN()
		}
	}
	return mv
}

// Names that scripts give to a signal, the surest first, and to its rate.
var (
	signalNames = [...]string{"ecg", "ekg", "val", "signal", "sig", "data", "samples", "leads", "x"}
	rateNames   = [...]string{"fs", "f_s", "sfreq", "srate", "rate", "rate_hz", "ratehz", "freq", "frequency", "hz", "sampling_rate", "samplingrate",
		"sample_rate", "samplerate", "sampling_frequency", "samplingfrequency", "fsample"}
)

// readVariables finds the signal among variables, and its rate.
func readVariables(all []variable) (*Recording, error) {
	all = slices.DeleteFunc(all, func(v variable) bool { return !v.whole() })
	rateHz := 0.0
	for _, v := range all {
		if v.rows == 1 && v.columns == 1 && slices.Contains(rateNames[:], strings.ToLower(v.name)) {
			if hz := v.packing.at(v.numbers); hz >= 10 && hz <= 20_000 {
				rateHz = hz
			}
		}
	}
	v, several := signalAmong(all)
	samples, leads := max(v.rows, v.columns), min(v.rows, v.columns)
	switch {
	case samples < 3:
		return nil, refuse(Unreadable, 0, "there is no row or column of numbers in it")
	case leads > MaxLeads+1:
		return nil, refuse(Unsupported, 0, "its matrix has %d rows and columns or more, at most %d leads are read", leads, MaxLeads)
	case samples > MaxSamples/leads:
		return nil, refuse(Unsupported, 0, "it has more than %d samples", MaxSamples)
	}
	t := table{rateHz: rateHz}
	for i := range leads {
		t.columns = append(t.columns, v.lead(i))
	}
	r, err := t.recording()
	if err == nil && several > 1 {
		r.note("variable_chosen", "one of %d variables", several)
	}
	return r, err
}

// signalAmong is the variable that is called like a signal, else the largest,
// and how many could be one.
func signalAmong(all []variable) (best variable, several int) {
	size := func(v variable) int { return v.rows * v.columns }
	for _, v := range all {
		if size(v) >= 3 {
			several++
		}
		if size(v) > size(best) {
			best = v
		}
	}
	for _, name := range signalNames {
		for _, v := range all {
			if size(v) >= 3 && strings.EqualFold(v.name, name) {
				return v, several
			}
		}
	}
	return best, several
}
