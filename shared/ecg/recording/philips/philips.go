// Package philips reads the XML of Philips' electrocardiographs.
package philips

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/markup"
	"systole/shared/ecg/recording/internal/raw"
)

// Philips' PageWriter and TraceMaster write restingecgdata, versions 1.03 and
// 1.04 ("Sierra ECG XML"): a rate, a resolution in µV, and the leads in base 64,
// packed or not. The project sierra-ecg-tools has documented layout and packing.

// Is reports whether the file is Philips'.
func Is(data []byte) bool { return strings.EqualFold(markup.Root(data), "restingecgdata") }

// twelve are the leads of a file that doesn't name its leads.
var twelve = [...]string{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"}

// mostNamed bounds the names of leads, in bytes.
const mostNamed = 1000

type reader struct {
	rateHz     float64
	resolution float64 // µV
	names      []string
	durationMS float64
	packed     bool
	waves      []byte
	start      time.Time
}

// Read reads the leads of a Philips file.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	p := &reader{}
	name := ""
	for token, err := range markup.NewReader(data, o.Budget).All() {
		if err != nil {
			return nil, err
		}
		switch token.Kind {
		case markup.Start:
			name = token.Name
			p.begin(token)
		case markup.End:
			name = ""
		case markup.Text:
			if err := p.text(name, token); err != nil {
				return nil, err
			}
		}
	}
	if len(p.waves) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it is a Philips XML without waveforms: export it with its waveforms")
	}
	leads, err := p.leads(o)
	if err != nil {
		return nil, err
	}
	r := &raw.Recording{RateHz: p.rateHz, Device: "Philips", Start: p.start}
	factor := p.resolution / 1000
	if factor == 0 {
		factor = 0.005 // the usual value of a file that doesn't state it
	}
	for i, samples := range leads {
		lead := raw.Lead{MV: make([]float64, len(samples))}
		if i < len(p.names) {
			lead.Name = p.names[i]
		}
		for k, x := range samples {
			lead.MV[k] = factor * float64(x)
		}
		r.Leads = append(r.Leads, lead)
	}
	r.Leads = raw.OneLength(r.Leads)
	return r, nil
}

// begin reads the values in attributes.
func (p *reader) begin(e markup.Token) {
	switch e.Name {
	case "parsedwaveforms":
		e.Attributes(func(name, value string) {
			number, _ := raw.ParseNumber([]byte(value), false)
			switch name {
			case "leadlabels":
				p.names = strings.Fields(value[:min(len(value), mostNamed)])
			case "numberofleads":
				if n := int(number); n > 0 && n < len(p.names) {
					p.names = p.names[:n]
				}
			case "durationperchannel":
				p.durationMS = number
			case "compressmethod", "compression":
				p.packed = p.packed || strings.EqualFold(value, "XLI")
			}
		})
	case "dataacquisition":
		at, err := time.Parse("2006-01-02 15:04:05", e.Attribute("date")+" "+e.Attribute("time"))
		if err == nil {
			p.start = at
		}
	}
}

func (p *reader) text(name string, token markup.Token) error {
	text := token.Text()
	number, _ := raw.ParseNumber(bytes.TrimSpace(text[:min(len(text), 40)]), false)
	switch name {
	case "samplingrate":
		if raw.PlausibleRate(number) {
			p.rateHz = number
		}
	case "resolution", "signalresolution":
		if p.resolution == 0 && number > 0 && number < 1000 {
			p.resolution = number
		}
	case "parsedwaveforms":
		if p.waves != nil {
			return nil
		}
		waves, err := io.ReadAll(token.Packed())
		if err != nil {
			return raw.Refuse(raw.Unreadable, 0, "its waveforms aren't in base 64: export it again")
		}
		p.waves = waves
	}
	return nil
}

// leads returns the numbers of each lead.
func (p *reader) leads(o raw.Options) ([][]int16, error) {
	if p.names == nil {
		p.names = twelve[:]
	}
	if len(p.names) > raw.MaxLeads {
		return nil, raw.Refuse(raw.Unsupported, 0, "it has %d leads, at most %d are read", len(p.names), raw.MaxLeads)
	}
	most := o.Frames(p.rateHz, len(p.names))
	if p.packed {
		return unpack(p.waves, len(p.names), most, o.Budget)
	}
	each := len(p.waves) / 2 / len(p.names)
	if n := int(p.durationMS * p.rateHz / 1000); n > 0 && n < each {
		each = n
	}
	if each == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it is a Philips XML without samples")
	}
	leads := make([][]int16, len(p.names))
	for i := range leads {
		leads[i] = numbers(p.waves[2*i*each:2*(i+1)*each], most)
	}
	return leads, nil
}

func numbers(b []byte, most int) []int16 {
	x := make([]int16, min(len(b)/2, most))
	for i := range x {
		x[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return x
}
