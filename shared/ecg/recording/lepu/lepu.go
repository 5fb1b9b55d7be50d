// Package lepu reads recordings of Lepu's and Viatom's (Wellue's) patches and
// bands, ER1, ER2 and related ones: the device's own file, and Lepu's text of one
// lead.
package lepu

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// A device's file consists of a header, the samples as differences, and a
// trailer.
//
// Sources: the makers' public code for Android, for the packing; their files, for
// header and trailer (github.com/viatom-develop/Lepu-AI, ecg_demo_file).
const (
	headerBytes = 10 // version, year (2 bytes), month, day, hour, minute, second, 2 of zero
	endBytes    = 20 // seconds (4 bytes), a checksum, 10 of zero, the magic number
	magic       = 0xa55a0438
	version     = 1
	rateHz      = 125
	// perMV is the number of units per mV: those of a converter of 12 bits at
	// 1,800 mV, behind a gain of 178.74.
	perMV = 4096 * 178.74 / (1.0035 * 1800)
)

// Marks among the differences, which are signed bytes.
const (
	whole = 0x80 // the next two bytes are the sample itself
	above = 0x7f // the next byte and 127 are the difference
	below = 0x81 // the next byte and 127, negative, are the difference
)

// off is the value of a sample while the electrodes are off.
const off = 0x7fff

// Is reports whether the file is a device's.
func Is(data []byte) bool {
	n := len(data)
	return n > headerBytes+endBytes && data[0] == version && binary.LittleEndian.Uint32(data[n-4:]) == magic
}

// Read reads a device's file. It has one lead without a name, and starts in the
// device's own time.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	body, end := data[headerBytes:len(data)-endBytes], data[len(data)-endBytes:]
	frames := int(min(binary.LittleEndian.Uint32(end), raw.MaxSamples/rateHz)) * rateHz
	mv := make([]float64, 0, min(o.Frames(rateHz, 1), len(body)))
	sample, left := 0, 0
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case b == whole && i+2 < len(body):
			sample = int(int16(binary.LittleEndian.Uint16(body[i+1:])))
			i += 2
		case b == above && i+1 < len(body):
			sample += 127 + int(body[i+1])
			i++
		case b == below && i+1 < len(body):
			sample -= 127 + int(body[i+1])
			i++
		case b == whole || b == above || b == below:
			i = len(body) // the file was cut off
			continue
		default:
			sample += int(int8(b))
		}
		if len(mv) == cap(mv) {
			left = max(0, frames-len(mv))
			break
		}
		x := float64(sample) / perMV
		if sample == off {
			x = math.NaN()
		}
		mv = append(mv, x)
	}
	if len(mv) == 0 {
		return nil, raw.Refuse(raw.Empty, 0, "its header is there, but no data")
	}
	r := &raw.Recording{Device: "Lepu", Start: start(data), RateHz: rateHz, Left: left, Leads: []raw.Lead{{MV: mv}}}
	missing := 0
	for _, x := range mv {
		if math.IsNaN(x) {
			missing++
		}
	}
	r.NoteMissing(missing)
	return r, nil
}

// start returns the header's time of the recording's beginning, zero for a header
// without a date.
func start(header []byte) time.Time {
	year, month, day := int(binary.LittleEndian.Uint16(header[1:])), int(header[3]), int(header[4])
	if year < 2000 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}
	}
	return time.Date(year, time.Month(month), day, int(header[5]), int(header[6]), int(header[7]), 0, time.UTC)
}

// fields is the number of fields before the samples of Lepu's text: the filter's
// setting, the rate in Hz, the lead, the units per mV.
const fields = 4

// longestField bounds the length of such a field, in bytes.
const longestField = 20

// IsText reports whether the file is Lepu's text of one lead.
func IsText(data []byte) bool {
	_, _, ok := head(data)
	return ok
}

// ReadText reads Lepu's text: one row with the fields and then the samples.
func ReadText(data []byte, o raw.Options) (*raw.Recording, error) {
	about, rest, _ := head(data)
	hz, _ := raw.ParseNumber(about[1], false)
	gain, _ := raw.ParseNumber(about[3], false)
	r := &raw.Recording{Device: "Lepu", RateHz: hz}
	most := o.Frames(hz, 1)
	mv := make([]float64, 0, min(most, bytes.Count(rest, []byte{','})+1))
	for len(rest) > 0 {
		var field []byte
		field, rest, _ = bytes.Cut(rest, []byte{','})
		x, ok := raw.ParseNumber(bytes.TrimSpace(field), false)
		if !ok && (len(bytes.TrimSpace(field)) > 0 || len(rest) > 0) {
			return nil, raw.Refuse(raw.Unreadable, 1, "column %d is no number", fields+len(mv)+1)
		}
		if !ok {
			break
		}
		if len(mv) == most {
			r.Left = 1 + bytes.Count(rest, []byte{','})
			break
		}
		mv = append(mv, x/gain)
	}
	if len(mv) == 0 {
		return nil, raw.Refuse(raw.Empty, 0, "its header is there, but no data")
	}
	r.Leads = []raw.Lead{{Name: string(about[2]), MV: mv}}
	return r, nil
}

// head parses the fields before the samples.
func head(data []byte) (about [fields][]byte, rest []byte, ok bool) {
	if !bytes.HasPrefix(data, []byte("F-")) {
		return about, nil, false
	}
	rest = data
	for i := range about {
		var found bool
		about[i], rest, found = bytes.Cut(rest, []byte{','})
		if about[i] = bytes.TrimSpace(about[i]); !found || len(about[i]) == 0 || len(about[i]) > longestField {
			return about, nil, false
		}
	}
	hz, ok1 := raw.ParseNumber(about[1], false)
	gain, ok2 := raw.ParseNumber(about[3], false)
	return about, rest, ok1 && raw.PlausibleRate(hz) && ok2 && gain > 0 && raw.IsLead(string(about[2]))
}
