package recording_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// kardiaSignal returns a signal at Kardia's rate.
func kardiaSignal(seconds int) write.Signal {
	s := fine(seconds)
	s.RateHz = 300
	return s
}

func TestKardiaFilesAreRead(t *testing.T) {
	s := kardiaSignal(4)
	one, six := write.Kardia(false, s), write.Kardia(true, s)
	const info, format, samples = 12, 12 + 276, 12 + 276 + 20
	signed := bytes.Clone(one)
	sum := binary.LittleEndian.Uint32(signed[format+16:])
	binary.LittleEndian.PutUint32(signed[format+16:], sum-256) // 0xf4 is a negative byte
	for name, c := range map[string]struct {
		file  []byte
		leads int
		n     int
		notes string
	}{
		"one lead":             {one, 1, 1000, ""},
		"six leads":            {six, 6, 1000, ""},
		"a wrong checksum":     {edit(one, info+200, "x"), 1, 1000, "checksum_wrong"},
		"a checksum with sign": {signed, 1, 1000, ""},
		"cut off":              {one[:len(one)-104], 1, 950, "cut_off"},
		"cut off its checksum": {one[:len(one)-4], 1, 1000, "cut_off"},
		"cut within lead 2":    {six[:samples+2012+8+500], 2, 250, "cut_off"},
		"a lie of its length":  {edit(one, samples+4, "\xff\xff\xff\xff"), 1, 1002, "cut_off"},
		"other blocks":         {append(bytes.Clone(one), "ann \x00\x00\x00\x00\x8e\x01\x00\x00"...), 1, 1000, "checksum_wrong"},
		"no resolution":        {edit(one, format+11, "\x00\x00"), 1, 1000, "checksum_wrong gain_guessed"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes(c.file, recording.Hints{DefaultRateHz: 1})
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.TrimSpace(c.notes + " rate_from_file"); codes(r) != want || len(r.Leads) != c.leads {
				t.Errorf("%d leads, notes %s, want %d, %s", len(r.Leads), codes(r), c.leads, want)
			}
			if r.Format != "kardia" || r.Device != "AliveCor Kardia" || r.RateHz != 300 || !r.Start.Equal(start) || r.Chosen().Name != "I" {
				t.Errorf("%s of %s at %v Hz from %v, lead %s", r.Format, r.Device, r.RateHz, r.Start, r.Chosen().Name)
			}
			if len(r.Chosen().MV) != c.n {
				t.Fatalf("%d samples, want %d", len(r.Chosen().MV), c.n)
			}
			equal(t, name, r.Chosen().MV[:min(c.n, 1000)], s.MV[:min(c.n, 1000)])
			if strings.Contains(fmt.Sprintf("%+v", r), "48.1") {
				t.Error("it says where the person was")
			}
		})
	}
}

func TestKardiaDates(t *testing.T) {
	file := write.Kardia(false, kardiaSignal(1))
	for date, want := range map[string]string{
		"2016-06-01T18:15:25.777-04:00\x00": "2016-06-01T22:15:25.777Z",
		"2018-10-10T11:13:11-0700\x00\x00":  "2018-10-10T18:13:11Z",
		"2012-04-03T14:17:43-7:00\x00\x00":  "2012-04-03T21:17:43Z",
		"   \x00":                           "0001-01-01T00:00:00Z",
	} {
		r, err := recording.ReadBytes(edit(file, 12+8, date), recording.Hints{})
		if err != nil || r.Start.UTC().Format("2006-01-02T15:04:05.999Z") != want {
			t.Errorf("%q is %v, %v", date, r.Start, err)
		}
	}
}

func TestBrokenKardiaFilesAreRefused(t *testing.T) {
	file := write.Kardia(false, kardiaSignal(1))
	refused{
		"first bytes": {file[:10], recording.Unreadable, "it ends within its header: send it again"},
		"no blocks":   {file[:12], recording.Empty, "there is no ECG in it"},
		"no leads":    {file[:12+276+20], recording.Empty, "there is no ECG in it"},
		"no rate":     {edit(file, 12+276+8+1, "\x00\x00"), recording.RateUnknown, "it doesn't say its sampling rate, and none was stated"},
	}.run(t)
}

func FuzzKardia(f *testing.F) {
	s := kardiaSignal(1)
	s.MV = s.MV[:10]
	f.Add(write.Kardia(false, s))
	f.Add(write.Kardia(true, s))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
