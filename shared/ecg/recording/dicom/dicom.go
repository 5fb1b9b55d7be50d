// Package dicom reads the waveforms of DICOM files.
package dicom

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: NEMA, DICOM PS3.3, section C.10.9. A waveform needs these few of
// DICOM's thousands of elements; a library would load all of them at every start.
const (
	tagSyntax       = tag(0x0002_0010)
	tagAcquired     = tag(0x0008_002a)
	tagManufacturer = tag(0x0008_0070)
	tagCode         = tag(0x0008_0100)
	tagMeaning      = tag(0x0008_0104)
	tagModel        = tag(0x0008_1090)

	tagWaveforms      = tag(0x5400_0100)
	tagChannels       = tag(0x003a_0005)
	tagSamples        = tag(0x003a_0010)
	tagRate           = tag(0x003a_001a)
	tagDefinitions    = tag(0x003a_0200)
	tagLabel          = tag(0x003a_0203)
	tagSource         = tag(0x003a_0208)
	tagSensitivity    = tag(0x003a_0210)
	tagUnits          = tag(0x003a_0211)
	tagCorrection     = tag(0x003a_0212)
	tagBaseline       = tag(0x003a_0213)
	tagBits           = tag(0x5400_1004)
	tagInterpretation = tag(0x5400_1006)
	tagPadding        = tag(0x5400_100a)
	tagData           = tag(0x5400_1010)
)

// Is reports whether the file is DICOM: with the preamble of PS3.10, or beginning
// with an element like a network message, which some vendors save.
func Is(data []byte) bool {
	return len(data) >= 132 && string(data[128:132]) == "DICM" || isBare(data)
}

// isBare recognises a data set without its preamble: its first element is of
// group 2 or 8, has a small number, and has a length such that another element of
// these groups follows.
func isBare(data []byte) bool {
	if len(data) < 16 {
		return false
	}
	group, element := binary.LittleEndian.Uint16(data), binary.LittleEndian.Uint16(data[2:])
	if group != 2 && group != 8 || element > 0x20 {
		return false
	}
	e, rest, ok := bareSet(data).next(0)
	if !ok || len(e.value) > 256 || len(rest.data) < 8 {
		return false
	}
	following := binary.LittleEndian.Uint16(rest.data)
	return following == 2 || following == 8
}

// bareSet returns a data set without a stated transfer syntax: an explicit one
// has two capital letters after the tag.
func bareSet(data []byte) set {
	capital := func(c byte) bool { return 'A' <= c && c <= 'Z' }
	return set{data, capital(data[4]) && capital(data[5])}
}

// Read reads the longest waveform of a file. Elements about the person are not
// read.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	root, err := open(data, o.Budget)
	if err != nil {
		return nil, err
	}
	waveforms := root.items(tagWaveforms)
	if len(waveforms) == 0 {
		return nil, raw.Refuse(raw.Unsupported, 0, "it is a DICOM file without a waveform, such as a picture or a report: export the ECG's samples")
	}
	longest, most := waveforms[0], 0
	for _, w := range waveforms { // a mean beat has the same leads and rate, but is shorter
		if n := len(w.find(tagData)); n > most {
			longest, most = w, n
		}
	}
	device := strings.TrimSpace(root.text(tagManufacturer) + " " + root.text(tagModel))
	r := &raw.Recording{Device: strings.ToValidUTF8(device, ""), Start: parseTime(root.text(tagAcquired))}
	if len(waveforms) > 1 {
		r.Notef("longest_taken", "the longest of %d waveforms", len(waveforms))
	}
	return r, addLeads(r, longest, o)
}

// open reads the first group, which is always explicit, and returns the data set
// after it.
func open(data []byte, budget *raw.Budget) (set, error) {
	if isBare(data) {
		if binary.LittleEndian.Uint16(data) != 2 {
			return bareSet(data), nil
		}
	} else {
		data = data[132:]
	}
	meta := set{data, true}
	syntax := ""
	for {
		e, rest, ok := meta.next(0)
		if !ok || e.tag>>16 != 2 {
			break
		}
		if e.tag == tagSyntax {
			syntax = strings.Trim(string(e.value), " \x00")
		}
		meta = rest
	}
	switch syntax {
	case "1.2.840.10008.1.2":
		return set{meta.data, false}, nil
	case "1.2.840.10008.1.2.1":
		return meta, nil
	case "1.2.840.10008.1.2.1.99":
		inflated, err := budget.Unpack(flate.NewReader(bytes.NewReader(meta.data)), 0)
		if errors.Is(err, raw.ErrTooLarge) {
			return set{}, err
		}
		return set{inflated, true}, nil // up to the damaged part
	}
	return set{}, raw.Refuse(raw.Unsupported, 0, "it is a DICOM file of a transfer syntax that isn't read: convert it to explicit little endian")
}

// addLeads appends the leads of a waveform to r.
func addLeads(r *raw.Recording, w set, o raw.Options) error {
	r.RateHz, _ = w.number(tagRate)
	definitions := w.items(tagDefinitions)
	n := len(definitions)
	if n == 0 || n != w.integer(tagChannels) || n > 512 {
		return raw.Refuse(raw.Unreadable, 0, "its waveform doesn't define the channels that it has")
	}
	p, err := packingOf(w)
	if err != nil {
		return err
	}
	data := w.find(tagData)
	frames, err := frameCount(r, w, len(data)/p.Width/n)
	if err != nil {
		return err
	}
	channels := make([]raw.Channel, n)
	for i, c := range definitions {
		channels[i] = channelOf(c)
	}
	kept, err := r.Hearts(channels, o.Lead)
	if err != nil {
		return err
	}
	read := min(frames, o.Frames(r.RateHz, len(kept)))
	r.Left, frames = frames-read, read
	padding := math.NaN()
	if value := w.find(tagPadding); len(value) >= p.Width {
		padding = p.At(value)
	}
	mostMissing := 0
	for _, i := range kept {
		scale, zero, known := scaleOf(definitions[i], channels[i].Unit)
		mv, missing := make([]float64, frames), 0
		for j := range mv {
			x := p.At(data[(j*n+i)*p.Width:])
			mv[j] = x*scale + zero
			if x == padding {
				mv[j] = math.NaN()
				missing++
			}
		}
		if !known {
			r.ScaleGuessed(mv)
		}
		r.Leads = append(r.Leads, raw.Lead{Name: channels[i].Name, MV: mv})
		mostMissing = max(mostMissing, missing)
	}
	r.NoteMissing(mostMissing)
	return nil
}

// frameCount returns the number of samples of each channel: the stated one, at
// most the number in the file.
func frameCount(r *raw.Recording, w set, there int) (int, error) {
	switch stated := w.integer(tagSamples); {
	case there == 0:
		return 0, raw.Refuse(raw.Empty, 0, "its waveform has no samples")
	case stated > there:
		r.Notef("shorter_than_stated", "%d of %d samples are there", there, stated)
	case stated > 0:
		return stated, nil // there may be a padding byte
	}
	return there, nil
}

// channelOf returns the name and unit of a channel: "Lead I (Einthoven)" in uV.
func channelOf(c set) raw.Channel {
	name := c.text(tagLabel)
	for _, source := range c.items(tagSource) {
		name = source.text(tagMeaning)
	}
	unit := ""
	for _, u := range c.items(tagUnits) {
		unit = u.text(tagCode)
	}
	return raw.Channel{Name: strings.ToValidUTF8(raw.BareName(name), ""), Unit: unit}
}

// scaleOf returns the scale from samples to mV, if the channel states one.
func scaleOf(c set, unit string) (scale, zero float64, known bool) {
	sensitivity, ok := c.number(tagSensitivity)
	mV := raw.PerMV(unit)
	if !ok || mV == 0 || math.Abs(sensitivity) < 1e-12 || math.Abs(sensitivity) > 1e12 {
		return 1, 0, false
	}
	if correction, ok := c.number(tagCorrection); ok && correction > 1e-6 && correction < 1e6 {
		sensitivity *= correction
	}
	if baseline, ok := c.number(tagBaseline); ok && math.Abs(baseline) < 1e12 {
		zero = baseline * mV
	}
	return sensitivity * mV, zero, true
}

// packingOf returns the packing of a waveform's samples in bytes.
func packingOf(w set) (raw.Packing, error) {
	kind := map[string]string{"SB": "i1", "UB": "u1", "SS": "i2", "US": "u2", "SL": "i4", "UL": "u4"}[w.text(tagInterpretation)]
	p, ok := raw.PackingOf(kind, binary.LittleEndian)
	if !ok || p.Width*8 != w.integer(tagBits) {
		return raw.Packing{}, raw.Refuse(raw.Unsupported, 0, "its waveform's samples are packed in a way that isn't read: convert it to 16 bits with a sign")
	}
	return p, nil
}

// parseTime reads a date and time, and returns zero for an unreadable one.
func parseTime(text string) time.Time {
	for _, layout := range []string{"20060102150405.999999-0700", "20060102150405.999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
