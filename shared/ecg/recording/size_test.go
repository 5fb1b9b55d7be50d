package recording_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// binaries are the binary formats, each with a way to write a recording.
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

// holter returns a signal of a number of minutes.
func holter(minutes, rateHz int) write.Signal {
	s := write.Signal{Start: start, RateHz: float64(rateHz), MV: make([]float64, 60*rateHz*minutes)}
	for i := range s.MV {
		s.MV[i] = math.Round(100*math.Sin(float64(i)/17)) / 100
	}
	return s
}

func TestALongRecordingIsReadAsFarAsItIsUsed(t *testing.T) {
	const rateHz = 100 // at which a long recording has the fewest samples
	s := holter(12, rateHz)
	texts := map[string]string{
		"text, timed":  "time_ms,ecg_mV\n" + lines(len(s.MV), func(i int) string { return fmt.Sprintf("%d,%v", 1000/rateHz*i, s.MV[i]) }),
		"text, stated": "# fs = 100\necg_mV\n" + lines(len(s.MV), func(i int) string { return fmt.Sprint(s.MV[i]) }),
		"text":         "ecg_mV\n" + lines(len(s.MV), func(i int) string { return fmt.Sprint(s.MV[i]) }),
		"text of 65 columns at 4,000 Hz": "# fs = 4000\n" + lines(160_000, func(i int) string {
			return strings.Repeat(strconv.Itoa(i%10)+",", 64) + strconv.Itoa(i%10)
		}),
	}
	check := func(name string, r *recording.Recording, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		n := len(r.Chosen().MV)
		if seconds := float64(n) / r.RateHz; seconds > recording.MaxSeconds+1 || n*len(r.Leads) > recording.MaxSamples || !strings.Contains(codes(r), "first_read") {
			t.Errorf("%s: %.0f s of %d leads are read, notes %s", name, seconds, len(r.Leads), codes(r))
		}
		if all := n + r.Left; len(r.Leads) < 60 && (float64(all) < 0.999*720*r.RateHz || float64(all) > 1.001*720*r.RateHz) && r.RateHz == rateHz {
			t.Errorf("%s: it has %d samples in all", name, all)
		}
	}
	for _, b := range binaries {
		r, err := recording.ReadParts(b.parts(s), recording.Hints{RateHz: rateHz})
		check(b.name, r, err)
	}
	for name, file := range texts {
		r, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: rateHz})
		check(name, r, err)
	}
}

func TestReadingEndsWhenNobodyWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := []byte("ecg_mV\n" + lines(30_000, func(i int) string { return fmt.Sprint(wave(i)) }))
	for name, data := range map[string][]byte{"text": file, "gzip": gzipped(t, file), "zip": zipped(t, struct {
		name string
		data []byte
	}{"a.csv", file})} {
		_, err := recording.ReadBytes(data, recording.Hints{RateHz: 500, Budget: recording.NewBudget(ctx, len(data))})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALongRecordingTakesTheMemoryOfItsSamples(t *testing.T) {
	const fixed = 256 << 10 // bytes besides the samples
	s := holter(20, 500)
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

// BenchmarkRead measures how many bytes a second of a ten-minute file are read,
// beside a mere copy of them.
func BenchmarkRead(b *testing.B) {
	s := holter(10, 500)
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
