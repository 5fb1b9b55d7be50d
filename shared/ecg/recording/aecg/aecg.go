// Package aecg reads HL7's annotated ECG.
package aecg

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/markup"
	"systole/shared/ecg/recording/internal/raw"
)

// HL7's annotated ECG is XML: a series holds sequences, one with the increment
// of time and one for each lead, whose numbers are text with spaces between
// them. mV are origin + scale × number.

// Is reports whether the file is HL7's annotated ECG.
func Is(data []byte) bool { return strings.Contains(markup.Root(data), "AnnotatedECG") }

// quantity is an element with a value and its unit.
type quantity struct{ value, unit string }

// sequence holds the content of a sequence element.
type sequence struct {
	code                     string // such as MDC_ECG_LEAD_I or TIME_ABSOLUTE
	increment, origin, scale quantity
	head                     string // of the time
	digits                   []float64
}

type reader struct {
	r      *raw.Recording
	now    *sequence
	stepS  float64 // of the series
	series int
	left   int // numbers that may still be read
}

// Read reads the first series of an annotated ECG.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	a := &reader{r: &raw.Recording{}, left: o.Budget.Samples()}
	for token, err := range markup.NewReader(data, o.Budget).All() {
		if err != nil {
			return nil, err
		}
		switch token.Kind {
		case markup.Start:
			a.start(token)
		case markup.End:
			if token.Name == "sequence" {
				a.end()
			}
		case markup.Text:
			if err := a.text(token.Text(), o.Budget); err != nil {
				return nil, err
			}
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

func (a *reader) start(e markup.Token) {
	switch e.Name {
	case "series", "derivedSeries":
		a.series++
	case "sequence":
		a.now = &sequence{}
	}
	if a.now == nil {
		return
	}
	q := quantity{e.Attribute("value"), e.Attribute("unit")}
	switch e.Name {
	case "code":
		if a.now.code == "" {
			a.now.code = e.Attribute("code")
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
}

// text reads the numbers of the first series, from digits elements.
func (a *reader) text(text []byte, budget *raw.Budget) error {
	if a.now == nil || a.now.digits == nil || a.series > 1 {
		return nil
	}
	if n := bytes.Count(text, []byte{' '}) + 1; cap(a.now.digits) == 0 {
		a.now.digits = make([]float64, 0, min(n, a.left))
	}
	for word := range bytes.FieldsSeq(text) {
		x, ok := raw.ParseNumber(word, false)
		if !ok {
			continue
		}
		if a.left--; a.left < 0 {
			return raw.Refuse(raw.Unsupported, 0, "it has more than %d numbers: send one recording alone", raw.MaxSamples)
		}
		if a.left%(1<<16) == 0 && budget.Err() != nil {
			return budget.Err()
		}
		a.now.digits = append(a.now.digits, x)
	}
	return nil
}

// end stores a finished sequence. Of several series the first is read.
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

// parseTime reads 20021122091000.000, with fewer or more digits.
func parseTime(s string) time.Time {
	for _, layout := range []string{"20060102150405.999-0700", "20060102150405.999", "200601021504", "20060102"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}
