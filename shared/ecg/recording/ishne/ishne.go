// Package ishne reads the Holter recordings of ISHNE 1.0.
package ishne

import (
	"bytes"
	"encoding/binary"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: F. Badilini, The ISHNE Holter standard output file format, Annals of
// Noninvasive Electrocardiology 3 (3), 1998.

// Is reports whether the file is a Holter recording or its annotations.
func Is(data []byte) bool {
	return bytes.HasPrefix(data, []byte("ISHNE1.0")) || bytes.HasPrefix(data, []byte("ANN  1.0"))
}

const (
	headSize  = 522 // bytes of the header's fixed part
	mostLeads = 12
)

// leadNames are the leads' names by their codes.
var leadNames = [...]string{"", "", "X", "Y", "Z", "I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6", "ES", "AS", "AI"}

// Read reads a Holter recording. The header's fields on the person are not
// read.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	if data[0] == 'A' {
		return nil, raw.Refuse(raw.Unsupported, 0, "it holds a Holter's annotations: send the recording itself, its .ecg file")
	}
	if len(data) < headSize {
		return nil, raw.Refuse(raw.Unreadable, 0, "it ends within its header: send it again")
	}
	short := func(at int) int { return int(int16(binary.LittleEndian.Uint16(data[at:]))) }
	leads := short(156)
	if leads < 1 || leads > mostLeads {
		return nil, raw.Refuse(raw.Unreadable, 0, "its header says that it has %d leads: 1 to %d are possible", leads, mostLeads)
	}
	r := &raw.Recording{RateHz: float64(binary.LittleEndian.Uint16(data[272:])), Start: startOf(short)}
	body, err := bodyOf(r, data)
	if err != nil {
		return nil, err
	}
	frames := len(body) / 2 / leads
	switch stated := int(int32(binary.LittleEndian.Uint32(data[14:]))); { // the number for all leads together, or for each
	case frames == 0:
		return nil, raw.Refuse(raw.Empty, 0, "its header is there, but no data")
	case stated > 0 && stated != frames && stated/leads != frames:
		r.Notef("length_wrong", "it has %d samples of each lead, its header says otherwise", frames)
	}
	read := min(frames, o.Frames(r.RateHz, leads))
	r.Left, frames = frames-read, read
	for i := range leads {
		lead := raw.Lead{MV: make([]float64, frames)}
		if code := short(158 + 2*i); code > 0 && code < len(leadNames) {
			lead.Name = leadNames[code]
		}
		nanovolts := short(206 + 2*i)
		mV := float64(nanovolts) / 1e6
		if nanovolts <= 0 {
			mV = 1
		}
		at := 2 * i
		for j := range lead.MV {
			lead.MV[j] = float64(int16(binary.LittleEndian.Uint16(body[at:]))) * mV
			at += 2 * leads
		}
		if nanovolts <= 0 {
			r.ScaleGuessed(lead.MV)
		}
		r.Leads = append(r.Leads, lead)
	}
	return r, nil
}

// bodyOf returns the samples after checking the header's checksum, which covers
// the header from its third field on.
func bodyOf(r *raw.Recording, data []byte) ([]byte, error) {
	variable := int(int32(binary.LittleEndian.Uint32(data[10:])))
	begin := int(int32(binary.LittleEndian.Uint32(data[22:])))
	if end := headSize + max(0, variable); begin < headSize || begin > len(data) {
		r.Notef("start_guessed", "its header doesn't say where the samples begin: taken from its end on")
		begin = end
	}
	if begin > len(data) {
		return nil, raw.Refuse(raw.Unreadable, 0, "its header says that the samples begin behind the file's end")
	}
	if end := headSize + max(0, variable); end <= len(data) {
		sum, want := raw.CRC(data[10:end]), binary.LittleEndian.Uint16(data[8:])
		if sum != want && sum != want>>8|want<<8 {
			r.Notef("checksum_wrong", "the header's checksum doesn't fit")
		}
	}
	return data[begin:], nil
}

// startOf reads day, month, year and hour, minute, second. An invalid date
// counts as unknown.
func startOf(short func(at int) int) time.Time {
	day, month, year := short(138), short(140), short(142)
	at := time.Date(year, time.Month(month), day, max(0, short(150)), max(0, short(152)), max(0, short(154)), 0, time.UTC)
	if year < 1900 || at.Year() != year || at.Month() != time.Month(month) || at.Day() != day {
		return time.Time{}
	}
	return at
}
