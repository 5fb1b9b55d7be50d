package ecg_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"systole/shared/ecg"
)

// bytesOf is what a template is stored as.
func bytesOf(t *testing.T, template *ecg.Template) string {
	t.Helper()
	b, err := template.Marshal(ecg.Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAdaptTakesInOwnHeartOnly(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	for person := uint64(1); person <= 10; person++ {
		adapted, taken, err := ecg.Adapt(template, strip(person, 50+person, 12))
		if err != nil {
			t.Fatalf("person %d: %v", person, err)
		}
		if want := person == 1; taken != want {
			t.Errorf("person %d: taken in %v, want %v", person, taken, want)
		}
		if changed := bytesOf(t, adapted) != bytesOf(t, template); changed != taken {
			t.Errorf("person %d: template changed %v, taken in %v", person, changed, taken)
		}
	}
}

func TestRollbackUndoesAdaptationsOneByOne(t *testing.T) {
	states := []*ecg.Template{enrol(t, strip(1, 1, 20))}
	for seed := uint64(2); seed < 5; seed++ {
		next, taken, err := ecg.Adapt(states[len(states)-1], strip(1, seed, 12))
		if err != nil || !taken {
			t.Fatalf("taken in %v, error %v", taken, err)
		}
		states = append(states, next)
	}
	now := states[len(states)-1]
	for i := len(states) - 2; i >= 0; i-- {
		before, ok := now.Rollback()
		if !ok || bytesOf(t, before) != bytesOf(t, states[i]) {
			t.Fatalf("step back to %d: ok %v, same bytes %v", i, ok, bytesOf(t, before) == bytesOf(t, states[i]))
		}
		now = before
	}
	if _, ok := now.Rollback(); ok {
		t.Error("rolled back beyond the enrolment")
	}
}

func TestAdaptedTemplateSurvivesStorageAndStaysSmall(t *testing.T) {
	template := enrol(t, strip(1, 1, 20))
	for seed := uint64(2); seed < 14; seed++ {
		template, _, _ = ecg.Adapt(template, strip(1, seed, 12))
	}
	stored := bytesOf(t, template)
	const few = 4096
	if len(stored) > few {
		t.Errorf("%d bytes, want at most %d", len(stored), few)
	}
	read, err := ecg.ParseTemplate([]byte(stored), ecg.Seed{1})
	if err != nil || !alike([]byte(bytesOf(t, read)), []byte(stored)) {
		t.Errorf("read back: error %v", err)
	}
	score, err := ecg.Compare(read, strip(1, 99, 12))
	if err != nil || !score.Accepted(0.001) {
		t.Errorf("own heart: accepted %v, error %v", score.Accepted(0.001), err)
	}
}

// alike reports whether two templates are the same but for rounding.
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
	template, err := ecg.Enrol(strip(1, 1, 20))
	if err != nil {
		f.Fatal(err)
	}
	b, err := template.Marshal(ecg.Seed{1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)-4])
	f.Add([]byte("heart-1\x00"))
	probe := strip(1, 2, 10)
	f.Fuzz(func(t *testing.T, b []byte) {
		template, err := ecg.ParseTemplate(b, ecg.Seed{1})
		if err != nil {
			return
		}
		if _, err := ecg.Compare(template, probe); err != nil {
			t.Errorf("parsed, yet: %v", err)
		}
	})
}
