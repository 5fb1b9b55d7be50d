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

// largest is how large an uploaded file may be, bytes.
const largest = 64 << 20

// heart is a real one, repeated up to so many samples.
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

// columns is a table of as many columns as are read, as large as an upload.
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

// packed is a zip that unpacks to as much as may be unpacked.
func packed(name string, content []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create(name) // to memory: none of this can fail
	w.Write(content)
	z.Close()
	return b.Bytes()
}

// files write the worst of each format, by the name of their kind.
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
		"JSON of nothing":      func() []byte { return []byte(`{"a":[` + strings.Repeat("[],", 7_000_000) + `[]]}`) },
		"XML of nothing":       func() []byte { return []byte("<a>" + strings.Repeat("<b/>", 5_000_000) + "</a>") },
		"text of separators":   func() []byte { return bytes.Repeat([]byte(";;;;;;;;\n"), 7_000_000) },
		"text of short lines":  func() []byte { return bytes.Repeat([]byte("1\n"), 30_000_000) },
		"text of quoted cells": func() []byte { return bytes.Repeat([]byte("\"1\",\"2\"\n"), 8_000_000) },
	}
}
