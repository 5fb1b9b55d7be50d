package recording

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// Sources: B. Kemp et al., A simple format for exchange of digitized polygraphic
// recordings, 1992; B. Kemp and J. Olivan, European data format 'plus' (EDF+),
// 2003; BioSemi, Which file format does BioSemi use.

// edfHeader is what the header of an EDF or BDF file says, without the fields on
// the person and on who recorded.
type edfHeader struct {
	width    int // bytes of a sample
	start    time.Time
	gaps     bool // records need not follow one another
	records  int  // -1 when not known
	seconds  float64
	signals  []edfSignal
	perFrame int // samples of all signals in a record
}

// edfSignal is what a header says of one signal.
type edfSignal struct {
	label, unit        string
	low, high          float64 // in the unit
	lowCount, maxCount float64 // of the converter
	perRecord          int     // samples
	begin              int     // samples of other signals before it in a record
}

const (
	edfHead    = 256 // bytes of the header, and again of each signal
	edfSignals = 512 // most signals
)

func isEDF(data []byte) bool { return bytes.HasPrefix(data, []byte("0       ")) && isEDFHead(data) }
func isBDF(data []byte) bool { return bytes.HasPrefix(data, []byte("\xffBIOSEMI")) }

// isEDFHead tells a header from a text whose first number is 0.
func isEDFHead(data []byte) bool {
	if len(data) < edfHead {
		return false
	}
	size, ok := edfNumber(data[184:192])
	return ok && math.Mod(size, edfHead) == 0 && bytes.IndexByte(data[:8], '\n') < 0
}

// parseEDFHeader reads the header of a file that is one.
func parseEDFHeader(data []byte) (*edfHeader, error) {
	if len(data) < edfHead {
		return nil, refuse(Unreadable, 0, "it ends within its header: send it again")
	}
	h := &edfHeader{width: 2}
	if data[0] == 0xff {
		h.width = 3
	}
	kind := string(data[192:197]) // such as "EDF+D"
	h.gaps = strings.HasSuffix(kind, "DF+D")
	h.start = edfStart(data)
	records, ok := edfNumber(data[236:244])
	h.records = -1
	if ok && records >= 0 && records < 1e9 {
		h.records = int(records)
	}
	if h.seconds, ok = edfNumber(data[244:252]); !ok || h.seconds < 0 {
		return nil, refuse(Unreadable, 0, "its header doesn't say how long a record of data is")
	}
	signals, ok := edfNumber(data[252:256])
	if !ok || signals < 1 || signals > edfSignals || signals != math.Trunc(signals) {
		return nil, refuse(Unreadable, 0, "its header doesn't say how many signals there are, from 1 to %d", edfSignals)
	}
	if len(data) < edfHead*(int(signals)+1) {
		return nil, refuse(Unreadable, 0, "it ends within its header: send it again")
	}
	h.signals = make([]edfSignal, int(signals))
	return h, h.parseSignals(data[edfHead:])
}

// parseSignals reads the second part of the header: each field of all signals,
// then the next field.
func (h *edfHeader) parseSignals(data []byte) error {
	n := len(h.signals)
	field := func(before, size, i int) []byte { return data[before*n+i*size:][:size] }
	for i := range h.signals {
		s := &h.signals[i]
		s.label = edfText(field(0, 16, i))
		s.unit = edfText(field(96, 8, i))
		for _, number := range []struct {
			before int
			value  *float64
		}{{104, &s.low}, {112, &s.high}, {120, &s.lowCount}, {128, &s.maxCount}} {
			// A signal without its range is left out, see usable.
			*number.value, _ = edfNumber(field(number.before, 8, i))
		}
		samples, ok := edfNumber(field(216, 8, i))
		if !ok || samples < 0 || samples > 1e7 || samples != math.Trunc(samples) {
			return refuse(Unreadable, 0, "its header doesn't say how many samples signal %d has in a record", i+1)
		}
		s.perRecord, s.begin = int(samples), h.perFrame
		h.perFrame += s.perRecord
	}
	if h.perFrame == 0 {
		return refuse(Empty, 0, "its records have no samples")
	}
	return nil
}

// usable reports whether values can be told from the converter's counts, which
// are whole numbers.
func (s *edfSignal) usable() bool {
	return s.perRecord > 0 && math.Abs(s.maxCount-s.lowCount) >= 1 && s.low != s.high
}

// annotations reports whether the signal is no signal but texts.
func (s *edfSignal) annotations() bool { return strings.HasSuffix(s.label, "DF Annotations") }

// edfStart reads date and time. Years have two digits, from 85 on of the last
// century; an EDF+ header says it again with four.
func edfStart(data []byte) time.Time {
	clock := edfText(data[176:184])
	if fields := bytes.Fields(data[88:168]); len(fields) > 1 && string(fields[0]) == "Startdate" {
		if at, err := time.Parse("02-Jan-2006 15.04.05", string(fields[1])+" "+clock); err == nil {
			return at
		}
	}
	at, err := time.Parse("02.01.06 15.04.05", edfText(data[168:176])+" "+clock)
	if err != nil {
		return time.Time{}
	}
	if at.Year() < 1985 { // time has 69 and later of the last century
		at = at.AddDate(100, 0, 0)
	}
	return at
}

// edfText is a field without its padding.
func edfText(field []byte) string { return string(bytes.Trim(field, " \x00")) }

// edfNumber reads a field; some programs write a decimal comma.
func edfNumber(field []byte) (float64, bool) {
	x, err := strconv.ParseFloat(strings.Replace(edfText(field), ",", ".", 1), 64)
	return x, err == nil && math.Abs(x) < 1e15
}
