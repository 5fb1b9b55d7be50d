// Package scp reads SCP-ECG files, EN 1064.
package scp

import (
	"encoding/binary"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: EN 1064, Standard communication protocol for computer-assisted
// electrocardiography (SCP-ECG), sections 5.3 to 5.9.

// The sections of a file, by their numbers.
const (
	sectionPerson  = 1 // also time and device
	sectionHuffman = 2
	sectionLeads   = 3
	sectionRhythm  = 6
	lastSection    = 11
)

const (
	fileHead    = 6  // bytes before the first section
	sectionHead = 16 // bytes of a section's header
	mostLeads   = 32 // leads
)

// Is recognises an SCP-ECG file by its section of pointers: by the mark or, in
// old files, by the first pointer, to itself.
func Is(data []byte) bool {
	if len(data) < fileHead+sectionHead+10 || binary.LittleEndian.Uint16(data[8:]) != 0 {
		return false
	}
	pointer := data[fileHead+sectionHead:]
	itself := binary.LittleEndian.Uint16(pointer) == 0 && binary.LittleEndian.Uint32(pointer[6:]) == fileHead+1 &&
		binary.LittleEndian.Uint32(pointer[2:]) == binary.LittleEndian.Uint32(data[10:])
	return string(data[16:22]) == "SCPECG" || itself
}

// Read reads the rhythm of an SCP-ECG file. Of the section about the person only
// date, time and device are read.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	sections := sectionsOf(data)
	leads, rhythm := sections[sectionLeads], sections[sectionRhythm]
	if len(rhythm) < 6 || len(leads) < 2 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has no section of leads or none of the rhythm: export the ECG again")
	}
	r := &raw.Recording{}
	if raw.CRC(data[2:]) != binary.LittleEndian.Uint16(data) {
		r.Notef("checksum_wrong", "the file's checksum doesn't fit")
	}
	readPerson(r, sections[sectionPerson])
	if leads[1]&1 != 0 || rhythm[5] != 0 {
		return nil, raw.Refuse(raw.Unsupported, 0, "its beats are packed with loss, by a reference beat or fewer samples between them: export it without")
	}
	trees, err := treesOf(sections[sectionHuffman])
	if err != nil {
		return nil, err
	}
	if interval := binary.LittleEndian.Uint16(rhythm[2:]); interval > 0 {
		r.RateHz = 1e6 / float64(interval)
	}
	return r, addLeads(r, leads, rhythm, trees, o)
}

// sectionsOf returns the sections that the pointers lead to, without their
// headers. A section that ends beyond the file is cut off.
func sectionsOf(data []byte) (sections [lastSection + 1][]byte) {
	end := min(len(data), fileHead+int(binary.LittleEndian.Uint32(data[10:])))
	for at := fileHead + sectionHead; at+10 <= end; at += 10 {
		id := int(binary.LittleEndian.Uint16(data[at:]))
		length, index := int(binary.LittleEndian.Uint32(data[at+2:])), int(binary.LittleEndian.Uint32(data[at+6:]))
		if id > lastSection || index < 1 || length <= sectionHead || index-1+sectionHead > len(data) {
			continue
		}
		sections[id] = data[index-1+sectionHead : min(len(data), index-1+length)]
	}
	return sections
}

// readPerson reads the tags for date, time and device.
func readPerson(r *raw.Recording, b []byte) {
	const device, date, clock, end = 14, 25, 26, 255
	var day, hour []byte
	for len(b) >= 3 && b[0] != end {
		tag, size := b[0], int(binary.LittleEndian.Uint16(b[1:]))
		value := b[3:min(len(b), 3+size)]
		b = b[3+len(value):]
		switch {
		case tag == device && len(value) >= 14:
			r.Device = plainASCII(value[8:14])
		case tag == date && len(value) >= 4:
			day = value
		case tag == clock && len(value) >= 3:
			hour = value
		}
	}
	if day == nil || hour == nil {
		return
	}
	year, month := int(binary.LittleEndian.Uint16(day)), time.Month(day[2])
	at := time.Date(year, month, int(day[3]), int(hour[0]), int(hour[1]), int(hour[2]), 0, time.UTC)
	if at.Year() == year && at.Month() == month {
		r.Start = at
	}
}

// plainASCII returns the letters, digits and marks of a text.
func plainASCII(b []byte) string {
	var text []byte
	for _, c := range b {
		if c > ' ' && c < 0x7f {
			text = append(text, c)
		}
	}
	return string(text)
}

// addLeads appends the leads. Their samples are stored as differences, or
// differences of these, as the section states, in codes of few bits.
func addLeads(r *raw.Recording, leads, rhythm []byte, trees []huffmanTree, o raw.Options) error {
	n := int(leads[0])
	if n < 1 || n > mostLeads || len(leads) < 2+9*n || len(rhythm) < 6+2*n {
		return raw.Refuse(raw.Unreadable, 0, "it doesn't define the leads that it has, 1 to %d", mostLeads)
	}
	channels := make([]raw.Channel, n)
	packed := make([][]byte, n)
	rest := rhythm[6+2*n:]
	for i := range channels {
		channels[i] = raw.Channel{Name: leadName(leads[2+9*i+8])}
		size := min(int(binary.LittleEndian.Uint16(rhythm[6+2*i:])), len(rest))
		packed[i], rest = rest[:size], rest[size:]
	}
	kept, err := r.Hearts(channels, o.Lead)
	if err != nil {
		return err
	}
	mV := float64(binary.LittleEndian.Uint16(rhythm)) / 1e6 // from nV
	shortest := 0
	for _, i := range kept {
		first, last := binary.LittleEndian.Uint32(leads[2+9*i:]), binary.LittleEndian.Uint32(leads[2+9*i+4:])
		most := int(int64(last) - int64(first) + 1)
		mv := decode(packed[i], trees, most, int(rhythm[4]), mV)
		if len(mv) < most {
			r.Notef("shorter_than_stated", "%d of %d samples of lead %s are there", len(mv), most, channels[i].Name)
		}
		if len(mv) == 0 {
			continue
		}
		if len(r.Leads) == 0 || len(mv) < shortest {
			shortest = len(mv)
		}
		r.Leads = append(r.Leads, raw.Lead{Name: channels[i].Name, MV: mv})
	}
	if shortest == 0 {
		return raw.Refuse(raw.Empty, 0, "its leads have no samples")
	}
	for i := range r.Leads {
		r.Leads[i].MV = r.Leads[i].MV[:shortest]
		if mV == 0 {
			r.ScaleGuessed(r.Leads[i].MV)
		}
	}
	return nil
}

// decode unpacks at most the given number of samples of a lead.
func decode(packed []byte, trees []huffmanTree, most, differences int, mV float64) []float64 {
	if mV == 0 {
		mV = 1
	}
	source := codeReader{data: packed, trees: trees}
	mv := make([]float64, 0, max(0, min(most, source.most())))
	var before, last int
	for len(mv) < cap(mv) {
		x, ok := source.next()
		if !ok {
			break
		}
		switch {
		case differences == 1 && len(mv) > 0:
			x += last
		case differences == 2 && len(mv) > 1:
			x += 2*last - before
		}
		before, last = last, x
		mv = append(mv, float64(x)*mV)
	}
	return mv
}

// leadName returns the name of a lead by its number.
func leadName(number byte) string {
	switch {
	case number == 1:
		return "I"
	case number == 2:
		return "II"
	case number >= 3 && number <= 9:
		return "V" + string('1'+number-3)
	case number >= 61 && number <= 64:
		return [...]string{"III", "aVR", "aVL", "aVF"}[number-61]
	}
	return ""
}
