package jsonfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/raw"
)

// FuzzParse compares the scanner with encoding/json: it must read all JSON that
// encoding/json accepts, and hardly anything else.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"x\"\\u00e9",null,true],"b":{}}`, `[]`, `[[1,2],[3,4]]`, `{"a":1,}`, `[1 2]`, `"`, `{"a"`, `nul`, `-`, `1e999`, "[1]]", `{"":[{}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _, err := parse(data, raw.Options{Budget: raw.NewBudget(t.Context(), len(data))})
		var refusal *raw.Error
		if err != nil && (!errors.As(err, &refusal) || refusal.Detail == "") {
			t.Fatalf("error is %v", err)
		}
		bounded := refusal != nil && refusal.Reason == raw.Unsupported
		if json.Valid(data) && err != nil && !bounded && len(data) < 300 && !strings.ContainsAny(string(data), "eE") { // 1e999, or a number with as many digits, is refused
			t.Errorf("%q is refused: %v", data, err)
		}
		// The scanner also accepts 1., 01, control characters, words for missing
		// numbers, and several values in sequence.
		if err == nil && !json.Valid(data) && !strings.ContainsAny(string(data), ".0\"\x1eNnuI") && !areValues(data) {
			t.Errorf("%q is read", data)
		}
	})
}

// areValues reports whether data is a sequence of JSON values, the last of which
// may be cut off.
func areValues(data []byte) bool {
	d := json.NewDecoder(bytes.NewReader(bytes.ReplaceAll(data, []byte(","), []byte(" , "))))
	for n := 0; ; n++ {
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return n > 0
		}
	}
}

func BenchmarkParse(b *testing.B) {
	objects := "[" + strings.Repeat(`{"date":600000000.123,"voltage":-0.0123,"units":"mcV"},`, 20_000) + "{}]"
	for name, file := range map[string]string{"list": "[" + strings.Repeat("-0.0123,", 200_000) + "0]", "objects": objects} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := parse([]byte(file), raw.Options{Budget: raw.NewBudget(b.Context(), len(file))}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
