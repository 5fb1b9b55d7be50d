package recording_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// sound checks the properties of every result, whatever the file.
func sound(t *testing.T, r *recording.Recording, err error) {
	t.Helper()
	if err != nil {
		var refusal *recording.Error
		if !errors.As(err, &refusal) || refusal.Detail == "" {
			t.Fatalf("error is %v", err)
		}
		return
	}
	n := len(r.Chosen().MV)
	if n == 0 || !(r.RateHz > 0) || math.IsInf(r.RateHz, 0) {
		t.Fatalf("recording of %d samples at %v Hz", n, r.RateHz)
	}
	for _, lead := range r.Leads {
		if len(lead.MV) != n {
			t.Fatalf("leads of %d and %d samples", n, len(lead.MV))
		}
		for i, x := range lead.MV {
			if math.IsInf(x, 0) {
				t.Fatalf("sample %d is %v", i, x)
			}
		}
	}
}

// refused is a table of broken files, each with the sentence of its refusal.
type refused map[string]struct {
	file   []byte
	reason recording.Reason
	detail string
}

func (table refused) run(t *testing.T) {
	for name, c := range table {
		t.Run(name, func(t *testing.T) {
			_, err := recording.ReadBytes(c.file, recording.Hints{})
			var refusal *recording.Error
			if !errors.As(err, &refusal) {
				t.Fatalf("error is %v, want a refusal", err)
			}
			if refusal.Reason != c.reason || refusal.Detail != c.detail {
				t.Errorf("refused as\n%s: %q, want\n%s: %q", refusal.Reason, refusal.Detail, c.reason, c.detail)
			}
		})
	}
}

// codes returns the codes of a recording's notes, in order.
func codes(r *recording.Recording) string {
	var words []string
	for _, n := range r.Notes {
		words = append(words, n.Code)
	}
	return strings.Join(words, " ")
}

// start is the start of the recordings that the tests write.
var start = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

// waves returns a signal of n samples whose values take few bits.
func waves(n int) write.Signal {
	s := write.Signal{Start: start, RateHz: 250, MV: make([]float64, n)}
	for i := range s.MV {
		s.MV[i] = math.Round(100*math.Sin(float64(i)/17)) / 100
	}
	return s
}

// le16 returns numbers of 16 bits, the low byte first.
func le16(numbers ...int) []byte {
	var b []byte
	for _, x := range numbers {
		b = append(b, byte(x), byte(x>>8))
	}
	return b
}

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9 || math.IsNaN(a) && math.IsNaN(b) }

// fine returns a signal whose values are whole µV.
func fine(seconds int) write.Signal {
	s := write.Signal{Start: start, RateHz: 250, MV: make([]float64, 250*seconds)}
	for i := range s.MV {
		s.MV[i] = math.Round(1000*math.Sin(float64(i)/17)) / 1000
	}
	return s
}

// edit returns a copy of a file with text at a position.
func edit(file []byte, at int, text string) []byte {
	file = bytes.Clone(file)
	copy(file[at:], text)
	return file
}

// equal compares samples, missing ones included.
func equal(t *testing.T, name string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d samples, want %d", name, len(got), len(want))
		return
	}
	for i := range got {
		if !near(got[i], want[i]) {
			t.Errorf("%s: sample %d is %v mV, want %v", name, i, got[i], want[i])
			return
		}
	}
}

// swap replaces every occurrence of a text by another of the same length.
func swap(file []byte, old, new string) []byte {
	if len(old) != len(new) || !bytes.Contains(file, []byte(old)) {
		panic(fmt.Sprintf("%q can't be swapped for %q", old, new))
	}
	return bytes.ReplaceAll(file, []byte(old), []byte(new))
}
