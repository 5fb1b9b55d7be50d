package ecg

import (
	"encoding/binary"
	"errors"
	"math"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
)

// algorithm names how templates are made and compared.
const algorithm = "mean-beat-1"

var (
	// ErrObsolete is the error for a template made by parameters that are no
	// longer shipped: its owner must enrol again.
	ErrObsolete = errors.New("template made by parameters no longer shipped")
	// ErrCorrupt is the error for bytes that are no template.
	ErrCorrupt = errors.New("not a template")
)

// Template is what is kept of a person's heart.
type Template struct {
	mean    []float64 // beat.Width values, mean 0, root mean square 1
	quality float64
}

// Enrol makes a template of one or several recordings of one person. The error
// is an *Unusable.
func Enrol(recordings ...Signal) (*Template, error) {
	fe := frontEnds.Get().(*frontend.FrontEnd)
	defer frontEnds.Put(fe)
	t := &Template{mean: make([]float64, beat.Width)}
	var total quality.Report
	for _, s := range recordings {
		s, err := s.check()
		if err != nil {
			return nil, err
		}
		r := fe.Run(s.MV, s.RateHz)
		total.Add(&r.Report)
		addBeats(t.mean, r.Beats)
	}
	if err := unusable(&total, enrolment); err != nil {
		return nil, err
	}
	normalise(t.mean)
	t.quality = total.Trust()
	return t, nil
}

// Quality is how far comparisons with this template can be trusted, 0 to 1.
func (t *Template) Quality() float64 { return t.quality }

// Algorithm names what made the template.
func (t *Template) Algorithm() string { return algorithm }

// MarshalBinary returns the template as bytes for ParseTemplate: the
// algorithm's name, a zero byte, the quality and the mean beat as
// little-endian 32-bit floats.
func (t *Template) MarshalBinary() ([]byte, error) {
	b := append([]byte(algorithm), 0)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(t.quality)))
	for _, v := range t.mean {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
	}
	return b, nil
}

// ParseTemplate reads what MarshalBinary wrote. The error is ErrObsolete or
// ErrCorrupt.
func ParseTemplate(b []byte) (*Template, error) {
	for i, c := range b[:min(len(b), 64)] {
		if c != 0 {
			continue
		}
		if string(b[:i]) != algorithm {
			return nil, ErrObsolete
		}
		return parseMeanBeat(b[i+1:])
	}
	return nil, ErrCorrupt
}

func parseMeanBeat(b []byte) (*Template, error) {
	if len(b) != 4*(1+beat.Width) {
		return nil, ErrCorrupt
	}
	values := make([]float64, 1+beat.Width)
	for i := range values {
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		if math.IsNaN(v) || math.Abs(v) > beat.Width {
			return nil, ErrCorrupt
		}
		values[i] = v
	}
	return &Template{quality: values[0], mean: values[1:]}, nil
}

// addBeats adds every beat to sum.
func addBeats(sum []float64, beats *beat.Beats) {
	for i := range beats.Len() {
		for k, v := range beats.Row(i) {
			sum[k] += v
		}
	}
}

// normalise brings x to mean 0 and root mean square 1; a constant becomes 0.
func normalise(x []float64) {
	mean, power := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for i := range x {
		x[i] -= mean
		power += x[i] * x[i] / float64(len(x))
	}
	if power == 0 {
		return
	}
	scale := 1 / math.Sqrt(power)
	for i := range x {
		x[i] *= scale
	}
}
