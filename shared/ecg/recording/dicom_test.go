package recording_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

func TestDICOMWaveformsGiveTheSameSignal(t *testing.T) {
	s := fine(4)
	plain := write.DICOM(write.Explicit, false, s)
	notStarted := time.Time{}
	for name, c := range map[string]struct {
		file  []byte
		start time.Time
		scale float64
		notes string
	}{
		"explicit":            {plain, start, 1, ""},
		"explicit, undefined": {write.DICOM(write.Explicit, true, s), start, 1, ""},
		"implicit":            {write.DICOM(write.Implicit, false, s), start, 1, ""},
		"implicit, undefined": {write.DICOM(write.Implicit, true, s), start, 1, ""},
		"explicit, bare":      {plain[132:], start, 1, ""},
		"implicit, bare":      {write.DICOM(write.Implicit, false, s)[132:], start, 1, ""},
		"deflated, bare":      {write.DICOM(write.Deflated, false, s)[132:], start, 1, ""},
		"deflated":            {write.DICOM(write.Deflated, true, s), start, 1, ""},
		"millivolts":          {swap(plain, "uV", "mV"), start, 1000, ""},
		"no sensitivity":      {swap(plain, "1.25", "some"), start, 1, "unit_guessed unit_guessed"},
		"no correction":       {swap(plain, "0.8 ", "some"), start, 1.25, ""},
		"samples not stated":  {swap(plain, "\x10\x00UL\x04\x00\xe8\x03\x00\x00", "\x10\x00UL\x04\x00\x00\x00\x00\x00"), start, 1, ""},
		"more stated":         {swap(plain, "\x10\x00UL\x04\x00\xe8\x03\x00\x00", "\x10\x00UL\x04\x00\xe9\x03\x00\x00"), start, 1, "shorter_than_stated"},
		"no date":             {swap(plain, start.Format("20060102"), "99999999"), notStarted, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes(c.file, recording.Hints{DefaultRateHz: 1})
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Join(strings.Fields("longest_taken "+c.notes+" rate_from_file"), " "); codes(r) != want {
				t.Errorf("notes are %s, want %s", codes(r), want)
			}
			if r.Format != "dicom" || r.Device != "Invented Cart 1" || r.RateHz != 250 || !r.Start.Equal(c.start) || r.Chosen().Name != "Lead I" || len(r.Leads) != 2 {
				t.Errorf("%s of %s at %v Hz from %v, lead %q", r.Format, r.Device, r.RateHz, r.Start, r.Chosen().Name)
			}
			want := make([]float64, len(s.MV))
			for i := range want {
				want[i] = s.MV[i] * c.scale
			}
			equal(t, name, r.Chosen().MV, want)
			if strings.Contains(fmt.Sprintf("%+v", r), "Harry") {
				t.Error("the person is in what was read")
			}
		})
	}
}

func TestDICOMPaddingIsNoSample(t *testing.T) {
	s := fine(1)
	file := write.DICOM(write.Explicit, false, s)
	// The element stands between the channels and the data.
	at := bytes.Index(file, []byte("\x00\x54\x06\x10CS"))
	padding := []byte("\x00\x54\x0a\x10SS\x02\x00\x3b\x00") // 59 µV
	file = append(append(bytes.Clone(file[:at]), padding...), file[at:]...)
	// Sequence and item grow by its length.
	sequence := bytes.Index(file, []byte("\x00\x54\x00\x01SQ")) + 8
	for _, length := range []int{sequence, sequence + 8} {
		n := int(file[length]) | int(file[length+1])<<8 + len(padding)
		file[length], file[length+1] = byte(n), byte(n>>8)
	}
	r, err := recording.ReadBytes(file, recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if mv := r.Chosen().MV; !math.IsNaN(mv[1]) || !near(mv[2], s.MV[2]) || codes(r) != "longest_taken samples_missing rate_from_file" {
		t.Errorf("%v, notes %s", mv[:4], codes(r))
	}
}

func TestBrokenDICOMFilesAreRefused(t *testing.T) {
	plain := write.DICOM(write.Explicit, false, fine(4))
	deflated := write.DICOM(write.Deflated, false, write.Signal{RateHz: 250, MV: make([]float64, 2<<20)})
	const none = "it is a DICOM file without a waveform, such as a picture or a report: export the ECG's samples"
	const channels = "its waveform doesn't define the channels that it has"
	const packed = "its waveform's samples are packed in a way that isn't read: convert it to 16 bits with a sign"
	refused{
		"first bytes":        {plain[:132], recording.Unsupported, "it is a DICOM file of a transfer syntax that isn't read: convert it to explicit little endian"},
		"a picture's syntax": {swap(plain, "1.2.840.10008.1.2.1\x00", "1.2.840.10008.1.2.4."), recording.Unsupported, "it is a DICOM file of a transfer syntax that isn't read: convert it to explicit little endian"},
		"no waveform":        {swap(plain, "\x00\x54\x00\x01", "\x00\x54\x01\x01"), recording.Unsupported, none},
		"cut off":            {plain[:bytes.Index(plain, []byte("\x00\x54\x00\x01"))], recording.Unsupported, none},
		"cut in definitions": {plain[:bytes.Index(plain, []byte("Lead II "))], recording.Unreadable, channels},
		"more channels":      {swap(plain, "\x05\x00US\x02\x00\x02", "\x05\x00US\x02\x00\x03"), recording.Unreadable, channels},
		"no data":            {swap(plain, "\x10\x10OW", "\x11\x10OW"), recording.Empty, "its waveform has no samples"},
		"µ-law":              {swap(plain, "SS", "MB"), recording.Unsupported, packed},
		"12 bits":            {swap(plain, "\x04\x10US\x02\x00\x10", "\x04\x10US\x02\x00\x0c"), recording.Unsupported, packed},
		"only breath":        {swap(swap(plain, "Lead II ", "Resp.   "), "Lead I (Einthoven)", "Resp.             "), recording.Unsupported, "none of its channels can be an ECG: name the one that is"},
		"no rate":            {swap(plain, "250 ", "some"), recording.RateUnknown, "it doesn't say its sampling rate, and none was stated"},
		"a bomb":             {deflated, recording.Unsupported, "it unpacks to far more than it should: send the recording alone, or not packed"},
	}.run(t)
}

func FuzzDICOM(f *testing.F) {
	s := fine(1)
	s.MV = s.MV[:10]
	for _, syntax := range []write.DICOMSyntax{write.Explicit, write.Implicit, write.Deflated} {
		f.Add(write.DICOM(syntax, false, s))
		f.Add(write.DICOM(syntax, true, s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
