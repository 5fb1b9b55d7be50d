package unisens

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

func options(t testing.TB, size int) raw.Options {
	return raw.Options{Budget: raw.NewBudget(t.Context(), size)}
}

// wave is a signal in mV.
func wave(i int) float64 { return math.Round(1000*math.Sin(float64(i)/9)) / 1000 }

const samples = 600

// set returns a data set: its header, and files by their names.
func set(entries string, files map[string][]byte) []archive.Entry {
	header := "\ufeff" + `<?xml version="1.0" encoding="utf-8"?>
<unisens measurementId="1" timestampStart="2010-01-20T18:13:00.000" version="2.0" xmlns="http://www.unisens.org/unisens2.0">
` + entries + `
</unisens>`
	set := []archive.Entry{{Name: "unisens.xml", Size: int64(len(header)), Data: []byte(header)}}
	for name, data := range files {
		set = append(set, archive.Entry{Name: name, Size: int64(len(data)), Data: data})
	}
	return set
}

// packed returns frames of two channels, the second of them inverted.
func packed(order binary.AppendByteOrder, of func(x float64) uint16) (data []byte) {
	for i := range samples {
		data = order.AppendUint16(order.AppendUint16(data, of(wave(i))), of(-wave(i)))
	}
	return data
}

func TestTheECGOfADataSetIsRead(t *testing.T) {
	signed := func(x float64) uint16 { return uint16(int16(x / 0.0005)) }
	raised := func(x float64) uint16 { return uint16(x/0.0005 + 32768) }
	var text strings.Builder
	for i := range samples {
		fmt.Fprintf(&text, "%.3f;%.3f\n", 1000*wave(i), -1000*wave(i))
	}
	movement := `<signalEntry contentClass="ACC" dataType="int16" id="acc.bin" lsbValue="0.002" sampleRate="64" unit="g"><binFileFormat endianess="LITTLE"/><channel name="x"/></signalEntry>`
	ecg := `<signalEntry contentClass="ECG" %s sampleRate="256"><%s/><channel name="I"/><channel name="II"/></signalEntry>`
	for name, c := range map[string]struct {
		entries, file string
		data          []byte
	}{
		"little endian": {fmt.Sprintf(ecg, `id="ecg.bin" dataType="int16" lsbValue="0.0005" unit="mV"`, `binFileFormat endianess="LITTLE"`), "ecg.bin", packed(binary.LittleEndian, signed)},
		"big endian":    {fmt.Sprintf(ecg, `id="ecg.bin" dataType="int16" lsbValue="0.0005" unit="mV"`, `binFileFormat endianess="BIG"`), "ecg.bin", packed(binary.BigEndian, signed)},
		"a baseline":    {fmt.Sprintf(ecg, `id="ECG.bin" dataType="uint16" lsbValue="0.5" baseline="32768" unit="uV"`, `binFileFormat endianess="LITTLE"`), "folder/ecg.bin", packed(binary.LittleEndian, raised)},
		"a table":       {fmt.Sprintf(ecg, `id="ecg.csv" dataType="double" lsbValue="1" unit="uV"`, `csvFileFormat separator=";" decimalSeparator="."`), "ecg.csv", []byte(text.String())},
		"another first": {movement + fmt.Sprintf(ecg, `id="ecg.bin" dataType="int16" lsbValue="0.0005" unit="mV"`, `binFileFormat endianess="LITTLE"`), "ecg.bin", packed(binary.LittleEndian, signed)},
	} {
		t.Run(name, func(t *testing.T) {
			entries := set(c.entries, map[string][]byte{c.file: c.data, "acc.bin": make([]byte, 2000)})
			if !Is(entries) {
				t.Fatal("not known")
			}
			r, err := Read(entries, options(t, 1<<20))
			if err != nil {
				t.Fatal(err)
			}
			if r.RateHz != 256 || len(r.Leads) != 2 || r.Leads[1].Name != "II" || !r.Start.Equal(time.Date(2010, 1, 20, 18, 13, 0, 0, time.UTC)) {
				t.Fatalf("%d leads at %v Hz from %v", len(r.Leads), r.RateHz, r.Start)
			}
			if len(r.Leads[0].MV) != samples {
				t.Fatalf("%d samples", len(r.Leads[0].MV))
			}
			for i := range samples {
				if math.Abs(r.Leads[0].MV[i]-wave(i)) > 1e-3 || math.Abs(r.Leads[1].MV[i]+wave(i)) > 1e-3 {
					t.Fatalf("sample %d is %v and %v, want %v", i, r.Leads[0].MV[i], r.Leads[1].MV[i], wave(i))
				}
			}
		})
	}
}

func TestWhatADataSetLacksIsSaid(t *testing.T) {
	ecg := `<signalEntry contentClass="ECG" id="ecg.bin" dataType="int16" sampleRate="256"><binFileFormat endianess="LITTLE"/></signalEntry>`
	for name, c := range map[string]struct {
		entries []archive.Entry
		detail  string
	}{
		"no file":           {set(ecg, map[string][]byte{"other.bin": {1}}), "none of the files with samples that its unisens.xml names is there: send the whole folder as a zip"},
		"no ECG":            {set(strings.Replace(ecg, "ECG", "ACC", 1), map[string][]byte{"ecg.bin": {1, 2}}), "none of its channels can be an ECG: name the one that is"},
		"no samples":        {set(ecg, map[string][]byte{"ecg.bin": nil}), "its file of samples is empty"},
		"strange numbers":   {set(strings.Replace(ecg, "int16", "int7", 1), map[string][]byte{"ecg.bin": {1, 2}}), "its samples are of a kind that Unisens doesn't have"},
		"words for numbers": {set(strings.Replace(ecg, "binFileFormat", "csvFileFormat", 1), map[string][]byte{"ecg.bin": []byte("a;b\n")}), "there are no numbers in it"},
	} {
		_, err := Read(c.entries, options(t, 1<<20))
		var refusal *raw.Error
		if !errors.As(err, &refusal) || refusal.Detail != c.detail {
			t.Errorf("%s: %v, want %q", name, err, c.detail)
		}
	}
	if _, err := ReadHeader(nil, raw.Options{}); err == nil {
		t.Error("a unisens.xml alone is read")
	}
}

func FuzzRead(f *testing.F) {
	header := set(`<signalEntry contentClass="ECG" id="a" dataType="int16" lsbValue="1" sampleRate="256" unit="mV"><binFileFormat endianess="BIG"/><channel name="I"/></signalEntry>`, nil)[0].Data
	f.Add(header, []byte{1, 2, 3, 4, 5})
	f.Add(header, []byte("1;2\n3;4\n"))
	f.Fuzz(func(t *testing.T, header, data []byte) {
		entries := []archive.Entry{{Name: "unisens.xml", Size: int64(len(header)), Data: header}, {Name: "a", Size: int64(len(data)), Data: data}}
		if !Is(entries) {
			return
		}
		r, err := Read(entries, options(t, len(header)+len(data)))
		if err == nil && len(r.Leads) == 0 {
			t.Error("no leads, and no error")
		}
	})
}
