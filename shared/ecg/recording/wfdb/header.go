package wfdb

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"
)

// Source of the header's layout and defaults: G. Moody, WFDB Applications
// Guide, header(5), PhysioNet.

// Defaults for fields that a header leaves out.
const (
	defaultRateHz = 250
	defaultGain   = 200 // units of the converter per mV
)

// header holds the fields of a .hea file.
type header struct {
	record   string    // its name
	segments []segment // of a record that is a sequence of records
	rateHz   float64
	frames   int // 0 if not stated
	start    time.Time
	signals  []signal
}

// signal holds the header's fields of one signal.
type signal struct {
	file         string
	format       int
	perFrame     int // number of samples in a frame
	skew         int // number of frames by which its samples are late
	offset       int // bytes before the first sample in the file
	gain         float64
	uncalibrated bool
	baseline     int
	unit         string
	first        int // value before the first difference in format 8
	checksum     int
	hasChecksum  bool
	name         string
}

// parseHeader reads a .hea file; ok is false for any other text. Comments
// often tell the person's age, sex and illnesses: they are skipped.
func parseHeader(data []byte) (h header, ok bool) {
	if bytes.IndexByte(data[:min(len(data), 512)], 0) >= 0 {
		return h, false
	}
	signals, segments := -1, 0
	for line := range bytes.Lines(data) {
		fields := strings.Fields(string(line[:min(len(line), 1000)]))
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		switch {
		case signals < 0:
			signals, segments, ok = h.first(fields)
		case segments > 0:
			ok = h.addSegment(fields)
		default:
			ok = h.addSignal(fields)
		}
		if !ok {
			return h, false
		}
		if segments > 0 && len(h.segments) == segments || segments == 0 && len(h.signals) == signals {
			return h, true
		}
	}
	return h, false
}

// first reads the first line: name[/segments] signals [rate[/counter[(base)]]
// [frames [time [date]]]]. It returns the number of lines about signals or
// segments that follow.
func (h *header) first(fields []string) (signals, segments int, ok bool) {
	if len(fields) < 2 || strings.ContainsAny(fields[0], ":,;|") { // the first row of a table
		return 0, 0, false
	}
	name, count, several := strings.Cut(fields[0], "/")
	h.record = name
	if several {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			return 0, 0, false
		}
		segments = n
	}
	signals, err := strconv.Atoi(fields[1])
	if err != nil || signals < 1 || signals > 10_000 {
		return 0, 0, false
	}
	h.rateHz = defaultRateHz
	if len(fields) > 2 {
		rate, _, _ := strings.Cut(fields[2], "/")
		if h.rateHz, err = strconv.ParseFloat(rate, 64); err != nil || !(h.rateHz > 0 && h.rateHz <= 1e6) {
			return 0, 0, false
		}
	}
	if len(fields) > 3 {
		if h.frames, err = strconv.Atoi(fields[3]); err != nil || h.frames < 0 {
			return 0, 0, false
		}
	}
	if len(fields) > 5 { // a time without a date isn't used
		for _, layout := range []string{"2/1/2006 15:4:5", "2/1/2006 15:4:5.999999"} {
			if at, err := time.Parse(layout, fields[5]+" "+fields[4]); err == nil {
				h.start = at
			}
		}
	}
	return signals, segments, true
}

func (h *header) addSignal(fields []string) bool {
	s, ok := parseSignal(fields)
	h.signals = append(h.signals, s)
	return ok
}

// addSegment reads a line: record frames.
func (h *header) addSegment(fields []string) bool {
	if len(fields) < 2 {
		return false
	}
	frames, err := strconv.Atoi(fields[1])
	h.segments = append(h.segments, segment{fields[0], frames})
	return err == nil && frames >= 0
}

// parseSignal reads a line: file format[xN][:skew][+offset]
// [gain[(baseline)][/unit] [bits [zero [first [checksum [block [name]]]]]]].
func parseSignal(fields []string) (s signal, ok bool) {
	if _, err := strconv.ParseFloat(fields[0], 64); err == nil || len(fields) < 2 {
		return s, false // a table of numbers
	}
	s = signal{file: fields[0], perFrame: 1, gain: defaultGain, unit: "mV"}
	rest := fields[1]
	if s.format, rest, ok = leadingInt(rest); !ok {
		return s, false
	}
	for rest != "" {
		mark := rest[0]
		n, after, ok := leadingInt(rest[1:])
		if !ok {
			return s, false
		}
		switch mark {
		case 'x':
			s.perFrame = n
		case ':':
			s.skew = n
		case '+':
			s.offset = n
		default:
			return s, false
		}
		rest = after
	}
	if s.perFrame < 1 || s.perFrame > 10_000 {
		return s, false
	}
	return s, s.calibration(fields[2:])
}

// calibration reads a signal's fields from the gain on.
func (s *signal) calibration(fields []string) bool {
	if len(fields) == 0 {
		return true
	}
	gain, unit, hasUnit := strings.Cut(fields[0], "/")
	if hasUnit {
		s.unit = unit
	}
	gain, baseline, hasBaseline := strings.Cut(gain, "(")
	value, err := strconv.ParseFloat(gain, 64)
	if err != nil {
		return false
	}
	if size := math.Abs(value); size > 1e-9 && size < 1e12 { // 0 means not calibrated
		s.gain = value
	} else {
		s.uncalibrated = true
	}
	numbers := [4]int{} // bits, zero, first, checksum
	present := 0
	for ; present < len(numbers) && present+1 < len(fields); present++ {
		if numbers[present], err = strconv.Atoi(fields[present+1]); err != nil {
			return false
		}
	}
	s.baseline, s.first, s.checksum, s.hasChecksum = numbers[1], numbers[2], numbers[3], present == len(numbers)
	if present < 3 {
		s.first = numbers[1]
	}
	if hasBaseline {
		if s.baseline, err = strconv.Atoi(strings.TrimSuffix(baseline, ")")); err != nil {
			return false
		}
	}
	if len(fields) > 6 {
		s.name = strings.Join(fields[6:], " ")
	}
	return true
}

// leadingInt reads the digits at the beginning of s.
func leadingInt(s string) (n int, rest string, ok bool) {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	return n, s[end:], err == nil && n < 1<<31
}
