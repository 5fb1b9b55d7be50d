package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/tests/support/samples/write"
	"systole/tests/support/synthetic"
)

// writeStranger writes a record of an invented heart and its annotations under
// each of the endings; marks are its beats moved by late s.
func writeStranger(t *testing.T, folder, name string, seconds, late float64, endings ...string) (beats int) {
	t.Helper()
	const rateHz = 250
	mv, at := synthetic.Person(3).Strip(seconds, rateHz, 0.01, 1)
	hea, dat := write.WFDB(name, 16, 1000, write.Signal{MV: mv, RateHz: rateHz, Start: time.Unix(0, 0).UTC()})
	header := strings.NewReplacer("ECG II", "ii", "ECG I", "i").Replace(string(hea))
	var annotations []byte
	last := 0
	for _, s := range at {
		if s < 0.5 || s > seconds-0.5 {
			continue
		}
		sample := int((s + late) * rateHz)
		annotations = append(annotations, byte(sample-last), byte((sample-last)>>8)|1<<2)
		last = sample
		beats++
	}
	annotations = append(annotations, 0, 0)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{".hea": []byte(header), ".dat": dat}
	for _, ending := range endings {
		files[ending] = annotations
	}
	for ending, b := range files {
		if err := os.WriteFile(filepath.Join(folder, name+ending), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return beats
}

func TestStrangersAreMeasuredByLeadAndSource(t *testing.T) {
	folder := t.TempDir()
	long := writeStranger(t, filepath.Join(folder, "qtdb"), "sele0999", 25, 0.09, ".atr")
	writeStranger(t, filepath.Join(folder, "qtdb"), "sel100", 25, 0, ".atr")   // of MIT-BIH
	writeStranger(t, filepath.Join(folder, "qtdb"), "sele0998", 25, 0, ".q1c") // no beats
	short := writeStranger(t, filepath.Join(folder, "ludb", "data"), "1", 10, 0, ".i", ".ii")
	records, err := loadStrangers(folder)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]row{}
	for _, r := range measureStrangers(records, own(nil), false) {
		got[r.Set+" "+r.Record] = r
	}
	for name, beats := range map[string]int{
		"qtdb all, whole": 2 * long, "qtdb European ST-T, whole": 2 * long, "ludb all, whole": 2 * short, "ludb i, whole": short, "ludb ii, whole": short,
	} {
		if r := got[name]; r.Narrow.Beats != beats || r.Narrow.Missed+r.Narrow.Surplus > 0 {
			t.Errorf("%s: %+v, want %d beats, all found within 50 ms", name, r.Narrow, beats)
		}
	}
	if w := got["qtdb all, windows of 10 s"].Wide; w.Beats == 0 || w.Beats >= 2*long {
		t.Errorf("windows: %+v", w)
	}
}

func TestWithoutStrangersTheProgramSaysWhatToPutThere(t *testing.T) {
	err := run([]string{"-strangers", t.TempDir()}, &bytes.Buffer{}, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "qtdb 1.0.0 and ludb 1.0.1") {
		t.Error(err)
	}
}

func TestPeaksOfAnotherDetectorAreScoredTheSameWay(t *testing.T) {
	folder := t.TempDir()
	writeStranger(t, filepath.Join(folder, "ludb", "data"), "7", 10, 0, ".i")
	records, err := loadStrangers(folder)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "peaks")
	line := fmt.Sprintf(`{"set": "ludb", "record": "7", "lead": "1", "start": 0, "samples": 2500, "seconds": [%g, %g]}`, records[0].Beats[0], records[0].Beats[1]-0.1)
	if err := os.WriteFile(file, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	find, err := others(file)
	if err != nil {
		t.Fatal(err)
	}
	all := measureStrangers(records, find, false)[0]
	if all.Wide.Found != 2 || all.Narrow.Found != 1 || all.Wide.Beats != len(records[0].Beats) {
		t.Errorf("%+v, %+v; want two within 150 ms, one within 50 ms", all.Wide, all.Narrow)
	}
}

func TestBeatsThatAreMissedOrInventedMakeIntervalsIrregular(t *testing.T) {
	even := []float64{0, 0.5, 1, 1.52, 2, 2.5, 3.01, 3.5, 4, 4.5}
	for _, test := range []struct {
		name    string
		seconds []float64
		want    regularity
	}{
		{"even", even, regularity{9, 0}},
		{"one missed", slices.Delete(slices.Clone(even), 4, 5), regularity{8, 1}},
		{"one invented", slices.Insert(slices.Clone(even), 4, 1.7), regularity{10, 2}},
		{"none", nil, regularity{}},
	} {
		var got regularity
		if got.add(test.seconds); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestMovingPersonsAreCountedByActivityAndElectrode(t *testing.T) {
	folder := t.TempDir()
	if err := run([]string{"-wearable", folder}, &bytes.Buffer{}, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "kalouskova/DP") {
		t.Errorf("empty folder: %v", err)
	}
	mv, _ := synthetic.Person(2).Strip(20, wearableHz, 0.01, 1)
	var text strings.Builder
	text.WriteString("started\n")
	for _, v := range mv {
		fmt.Fprintf(&text, "2024-03-26 15:04:53 ; %g\n", 1000*v+2000)
	}
	os.MkdirAll(filepath.Join(folder, "01"), 0o700)
	for _, name := range []string{"01_02_beh", "01_03_beh", "notes"} {
		if err := os.WriteFile(filepath.Join(folder, "01", name+".csv"), []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run([]string{"-wearable", folder}, &out, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"running ", "running, textile", "running, chrome-nickel", "  0.0"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}
