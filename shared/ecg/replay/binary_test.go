package replay

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func TestDigestSurvivesStorage(t *testing.T) {
	for name, d := range map[string]Digest{
		"empty":         {Sequence: []Cycle{}, Forms: []Vector{}, Residuals: []Vector{}},
		"one beat":      {Sequence: []Cycle{}, Forms: []Vector{{1, 255, 127, 128}}, Residuals: []Vector{}},
		"several beats": {Sequence: []Cycle{{1, 2}, {}, {1<<64 - 1, 1 << 63}}, Forms: []Vector{{1}, {2}, {3}}, Residuals: []Vector{{4}, {5}}},
	} {
		b, err := d.AppendBinary([]byte("before"))
		if err != nil || !bytes.HasPrefix(b, []byte("before")) {
			t.Fatalf("%s: %q, %v", name, b, err)
		}
		read, err := Parse(b[len("before"):])
		if err != nil || !reflect.DeepEqual(read, d) {
			t.Errorf("%s read back as %v, %v", name, read, err)
		}
	}
}

func TestDigestsOfTheFirstVersionAreRead(t *testing.T) {
	b := append([]byte{1}, "0123456789abcdef"...)
	d, err := Parse(b)
	want := Digest{Sequence: []Cycle{{0x3736353433323130, 0x6665646362613938}}}
	if err != nil || !reflect.DeepEqual(d, want) {
		t.Errorf("%v, %v, want %v", d, err, want)
	}
}

func TestOfTheSecondVersionTheSequenceIsRead(t *testing.T) {
	d := Digest{Sequence: []Cycle{{1, 2}}, Forms: []Vector{{3}}, Residuals: []Vector{{4}}}
	b, err := d.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	b[0] = 2
	if got, err := Parse(b); err != nil || !reflect.DeepEqual(got, Digest{Sequence: d.Sequence}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestParseRefusesForeignBytes(t *testing.T) {
	for name, b := range map[string]string{
		"nothing":                 "",
		"another version":         "\x04",
		"half a cycle of old":     "\x010123456789abcde",
		"no numbers":              "\x03",
		"half a cycle":            "\x03\x01\x000123456789abcde",
		"half a form":             "\x03\x00\x010123456789abcdef",
		"half a residual":         "\x03\x00\x000123456789abcdef",
		"a number in a long form": "\x03\x80\x00\x00",
		"more than there can be":  "\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00",
	} {
		if d, err := Parse([]byte(b)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte("\x01"))
	f.Add([]byte("\x010123456789abcdef"))
	for _, d := range []Digest{{}, {Sequence: []Cycle{{1, 2}}, Forms: []Vector{{3}}, Residuals: []Vector{{4}}}} {
		b, err := d.AppendBinary(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	detector, probe := New(Key{1}), beating(1)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Parse(b)
		if err != nil {
			return
		}
		again, err := d.AppendBinary(nil)
		if err != nil || b[0] == version && !bytes.Equal(again, b) {
			t.Errorf("%x became %x, %v", b, again, err)
		}
		detector.Replayed(probe, []Digest{d})
	})
}
