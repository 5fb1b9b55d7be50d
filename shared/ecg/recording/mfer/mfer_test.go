package mfer

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/raw"
)

func read(data []byte) (*raw.Recording, error) {
	return Read(data, raw.Options{Budget: raw.NewBudget(context.Background(), len(data))})
}

// preamble begins every file.
var preamble = []byte("\x40\x08MFR ECG ")

func with(elements ...string) []byte {
	data := append([]byte(nil), preamble...)
	for _, e := range elements {
		data = append(data, e...)
	}
	return data
}

// two are the elements of a file of two samples of one channel at 500 Hz, 1 µV
// each.
var two = []string{"\x0b\x04\x00\x00\x01\xf4", "\x0c\x03\x00\xfa\x01", "\x04\x01\x02", "\x06\x01\x01"}

func TestSamplesAreScaledAndTimedAsTheFileSays(t *testing.T) {
	r, err := read(with(append(two, "\x85\x0b\x07\xea\x03\x0e\x09\x1a\x35\x00\x00\x00\x00", "\x1e\x04\x03\xe8\xfc\x18")...))
	if err != nil {
		t.Fatal(err)
	}
	mv := r.Leads[0].MV
	if r.RateHz != 500 || len(mv) != 2 || math.Abs(mv[0]-1) > 1e-12 || math.Abs(mv[1]+1) > 1e-12 || r.Start.Format("2006-01-02 15:04:05") != "2026-03-14 09:26:53" {
		t.Errorf("%v at %v Hz from %v", mv, r.RateHz, r.Start)
	}
}

func TestTheLowByteComesFirstWhereTheFileSaysSo(t *testing.T) {
	r, err := read(with("\x01\x01\x01", "\x0b\x04\x00\x00\xf4\x01", "\x0c\x03\x00\xfa\x01", "\x04\x01\x01", "\x1e\x02\xe8\x03"))
	if err != nil || r.RateHz != 500 || math.Abs(r.Leads[0].MV[0]-1) > 1e-12 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSamplesThatTheFileCallsMissingAreNone(t *testing.T) {
	r, err := read(with(append(two, "\x12\x02\x80\x00", "\x1e\x04\x80\x00\x03\xe8")...))
	if err != nil || !math.IsNaN(r.Leads[0].MV[0]) || math.IsNaN(r.Leads[0].MV[1]) {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhatCannotBeReadIsRefusedWithTheReason(t *testing.T) {
	for want, data := range map[string][]byte{
		"no waveform":      with(two...),
		"compressed":       with(append(two, "\x0e\x02\x00\x01", "\x1e\x04\x00\x00\x00\x00")...),
		"how they lie":     with("\x1e\x04\x00\x00\x00\x00"),
		"channels":         with("\x05\x02\xff\xff"),
		"ends within":      with(append(two, "\x1e\x04\x00")...),
		"samples are comp": with(append(two, "\x0a\x01\x09", "\x1e\x04\x00\x00\x00\x00")...),
	} {
		if _, err := read(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(with(append(two, "\x1e\x04\x03\xe8\xfc\x18")...))
	for _, name := range []string{"enrol", "check"} {
		whole, err := os.ReadFile("../testdata/programs/mfer/" + name + ".mwf")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole[:1000])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Is(data) {
			read(data)
		}
	})
}
