package recording_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// parts returns a record's files.
func parts(hea string, dats ...[]byte) []recording.Part {
	all := []recording.Part{{Name: "r.hea", Data: []byte(hea)}}
	for i, dat := range dats {
		all = append(all, recording.Part{Name: []string{"r.dat", "r.xyz"}[i], Data: dat})
	}
	return all
}

func TestWFDBFormatsGiveTheSameSignal(t *testing.T) {
	want := waves(1001)
	for _, format := range write.WFDBFormats {
		hea, dat := write.WFDB("r", format, 100, want)
		check := func(how string, r *recording.Recording, err error, notes string) {
			t.Helper()
			if err != nil {
				t.Errorf("format %d %s: %v", format, how, err)
				return
			}
			if r.Format != "wfdb" || r.RateHz != 250 || !r.Start.Equal(start) || r.Chosen().Name != "ECG I" || codes(r) != notes {
				t.Errorf("format %d %s: %s at %v Hz from %v, lead %q, notes %s", format, how, r.Format, r.RateHz, r.Start, r.Chosen().Name, codes(r))
			}
			if !slices.EqualFunc(r.Chosen().MV, want.MV, near) {
				t.Errorf("format %d %s: samples differ", format, how)
			}
		}
		r, err := recording.ReadParts(parts(string(hea), dat), recording.Hints{DefaultRateHz: 1})
		check("in parts", r, err, "rate_from_file")
		r, err = recording.ReadParts([]recording.Part{{Data: dat}, {Data: hea}}, recording.Hints{})
		check("in parts without names", r, err, "rate_from_file")
		r, err = recording.ReadBytes(zipped(t, file{"a/r.dat", dat}, file{"a/r.hea", hea}, file{"a/r.atr", []byte{0, 0}}), recording.Hints{})
		check("in a zip", r, err, "rate_from_file")
	}
}

func TestWFDBHeadersAreFollowed(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		parts []recording.Part
		mv    []float64
		rate  float64
		notes string
	}{
		"only what must be there": {parts("r 1\nr.dat 16", le16(200, -400)), []float64{1, -2}, 250, ""},
		"gain and baseline":       {parts("r 1 360\nr.dat 16 100(50)/mV", le16(150, 0)), []float64{1, -0.5}, 360, ""},
		"baseline from the zero":  {parts("r 1 360\nr.dat 16 100 12 50 0 0 0 MLII", le16(150, 0)), []float64{1, -0.5}, 360, ""},
		"microvolts":              {parts("r 1 360\nr.dat 16 2/uV", le16(2000, 0)), []float64{1, 0}, 360, ""},
		"counter and base":        {parts("r 1 360/24.5(10) 2 12:00:00\nr.dat 16 100", le16(100, 0)), []float64{1, 0}, 360, ""},
		"comments":                {parts("# Name: Somebody\r\nr 1 360 2\r\nr.dat 16 100\r\n# 47 M 1.2 3\r\n", le16(100, 0)), []float64{1, 0}, 360, ""},
		"not calibrated":          {parts("r 1\nr.dat 16 0", le16(200, 0)), []float64{1, 0}, 250, "gain_guessed"},
		"bytes to skip":           {parts("r 1\nr.dat 16+4 100", le16(7, 7, 100, 0)), []float64{1, 0}, 250, ""},
		"missing samples":         {parts("r 1\nr.dat 16 100", le16(-32768, 100, -32768)), []float64{nan, 1, nan}, 250, "samples_missing"},
		"missing, 12 bits":        {parts("r 1\nr.dat 212 100", []byte{0, 8, 100}), []float64{nan, 1}, 250, "samples_missing"},
		"a late signal":           {parts("r 2\nr.dat 16:1 100 12 0 0 0 0 I\nr.dat 16 100 12 0 0 0 0 II", le16(7, 0, 100, 7, 200, 7)), []float64{1, 2}, 250, ""},
		"more than stated":        {parts("r 1 250 2\nr.dat 16 100", le16(100, 0, 1, 1)), []float64{1, 0}, 250, "longer_than_stated"},
		"one more is padding":     {parts("r 1 250 1\nr.dat 212 100", []byte{100, 0, 0}), []float64{1}, 250, ""},
		"fewer than stated":       {parts("r 1 250 9\nr.dat 16 100", le16(100, 0)), []float64{1, 0}, 250, "shorter_than_stated"},
		"half a sample":           {parts("r 1\nr.dat 16 100", append(le16(100, 0), 1)), []float64{1, 0}, 250, ""},
		"a wrong checksum":        {parts("r 1 250 2\nr.dat 16 100 12 0 100 101 0 I", le16(100, 0)), []float64{1, 0}, 250, "checksum_wrong"},
		"a right checksum":        {parts("r 1 250 2\nr.dat 16 100 12 0 100 100 0 I", le16(100, 0)), []float64{1, 0}, 250, ""},
		"pressure left out":       {parts("r 2\nr.dat 16 100/mmHg 12 0 0 0 0 ABP\nr.dat 16 100 12 0 0 0 0 ECG", le16(7, 100, 7, 0)), []float64{1, 0}, 250, "channels_left_out"},
		"another rate left out":   {parts("r 2\nr.dat 16x2 100 12 0 0 0 0 II\nr.dat 16 100 12 0 0 0 0 V", le16(100, 0, 7, 200, 100, 7)), []float64{1, 0, 2, 1}, 500, "channels_left_out"},
		"two files":               {parts("r 2\nr.dat 16 100 12 0 0 0 0 V1\nr.xyz 16 100 12 0 0 0 0 i", le16(7, 7), le16(100, 0)), []float64{1, 0}, 250, ""},
		"one of two files":        {parts("r 2\nr.dat 16 100 12 0 0 0 0 II\nother.dat 16 100 12 0 0 0 0 I", le16(100, 0)), []float64{1, 0}, 250, "channels_left_out"},
		"a path that is none":     {parts("r 1\n../../r.dat 16 100", le16(100, 0)), []float64{1, 0}, 250, ""},
		"a bad date":              {parts("r 1 250 2 25:61:00 99/99/2020\nr.dat 16 100", le16(100, 0)), []float64{1, 0}, 250, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadParts(c.parts, recording.Hints{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(r.Chosen().MV, c.mv, near) || r.RateHz != c.rate {
				t.Errorf("%v at %v Hz, want %v at %v Hz", r.Chosen().MV, r.RateHz, c.mv, c.rate)
			}
			if want := strings.TrimSpace(c.notes + " rate_from_file"); codes(r) != want {
				t.Errorf("notes are %s, want %s", codes(r), want)
			}
		})
	}
}

func TestTheNewestOfSeveralWFDBRecordsIsRead(t *testing.T) {
	var files []file
	for day := range 3 {
		s := waves(100 + day)
		s.Start = start.AddDate(0, 0, []int{1, 2, 0}[day])
		hea, dat := write.WFDB(fmt.Sprint("rec", day), 16, 100, s)
		files = append(files, file{fmt.Sprintf("rec%d.hea", day), hea}, file{fmt.Sprintf("rec%d.dat", day), dat})
	}
	r, err := recording.ReadBytes(zipped(t, files...), recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Start.Equal(start.AddDate(0, 0, 2)) || len(r.Chosen().MV) != 101 || codes(r) != "newest_taken rate_from_file" {
		t.Errorf("%d samples from %v, notes %s", len(r.Chosen().MV), r.Start, codes(r))
	}
}

func TestSegmentsOfAWFDBRecordAreJoined(t *testing.T) {
	all := waves(900)
	segment := func(name string, from, to int) []file {
		s := all
		s.MV = s.MV[from:to]
		hea, dat := write.WFDB(name, 16, 100, s)
		return []file{{name + ".hea", hea}, {name + ".dat", dat}}
	}
	other := []file{{"other.hea", []byte("other 1 250 100\nother.dat 16 100 12 0 0 0 0 V5")}, {"other.dat", make([]byte, 200)}}
	nan := slices.Repeat([]float64{math.NaN()}, 100)
	for name, c := range map[string]struct {
		master string
		files  []file
		mv     []float64
		notes  string
	}{
		"all":           {"m/3 2 250 900\ns1 300\ns2 300\ns3 300\n", slices.Concat(segment("s1", 0, 300), segment("s2", 300, 600), segment("s3", 600, 900)), all.MV, "segments_joined"},
		"with a layout": {"m/3 2 250 900\nlayout 0\ns1 300\ns2 600\n", slices.Concat(segment("s1", 0, 300), segment("s2", 300, 900), []file{{"layout.hea", []byte("layout 1 250 0\n~ 0 1 1 0 0 0 0 I")}}), all.MV, "segments_joined"},
		"a gap":         {"m/3 2 250 700\ns1 300\n~ 100\ns2 300\n", slices.Concat(segment("s1", 0, 300), segment("s2", 300, 600)), slices.Concat(all.MV[:300], nan, all.MV[300:600]), "segments_joined samples_missing"},
		"another lead":  {"m/3 2 250 700\ns1 300\nother 100\ns2 300\n", slices.Concat(segment("s1", 0, 300), segment("s2", 300, 600), other), slices.Concat(all.MV[:300], nan, all.MV[300:600]), "segments_joined samples_missing"},
		"a long gap":    {"m/3 2 250 700\ns1 300\n~ 999999999999\ns2 600\n", slices.Concat(segment("s1", 0, 300), segment("s2", 300, 900)), all.MV[300:], "segments_joined longest_taken"},
		"one again":     {"m/3 2 250 900\ns1 300\ns1 300\ns1 300\n", segment("s1", 0, 300), all.MV[:300], "segments_joined longest_taken"},
		"one is there":  {"m/3 2 250 900\ns1 300\ns2 300\ns3 300\n", segment("s2", 300, 600), all.MV[300:600], "segments_joined longest_taken"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes(zipped(t, append(c.files, file{"m.hea", []byte(c.master)})...), recording.Hints{})
			if err != nil {
				t.Fatal(err)
			}
			if want := c.notes + " rate_from_file"; codes(r) != want || r.RateHz != 250 || r.Chosen().Name != "ECG I" {
				t.Errorf("lead %q at %v Hz, notes %s, want %s", r.Chosen().Name, r.RateHz, codes(r), want)
			}
			equal(t, name, r.Chosen().MV, c.mv)
		})
	}
}

func TestBrokenWFDBRecordsAreRefused(t *testing.T) {
	const absent = "the file of samples that the WFDB header names isn't there: send both"
	for name, c := range map[string]struct {
		parts  []recording.Part
		reason recording.Reason
		detail string
	}{
		"no samples":       {parts("r 1\nr.dat 16", []byte{1}), recording.Empty, "its file of samples is empty"},
		"other samples":    {parts("r 2\nx.dat 16\ny.dat 16", le16(1)), recording.Unreadable, absent},
		"several segments": {parts("r/3 2 250 900\nr1 300\nr2 300\nr3 300", le16(1)), recording.Unreadable, "none of the WFDB record's segments is there: send them with it"},
		"broken segments":  {append(parts("r/1 2 250 900\ns 300", []byte{1}), recording.Part{Data: []byte("s 1\nr.dat 16")}), recording.Empty, "its file of samples is empty"},
		"unknown format":   {parts("r 1\nr.dat 508", le16(1)), recording.Unsupported, "it is a WFDB record of format 508: convert it to format 16"},
		"8, several":       {parts("r 1\nr.dat 8x2", le16(1)), recording.Unsupported, "it is a WFDB record of format 8 with several samples in a frame: convert it to format 16"},
		"two formats":      {parts("r 2\nr.dat 16\nr.dat 80", le16(1)), recording.Unreadable, "its header gives one file two formats, 16 and 80"},
		"late for ever":    {parts("r 1\nr.dat 16:99999999", le16(1)), recording.Empty, "its file of samples is empty"},
		"begins too late":  {parts("r 1\nr.dat 16+99999999", le16(1)), recording.Empty, "its file of samples is empty"},
		"only pressure":    {parts("r 1\nr.dat 16 1/mmHg", le16(1)), recording.Unsupported, "none of its channels can be an ECG: name the one that is"},
		"header alone":     {parts("r 1\nr.dat 16"), recording.Unreadable, "it is the header of a WFDB record: send its .dat file with it, or both in a zip"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := recording.ReadParts(c.parts, recording.Hints{})
			var refusal *recording.Error
			if !errors.As(err, &refusal) || refusal.Reason != c.reason || refusal.Detail != c.detail {
				t.Errorf("error is %v, want %s: %s", err, c.reason, c.detail)
			}
		})
	}
}

func TestATextIsNotTakenForAWFDBHeader(t *testing.T) {
	for _, text := range []string{"x 2\n0.1 16\n0.2 16 a", "1 2\n3 4\n5 6", "r 1 250 x\nr.dat 16", "r 1\nr.dat 16 abc", "r 0\n", "r/0 1", "r 1\nr.dat x", "r 1\nr.dat 16x0", "r 1\nr.dat 16?3", "r 2\nr.dat 16"} {
		_, err := recording.ReadBytes([]byte(text), recording.Hints{RateHz: 250})
		var refusal *recording.Error
		if errors.As(err, &refusal) && strings.Contains(refusal.Detail, "WFDB") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzWFDB(f *testing.F) {
	for _, format := range write.WFDBFormats {
		hea, dat := write.WFDB("r", format, 100, waves(20))
		f.Add(hea, dat)
	}
	f.Add([]byte("r/2 1 250 9\ns 4\n~ 5\n"), []byte("s 1 250 2\ns.dat 16"))
	f.Add([]byte("r 3 100 9\nr.dat 212x4:1+2 2.5(-3)/uV 12 0 1 2 0 I\nr.dat 212 0\nr.dat 212 1/mmHg"), bytes.Repeat([]byte{0, 8}, 40))
	f.Fuzz(func(t *testing.T, hea, dat []byte) {
		files := append(parts(string(hea), dat), recording.Part{Name: "s.hea", Data: []byte("s 1\nr.dat 212 100 12 0 0 0 0 I")})
		r, err := recording.ReadParts(files, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
