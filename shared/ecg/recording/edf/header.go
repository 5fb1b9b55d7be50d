package edf

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Sources: B. Kemp et al., A simple format for exchange of digitized polygraphic
// recordings, 1992; B. Kemp and J. Olivan, European data format 'plus' (EDF+),
// 2003; BioSemi, Which file format does BioSemi use.

// header holds the fields of an EDF or BDF file's header, without those about the
// patient and the staff.
type header struct {
	width    int // bytes of a sample
	start    time.Time
	gaps     bool // records may have gaps between them
	records  int  // -1 if unknown
	seconds  float64
	signals  []signal
	perFrame int // samples of all signals in a record
}

// signal holds the header's fields of one signal.
type signal struct {
	label, unit        string
	low, high          float64 // in the unit
	lowCount, maxCount float64 // counts of the converter at low and high
	perRecord          int     // samples
	begin              int     // samples of other signals before it in a record
}

const (
	head        = 256 // bytes of the fixed header, and again for each signal
	mostSignals = 512 // signals, at most
)

// Is reports whether the file is EDF or EDF+.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte("0       ")) && isHead(data) }

// IsBDF reports whether the file is BDF, whose samples have 24 bits.
func IsBDF(data []byte) bool { return bytes.HasPrefix(data, []byte("\xffBIOSEMI")) }

// isHead distinguishes a header from a text whose first number is 0.
func isHead(data []byte) bool {
	if len(data) < head {
		return false
	}
	size, ok := number(data[184:192])
	return ok && math.Mod(size, head) == 0 && bytes.IndexByte(data[:8], '\n') < 0
}

// parseHeader reads the header of a file that is one.
func parseHeader(data []byte) (*header, error) {
	if len(data) < head {
		return nil, raw.Refuse(raw.Unreadable, 0, "it ends within its header: send it again")
	}
	h := &header{width: 2}
	if data[0] == 0xff {
		h.width = 3
	}
	kind := string(data[192:197]) // such as "EDF+D"
	h.gaps = strings.HasSuffix(kind, "DF+D")
	h.start = start(data)
	records, ok := number(data[236:244])
	h.records = -1
	if ok && records >= 0 && records < 1e9 {
		h.records = int(records)
	}
	if h.seconds, ok = number(data[244:252]); !ok || h.seconds < 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "its header doesn't say how long a record of data is")
	}
	signals, ok := number(data[252:256])
	if !ok || signals < 1 || signals > mostSignals || signals != math.Trunc(signals) {
		return nil, raw.Refuse(raw.Unreadable, 0, "its header doesn't say how many signals there are, from 1 to %d", mostSignals)
	}
	if len(data) < head*(int(signals)+1) {
		return nil, raw.Refuse(raw.Unreadable, 0, "it ends within its header: send it again")
	}
	h.signals = make([]signal, int(signals))
	return h, h.parseSignals(data[head:])
}

// parseSignals reads the second part of the header: each field of all signals,
// then the next field.
func (h *header) parseSignals(data []byte) error {
	n := len(h.signals)
	field := func(before, size, i int) []byte { return data[before*n+i*size:][:size] }
	for i := range h.signals {
		s := &h.signals[i]
		s.label = text(field(0, 16, i))
		s.unit = text(field(96, 8, i))
		for _, of := range []struct {
			before int
			value  *float64
		}{{104, &s.low}, {112, &s.high}, {120, &s.lowCount}, {128, &s.maxCount}} {
			// A signal without a valid range is left out: see usable.
			*of.value, _ = number(field(of.before, 8, i))
		}
		samples, ok := number(field(216, 8, i))
		if !ok || samples < 0 || samples > 1e7 || samples != math.Trunc(samples) {
			return raw.Refuse(raw.Unreadable, 0, "its header doesn't say how many samples signal %d has in a record", i+1)
		}
		s.perRecord, s.begin = int(samples), h.perFrame
		h.perFrame += s.perRecord
	}
	if h.perFrame == 0 {
		return raw.Refuse(raw.Empty, 0, "its records have no samples")
	}
	return nil
}

// usable reports whether values can be computed from the converter's counts,
// which are whole numbers.
func (s *signal) usable() bool {
	return s.perRecord > 0 && math.Abs(s.maxCount-s.lowCount) >= 1 && s.low != s.high
}

// annotations reports whether the signal consists of annotations.
func (s *signal) annotations() bool { return strings.HasSuffix(s.label, "DF Annotations") }

// start reads date and time. The header's years have two digits, of the last
// century from 85 on; an EDF+ header repeats the year with four.
func start(data []byte) time.Time {
	clock := text(data[176:184])
	if fields := bytes.Fields(data[88:168]); len(fields) > 1 && string(fields[0]) == "Startdate" {
		if at, err := time.Parse("02-Jan-2006 15.04.05", string(fields[1])+" "+clock); err == nil {
			return at
		}
	}
	at, err := time.Parse("02.01.06 15.04.05", text(data[168:176])+" "+clock)
	if err != nil {
		return time.Time{}
	}
	if at.Year() < 1985 { // package time takes 69 and later as of the last century
		at = at.AddDate(100, 0, 0)
	}
	return at
}

// text returns a field without its padding.
func text(field []byte) string { return string(bytes.Trim(field, " \x00")) }

// number reads a field; some programs write a decimal comma.
func number(field []byte) (float64, bool) {
	x, err := strconv.ParseFloat(strings.Replace(text(field), ",", ".", 1), 64)
	return x, err == nil && math.Abs(x) < 1e15
}
