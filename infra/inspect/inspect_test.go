package main

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"systole/tests/support/recordings"
)

// files writes an enrolment, a probe of the same person and a probe of another
// person.
func files(t *testing.T) (enrolment, same, other string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("enrolment", recordings.Enrolment(t, 1)), write("same", recordings.Probe(t, 1)), write("other", recordings.Probe(t, 4))
}

func TestAFileIsDescribedDrawnAndCompared(t *testing.T) {
	enrolment, same, other := files(t)
	picture := filepath.Join(t.TempDir(), "ecg.png")
	tests := []struct {
		name string
		args []string
		says []string
	}{
		{"described", []string{enrolment}, []string{"format     text\n", "rate       500 Hz\n", "length     20.0 s\n", "  good\n", "enrolment  would do\n", "check      would do\n"}},
		{"at another rate", []string{"-rate", "250", enrolment}, []string{"rate       250 Hz\n", "length     40.0 s\n"}},
		{"drawn", []string{"-png", picture, enrolment}, []string{"beats"}},
		{"the same heart", []string{"-against", enrolment, same}, []string{"1 impostor in 1000: yes\n"}},
		{"another heart", []string{"-against", enrolment, other}, []string{"1 impostor in 100: no\n", "1 impostor in 10000: no\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, log bytes.Buffer
			if err := run(tt.args, &out, &log); err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("no %q in\n%s", s, out.String())
				}
			}
		})
	}
	file, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	drawn, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if size := drawn.Bounds().Size(); size.X < 800 || size.Y < 500 {
		t.Errorf("the picture has %v", size)
	}
}

func TestWhatCannotBeInspectedIsExplained(t *testing.T) {
	pdf := filepath.Join(t.TempDir(), "x.pdf")
	if err := os.WriteFile(pdf, []byte("%PDF-1.7"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		says string
	}{
		{nil, "-h"},
		{[]string{"nowhere"}, "nowhere"},
		{[]string{pdf}, "export the samples"},
		{[]string{"-rate", "fast", pdf}, "rate"},
	} {
		var out, log bytes.Buffer
		if err := run(tt.args, &out, &log); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%q: %v", tt.args, err)
		}
	}
}
