package raw

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func FuzzParseNumber(f *testing.F) {
	for _, seed := range []string{"0", "-0.0312", "1.5E-4", "+7", ".5", "5.", "123456789012345678", "9007199254740993", "1e400", "-", "1.2.3", "0.1e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ParseNumber([]byte(s), false)
		want, err := strconv.ParseFloat(s, 64)
		if strings.ContainsAny(s, "_xXpPiInN") {
			if ok {
				t.Errorf("%q was read as %v", s, got)
			}
			return
		}
		if ok != (err == nil) || ok && math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%q is %v, %v; strconv says %v, %v", s, got, ok, want, err)
		}
	})
}
