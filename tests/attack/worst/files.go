package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/recordings"
	"systole/tests/support/samples/write"
)

// largest is the size of the largest upload, in bytes.
const largest = 64 << 20

// heart returns a real ECG, repeated up to the given number of samples.
func heart(samples int) write.Signal {
	enrolment, err := recordings.Read(1, "enrolment")
	if err != nil {
		panic(err) // it is part of the program
	}
	r, err := recording.ReadBytes(enrolment, recording.Hints{RateHz: recordings.RateHz})
	if err != nil {
		panic(err)
	}
	mv := make([]float64, 0, samples)
	for len(mv) < samples {
		mv = append(mv, r.Chosen().MV[:min(len(r.Chosen().MV), samples-len(mv))]...)
	}
	return write.Signal{MV: mv, RateHz: recordings.RateHz, Start: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)}
}

// columns returns a table with the largest number of columns, of an upload's
// size.
func columns(s write.Signal) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < largest-2000; i++ {
		for range 64 {
			fmt.Fprintf(&b, "%.3f,", s.MV[i%len(s.MV)])
		}
		b.WriteString("0\n")
	}
	return b.Bytes()
}

// full returns a text of an upload's size: head, piece again and again, and tail.
func full(head, piece, tail string) func() []byte {
	return func() []byte {
		return []byte(head + strings.Repeat(piece, (largest-len(head)-len(tail))/len(piece)) + tail)
	}
}

// ordered returns a table of times and samples of an upload's size, whose i-th
// row of n has the returned place in time.
func ordered(place func(i, n int) int) func() []byte {
	return func() []byte {
		const row = 16 // bytes, at least
		b := []byte("time_ms,ecg_mV\n")
		for i := 0; len(b) < largest-row; i++ {
			b = fmt.Appendf(b, "%d,0.%d\n", place(i, largest/9), i%10)
		}
		return b
	}
}

// packed returns a zip that unpacks to as much as is allowed.
func packed(name string, content []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create(name) // to memory: none of this can fail
	w.Write(content)
	z.Close()
	return b.Bytes()
}

// files returns writers of each format's worst files, by the name of their kind.
func files() map[string]func() []byte {
	long := sync.OnceValue(func() write.Signal { return heart(4_000_000) }) // more than two hours
	csv := sync.OnceValue(func() []byte { return write.CSV(long()) })
	return map[string]func() []byte{
		"text, the app's":      func() []byte { return csv()[:min(len(csv()), largest)] },
		"text, 65 columns":     func() []byte { return columns(long()) },
		"zip of text":          func() []byte { return packed("ecg.csv", csv()) },
		"EDF":                  func() []byte { return write.EDF("EDF+C", nil, long()) },
		"BDF":                  func() []byte { return write.BDF("BDF", nil, long()) },
		"ISHNE":                func() []byte { return write.ISHNE(long()) },
		"DICOM":                func() []byte { return write.DICOM(write.Explicit, false, long()) },
		"DICOM, deflated":      func() []byte { return write.DICOM(write.Deflated, false, long()) },
		"MATLAB 5":             func() []byte { return write.MATLAB(write.Plain, binary.LittleEndian, long()) },
		"MATLAB 5, packed":     func() []byte { return write.MATLAB(write.Packed, binary.LittleEndian, long()) },
		"NumPy":                func() []byte { return write.NumPy(long()) },
		"Kardia":               func() []byte { return write.Kardia(true, heart(1_000_000)) },
		"JSON":                 func() []byte { return write.KardiaJSON(heart(2_000_000)) },
		"JSON, objects":        func() []byte { return write.HealthKit(heart(300_000)) },
		"aECG":                 func() []byte { return write.AECG(heart(2_000_000)) },
		"FHIR":                 func() []byte { return write.FHIR(heart(2_000_000)) },
		"JSON of nothing":      full(`{"a":[`, "[],", "[]]}"),
		"JSON of numbers":      full(`{"a":[`, "1,", "1]}"),
		"JSON of texts":        full(`{"a":[`, `"\u0041",`, "1]}"),
		"JSON of dates":        full(`{"a":[`, `"2024-01-01T00:00:00",`, "1]}"),
		"XML of nothing":       full("<a>", "<b/>", "</a>"),
		"XML of numbers":       full("<a>", "<b>1</b>", "</a>"),
		"XML of attributes":    full("<a>", "<b c='1'/>", "</a>"),
		"XML of entities":      full("<a>", "&lt;", "</a>"),
		"XML of comments":      full("<a>", "<!---->", "</a>"),
		"XML, many levels":     full("<a>", strings.Repeat("<b>", 120)+strings.Repeat("</b>", 120), "</a>"),
		"XML, one tag":         full("<a ", " b='1'", "></a>"),
		"MUSE of blanks":       full("<RestingECG><Waveform><LeadData><WaveFormData>", "A ", "</WaveFormData></LeadData></Waveform></RestingECG>"),
		"text, the last first": ordered(func(i, n int) int { return n - i }),
		"text, rows late": ordered(func(i, _ int) int {
			if i%1024 < 16 {
				return i ^ 8
			}
			return i
		}),
		"text of separators":   full("", ";;;;;;;;\n", ""),
		"text of short lines":  full("", "1\n", ""),
		"text of quoted cells": full("", "\"1\",\"2\"\n", ""),
		"text of one line":     full("", "1,", ""),
		"text of one number":   full("", "1", ""),
		"text of one name":     full("a,b\n", "ab ", "\n1,2\n"),
		"text of one comment":  full("# labels: ", "a,", "\n1,2\n"),
		"text of labels":       full("", "ecg: 5\n", ""),
		"a monitor's log":      full("", "15:29:14.000 -> 512\n", ""),
		"UTF-16 of words":      full("\xff\xfe", "\xac\xac", ""),
	}
}
