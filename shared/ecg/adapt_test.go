package ecg_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
)

// bytesOf returns a template's stored form.
func bytesOf(t *testing.T, template *ecg.Template) string {
	t.Helper()
	b, err := template.Marshal(ecg.Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// strong is the false match rate at which the tests adapt.
const strong = ecg.FMR(0.0003)

// adapted returns the template adapted to a signal, if it matches.
func adapted(t *testing.T, template *ecg.Template, signal ecg.Signal) (*ecg.Template, bool) {
	t.Helper()
	template, ok, err := template.Adapt(read(t, signal), strong)
	if err != nil {
		t.Fatal(err)
	}
	return template, ok
}

func TestAdaptTakesOwnProbesOnly(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	for person := uint64(1); person <= 10; person++ {
		next, taken := adapted(t, template, strip(person, 50+person, 12))
		if want := person == 1; taken != want {
			t.Errorf("person %d: taken %v, want %v", person, taken, want)
		}
		if changed := bytesOf(t, next) != bytesOf(t, template); changed != taken {
			t.Errorf("person %d: template changed %v, taken %v", person, changed, taken)
		}
	}
}

func TestAdaptedTemplateSurvivesStorageAndStaysSmall(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	for seed := uint64(2); seed < 14; seed++ {
		template, _ = adapted(t, template, strip(1, seed, 12))
	}
	stored := bytesOf(t, template)
	const few = 2048
	if len(stored) > few {
		t.Errorf("%d bytes, want at most %d", len(stored), few)
	}
	read, err := ecg.ParseTemplate([]byte(stored), ecg.Seed{1}, parameters.Shipped)
	if err != nil || !alike([]byte(bytesOf(t, read)), []byte(stored)) {
		t.Errorf("read back: error %v", err)
	}
	score, err := compare(read, strip(1, 99, 12))
	if err != nil || !score.Accepted(0.001) {
		t.Errorf("own heart: accepted %v, error %v", score.Accepted(0.001), err)
	}
}

// Earlier versions stored up to four adaptations, the newest last.
func TestOfSeveralStoredAdaptationsTheNewestIsRead(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	enrolled := bytesOf(t, template)
	older, newest := "", enrolled
	for seed := uint64(2); seed < 6; seed++ {
		next, ok := adapted(t, template, strip(1, seed, 12))
		if !ok {
			t.Fatalf("probe %d isn't taken", seed)
		}
		template, older = next, older+newest[len(enrolled):]
		newest = bytesOf(t, template)
	}
	several := enrolled + older + newest[len(enrolled):]
	read, err := ecg.ParseTemplate([]byte(several), ecg.Seed{1}, parameters.Shipped)
	if err != nil || !alike([]byte(bytesOf(t, read)), []byte(newest)) {
		t.Errorf("four adaptations: error %v", err)
	}
	if _, err := ecg.ParseTemplate([]byte(several+newest[len(enrolled):]), ecg.Seed{1}, parameters.Shipped); !errors.Is(err, ecg.ErrCorrupt) {
		t.Errorf("five adaptations: %v", err)
	}
}

// alike reports whether two templates differ by rounding at most.
func alike(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	value := func(b []byte, i int) float64 {
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[i:])))
	}
	for i := bytes.IndexByte(a, 0) + 1; i < len(a); i += 4 {
		if math.Abs(value(a, i)-value(b, i)) > 1e-4 {
			return false
		}
	}
	return true
}

func FuzzParseTemplate(f *testing.F) {
	b, err := enrol(f, strip(1, 1, 20)).Marshal(ecg.Seed{1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)-4])
	f.Add([]byte("heart-1\x00"))
	probe := read(f, strip(1, 2, 10))
	f.Fuzz(func(t *testing.T, b []byte) {
		template, err := ecg.ParseTemplate(b, ecg.Seed{1}, parameters.Shipped)
		if err != nil {
			return
		}
		if _, err := template.Compare(probe); err != nil {
			t.Errorf("parsed, yet: %v", err)
		}
	})
}
