package recording

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"time"
)

// Source: NEMA, DICOM PS3.3, section C.10.9. A waveform needs these few of
// DICOM's thousands of elements, and no library of all of them in every start.
const (
	dicomSyntax       = dicomTag(0x0002_0010)
	dicomAcquired     = dicomTag(0x0008_002a)
	dicomManufacturer = dicomTag(0x0008_0070)
	dicomCode         = dicomTag(0x0008_0100)
	dicomMeaning      = dicomTag(0x0008_0104)
	dicomModel        = dicomTag(0x0008_1090)

	dicomWaveforms      = dicomTag(0x5400_0100)
	dicomChannels       = dicomTag(0x003a_0005)
	dicomSamples        = dicomTag(0x003a_0010)
	dicomRate           = dicomTag(0x003a_001a)
	dicomDefinitions    = dicomTag(0x003a_0200)
	dicomLabel          = dicomTag(0x003a_0203)
	dicomSource         = dicomTag(0x003a_0208)
	dicomSensitivity    = dicomTag(0x003a_0210)
	dicomUnits          = dicomTag(0x003a_0211)
	dicomCorrection     = dicomTag(0x003a_0212)
	dicomBaseline       = dicomTag(0x003a_0213)
	dicomBits           = dicomTag(0x5400_1004)
	dicomInterpretation = dicomTag(0x5400_1006)
	dicomPadding        = dicomTag(0x5400_100a)
	dicomData           = dicomTag(0x5400_1010)
)

func isDICOM(data []byte) bool { return len(data) >= 132 && string(data[128:132]) == "DICM" }

// readDICOM reads the longest waveform of a file. Of the many elements on the
// person none is looked at.
func readDICOM(data []byte, h Hints) (*Recording, error) {
	root, err := openDICOM(data[132:], h.unpacker)
	if err != nil {
		return nil, err
	}
	waveforms := root.items(dicomWaveforms)
	if len(waveforms) == 0 {
		return nil, refuse(Unsupported, 0, "it is a DICOM file without a waveform, such as a picture or a report: export the ECG's samples")
	}
	longest, most := waveforms[0], 0
	for _, w := range waveforms { // a beat of the same leads and rate is shorter
		if n := len(w.find(dicomData)); n > most {
			longest, most = w, n
		}
	}
	device := strings.TrimSpace(root.text(dicomManufacturer) + " " + root.text(dicomModel))
	r := &Recording{Device: strings.ToValidUTF8(device, ""), Start: dicomTime(root.text(dicomAcquired))}
	if len(waveforms) > 1 {
		r.note("longest_taken", "the longest of %d waveforms", len(waveforms))
	}
	return r, r.addDICOM(longest, h)
}

// openDICOM reads the first group, which is always explicit, and finds the rest.
func openDICOM(data []byte, u *unpacker) (dicomSet, error) {
	meta := dicomSet{data, true}
	syntax := ""
	for {
		e, rest, ok := meta.next(0)
		if !ok || e.tag>>16 != 2 {
			break
		}
		if e.tag == dicomSyntax {
			syntax = strings.Trim(string(e.value), " \x00")
		}
		meta = rest
	}
	switch syntax {
	case "1.2.840.10008.1.2":
		return dicomSet{meta.data, false}, nil
	case "1.2.840.10008.1.2.1":
		return meta, nil
	case "1.2.840.10008.1.2.1.99":
		inflated, err := u.take(flate.NewReader(bytes.NewReader(meta.data)), 0)
		if errors.Is(err, errTooLarge) {
			return dicomSet{}, err
		}
		return dicomSet{inflated, true}, nil // up to where it is damaged
	}
	return dicomSet{}, refuse(Unsupported, 0, "it is a DICOM file of a transfer syntax that isn't read: convert it to explicit little endian")
}

// addDICOM appends the leads of a waveform.
func (r *Recording) addDICOM(w dicomSet, h Hints) error {
	r.RateHz, _ = w.number(dicomRate)
	definitions := w.items(dicomDefinitions)
	n := len(definitions)
	if n == 0 || n != w.integer(dicomChannels) || n > 512 {
		return refuse(Unreadable, 0, "its waveform doesn't define the channels that it has")
	}
	p, err := dicomPacking(w)
	if err != nil {
		return err
	}
	data := w.find(dicomData)
	frames, err := r.dicomFrames(w, len(data)/p.width/n, MaxSamples/n)
	if err != nil {
		return err
	}
	channels := make([]channel, n)
	for i, c := range definitions {
		channels[i] = dicomChannel(c)
	}
	kept, err := r.hearts(channels, h.Lead)
	if err != nil {
		return err
	}
	padding := math.NaN()
	if value := w.find(dicomPadding); len(value) >= p.width {
		padding = p.at(value)
	}
	mostMissing := 0
	for _, i := range kept {
		scale, zero, known := dicomScale(definitions[i], channels[i].unit)
		mv, missing := make([]float64, frames), 0
		for j := range mv {
			x := p.at(data[(j*n+i)*p.width:])
			mv[j] = x*scale + zero
			if x == padding {
				mv[j] = math.NaN()
				missing++
			}
		}
		if !known {
			r.scaleGuessed(mv)
		}
		r.Leads = append(r.Leads, Lead{Name: channels[i].name, MV: mv})
		mostMissing = max(mostMissing, missing)
	}
	r.noteMissing(mostMissing)
	return nil
}

// dicomFrames is how many samples of each channel there are, with so many in
// the file.
func (r *Recording) dicomFrames(w dicomSet, there, most int) (int, error) {
	switch stated := w.integer(dicomSamples); {
	case there == 0:
		return 0, refuse(Empty, 0, "its waveform has no samples")
	case there > most:
		return 0, refuse(Unsupported, 0, "it has more than %d samples", MaxSamples)
	case stated > there:
		r.note("shorter_than_stated", "%d of %d samples are there", there, stated)
	case stated > 0:
		return stated, nil // an odd byte may be filled up
	}
	return there, nil
}

// dicomChannel is the name and unit of a channel: "Lead I (Einthoven)" in uV.
func dicomChannel(c dicomSet) channel {
	name := c.text(dicomLabel)
	for _, source := range c.items(dicomSource) {
		name = source.text(dicomMeaning)
	}
	unit := ""
	for _, u := range c.items(dicomUnits) {
		unit = u.text(dicomCode)
	}
	return channel{name: strings.ToValidUTF8(bareName(name), ""), unit: unit}
}

// dicomScale is what turns a sample into mV, if the channel says so.
func dicomScale(c dicomSet, unit string) (scale, zero float64, known bool) {
	sensitivity, ok := c.number(dicomSensitivity)
	mV := perMV(unit)
	if !ok || mV == 0 || math.Abs(sensitivity) < 1e-12 || math.Abs(sensitivity) > 1e12 {
		return 1, 0, false
	}
	if correction, ok := c.number(dicomCorrection); ok && correction > 1e-6 && correction < 1e6 {
		sensitivity *= correction
	}
	if baseline, ok := c.number(dicomBaseline); ok && math.Abs(baseline) < 1e12 {
		zero = baseline * mV
	}
	return sensitivity * mV, zero, true
}

// dicomPacking is how a waveform's samples lie in bytes.
func dicomPacking(w dicomSet) (packing, error) {
	kind := map[string]string{"SB": "i1", "UB": "u1", "SS": "i2", "US": "u2", "SL": "i4", "UL": "u4"}[w.text(dicomInterpretation)]
	p, ok := packingOf(kind, binary.LittleEndian)
	if !ok || p.width*8 != w.integer(dicomBits) {
		return packing{}, refuse(Unsupported, 0, "its waveform's samples are packed in a way that isn't read: convert it to 16 bits with a sign")
	}
	return p, nil
}

// dicomTime reads a date and time. One that can't be read is none.
func dicomTime(text string) time.Time {
	for _, layout := range []string{"20060102150405.999999-0700", "20060102150405.999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
