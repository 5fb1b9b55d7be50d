// Package muse reads the XML of GE's MUSE.
package muse

import (
	"encoding/binary"
	"io"
	"math"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/markup"
	"systole/shared/ecg/recording/internal/raw"
)

// GE's MUSE writes a RestingECG with waveforms: one of type Rhythm, the recording
// of ten seconds, and one of type Median, the mean beat. Each has a rate,
// SampleBase × 10 ^ SampleExponent Hz, and leads: little-endian numbers of 16
// bits in base 64, with a factor to µV. Leads that can be derived, III and the
// augmented ones, are left out.

// Is reports whether the file is MUSE's.
func Is(data []byte) bool { return markup.Root(data) == "RestingECG" }

// lead holds the content of a LeadData element.
type lead struct {
	name    string
	perUnit float64
	unit    string
	mv      []float64
}

type reader struct {
	o                raw.Options
	r                *raw.Recording
	kind             string // of the waveform
	base, exponent   float64
	now              lead
	date, clock      string
	device           string
	rhythm, waveform []raw.Lead // of the waveform of type Rhythm, and of the current one
	rateHz           float64
}

// Read reads the rhythm of a MUSE file.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	m := &reader{o: o, r: &raw.Recording{}}
	var path []string
	for token, err := range markup.NewReader(data, o.Budget).All() {
		if err != nil {
			return nil, err
		}
		switch token.Kind {
		case markup.Start:
			path = append(path, token.Name)
			m.start(token.Name)
		case markup.End:
			path = path[:len(path)-1]
			m.end(token.Name)
		case markup.Text:
			if err := m.text(path[len(path)-1], token); err != nil {
				return nil, err
			}
		}
	}
	if m.rhythm == nil {
		return nil, raw.Refuse(raw.Unreadable, 0, "it is a MUSE XML without a rhythm: export it with its waveforms")
	}
	m.r.Leads, m.r.RateHz, m.r.Device = raw.OneLength(m.rhythm), m.rateHz, m.device
	for _, layout := range []string{"01-02-2006 15:04:05", "2006-01-02 15:04:05", "02.01.2006 15:04:05"} {
		if at, err := time.Parse(layout, m.date+" "+m.clock); err == nil {
			m.r.Start = at
			break
		}
	}
	return m.r, nil
}

func (m *reader) start(name string) {
	switch name {
	case "Waveform":
		m.kind, m.base, m.exponent, m.waveform = "", 0, 0, nil
	case "LeadData":
		m.now = lead{}
	}
}

// text reads an element's text. Elements about the patient are not read.
func (m *reader) text(name string, token markup.Token) error {
	text := token.Text()
	word := strings.TrimSpace(string(text[:min(len(text), 100)]))
	number, _ := raw.ParseNumber([]byte(word), false)
	switch name {
	case "WaveformType":
		m.kind = word
	case "SampleBase":
		m.base = number
	case "SampleExponent":
		m.exponent = number
	case "LeadID":
		m.now.name = word
	case "LeadAmplitudeUnitsPerBit":
		m.now.perUnit = number
	case "LeadAmplitudeUnits":
		m.now.unit = word
	case "WaveFormData":
		return m.samples(token)
	case "AcquisitionDate":
		m.date = word
	case "AcquisitionTime":
		m.clock = word
	case "AcquisitionDevice":
		m.device = "GE " + word
	}
	return nil
}

// samples reads a lead's numbers.
func (m *reader) samples(token markup.Token) error {
	most := m.o.Frames(m.rate(), 8)
	packed, err := io.ReadAll(io.LimitReader(token.Packed(), int64(2*most)))
	if err != nil {
		return raw.Refuse(raw.Unreadable, 0, "its waveform isn't in base 64: export it again")
	}
	m.now.mv = make([]float64, len(packed)/2)
	for i := range m.now.mv {
		m.now.mv[i] = float64(int16(binary.LittleEndian.Uint16(packed[2*i:])))
	}
	return nil
}

func (m *reader) rate() float64 {
	if hz := m.base * math.Pow(10, m.exponent); raw.PlausibleRate(hz) {
		return hz
	}
	return 0
}

func (m *reader) end(name string) {
	switch name {
	case "LeadData":
		factor := raw.PerMV(m.now.unit)
		if factor == 0 {
			factor = 1e-3 // MUSE's own
		}
		if m.now.perUnit > 0 {
			factor *= m.now.perUnit
		}
		for i := range m.now.mv {
			m.now.mv[i] *= factor
		}
		if len(m.now.mv) > 0 && len(m.waveform) < raw.MaxLeads {
			m.waveform = append(m.waveform, raw.Lead{Name: m.now.name, MV: m.now.mv})
		}
	case "Waveform":
		if m.rhythm == nil && len(m.waveform) > 0 && !strings.EqualFold(m.kind, "Median") {
			m.rhythm, m.rateHz = m.waveform, m.rate()
		}
	}
}
