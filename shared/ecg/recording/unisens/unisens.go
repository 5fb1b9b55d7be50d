// Package unisens reads data sets of Unisens 2.0, the format of movisens'
// sensors: a unisens.xml that describes the files beside it (https://unisens.org,
// "Unisens 2.0 specification").
package unisens

import (
	"context"
	"fmt"
	"math"
	"slices"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/markup"
	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// Is recognises a unisens.xml among files.
func Is(entries []archive.Entry) bool { return slices.ContainsFunc(entries, isHeader) }

// mostHeader bounds the size of a unisens.xml.
const mostHeader = 1 << 20

// isHeader only unpacks an entry with the header's name.
func isHeader(e archive.Entry) bool {
	if e.Size > mostHeader || e.Packed() && e.Base() != "unisens.xml" {
		return false
	}
	data, err := e.All()
	return err == nil && IsHeader(data)
}

// IsHeader reports whether an unpacked file is a unisens.xml.
func IsHeader(data []byte) bool {
	if len(data) > mostHeader {
		return false
	}
	_, ok := parseHeader(data, raw.NewBudget(context.Background(), 0))
	return ok
}

// IsText reports whether a text in UTF-8 is a unisens.xml.
func IsText(data []byte) bool { return markup.Root(data) == root }

// ReadHeader refuses a unisens.xml without the files that it names.
func ReadHeader([]byte, raw.Options) (*raw.Recording, error) {
	alone := raw.Refuse(raw.Unreadable, 0, "it is the unisens.xml of a data set alone: send the whole folder as a zip")
	alone.Kind = "unisens_header"
	return nil, alone
}

// Read reads the ECG of a data set: of several the first whose file is there.
func Read(entries []archive.Entry, o raw.Options) (*raw.Recording, error) {
	at := slices.IndexFunc(entries, isHeader)
	data, err := entries[at].All()
	if err != nil {
		return nil, err
	}
	h, ok := parseHeader(data, o.Budget)
	if !ok {
		return nil, raw.Refuse(raw.Unreadable, 0, "its unisens.xml breaks off")
	}
	var there []signal
	var channels []raw.Channel
	files := make(map[string]archive.Entry)
	for _, e := range entries {
		files[e.Base()] = e
	}
	for _, s := range h.signals {
		if _, ok := files[archive.Base(s.file)]; ok {
			there = append(there, s)
			channels = append(channels, raw.Channel{Name: s.class, Unit: s.unit, RateHz: s.rateHz})
		}
	}
	if len(there) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "none of the files with samples that its unisens.xml names is there: send the whole folder as a zip")
	}
	r := &raw.Recording{Device: "Unisens", Start: h.start}
	chosen, err := r.Hearts(channels, "")
	if err != nil {
		return nil, err
	}
	s := there[chosen[0]]
	samples, err := files[archive.Base(s.file)].All()
	if err != nil {
		return nil, err
	}
	r.RateHz = s.rateHz
	if s.csv {
		err = s.readText(r, samples, o)
	} else {
		err = s.readBinary(r, samples, o)
	}
	return r, err
}

// readBinary reads samples that are stored channel by channel in each frame.
func (s signal) readBinary(r *raw.Recording, data []byte, o raw.Options) error {
	packing, ok := s.packing()
	if !ok {
		return raw.Refuse(raw.Unsupported, 0, "its samples are of a kind that Unisens doesn't have")
	}
	leads := max(len(s.channels), 1)
	all := len(data) / (packing.Width * leads)
	frames := min(all, o.Frames(s.rateHz, leads))
	if frames == 0 {
		return raw.Refuse(raw.Empty, 0, "its file of samples is empty")
	}
	r.Left = all - frames
	for lead := range leads {
		mv := make([]float64, frames)
		for i := range mv {
			mv[i] = packing.At(data[(i*leads+lead)*packing.Width:])
		}
		s.add(r, lead, mv)
	}
	return nil
}

// readText reads a table without a header.
func (s signal) readText(r *raw.Recording, data []byte, o raw.Options) error {
	text, ok := raw.Text(data)
	if !ok {
		return raw.Refuse(raw.Unreadable, 0, "its file of samples is no text")
	}
	t, err := table.Parse(text, o)
	if err != nil {
		return err
	}
	for lead, mv := range t.Columns[:min(len(t.Columns), max(len(s.channels), 1))] {
		s.add(r, lead, mv)
	}
	return nil
}

// add adds a lead in mV.
func (s signal) add(r *raw.Recording, lead int, mv []float64) {
	for i, x := range mv {
		if math.IsInf(x, 0) {
			mv[i] = math.NaN()
		}
	}
	perMV := raw.PerMV(s.unit)
	if s.lsb == 0 || perMV == 0 {
		r.ScaleGuessed(mv)
	} else {
		for i, x := range mv {
			mv[i] = (x - s.baseline) * s.lsb * perMV
		}
	}
	name := fmt.Sprintf("ECG %d", lead+1)
	if lead < len(s.channels) && s.channels[lead] != "" {
		name = s.channels[lead]
	}
	r.Leads = append(r.Leads, raw.Lead{Name: name, MV: mv})
}
