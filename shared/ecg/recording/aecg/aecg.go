// Package aecg reads HL7's annotated ECG.
package aecg

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// HL7's annotated ECG is XML: a series holds sequences, one with the increment
// of time and one for each lead, whose numbers are text with spaces between
// them. mV are origin + scale × number. encoding/xml follows no entities beyond
// XML's own, and nothing is fetched.

// Is reports whether the file is HL7's annotated ECG.
func Is(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(data[:min(len(data), 4096)]), []byte("<")) && bytes.Contains(data[:min(len(data), 4096)], []byte("AnnotatedECG"))
}

// mostLevels is how deep elements may lie in one another.
const mostLevels = 128

// quantity is an element with a value and its unit.
type quantity struct{ value, unit string }

// sequence is what was read of a sequence.
type sequence struct {
	code                     string // MDC_ECG_LEAD_I, TIME_ABSOLUTE
	increment, origin, scale quantity
	head                     string // of the time
	digits                   []float64
}

type reader struct {
	decoder *xml.Decoder
	r       *raw.Recording
	now     *sequence
	stepS   float64 // of the series
	series  int
	left    int // numbers that may still be read
}

// Read reads the first series of an annotated ECG.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	a := &reader{decoder: xml.NewDecoder(bytes.NewReader(data)), r: &raw.Recording{}, left: raw.MaxSamples}
	a.decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for depth := 0; ; {
		if err := o.Budget.Err(); err != nil {
			return nil, err
		}
		token, err := a.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, raw.Refuse(raw.Unreadable, 0, "its XML breaks near byte %d", a.decoder.InputOffset())
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth > mostLevels {
				return nil, raw.Refuse(raw.Unsupported, 0, "its XML has more than %d levels", mostLevels)
			}
			if err := a.start(e); err != nil {
				return nil, err
			}
		case xml.EndElement:
			depth--
			if e.Name.Local == "sequence" {
				a.end()
			}
		case xml.CharData:
			a.text(e)
		}
	}
	a.r.Leads = raw.OneLength(a.r.Leads)
	if len(a.r.Leads) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it holds no lead with samples")
	}
	if a.stepS > 0 {
		a.r.RateHz = 1 / a.stepS
	}
	return a.r, nil
}

func (a *reader) start(e xml.StartElement) error {
	attribute := func(name string) string {
		for _, at := range e.Attr {
			if at.Name.Local == name {
				return at.Value
			}
		}
		return ""
	}
	switch e.Name.Local {
	case "series", "derivedSeries":
		a.series++
	case "sequence":
		a.now = &sequence{}
	}
	if a.now == nil {
		return nil
	}
	q := quantity{attribute("value"), attribute("unit")}
	switch e.Name.Local {
	case "code":
		if a.now.code == "" {
			a.now.code = attribute("code")
		}
	case "head":
		a.now.head = q.value
	case "increment":
		a.now.increment = q
	case "origin":
		a.now.origin = q
	case "scale":
		a.now.scale = q
	case "digits":
		a.now.digits = []float64{}
	}
	return nil
}

// text takes numbers, which only digits have.
func (a *reader) text(data xml.CharData) {
	if a.now == nil || a.now.digits == nil {
		return
	}
	for word := range bytes.FieldsSeq(data) {
		if x, ok := raw.ParseNumber(word, false); ok && a.left > 0 {
			a.left--
			a.now.digits = append(a.now.digits, x)
		}
	}
}

// end takes what a sequence told. Of several series the first is taken.
func (a *reader) end() {
	s := a.now
	a.now = nil
	if s == nil || a.series > 1 {
		return
	}
	if step := s.increment.number() * secondsIn[s.increment.unit]; step > 0 {
		a.stepS = step
		a.r.Start = parseTime(s.head)
	}
	name, ok := strings.CutPrefix(s.code, "MDC_ECG_LEAD_")
	if !ok || len(s.digits) == 0 {
		return
	}
	scale := s.scale.number() * raw.PerMV(s.scale.unit)
	if scale == 0 {
		scale = 1e-3
	}
	origin := s.origin.number() * raw.PerMV(s.origin.unit)
	for i := range s.digits {
		s.digits[i] = origin + scale*s.digits[i]
	}
	a.r.Leads = append(a.r.Leads, raw.Lead{Name: name, MV: s.digits})
}

var secondsIn = map[string]float64{"s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}

func (q quantity) number() float64 {
	x, err := strconv.ParseFloat(q.value, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// parseTime reads 20021122091000.000, with less behind it or more.
func parseTime(s string) time.Time {
	for _, layout := range []string{"20060102150405.999-0700", "20060102150405.999", "200601021504", "20060102"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
