package recording_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/shared/ecg/resample"
	"systole/tests/support/recordings"
)

// samplesFolder holds two recordings of person 1 in every format; programsFolder
// holds files with the same signals that other authors' programs wrote.
const (
	samplesFolder  = "testdata/samples"
	programsFolder = "testdata/programs"
)

func TestFilesOfOtherProgramsHoldThePersonsSignal(t *testing.T) {
	for name, original := range map[string][]byte{"enrol": recordings.Enrolment(t, 1), "check": recordings.Probe(t, 1)} {
		want, err := recording.ReadBytes(original, recording.Hints{RateHz: recordings.RateHz})
		if err != nil {
			t.Fatal(err)
		}
		for _, program := range []string{"acqknowledge", "float16", "hdf5", "hdf5-latest", "labchart", "matlab73", "mfer", "wav"} {
			t.Run(program+"/"+name, func(t *testing.T) {
				got := readSample(t, filepath.Join(programsFolder, program), name)
				if r := likeness(got, want); r < 0.999 || got.RateHz != want.RateHz {
					t.Errorf("%d samples at %v Hz are like the original's only to %.4f", len(got.Chosen().MV), got.RateHz, r)
				}
			})
		}
	}
}

// readSample reads the files whose names begin with name: one, or several parts.
func readSample(t testing.TB, folder, name string) *recording.Recording {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, name+".*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files %s.*: %v", name, err)
	}
	var parts []recording.Part
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, recording.Part{Data: data})
	}
	r, err := recording.ReadParts(parts, recording.Hints{RateHz: recordings.RateHz})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEverySampleHoldsThePersonsSignal(t *testing.T) {
	folders, err := os.ReadDir(samplesFolder)
	if err != nil {
		t.Fatal(err)
	}
	for name, original := range map[string][]byte{"enrol": recordings.Enrolment(t, 1), "check": recordings.Probe(t, 1)} {
		want, err := recording.ReadBytes(original, recording.Hints{RateHz: recordings.RateHz})
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			t.Run(folder.Name()+"/"+name, func(t *testing.T) {
				got := readSample(t, filepath.Join(samplesFolder, folder.Name()), name)
				least := 0.999
				if got.RateHz < 200 { // the signal above 65 Hz is lost
					least = 0.98
				}
				if r := likeness(got, want); r < least {
					t.Errorf("%d samples at %v Hz are like the original's only to %.4f", len(got.Chosen().MV), got.RateHz, r)
				}
			})
		}
	}
}

func TestAHeartIsKnownAgainInEveryFormat(t *testing.T) {
	folders, err := os.ReadDir(samplesFolder)
	if err != nil {
		t.Fatal(err)
	}
	read := func(r *recording.Recording) *ecg.Reading {
		reading, err := ecg.Read(ecg.Signal{MV: r.Chosen().MV, RateHz: r.RateHz})
		if err != nil {
			t.Fatal(err)
		}
		return reading
	}
	stranger, err := recording.ReadBytes(recordings.Probe(t, 2), recording.Hints{RateHz: recordings.RateHz})
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		t.Run(folder.Name(), func(t *testing.T) {
			at := filepath.Join(samplesFolder, folder.Name())
			template, err := ecg.Enrol(parameters.Shipped.Newest(), quality.Need{Seconds: 10, CleanBeats: 6}, read(readSample(t, at, "enrol")))
			if err != nil {
				t.Fatal(err)
			}
			own, err1 := template.Compare(read(readSample(t, at, "check")))
			other, err2 := template.Compare(read(stranger))
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if !own.Accepted(0.001) || other.Accepted(0.001) {
				t.Errorf("own heart accepted: %v, a stranger's: %v", own.Accepted(0.001), other.Accepted(0.001))
			}
		})
	}
}

// likeness returns the least of two signals' correlation, ratio of durations and
// ratio of amplitudes, each 1 at most.
func likeness(a, b *recording.Recording) float64 {
	const rateHz = 250
	x := resample.New(a.RateHz, rateHz).Apply(nil, a.Chosen().MV)
	y := resample.New(b.RateHz, rateHz).Apply(nil, b.Chosen().MV)
	n := min(len(x), len(y))
	long := float64(n) / float64(max(len(x), len(y)))
	x, y = x[:n], y[:n]
	var sx, sy, sxx, syy, sxy float64
	for i := range n {
		sx, sy = sx+x[i], sy+y[i]
	}
	for i := range n {
		dx, dy := x[i]-sx/float64(n), y[i]-sy/float64(n)
		sxx, syy, sxy = sxx+dx*dx, syy+dy*dy, sxy+dx*dy
	}
	strong := math.Sqrt(min(sxx, syy) / max(sxx, syy))
	if strings.Contains(codes(a), "unit_guessed") { // a converter's counts have no unit
		strong = 1
	}
	return min(long, strong, sxy/math.Sqrt(sxx*syy))
}
