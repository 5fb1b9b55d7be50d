package ecg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"systole/shared/ecg/isometry"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
)

var (
	// ErrObsolete is the error for a template of an algorithm that isn't shipped
	// any more: the person must enrol again.
	ErrObsolete = errors.New("template of an algorithm that is not shipped")
	// ErrCorrupt is the error for bytes that are not a template.
	ErrCorrupt = errors.New("not a template")
)

// Template is the biometric reference of an enrolled person. It belongs to the
// algorithm that made it, and is not changed once made.
type Template struct {
	parameters *parameters.Parameters
	days       []parameters.Template // one for each day of enrolment, in order
	adaptive   parameters.Adaptive   // of the days combined
	quality    float64
}

// Enrol makes a template of one or several recordings of one person, which
// together must meet the need. The error is an *Unusable.
func Enrol(p *parameters.Parameters, need quality.Need, recordings ...*Reading) (*Template, error) {
	day, quality, err := dayOf(p, need, recordings)
	if err != nil {
		return nil, err
	}
	return enrolled(p, []parameters.Template{day}, quality), nil
}

func enrolled(p *parameters.Parameters, days []parameters.Template, quality float64) *Template {
	return &Template{
		parameters: p, days: days, quality: quality,
		adaptive: parameters.Adaptive{Enrolled: parameters.CombineDays(days)},
	}
}

// dayOf returns the template of one day's recordings, and its quality score.
func dayOf(p *parameters.Parameters, need quality.Need, recordings []*Reading) (day parameters.Template, score float64, err error) {
	score, err = add(&day, p, need, recordings)
	return day, score, err
}

// add adds recordings, which together must meet the need, to a day's template,
// and returns their quality score.
func add(day *parameters.Template, p *parameters.Parameters, need quality.Need, recordings []*Reading) (score float64, err error) {
	var total quality.Report
	for _, r := range recordings {
		total.Add(&r.report)
	}
	if err := unusable(&total, need); err != nil {
		return 0, err
	}
	for _, r := range recordings {
		if r.mean == nil {
			continue
		}
		embedding, err := r.embedding(p)
		if err != nil {
			return 0, err
		}
		day.Add(embedding, r.weight)
	}
	return total.Trust(), nil
}

// AddDay returns the template with another day of the same person's recordings,
// which together must meet the need. Each day counts the same, and the adaptation
// is kept. At most parameters.MaxDays are kept: left is the index of the day that
// was dropped, -1 for none. The caller verifies first that the person is the
// same. The error is an *Unusable.
func (t *Template) AddDay(need quality.Need, recordings ...*Reading) (next *Template, left int, err error) {
	day, quality, err := dayOf(t.parameters, need, recordings)
	if err != nil {
		return nil, -1, err
	}
	days, left := t.parameters.WithDay(t.days, day)
	next = enrolled(t.parameters, days, max(t.quality, quality))
	next.adaptive.Adapted = t.adaptive.Adapted
	return next, left, nil
}

// First returns the template of its first days alone, at least one, without the
// adaptation.
func (t *Template) First(days int) *Template {
	return enrolled(t.parameters, t.days[:days:days], t.quality)
}

// Join returns the template with further recordings of its last day, which
// together must meet the need. The adaptation is kept. The caller verifies first
// that the person is the same. The error is an *Unusable.
func (t *Template) Join(need quality.Need, recordings ...*Reading) (*Template, error) {
	days := slices.Clone(t.days)
	last := &days[len(days)-1]
	last.Mean = slices.Clone(last.Mean)
	quality, err := add(last, t.parameters, need, recordings)
	if err != nil {
		return nil, err
	}
	next := enrolled(t.parameters, days, max(t.quality, quality))
	next.adaptive.Adapted = t.adaptive.Adapted
	return next, nil
}

// Days returns the number of days on which the person was enrolled.
func (t *Template) Days() int { return len(t.days) }

// Weight measures how much signal the template was made of: the sum over its
// recordings, without those of the adaptation, of the root of the number of clean
// beats times the quality. It compares templates of different algorithms.
func (t *Template) Weight() float64 {
	sum := 0.0
	for _, day := range t.days {
		sum += day.Weight
	}
	return sum
}

// Beats returns the number of clean beats that the template was made of, those of
// the adaptation left out, as the weights of its days tell it; see
// parameters.Template.
func (t *Template) Beats() float64 {
	sum := 0.0
	for _, day := range t.days {
		sum += day.Beats(t.quality)
	}
	return sum
}

// Quality is the template's quality score (ISO/IEC 29794-1), 0 to 1.
func (t *Template) Quality() float64 { return t.quality }

// Algorithm names the parameters that made the template.
func (t *Template) Algorithm() string { return t.parameters.Algorithm }

// Seed is the secret under which a template is stored. Each template has its own,
// for the transform of package isometry.
type Seed [32]byte

// Marshal returns the template as bytes for ParseTemplate with the same seed: the
// algorithm's name, a zero byte, and little-endian 32-bit floats. These are the
// quality; the negative number of days, if there are several; and for each day of
// enrolment, and for the adaptation, if any, the weight, the number of recordings
// and the transformed mean.
func (t *Template) Marshal(seed Seed) ([]byte, error) {
	states := slices.Clone(t.days)
	if t.adaptive.Adapted.Mean != nil {
		states = append(states, t.adaptive.Adapted)
	}
	transform := isometryOf(t.parameters, seed)
	b := append([]byte(t.parameters.Algorithm), 0)
	b = appendFloat(b, float32(t.quality))
	if len(t.days) > 1 {
		b = appendFloat(b, -float32(len(t.days)))
	}
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
	// maxName bounds the length of an algorithm's name in bytes.
	maxName = 64
	// maxAdaptations bounds those of a stored template. Marshal writes one;
	// templates of earlier versions hold up to four, the newest last.
	maxAdaptations = 4
	// maxValue is greater than every value of a template.
	maxValue = 1e6
)

// ParseTemplate parses the output of Marshal with the same seed, by the algorithm
// that made it. A wrong seed yields a meaningless template without an error:
// authenticate the bytes first. The error is ErrObsolete for an algorithm that
// isn't among algorithms, else ErrCorrupt.
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

// floats parses all of b.
func floats(b []byte) ([]float32, error) {
	const size = 4
	if len(b)%size != 0 {
		return nil, ErrCorrupt
	}
	values := make([]float32, len(b)/size)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[size*i:]))
		if !(math.Abs(float64(values[i])) < maxValue) { // also for NaN
			return nil, ErrCorrupt
		}
	}
	return values, nil
}

// templateOf parses the quality, the days and the adaptation. Of several
// adaptations it takes the newest.
func templateOf(p *parameters.Parameters, values []float32, seed Seed) (*Template, error) {
	const head = 2 // values before a template's mean
	size := head + isometry.Size(p.Dimensions())
	if len(values) < 2 || values[0] < 0 || values[0] > 1 {
		return nil, ErrCorrupt
	}
	score, states, days := float64(values[0]), values[1:], 1
	if states[0] < 0 { // not a weight: the number of days
		days, states = int(-states[0]), states[1:]
	}
	adaptations := len(states)/size - days
	if len(states)%size != 0 || days < 1 || days > parameters.MaxDays || adaptations < 0 || adaptations > maxAdaptations {
		return nil, ErrCorrupt
	}
	transform := isometryOf(p, seed)
	read := func(values []float32) (parameters.Template, error) {
		state := parameters.Template{Weight: float64(values[0]), Recordings: float64(values[1])}
		if state.Weight <= 0 || state.Recordings < 1 {
			return state, ErrCorrupt
		}
		state.Mean = transform.Invert(nil, values[head:])
		return state, nil
	}
	var all []parameters.Template
	for state := range slices.Chunk(states, size) {
		one, err := read(state)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	t := enrolled(p, all[:days:days], score)
	if adaptations > 0 {
		t.adaptive.Adapted = all[len(all)-1]
	}
	return t, nil
}
