package recording_test

import (
	"fmt"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

func TestWhereNoNameSaysItTheFirstThatLooksLikeAnECGIsChosen(t *testing.T) {
	tall := func(mv []float64, _ float64) bool { // stands for the look of an ECG in this test
		for _, x := range mv {
			if x > 5 {
				return true
			}
		}
		return false
	}
	rows := func(header string) string {
		return header + lines(1000, func(i int) string { return fmt.Sprintf("%.4f,%.4f,%.4f", wave(i), 10+wave(i), 20+wave(i)) })
	}
	for _, c := range []struct {
		name, file string
		hints      recording.Hints
		first      float64
		note       string
	}{
		{"no names", rows(""), recording.Hints{IsECG: tall}, 10 + wave(0), "signal 2 was taken, the first that looks like one"},
		{"names that say nothing", rows("ch1,ch2,ch3\n"), recording.Hints{IsECG: tall}, 10 + wave(0), "signal 2 was taken, the first that looks like one"},
		{"a name that says it", rows("ch1,ch2,ecg\n"), recording.Hints{IsECG: tall}, 20 + wave(0), ""},
		{"one that is asked for", rows("ch1,ch2,ch3\n"), recording.Hints{IsECG: tall, Lead: "ch1"}, wave(0), ""},
		{"none that looks like one", rows("ch1,ch2,ch3\n"), recording.Hints{IsECG: func([]float64, float64) bool { return false }}, wave(0), "the first was taken"},
		{"nobody to look", rows("ch1,ch2,ch3\n"), recording.Hints{}, wave(0), "the first was taken"},
	} {
		c.hints.RateHz = 250
		r, err := recording.ReadBytes([]byte(c.file), c.hints)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		noted := ""
		for _, n := range r.Notes {
			if n.Code == "lead_guessed" {
				_, noted, _ = strings.Cut(n.Text, ": ")
			}
		}
		if got := r.Chosen().MV[0]; fmt.Sprintf("%.3f", got) != fmt.Sprintf("%.3f", c.first) || noted != c.note {
			t.Errorf("%s: begins with %.4f mV and notes %q; want %.4f and %q", c.name, got, noted, c.first, c.note)
		}
	}
}
