package recording

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"

	"systole/tests/support/long"
)

// claims returns the formats that claim a file, without the last, which claims
// every file.
func claims(data []byte) (names []string) {
	for _, f := range binaries {
		if f.is(data) {
			names = append(names, f.name)
		}
	}
	if len(names) > 0 {
		return names
	}
	text, ok := raw.Text(data)
	if !ok {
		return nil
	}
	for _, f := range texts[:len(texts)-1] {
		if f.name == "xml" && len(names) > 0 { // it claims all other XML
			continue
		}
		if f.is(text) {
			names = append(names, f.name)
		}
	}
	return names
}

func TestOneFormatClaimsEachSample(t *testing.T) {
	files, err := filepath.Glob("testdata/samples/*/*")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if archive.IsGzip(data) || archive.IsZip(data) {
			continue
		}
		if names := claims(data); len(names) > 1 {
			t.Errorf("%s is claimed by %v", file, names)
		}
	}
}

// TestFormatsThatCouldBeConfused reads files whose beginning looks like another
// format.
func TestFormatsThatCouldBeConfused(t *testing.T) {
	numbers := strings.Repeat("0.125\n", 300)
	words := make([]byte, 600)
	for i := range 300 {
		binary.LittleEndian.PutUint16(words[2*i:], uint16(i%200))
	}
	for name, c := range map[string]struct {
		data []byte
		want string // formats; empty for a text or an unknown file
	}{
		"a text whose first number is 0, for EDF's version":      {[]byte("0       \n" + numbers), ""},
		"a text of numbers with blanks, for a WFDB header":       {[]byte(strings.Repeat("100 5 250\n", 300)), ""},
		"a table with a name and a number, for a WFDB header":    {[]byte("ecg 1\n" + numbers), ""},
		"a WFDB header, for a text":                              {[]byte("100 1 250 10\n100.dat 16 200(0)/mV 16 0 0 0 0 ECG\n"), "wfdb"},
		"samples of 16 bits, for MATLAB 4 or UTF-16":             {words, ""},
		"zeros, for SCP-ECG's pointers":                          {make([]byte, 600), ""},
		"a log with times in brackets, for JSON":                 {[]byte(strings.Repeat("[2026-03-04 15:29:14.000] 512\n", 300)), "text json"}, // the first is tried
		"a list of lists, for a log":                             {[]byte("[[1,2],[3,4]]"), "json"},
		"JSON that speaks of an AnnotatedECG":                    {[]byte(`{"format":"AnnotatedECG","ecg":[1,2]}`), "json"},
		"comments that speak of OpenSignals":                     {[]byte("# made from OpenSignals Text File Format\n" + numbers), ""},
		"a table with the words of Apple's export":               {[]byte("Name,Kim\nSample Rate,512 hertz\n" + numbers), ""},
		"JSON in UTF-16":                                         {[]byte("\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00"), "json"},
		"a text that begins as a picture does, but for a letter": {[]byte("GIF7\n" + numbers), ""},
		"a PDF": {[]byte("%PDF-1.7\n" + numbers), "foreign"},
	} {
		got := strings.Join(claims(c.data), " ")
		if c.want == "foreign" {
			if names := claims(c.data); !slices.Equal(names, []string{""}) {
				t.Errorf("%s: claimed by %v", name, names)
			}
			continue
		}
		if got != c.want {
			t.Errorf("%s: claimed by %q, want %q", name, got, c.want)
		}
	}
}

func TestNoFormatFailsOnAFewBytes(t *testing.T) {
	files, _ := filepath.Glob("testdata/samples/*/*")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < min(len(data), 700); n += long.Runs(7, 1) {
			claims(data[:n]) // must not panic
			if r, err := ReadBytes(data[:n], Hints{RateHz: 500}); err == nil && len(r.Chosen().MV) == 0 {
				t.Error(fmt.Sprint(file, n))
			}
		}
	}
}
