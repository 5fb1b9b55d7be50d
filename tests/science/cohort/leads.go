package cohort

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Lead is one signal of a record.
type Lead struct {
	Name string
	MV   []float64
}

// ReadLeads reads all signals of a WFDB record in one file of format 16, or of format
// 212 with two signals, from beginning to end, in mV: package recording stops where the
// service does, after ten minutes.
func ReadLeads(base string) (leads []Lead, rateHz float64, err error) {
	header, err1 := os.ReadFile(base + ".hea")
	data, err2 := os.ReadFile(base + ".dat")
	if err := errors.Join(err1, err2); err != nil {
		return nil, 0, err
	}
	signals, rateHz, err := parseHeader(string(header))
	if err != nil {
		return nil, 0, fmt.Errorf("%s.hea: %w", base, err)
	}
	for i, s := range signals {
		values := values16(data, i, len(signals))
		if s.format == 212 {
			values = values212(data, i)
		}
		mv := make([]float64, len(values))
		for k, v := range values {
			mv[k] = (float64(v) - s.zero) / s.perMV
		}
		leads = append(leads, Lead{s.name, mv})
	}
	return leads, rateHz, nil
}

// signal is a line of a WFDB header.
type signal struct {
	format      int
	perMV, zero float64 // the value of 0 mV
	name        string
}

// usualPerMV is the number of steps per mV where the header states none or 0.
const usualPerMV = 200

// parseHeader reads a header whose signals are all of format 16, or two of format
// 212, and of the same file. Source: WFDB Applications Guide, header(5).
func parseHeader(header string) (signals []signal, rateHz float64, err error) {
	var lines [][]string
	for line := range strings.Lines(header) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0][0] != '#' {
			lines = append(lines, fields)
		}
	}
	if len(lines) == 0 || len(lines[0]) < 3 {
		return nil, 0, errors.New("not the header of a record")
	}
	count, err := strconv.Atoi(lines[0][1])
	if err != nil || count < 1 || len(lines) != 1+count {
		return nil, 0, fmt.Errorf("%q signals, and %d lines for them", lines[0][1], len(lines)-1)
	}
	rate, _, _ := strings.Cut(lines[0][2], "/") // behind the stroke is the rate of a counter
	if rateHz, err = strconv.ParseFloat(rate, 64); err != nil || rateHz <= 0 {
		return nil, 0, fmt.Errorf("sampling rate %q", lines[0][2])
	}
	for _, fields := range lines[1:] {
		s, err := parseSignal(fields)
		if err != nil {
			return nil, 0, err
		}
		if fields[0] != lines[1][0] || s.format != 16 && (s.format != 212 || count != 2) {
			return nil, 0, fmt.Errorf("%v: not of one file in format 16, or 212 with two signals", fields)
		}
		signals = append(signals, s)
	}
	return signals, rateHz, nil
}

// parseSignal reads file, format, steps per mV with the value of 0 mV in brackets,
// resolution, the converter's zero, and after three more the name.
func parseSignal(fields []string) (s signal, err error) {
	const named = 8
	if len(fields) < 5 {
		return s, fmt.Errorf("%v: too short", fields)
	}
	if s.format, err = strconv.Atoi(fields[1]); err != nil {
		return s, fmt.Errorf("format: %w", err)
	}
	if s.zero, err = strconv.ParseFloat(fields[4], 64); err != nil {
		return s, fmt.Errorf("zero: %w", err)
	}
	// The value of 0 mV stands in brackets where it isn't the converter's zero.
	if n, _ := fmt.Sscanf(fields[2], "%g(%g)", &s.perMV, &s.zero); n == 0 || s.perMV < 0 {
		return s, fmt.Errorf("steps per mV: %q", fields[2])
	}
	if s.perMV == 0 {
		s.perMV = usualPerMV
	}
	if len(fields) > named {
		s.name = strings.Join(fields[named:], " ")
	}
	return s, nil
}

func values16(data []byte, i, signals int) (values []int16) {
	for ; len(data) >= 2*signals; data = data[2*signals:] {
		values = append(values, int16(binary.LittleEndian.Uint16(data[2*i:])))
	}
	return values
}

// values212 returns the first or the second of two signals of 12 bits: of each three
// bytes the second one holds the upper halves.
func values212(data []byte, i int) (values []int16) {
	for ; len(data) >= 3; data = data[3:] {
		v := uint16(data[1]&0x0f)<<12 | uint16(data[0])<<4
		if i == 1 {
			v = uint16(data[1]&0xf0)<<8 | uint16(data[2])<<4
		}
		values = append(values, int16(v)>>4)
	}
	return values
}
