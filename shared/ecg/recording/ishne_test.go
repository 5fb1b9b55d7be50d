package recording_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

func TestISHNEFilesAreRead(t *testing.T) {
	s := fine(4)
	file := write.ISHNE(s)
	variable := slices.Concat(file[:10], []byte{4, 0, 0, 0}, file[14:22], []byte{14, 2, 0, 0}, file[26:522], []byte("more"), file[522:])
	for name, c := range map[string]struct {
		file  []byte
		mv    []float64
		start time.Time
		notes string
	}{
		"as it should be":       {file, s.MV, start, ""},
		"a variable part":       {variable, s.MV, start, "checksum_wrong"},
		"a wrong checksum":      {edit(file, 8, "\x00\x00"), s.MV, start, "checksum_wrong"},
		"no place of samples":   {edit(file, 22, "\x00\x00\x00\x00"), s.MV, start, "start_guessed checksum_wrong"},
		"behind the end":        {edit(file, 22, "\xff\xff\xff\x7f"), s.MV, start, "start_guessed checksum_wrong"},
		"longer than stated":    {edit(file, 14, "\x01\x00\x00\x00"), s.MV, start, "checksum_wrong length_wrong"},
		"cut off":               {file[:len(file)-3], s.MV[:999], start, "length_wrong"},
		"length of both leads":  {edit(file, 14, "\xd0\x07\x00\x00"), s.MV, start, "checksum_wrong"},
		"no date":               {edit(file, 138, "\xf7\xff\xf7\xff\xf7\xff"), s.MV, time.Time{}, "checksum_wrong"},
		"the 31st of February":  {edit(file, 138, "\x1f\x00\x02\x00"), s.MV, time.Time{}, "checksum_wrong"},
		"no resolution, so mV?": {edit(file, 208, "\xf7\xff"), s.MV, start, "checksum_wrong unit_guessed"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes(c.file, recording.Hints{DefaultRateHz: 1})
			if err != nil {
				t.Fatal(err)
			}
			if r.Format != "ishne" || r.RateHz != 250 || !r.Start.Equal(c.start) || r.Leads[0].Name != "V5" || r.Chosen().Name != "I" {
				t.Errorf("%s at %v Hz from %v, lead %q", r.Format, r.RateHz, r.Start, r.Chosen().Name)
			}
			if want := strings.TrimSpace(c.notes + " rate_from_file"); codes(r) != want {
				t.Errorf("notes are %s, want %s", codes(r), want)
			}
			equal(t, name, r.Chosen().MV, c.mv)
			if all := fmt.Sprintf("%+v", r); strings.Contains(all, "Harry") || strings.Contains(all, "1951") {
				t.Error("the person is in what was read")
			}
		})
	}
}

func TestBrokenISHNEFilesAreRefused(t *testing.T) {
	file := write.ISHNE(fine(1))
	refused{
		"annotations":        {[]byte("ANN  1.0"), recording.Unsupported, "it holds a Holter's annotations: send the recording itself, its .ecg file"},
		"within the header":  {file[:521], recording.Unreadable, "it ends within its header: send it again"},
		"no data":            {file[:525], recording.Empty, "its header is there, but no data"},
		"no leads":           {edit(file, 156, "\x00\x00"), recording.Unreadable, "its header says that it has 0 leads: 1 to 12 are possible"},
		"too many leads":     {edit(file, 156, "\x0d\x00"), recording.Unreadable, "its header says that it has 13 leads: 1 to 12 are possible"},
		"begins at no place": {edit(edit(file, 22, "\x00\x00\x00\x00"), 10, "\xff\xff\xff\x7f"), recording.Unreadable, "its header says that the samples begin behind the file's end"},
		"no rate":            {edit(file, 272, "\x00\x00"), recording.RateUnknown, "it doesn't say its sampling rate, and none was stated"},
	}.run(t)
}

func FuzzISHNE(f *testing.F) {
	s := fine(1)
	s.MV = s.MV[:10]
	f.Add(write.ISHNE(s))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
