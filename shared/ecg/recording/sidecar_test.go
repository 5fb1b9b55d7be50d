package recording_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

func TestAJSONFileBesideATableSaysWhatIsInIt(t *testing.T) {
	const n = 1000
	two := lines(n, func(i int) string { return fmt.Sprintf("%.4f\t%.1f", -wave(i), 1000*wave(i)) })
	one := lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) })
	numbers := make([]float64, n)
	for i := range numbers {
		numbers[i] = wave(i)
	}
	bids := `{"SamplingFrequency": 250.0, "StartTime": -22.345, "Columns": ["respiratory", "ecg", "trigger"], "ecg": {"Description": "Lead I", "Units": "uV"}}`
	three := lines(n, func(i int) string { return fmt.Sprintf("%.4f\t%.1f\t0", -wave(i), 1000*wave(i)) })
	for name, files := range map[string][]file{
		"as BIDS has it":              {{"sub-01_physio.tsv.gz", gzipped(t, []byte(three))}, {"sub-01_physio.json", []byte(bids)}},
		"before it":                   {{"sub-01_physio.json", []byte(bids)}, {"sub-01_physio.tsv", []byte(three)}},
		"of several, by its name":     {{"b.json", []byte(`{"SamplingFrequency": 500}`)}, {"a.tsv", []byte(three)}, {"a.json", []byte(bids)}},
		"with a list of leads":        {{"ecg.csv", []byte(two)}, {"ecg.json", []byte(`{"fs": "250 Hz", "leads": ["breath", "I"], "units": "uV"}`)}},
		"with a rate alone":           {{"ecg.csv", []byte(one)}, {"ecg.json", []byte(`{"device": "ours", "sample_rate": 250}`)}},
		"with the time of a sample":   {{"ecg.csv", []byte(one)}, {"ecg.json", []byte(`{"sample_interval_ms": 4}`)}},
		"of NumPy":                    {{"ecg.npy", write.NumPyArray("<f8", false, fmt.Sprintf("(%d,)", n), doubles(binary.LittleEndian, numbers))}, {"ecg.json", []byte(`{"fs": 250}`)}},
		"of a table that says less":   {{"ecg.csv", []byte("ecg (mV)\n" + one)}, {"ecg.json", []byte(`{"fs": 250, "columns": ["ecg"]}`)}},
		"of one that says it as well": {{"ecg.csv", []byte("# fs = 250\n" + one)}, {"ecg.json", []byte(`{"fs": 500}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, read := range []func() (*recording.Recording, error){
				func() (*recording.Recording, error) {
					return recording.ReadBytes(zipped(t, files...), recording.Hints{})
				},
				func() (*recording.Recording, error) {
					var parts []recording.Part
					for _, f := range files {
						parts = append(parts, recording.Part{Name: f.name, Data: f.data})
					}
					return recording.ReadParts(parts, recording.Hints{})
				},
			} {
				r, err := read()
				if err != nil {
					t.Fatal(err)
				}
				got := r.Chosen().MV
				if r.RateHz != 250 || len(got) != n {
					t.Fatalf("%d samples at %v Hz, want %d at 250", len(got), r.RateHz, n)
				}
				for i, x := range got {
					if math.Abs(x-wave(i)) > 1e-3 {
						t.Fatalf("sample %d is %v mV, want %v", i, x, wave(i))
					}
				}
			}
		})
	}
}

func TestAJSONFileWithSamplesSaysNothingOfOthers(t *testing.T) {
	samples := `{"fs": 250, "ecg": [` + list(jsonSamples, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }) + `]}`
	groups := recording.Group([][]byte{[]byte("1\n2\n"), []byte(samples), []byte("3\n4\n")})
	if len(groups) != 3 {
		t.Errorf("%d groups, want 3", len(groups))
	}
	groups = recording.Group([][]byte{[]byte("1\n2\n"), []byte(`{"fs": 250}`), []byte("3\n4\n")})
	if len(groups) != 2 || len(groups[0]) != 2 || len(groups[1]) != 2 {
		t.Errorf("%d groups, want two of two", len(groups))
	}
	groups = recording.Group([][]byte{[]byte(`{"fs": 250}`)})
	if len(groups) != 1 || len(groups[0]) != 1 {
		t.Errorf("%d groups of one file", len(groups))
	}
}

// A phone's download has thousands of JSON files; only the needed ones are
// unpacked.
func TestOfVeryManyFilesNoneIsUnpackedToSeeWhatItSays(t *testing.T) {
	padding := `{"note": "` + strings.Repeat(" ", 60_000) + `"}`
	var files []file
	for i := range 503 { // so that the next file is one of the newest
		files = append(files, file{fmt.Sprintf("%d.json", i), []byte(padding)})
	}
	files = append(files, file{"ecg.csv", csv(0, 500)})
	r, err := recording.ReadBytes(zipped(t, files...), recording.Hints{RateHz: 250})
	if err != nil || len(r.Chosen().MV) != 500 {
		t.Errorf("%v, %v", r, err)
	}
}
