package ecg_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
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

// enrolEarlier enrols with an algorithm whose templates were adapted.
func enrolEarlier(t testing.TB, signal ecg.Signal) *ecg.Template {
	t.Helper()
	algorithm, ok := parameters.Shipped.Named("heart-2-65f384b2")
	if !ok {
		t.Fatal("no heart-2")
	}
	template, err := ecg.Enrol(algorithm, enrolmentNeed, read(t, signal))
	if err != nil {
		t.Fatal(err)
	}
	return template
}

// adaptedTo is the template as a version of the service stored it that adapted
// templates to probes: with the state of each signal behind the days.
func adaptedTo(t *testing.T, template *ecg.Template, signals ...ecg.Signal) *ecg.Template {
	t.Helper()
	stored := bytesOf(t, template)
	for _, signal := range signals {
		stored += stateOf(t, signal)
	}
	read, err := ecg.ParseTemplate([]byte(stored), ecg.Seed{1}, parameters.Shipped)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// stateOf is what Marshal writes of a template of one recording, behind the quality.
func stateOf(t *testing.T, signal ecg.Signal) string {
	t.Helper()
	stored := bytesOf(t, enrolEarlier(t, signal))
	const quality = 4
	return stored[strings.IndexByte(stored, 0)+1+quality:]
}

func TestAnAdaptedTemplateOfAnEarlierVersionIsReadAndComparedAsItWas(t *testing.T) {
	template := enrolEarlier(t, strip(1, 1, 20))
	adapted := adaptedTo(t, template, strip(1, 2, 12))
	stored := bytesOf(t, adapted)
	read, err := ecg.ParseTemplate([]byte(stored), ecg.Seed{1}, parameters.Shipped)
	if err != nil || !alike([]byte(bytesOf(t, read)), []byte(stored)) || len(stored) != len(bytesOf(t, template))+len(stateOf(t, strip(1, 2, 12))) {
		t.Errorf("read back: %d bytes, error %v", len(stored), err)
	}
	before, err1 := compare(template, strip(1, 99, 12))
	after, err2 := compare(read, strip(1, 99, 12))
	if err1 != nil || err2 != nil || before == after || !after.Accepted(0.001) {
		t.Errorf("own heart: accepted %v, as if it weren't adapted %v, errors %v, %v", after.Accepted(0.001), before == after, err1, err2)
	}
	if score, err := compare(adaptedTo(t, template, strip(2, 2, 12)), strip(2, 99, 12)); err != nil || score.Accepted(0.001) {
		t.Errorf("a stranger that it was adapted to once: accepted %v, error %v", score.Accepted(0.001), err)
	}
}

// Earlier versions stored up to four adaptations, the newest last.
func TestOfSeveralStoredAdaptationsTheNewestIsRead(t *testing.T) {
	template := enrolEarlier(t, strip(1, 1, 20))
	several := bytesOf(t, template)
	for seed := uint64(2); seed < 6; seed++ {
		several += stateOf(t, strip(1, seed, 12))
	}
	read, err := ecg.ParseTemplate([]byte(several), ecg.Seed{1}, parameters.Shipped)
	if err != nil || !alike([]byte(bytesOf(t, read)), []byte(bytesOf(t, adaptedTo(t, template, strip(1, 5, 12))))) {
		t.Errorf("four adaptations: error %v", err)
	}
	if _, err := ecg.ParseTemplate([]byte(several+stateOf(t, strip(1, 6, 12))), ecg.Seed{1}, parameters.Shipped); !errors.Is(err, ecg.ErrCorrupt) {
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
