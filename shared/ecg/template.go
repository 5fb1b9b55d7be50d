package ecg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/isometry"
	"systole/shared/ecg/model"
	"systole/shared/ecg/quality"
)

var (
	// ErrObsolete is the error for a template made by parameters that are no
	// longer shipped: its owner must enrol again.
	ErrObsolete = errors.New("template made by parameters no longer shipped")
	// ErrCorrupt is the error for bytes that are no template.
	ErrCorrupt = errors.New("not a template")
)

// Template is what is kept of a person's heart. It doesn't change once made.
type Template struct {
	model   *model.Model
	heart   model.Adaptive
	quality float64
}

// workspace is what the way from samples to coordinates needs.
type workspace struct {
	front       frontend.FrontEnd
	model       model.Workspace
	mean        [beat.Width]float64
	coordinates []float32
}

// workspaces keeps the work space of finished runs for later ones.
var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// embed is the coordinates of the beats' mean, valid until the next call.
func (w *workspace) embed(m *model.Model, beats *beat.Beats) []float32 {
	clear(w.mean[:])
	for i := range beats.Len() {
		for k, v := range beats.Row(i) {
			w.mean[k] += v
		}
	}
	for k := range w.mean {
		w.mean[k] /= float64(beats.Len())
	}
	w.coordinates = m.Embed(w.coordinates[:0], &w.model, w.mean[:])
	return w.coordinates
}

// Enrol makes a template of one or several recordings of one person. The error
// is an *Unusable.
func Enrol(recordings ...Signal) (*Template, error) {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	var e enrolling
	for _, s := range recordings {
		r, err := w.read(s)
		if err != nil {
			return nil, err
		}
		e.add(r)
	}
	return e.template()
}

// EnrolReadings is Enrol for recordings that were read already.
func EnrolReadings(readings ...*Reading) (*Template, error) {
	var e enrolling
	for _, r := range readings {
		e.add(r)
	}
	return e.template()
}

// enrolling is a template in the making.
type enrolling struct {
	heart model.Adaptive
	total quality.Report
}

func (e *enrolling) add(r *Reading) {
	e.total.Add(&r.report)
	if r.coordinates != nil {
		e.heart.Enrolled.Add(r.coordinates, r.weight)
	}
}

func (e *enrolling) template() (*Template, error) {
	if err := unusable(&e.total, enrolment); err != nil {
		return nil, err
	}
	return &Template{model: model.Shipped(), heart: e.heart, quality: e.total.Trust()}, nil
}

// Quality is how far comparisons with this template can be trusted, 0 to 1.
func (t *Template) Quality() float64 { return t.quality }

// Algorithm names what made the template.
func (t *Template) Algorithm() string { return t.model.Version }

// Seed is the secret under which a template is stored. Each template has its
// own: package isometry tells what for.
type Seed [32]byte

// Marshal returns the template as bytes for ParseTemplate with the same seed:
// the algorithm's name, a zero byte, and little-endian 32-bit floats: the
// quality, then for the heart as enrolled and for each as adapted its weight,
// its recordings and its coordinates, turned.
func (t *Template) Marshal(seed Seed) ([]byte, error) {
	turn := t.turn(seed)
	b := append([]byte(t.model.Version), 0)
	b = appendFloat(b, float32(t.quality))
	for _, h := range append([]model.Heart{t.heart.Enrolled}, t.heart.Added...) {
		b = appendFloat(appendFloat(b, float32(h.Weight)), float32(h.Recordings))
		turned, ok := turn.Turn(nil, h.Mean)
		if !ok {
			return nil, errors.New("coordinates beyond all bounds")
		}
		for _, v := range turned {
			b = appendFloat(b, v)
		}
	}
	return b, nil
}

func (t *Template) turn(seed Seed) *isometry.Isometry {
	return isometry.New(seed, t.model.Dimensions(), t.model.Radius())
}

func appendFloat(b []byte, v float32) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
}

// longestName bounds an algorithm's name.
const longestName = 64

// ParseTemplate reads what Marshal wrote with the same seed. With another one
// it returns a template of nobody's: what is stored must tell seeds apart. The
// error is ErrObsolete or ErrCorrupt.
func ParseTemplate(b []byte, seed Seed) (*Template, error) {
	end := bytes.IndexByte(b[:min(len(b), longestName)], 0)
	if end < 0 {
		return nil, ErrCorrupt
	}
	m := model.Shipped()
	if string(b[:end]) != m.Version {
		return nil, ErrObsolete
	}
	values, err := floats(b[end+1:])
	if err != nil {
		return nil, err
	}
	t := &Template{model: m}
	if err := t.parse(values, seed); err != nil {
		return nil, err
	}
	return t, nil
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
		if !(math.Abs(float64(values[i])) < largest) { // also where it is no number
			return nil, ErrCorrupt
		}
	}
	return values, nil
}

// largest is beyond all values that a template holds.
const largest = 1e6

func (t *Template) parse(values []float32, seed Seed) error {
	const head = 2 // values before a heart's coordinates
	size := head + isometry.Size(t.model.Dimensions())
	if len(values) <= size || (len(values)-1)%size != 0 || len(values)/size > 1+model.Versions {
		return ErrCorrupt
	}
	t.quality = float64(values[0])
	if t.quality < 0 || t.quality > 1 {
		return ErrCorrupt
	}
	turn := t.turn(seed)
	var hearts []model.Heart
	for one := range slices.Chunk(values[1:], size) {
		h := model.Heart{Weight: float64(one[0]), Recordings: float64(one[1]), Mean: turn.Back(nil, one[head:])}
		if h.Weight <= 0 || h.Recordings < 1 {
			return ErrCorrupt
		}
		hearts = append(hearts, h)
	}
	t.heart = model.Adaptive{Enrolled: hearts[0], Added: hearts[1:]}
	return nil
}
