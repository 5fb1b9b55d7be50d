package jsonfile

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/raw"
)

// FuzzParseDocument holds the scanner to encoding/json: what that takes for JSON
// is read, and hardly anything else.
func FuzzParseDocument(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"x\"\\u00e9",null,true],"b":{}}`, `[]`, `[[1,2],[3,4]]`, `{"a":1,}`, `[1 2]`, `"`, `{"a"`, `nul`, `-`, `1e999`, "[1]]", `{"":[{}]}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := parseDocument(data, raw.Options{Budget: raw.NewBudget(t.Context(), len(data))})
		var refusal *raw.Error
		if err != nil && (!errors.As(err, &refusal) || refusal.Detail == "") {
			t.Fatalf("error is %v", err)
		}
		bounded := refusal != nil && refusal.Reason == raw.Unsupported
		if json.Valid(data) && err != nil && !bounded && len(data) < 300 && !strings.ContainsAny(string(data), "eE") { // 1e999, or as many digits, is no number
			t.Errorf("%q is refused: %v", data, err)
		}
		if err == nil && !json.Valid(data) && !strings.ContainsAny(string(data), ".0\"") { // 1., 01 and control characters are forgiven
			t.Errorf("%q is read", data)
		}
	})
}

func BenchmarkParseDocument(b *testing.B) {
	objects := "[" + strings.Repeat(`{"date":600000000.123,"voltage":-0.0123,"units":"mcV"},`, 20_000) + "{}]"
	for name, file := range map[string]string{"list": "[" + strings.Repeat("-0.0123,", 200_000) + "0]", "objects": objects} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parseDocument([]byte(file), raw.Options{Budget: raw.NewBudget(b.Context(), len(file))}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
