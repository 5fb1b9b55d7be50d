package api

import (
	"strings"
	"testing"
)

func TestPreferred(t *testing.T) {
	tests := []struct {
		header string
		want   language
	}{
		{"", korean},
		{"ko", korean},
		{"en", english},
		{"EN-us", english},
		{"ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", korean},
		{"en-US,en;q=0.9,ko;q=0.8", english},
		{"fr-FR,fr;q=0.9,en;q=0.5", english},
		{"fr", korean},
		{"en;q=0", korean},
		{"en;q=0.4, ko;q=0.5", korean},
		{"en;q=0.5, ko;q=0.4", english},
		{"en, ko", english},
		{"ko, en", korean},
		{"*", korean},
		{"en;q=0.5, *;q=0.8", korean},
		{"en, *;q=0.5", english},
		{"en, ko;q=0, *", english},
		{" en ; q = 0.8 ,, ", english},
		{"en;q=x", korean},
		{"en;q=2", korean},
		{"en;q=NaN", korean},
		{"en;level=1", korean},
		{"english", korean},
		{";;;,=,q", korean},
		{strings.Repeat("fr,", maxRanges) + "en", korean},
	}
	for _, tt := range tests {
		if got := preferred(tt.header); got != tt.want {
			t.Errorf("%q is %s, want %s", tt.header, got, tt.want)
		}
	}
}

func FuzzPreferred(f *testing.F) {
	f.Add("en-US,en;q=0.9,ko;q=0.8")
	f.Add("*;q=0.1,;q=,en;q=1.0000")
	f.Fuzz(func(t *testing.T, header string) {
		if got := preferred(header); got != korean && got != english {
			t.Fatalf("%q is %q", header, got)
		}
		if !strings.Contains(strings.ToLower(header), "en") && preferred(header) != korean {
			t.Fatalf("%q does not ask for English", header)
		}
	})
}
