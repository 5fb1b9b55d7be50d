package recording_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

func TestEDFAndBDFGiveTheSameSignal(t *testing.T) {
	want := fine(8)
	for name, file := range map[string][]byte{
		"EDF":   write.EDF("", nil, want),
		"EDF+C": write.EDF("EDF+C", nil, want),
		"EDF+D": write.EDF("EDF+D", nil, want),
		"BDF":   write.BDF("", nil, want),
		"BDF+C": write.BDF("BDF+C", nil, want),
		"BDF+D": write.BDF("BDF+D", nil, want),
	} {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 1})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Format != strings.ToLower(name[:3]) || r.RateHz != 250 || !r.Start.Equal(start) || codes(r) != "channels_left_out rate_from_file" {
			t.Errorf("%s: %s at %v Hz from %v, notes %s", name, r.Format, r.RateHz, r.Start, codes(r))
		}
		equal(t, name, r.Chosen().MV, want.MV)
	}
}

func TestEDFHeadersAreFollowed(t *testing.T) {
	s := fine(4)
	plain := write.EDF("", nil, s)
	// The positions of fields of the second of two signals.
	const unit, physicalLow, digitalLow, label = 256 + 2*96 + 8, 256 + 2*104 + 8, 256 + 2*120 + 8, 256 + 16
	scaled := func(by float64) []float64 {
		mv := make([]float64, len(s.MV))
		for i := range mv {
			mv[i] = s.MV[i] * by
		}
		return mv
	}
	for name, c := range map[string]struct {
		file  []byte
		hints recording.Hints
		mv    []float64
		notes string
	}{
		"millivolts":         {edit(plain, unit, "mV      "), recording.Hints{}, scaled(1000), ""},
		"another sign for µ": {edit(plain, unit, "\xb5V      "), recording.Hints{}, s.MV, ""},
		"no unit":            {edit(plain, unit, "        "), recording.Hints{}, s.MV, "unit_guessed"},
		"records not known":  {edit(plain, 236, "-1      "), recording.Hints{}, s.MV, ""},
		"records too many":   {edit(plain, 236, "9       "), recording.Hints{}, s.MV, "shorter_than_stated"},
		"records too few":    {edit(plain, 236, "2       "), recording.Hints{}, s.MV, "longer_than_stated"},
		"cut off":            {plain[:len(plain)-1], recording.Hints{}, s.MV[:750], "shorter_than_stated"},
		"a bad date":         {edit(plain, 168, "99.99.99"), recording.Hints{}, s.MV, ""},
		"decimal commas":     {edit(plain, 244, "1,0     "), recording.Hints{}, s.MV, ""},
		"label in any case":  {edit(plain, label, "ekg"), recording.Hints{}, s.MV, ""},
		"no length of a record": {edit(plain, 244, "0       "), recording.Hints{RateHz: 250},
			s.MV, "rate_stated"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes(c.file, c.hints)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, name, r.Chosen().MV, c.mv)
			want := strings.Join(strings.Fields("channels_left_out "+c.notes+" rate_from_file"), " ")
			if c.hints.RateHz > 0 {
				want = "channels_left_out rate_stated"
			}
			if codes(r) != want || r.RateHz != 250 {
				t.Errorf("notes are %s, want %s", codes(r), want)
			}
		})
	}
	for _, field := range []int{physicalLow, digitalLow} {
		same := string(plain[field+16 : field+24]) // the range's other end
		if _, err := recording.ReadBytes(edit(plain, field, same), recording.Hints{}); err == nil || !strings.Contains(err.Error(), "none of its channels") {
			t.Errorf("a range of nothing: %v", err)
		}
	}
	if _, err := recording.ReadBytes(edit(edit(plain, digitalLow, "0       "), digitalLow+16, "1e-300  "), recording.Hints{}); err == nil || !strings.Contains(err.Error(), "none of its channels") {
		t.Errorf("counts of next to nothing: %v", err)
	}
	// A channel that is requested by its name is read, even breathing.
	if r, err := recording.ReadBytes(plain, recording.Hints{Lead: "Resp Thorax"}); err != nil || r.RateHz != 25 || r.Chosen().Name != "Resp Thorax" {
		t.Errorf("asked for another channel: %v, %v", r, err)
	}
}

func TestEDFYearsHaveTwoDigits(t *testing.T) {
	plain := write.EDF("", nil, fine(1))
	for date, want := range map[string]int{"02.01.85": 1985, "02.01.99": 1999, "02.01.00": 2000, "02.01.26": 2026, "02.01.70": 2070, "02.01.84": 2084} {
		file := edit(edit(plain, 88, "nothing of the kind           "), 168, date)
		r, err := recording.ReadBytes(file, recording.Hints{})
		if err != nil || !r.Start.Equal(time.Date(want, 1, 2, 4, 5, 6, 0, time.UTC)) {
			t.Errorf("%s: %v, %v", date, r.Start, err)
		}
	}
}

func TestGapsInEDFAreKept(t *testing.T) {
	s := fine(4)
	nan := make([]float64, 100)
	for i := range nan {
		nan[i] = math.NaN()
	}
	filled := append(append(append([]float64{}, s.MV[:500]...), nan...), s.MV[500:]...)
	for name, c := range map[string]struct {
		onsets []float64
		mv     []float64
		notes  string
	}{
		"none":             {[]float64{0, 1, 2, 3}, s.MV, ""},
		"0.4 s":            {[]float64{0, 1, 2.4, 3.4}, filled, "gap"},
		"less than sample": {[]float64{0, 1.003, 2.006, 3}, s.MV, ""},
		"back in time":     {[]float64{0, 1, 0.5, 1.5}, s.MV, ""},
		"an hour":          {[]float64{0, 1, 2, 3600}, s.MV[:750], "longest_taken"},
		"ever":             {[]float64{0, 1e8, 1e8 + 1, 1e8 + 2}, s.MV[250:], "longest_taken"},
	} {
		for _, file := range [][]byte{write.EDF("EDF+D", c.onsets, s), write.BDF("BDF+D", c.onsets, s)} {
			r, err := recording.ReadBytes(file, recording.Hints{})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			equal(t, name, r.Chosen().MV, c.mv)
			if want := strings.Join(strings.Fields("channels_left_out "+c.notes+" rate_from_file"), " "); codes(r) != want {
				t.Errorf("%s: notes are %s, want %s", name, codes(r), want)
			}
		}
	}
	r, err := recording.ReadBytes(write.EDF("EDF+D", []float64{0.25, 1.25, 2.65, 3.65}, s), recording.Hints{})
	if err != nil || r.Start.Sub(start) != 250*time.Millisecond || r.Notes[1].Text != "gap of 0.4 s at 2.0 s" {
		t.Errorf("begins at %v with %v, %v", r.Start, r.Notes, err)
	}
}

func TestAnEDFPlusMayBeginWithinASecond(t *testing.T) {
	for _, kind := range []string{"EDF+C", "EDF+D"} {
		r, err := recording.ReadBytes(write.EDF(kind, []float64{0.039453}, fine(1)), recording.Hints{})
		if err != nil || r.Start.Sub(start) != 39453*time.Microsecond {
			t.Errorf("%s begins at %v, %v", kind, r.Start, err)
		}
	}
	// An invalid onset leaves the header's value.
	file := swap(write.EDF("EDF+D", nil, fine(2)), "+1\x14\x14", "one\x14")
	if r, err := recording.ReadBytes(file, recording.Hints{}); err != nil || !r.Start.Equal(start) || len(r.Chosen().MV) != 500 {
		t.Errorf("begins at %v, %v", r.Start, err)
	}
}

func TestBrokenEDFIsRefused(t *testing.T) {
	plain := write.EDF("", nil, fine(4))
	const header = "it ends within its header: send it again"
	const signals = "its header doesn't say how many signals there are, from 1 to 512"
	refused{
		"BDF's first bytes":   {[]byte("\xffBIOSEMI"), recording.Unreadable, header},
		"within the header":   {plain[:700], recording.Unreadable, header},
		"no data":             {plain[:768], recording.Empty, "its header is there, but no data"},
		"no length":           {edit(plain, 244, "        "), recording.Unreadable, "its header doesn't say how long a record of data is"},
		"a length before 0":   {edit(plain, 244, "-1      "), recording.Unreadable, "its header doesn't say how long a record of data is"},
		"no signals":          {edit(plain, 252, "0   "), recording.Unreadable, signals},
		"too many signals":    {edit(plain, 252, "9999"), recording.Unreadable, signals},
		"no number":           {edit(plain, 252, "two "), recording.Unreadable, signals},
		"samples in a record": {edit(plain, 256+2*216, "-5      "), recording.Unreadable, "its header doesn't say how many samples signal 1 has in a record"},
		"no samples":          {edit(plain, 256+2*216, "0       0       "), recording.Empty, "its records have no samples"},
		"only breath":         {edit(plain, 256+16, "Breath          "), recording.Unsupported, "none of its channels can be an ECG: name the one that is"},
		"no rate":             {edit(plain, 244, "0       "), recording.RateUnknown, "it doesn't say its sampling rate, and none was stated"},
	}.run(t)
}

func TestNothingOfThePersonLeavesAnEDF(t *testing.T) {
	r, err := recording.ReadBytes(write.EDF("EDF+C", nil, fine(1)), recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%+v", r); strings.Contains(all, "Harry") || strings.Contains(all, "1951") || strings.Contains(all, "PSG") {
		t.Error("the person is in what was read")
	}
}

func TestATextThatBeginsLikeEDFIsText(t *testing.T) {
	text := "0       0.5\n" + lines(200, func(i int) string { return fmt.Sprintf("%-7d %.4f", 4*i+4, wave(i)) })
	r, err := recording.ReadBytes([]byte(text), recording.Hints{})
	if err != nil || r.Format != "text" {
		t.Errorf("%v, %v", r, err)
	}
}

func FuzzEDF(f *testing.F) {
	s := fine(2)
	s.RateHz, s.MV = 10, s.MV[:20]
	f.Add(write.EDF("", nil, s))
	f.Add(write.EDF("EDF+D", []float64{0, 1.5}, s))
	f.Add(write.BDF("BDF+D", []float64{0, 9e8}, s))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
