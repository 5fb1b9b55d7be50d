package fingerprint_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"systole/shared/ecg/fingerprint"
)

func TestPrintSurvivesStorage(t *testing.T) {
	for _, p := range []fingerprint.Print{{}, {{Rhythm: 1, Shape: 2}}, {{Rhythm: 1<<64 - 1}, {}, {Shape: 1 << 63}}} {
		b, err := p.AppendBinary([]byte("before"))
		if err != nil || !bytes.HasPrefix(b, []byte("before")) {
			t.Fatalf("%v: %q, %v", p, b, err)
		}
		read, err := fingerprint.Parse(b[len("before"):])
		if err != nil || !slices.Equal(read, p) {
			t.Errorf("%v read back as %v, %v", p, read, err)
		}
	}
}

func TestParseRefusesForeignBytes(t *testing.T) {
	for name, b := range map[string]string{
		"nothing":         "",
		"another version": "\x02",
		"half a beat":     "\x010123456789abcde",
	} {
		if p, err := fingerprint.Parse([]byte(b)); !errors.Is(err, fingerprint.ErrCorrupt) || p != nil {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte("\x01"))
	f.Add([]byte("\x010123456789abcdef"))
	f.Add([]byte("\x010123456789abcde"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := fingerprint.Parse(b)
		if err != nil {
			return
		}
		again, err := p.AppendBinary(nil)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("%x became %x, %v", b, again, err)
		}
		fingerprint.Replayed(p, []fingerprint.Print{p, p[:len(p)/2]})
	})
}
