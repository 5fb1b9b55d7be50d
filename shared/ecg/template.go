package ecg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"

	"systole/shared/ecg/isometry"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
)

var (
	// ErrObsolete is the error for a template of an algorithm that isn't at hand:
	// its owner must enrol again.
	ErrObsolete = errors.New("template of an algorithm that is not shipped")
	// ErrCorrupt is the error for bytes that are no template.
	ErrCorrupt = errors.New("not a template")
)

// Template is what is kept of a person's enrolment, for probes to be compared
// with. It belongs to the algorithm that made it, and is not changed once made.
type Template struct {
	parameters *parameters.Parameters
	adaptive   parameters.Adaptive
	quality    float64
}

// Enrol makes a template of one or several recordings of one person, which
// together must meet the need. The error is an *Unusable.
func Enrol(p *parameters.Parameters, need quality.Need, recordings ...*Reading) (*Template, error) {
	var total quality.Report
	for _, r := range recordings {
		total.Add(&r.report)
	}
	if err := unusable(&total, need); err != nil {
		return nil, err
	}
	t := &Template{parameters: p, quality: total.Trust()}
	for _, r := range recordings {
		if r.mean == nil {
			continue
		}
		embedding, err := r.embedding(p)
		if err != nil {
			return nil, err
		}
		t.adaptive.Enrolled.Add(embedding, r.weight)
	}
	return t, nil
}

// Quality is the template's quality score (ISO/IEC 29794-1), 0 to 1: how far
// comparisons with it can be trusted.
func (t *Template) Quality() float64 { return t.quality }

// Algorithm names the parameters that made the template.
func (t *Template) Algorithm() string { return t.parameters.Algorithm }

// Seed is the secret under which a template is stored. Each template has its
// own: package isometry says what for.
type Seed [32]byte

// Marshal returns the template as bytes for ParseTemplate with the same seed:
// the algorithm's name, a zero byte, and little-endian 32-bit floats: the
// quality, then for the template as enrolled and, if it was adapted, for the
// adaptation its weight, its number of recordings and its transformed mean.
func (t *Template) Marshal(seed Seed) ([]byte, error) {
	states := []parameters.Template{t.adaptive.Enrolled}
	if t.adaptive.Adapted.Mean != nil {
		states = append(states, t.adaptive.Adapted)
	}
	transform := isometryOf(t.parameters, seed)
	b := append([]byte(t.parameters.Algorithm), 0)
	b = appendFloat(b, float32(t.quality))
	for _, state := range states {
		b = appendFloat(appendFloat(b, float32(state.Weight)), float32(state.Recordings))
		transformed, ok := transform.Transform(nil, state.Mean)
		if !ok {
			return nil, errors.New("embedding out of bounds")
		}
		for _, v := range transformed {
			b = appendFloat(b, v)
		}
	}
	return b, nil
}

func isometryOf(p *parameters.Parameters, seed Seed) *isometry.Isometry {
	return isometry.New(seed, p.Dimensions(), p.Radius())
}

func appendFloat(b []byte, v float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
}

const (
	// maxName bounds an algorithm's name in bytes.
	maxName = 64
	// maxStates bounds the states of a stored template. Marshal writes two;
	// templates of earlier versions hold up to four adaptations, the newest last.
	maxStates = 1 + 4
	// maxValue is above every value that a template holds.
	maxValue = 1e6
)

// ParseTemplate reads what Marshal wrote with the same seed, by the algorithm
// that made it. A wrong seed yields a meaningless template without an error:
// authenticate the bytes first. The error is ErrObsolete for an algorithm that
// isn't among those, or ErrCorrupt.
func ParseTemplate(b []byte, seed Seed, algorithms parameters.Algorithms) (*Template, error) {
	end := bytes.IndexByte(b[:min(len(b), maxName)], 0)
	if end < 0 {
		return nil, ErrCorrupt
	}
	p, ok := algorithms.Named(string(b[:end]))
	if !ok {
		return nil, ErrObsolete
	}
	values, err := floats(b[end+1:])
	if err != nil {
		return nil, err
	}
	return templateOf(p, values, seed)
}

// floats reads all of b.
func floats(b []byte) ([]float32, error) {
	const size = 4
	if len(b)%size != 0 {
		return nil, ErrCorrupt
	}
	values := make([]float32, len(b)/size)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[size*i:]))
		if !(math.Abs(float64(values[i])) < maxValue) { // also where it is no number
			return nil, ErrCorrupt
		}
	}
	return values, nil
}

// templateOf reads the quality and the states. Of several adaptations it takes
// the newest.
func templateOf(p *parameters.Parameters, values []float32, seed Seed) (*Template, error) {
	const head = 2 // values before a state's mean
	size := head + isometry.Size(p.Dimensions())
	if len(values) <= size || (len(values)-1)%size != 0 || len(values)/size > maxStates {
		return nil, ErrCorrupt
	}
	t := &Template{parameters: p, quality: float64(values[0])}
	if t.quality < 0 || t.quality > 1 {
		return nil, ErrCorrupt
	}
	states := values[1:]
	transform := isometryOf(p, seed)
	read := func(values []float32) (parameters.Template, error) {
		state := parameters.Template{Weight: float64(values[0]), Recordings: float64(values[1])}
		if state.Weight <= 0 || state.Recordings < 1 {
			return state, ErrCorrupt
		}
		state.Mean = transform.Invert(nil, values[head:])
		return state, nil
	}
	var err error
	if t.adaptive.Enrolled, err = read(states[:size]); err != nil {
		return nil, err
	}
	if len(states) > size {
		t.adaptive.Adapted, err = read(states[len(states)-size:])
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}
