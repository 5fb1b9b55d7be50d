package raw

import "testing"

func TestNumbersOfAnyScriptAreThoseOfASCII(t *testing.T) {
	for text, want := range map[string]string{
		"-0.125":         "-0.125",
		"\u221212,345":   "-12,345",
		"٠٫١٢٥":          "0.125",
		"۱۲۳":            "123",
		"१२.५":           "12.5",
		"１２．５":           "12.5",
		"1\u202f234,5":   "1234,5",
		"512\u00a0hertz": "512\u00a0hertz",
		"\u200e-5":       "-5",
		"EKG [µV]":       "EKG [µV]",
		"심전도":            "심전도",
		"0.5\u201310 Hz": "0.5\u201310 Hz",
		"\u20130.5":      "-0.5",
		"°ü ٣":           "°ü 3",
	} {
		if got, ok := Text([]byte(text)); !ok || string(got) != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
