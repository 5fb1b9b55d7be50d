package recording_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// binaries are the formats of numbers, each with a way to write a recording.
var binaries = []struct {
	name  string
	parts func(s write.Signal) []recording.Part
}{
	{"wfdb16", func(s write.Signal) []recording.Part { return wfdbParts(16, 200, s) }},
	{"wfdb212", func(s write.Signal) []recording.Part { return wfdbParts(212, 200, s) }},
	{"wfdb24", func(s write.Signal) []recording.Part { return wfdbParts(24, 200, s) }},
	{"wfdb310", func(s write.Signal) []recording.Part { return wfdbParts(310, 100, s) }},
	{"wfdb8", func(s write.Signal) []recording.Part { return wfdbParts(8, 100, s) }},
	{"edf", func(s write.Signal) []recording.Part { return part(write.EDF("EDF+C", nil, s)) }},
	{"bdf", func(s write.Signal) []recording.Part { return part(write.BDF("BDF+C", nil, s)) }},
	{"ishne", func(s write.Signal) []recording.Part { return part(write.ISHNE(s)) }},
	{"kardia", func(s write.Signal) []recording.Part { return part(write.Kardia(false, s)) }},
	{"matlab", func(s write.Signal) []recording.Part {
		return part(write.MATLAB(write.Plain, binary.LittleEndian, s))
	}},
	{"matlab4", func(s write.Signal) []recording.Part { return part(write.MATLAB4(s)) }},
	{"numpy", func(s write.Signal) []recording.Part { return part(write.NumPy(s)) }},
	{"dicom", func(s write.Signal) []recording.Part { return part(write.DICOM(write.Explicit, false, s)) }},
}

func part(file []byte) []recording.Part { return []recording.Part{{Data: file}} }

func wfdbParts(format int, gain float64, s write.Signal) []recording.Part {
	hea, dat := write.WFDB("r", format, gain, s)
	return parts(string(hea), dat)
}

// holter is a signal of so many minutes at 500 Hz.
func holter(minutes int) write.Signal {
	s := write.Signal{Start: start, RateHz: 500, MV: make([]float64, 60*500*minutes)}
	for i := range s.MV {
		s.MV[i] = math.Round(100*math.Sin(float64(i)/17)) / 100
	}
	return s
}

func TestALongRecordingTakesTheMemoryOfItsSamples(t *testing.T) {
	const fixed = 256 << 10 // bytes beside the samples
	s := holter(60)
	for _, b := range binaries {
		files := b.parts(s)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := recording.ReadParts(files, recording.Hints{RateHz: 500})
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", b.name, err)
			continue
		}
		samples := 8 * len(r.Leads) * len(r.Chosen().MV)
		if beside := int(after.TotalAlloc-before.TotalAlloc) - samples; beside > fixed {
			t.Errorf("%s: %d bytes beside %d of samples, at most %d are fine", b.name, beside, samples, fixed)
		}
	}
}

// BenchmarkRead tells how many bytes of a file of an hour are read in a second,
// beside only copying them.
func BenchmarkRead(b *testing.B) {
	s := holter(60)
	for _, format := range binaries {
		files := format.parts(s)
		size := 0
		for _, f := range files {
			size += len(f.Data)
		}
		b.Run(format.name, func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := recording.ReadParts(files, recording.Hints{RateHz: 500}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("copy", func(b *testing.B) {
		from := make([]byte, 8*len(s.MV))
		b.SetBytes(int64(len(from)))
		for b.Loop() {
			if to := append([]byte(nil), from...); len(to) != len(from) {
				b.Fatal(fmt.Sprint(len(to)))
			}
		}
	})
}
