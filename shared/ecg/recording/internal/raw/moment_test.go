package raw

import (
	"math"
	"testing"
	"time"
)

func TestMomentsAreReadAsLoggersWriteThem(t *testing.T) {
	day := float64(time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC).Unix())
	const clock = 4*3600 + 5*60 + 6.789
	for text, want := range map[string]float64{
		"2026-02-03T04:05:06.789Z":      day + clock,
		"2026-02-03T04:05:06.789+09:00": day + clock,
		"2026-02-03 04:05:06.789 -0400": day + clock,
		"2026/02/03 04:05:06,789":       day + clock,
		"2026-2-3 4:05:06.789 UTC":      day + clock,
		"03.02.2026 04:05:06.789":       day + clock,
		"03/02/2026 04:05:06:789":       day + clock,
		"03/02/26, 04:05:06.789":        day + clock,
		"2/3/2026 4:05:06.789 AM":       day + clock,
		"2/3/2026 4:05:06.789 PM":       day + clock + 12*3600,
		"2/23/2026 04:05:06.789":        day + clock + 20*86400,
		"12:05:06.789 AM":               clock - 4*3600,
		"04:05:06.789":                  clock,
		"04:05:06:789":                  clock,
		"'4:05:06.789'":                 clock,
		"[04:05:06.789]":                clock,
		"5:06.789":                      5*60 + 6.789,
		"2026-02-03":                    day,
	} {
		if got, ok := ParseMoment([]byte(text)); !ok || math.Abs(got-want) > 1e-6 {
			t.Errorf("%q is %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "12", "1.2.3", "word", "04:65", "04:05:61", "2026-13-40 00:00", "1:2:3:4:5", "03.02.2026 noon", "2026-02-03T", "99/99/99", "4:05 o'clock"} {
		if got, ok := ParseMoment([]byte(text)); ok && text != "2026-02-03T" {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestNamesOfTimesAndCounters(t *testing.T) {
	for name, want := range map[string][2]bool{
		"time": {true, true}, "Time (s)": {true, true}, "sensor timestamp [ns]": {true, true}, "timestampMs": {true, true}, "Zeit": {true, true}, "시간(초)": {true, true},
		"t": {false, true}, "date": {false, true}, "ecg": {false, false}, "ECG over time": {false, false}, "I": {false, false}, "": {false, false},
	} {
		if sure, maybe := NamesTime(name); sure != want[0] || maybe != want[1] {
			t.Errorf("%q: %v, %v", name, sure, maybe)
		}
	}
	for name, want := range map[string]float64{"timestamp [ms]": 1e-3, "sensor time [s]": 1, "time_us": 1e-6, "timems": 1e-3, "elapsedSeconds": 1, "Time (µs)": 1e-6, "status time": 0, "items": 0} {
		if got := TimeUnitIn(name); got != want {
			t.Errorf("the unit of %q is %v s, want %v", name, got, want)
		}
	}
	if NamesCounter("I") || NamesCounter("ecg") || !NamesCounter("Sample #") {
		t.Error("a lead counts, or a counter doesn't")
	}
}

func FuzzParseMoment(f *testing.F) {
	f.Add([]byte("2026-02-03 04:05:06.789"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, ok := ParseMoment(text); ok && (math.IsNaN(s) || math.IsInf(s, 0)) {
			t.Errorf("%q is %v", text, s)
		}
	})
}
