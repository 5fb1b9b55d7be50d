// Package wav reads waveforms in RIFF WAVE files, the format of sound cards and
// scripts.
package wav

import (
	"encoding/binary"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: Microsoft and IBM, Multimedia Programming Interface and Data
// Specifications 1.0, chapter 3; the extensible format is of mmreg.h.
const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xfffe
)

// Is reports whether the file is a WAVE file.
func Is(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WAVE"
}

// format is the content of the chunk "fmt ".
type format struct {
	kind, channels, bits int
	rateHz               float64
}

// Read reads the channels of a file. A file states no unit: the scale is guessed
// from the size of an ECG.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	f, samples, err := chunks(data[12:])
	if err != nil {
		return nil, err
	}
	packing, zero, ok := f.packing()
	if !ok || f.channels < 1 || f.channels > raw.MaxLeads {
		return nil, raw.Refuse(raw.Unsupported, 0, "its sound is compressed, or of more than %d channels: save it as PCM", raw.MaxLeads)
	}
	frames := len(samples) / (packing.Width * f.channels)
	if frames == 0 {
		return nil, raw.Refuse(raw.Empty, 0, "its header is there, but no data")
	}
	r := &raw.Recording{RateHz: f.rateHz}
	read := min(frames, o.Frames(f.rateHz, f.channels))
	r.Left = frames - read
	for c := range f.channels {
		mv := make([]float64, read)
		for i := range mv {
			mv[i] = packing.At(samples[(i*f.channels+c)*packing.Width:]) - zero
		}
		r.ScaleGuessed(mv)
		r.Leads = append(r.Leads, raw.Lead{MV: mv})
	}
	return r, nil
}

// chunks finds the format and the samples. Of a last chunk that is cut off it
// returns the bytes before the cut: recorders that lose power leave its length
// unset.
func chunks(b []byte) (f format, samples []byte, err error) {
	le := binary.LittleEndian
	for len(b) >= 8 {
		id, size := string(b[:4]), int(le.Uint32(b[4:]))
		b = b[8:]
		body := b[:min(size, len(b))]
		if id == "data" && size == 0 {
			body = b
		}
		switch {
		case id == "fmt " && len(body) >= 16:
			f = format{int(le.Uint16(body)), int(le.Uint16(body[2:])), int(le.Uint16(body[14:])), float64(le.Uint32(body[4:]))}
			if f.kind == formatExtensible && len(body) >= 26 {
				f.kind = int(le.Uint16(body[24:]))
			}
		case id == "data":
			return f, body, nil
		}
		b = b[min(size+size%2, len(b)):]
	}
	return f, nil, raw.Refuse(raw.Unreadable, 0, "it ends before its data: send it again")
}

// packing returns a sample's packing, and the number that stands for no signal.
func (f format) packing() (p raw.Packing, zero float64, ok bool) {
	switch {
	case f.kind == formatPCM && f.bits == 8:
		p, ok = raw.PackingOf("u1", binary.LittleEndian)
		return p, 128, ok
	case f.kind == formatPCM && f.bits == 16:
		p, ok = raw.PackingOf("i2", binary.LittleEndian)
	case f.kind == formatPCM && f.bits == 24:
		return raw.Packing{Width: 3, At: func(b []byte) float64 { return float64(raw.Int24(b)) }}, 0, true
	case f.kind == formatPCM && f.bits == 32:
		p, ok = raw.PackingOf("i4", binary.LittleEndian)
	case f.kind == formatFloat && f.bits == 32:
		p, ok = raw.PackingOf("f4", binary.LittleEndian)
	case f.kind == formatFloat && f.bits == 64:
		p, ok = raw.PackingOf("f8", binary.LittleEndian)
	}
	return p, 0, ok
}
