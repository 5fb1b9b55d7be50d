package write

import (
	"fmt"
	"math"
	"strings"
)

// edfSignal is a signal in an EDF file, in uV.
type edfSignal struct {
	label      string
	unit       string
	counts     []int
	perRecord  int
	annotation bool
}

// EDF writes a recording in the European Data Format: breath at 25 Hz and
// annotations beside the lead. kind is empty, "EDF+C" or "EDF+D"; BDF writes
// the same in 24 bits. Records last one second and begin at the given onsets,
// in seconds, or one after another. The person is invented.
func EDF(kind string, onsets []float64, s Signal) []byte { return edf(kind, 2, onsets, s) }

// BDF writes BioSemi's kind of EDF; kind is empty, "BDF+C" or "BDF+D".
func BDF(kind string, onsets []float64, s Signal) []byte { return edf(kind, 3, onsets, s) }

const (
	breathRateHz   = 25
	annotationSize = 30 // bytes in a record
)

func edf(kind string, width int, onsets []float64, s Signal) []byte {
	rate := int(s.RateHz)
	records := len(s.MV) / rate
	breath := make([]int, records*breathRateHz)
	for i := range breath {
		breath[i] = int(500 * math.Sin(float64(i)/15))
	}
	signals := []edfSignal{
		{"Resp Thorax", "mV", breath, breathRateHz, false},
		{"ECG I", "uV", s.counts(1000), rate, false},
	}
	if kind != "" {
		signals = append(signals, edfSignal{kind[:3] + " Annotations", "", nil, annotationSize / width, true})
	}
	b := edfHeader(kind, width, records, signals, s)
	for record := range records {
		for _, signal := range signals {
			if signal.annotation {
				onset := float64(record)
				if onsets != nil {
					onset = onsets[record]
				}
				text := fmt.Sprintf("+%g\x14\x14\x00", onset)
				b = append(b, text...)
				b = append(b, make([]byte, signal.perRecord*width-len(text))...)
				continue
			}
			for _, x := range signal.counts[record*signal.perRecord:][:signal.perRecord] {
				b = append(b, []byte{byte(x), byte(x >> 8), byte(x >> 16)}[:width]...)
			}
		}
	}
	return b
}

func edfHeader(kind string, width, records int, signals []edfSignal, s Signal) []byte {
	var b strings.Builder
	field := func(size int, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		b.WriteString(text[:min(len(text), size)])
		b.WriteString(strings.Repeat(" ", max(0, size-len(text))))
	}
	version := "0"
	if width == 3 {
		version = "\xffBIOSEMI"
	}
	field(8, "%s", version)
	field(80, "MCH-0234567 F 02-MAY-1951 Haagse_Harry")
	field(80, "Startdate %s PSG-1234 NN Telemetry03", strings.ToUpper(s.Start.Format("02-Jan-2006")))
	field(8, "%s", s.Start.Format("02.01.06"))
	field(8, "%s", s.Start.Format("15.04.05"))
	field(8, "%d", 256*(len(signals)+1))
	field(44, "%s", kind)
	field(8, "%d", records)
	field(8, "1")
	field(4, "%d", len(signals))
	highest := 1<<(8*width-1) - 1
	columns := []struct {
		size  int
		value func(edfSignal) any
	}{
		{16, func(s edfSignal) any { return s.label }},
		{80, func(s edfSignal) any { return unless(s.annotation, "AgAgCl electrodes") }},
		{8, func(s edfSignal) any { return s.unit }},
		{8, func(edfSignal) any { return -highest - 1 }}, // one count is 1 uV
		{8, func(edfSignal) any { return highest }},
		{8, func(edfSignal) any { return -highest - 1 }},
		{8, func(edfSignal) any { return highest }},
		{80, func(s edfSignal) any { return unless(s.annotation, "HP:0.05Hz LP:250Hz") }},
		{8, func(s edfSignal) any { return s.perRecord }},
		{32, func(edfSignal) any { return "" }},
	}
	for _, column := range columns {
		for _, signal := range signals {
			field(column.size, "%v", column.value(signal))
		}
	}
	return []byte(b.String())
}

// unless is a text that annotations must not have.
func unless(annotation bool, text string) string {
	if annotation {
		return ""
	}
	return text
}
