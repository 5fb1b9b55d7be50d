package table

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// rated reads a table of a named column and a column of samples.
func rated(t *testing.T, name string, n int, at func(i int) string) *raw.Recording {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s,ecg_mV\n", name)
	for i := range n {
		fmt.Fprintf(&b, "%s,%.4f\n", at(i), math.Sin(float64(i)/17))
	}
	parsed, err := Parse([]byte(b.String()), raw.Options{Budget: raw.NewBudget(t.Context(), b.Len())})
	if err != nil {
		t.Fatal(err)
	}
	r, err := parsed.Recording()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRoundedClocksGiveTheirTrueRate(t *testing.T) {
	for _, rateHz := range []float64{100, 125, 128, 130, 180, 200, 250, 256, 300, 333, 360, 400, 500, 511.5, 512, 700, 1000, 1024, 2000} {
		at := func(i int) float64 { return float64(i) / rateHz }
		begin := time.Date(2026, 2, 3, 23, 59, 58, 0, time.UTC)
		for name, stamp := range map[string]func(i int) string{
			"time_ms":   func(i int) string { return fmt.Sprint(math.Round(1000 * at(i))) },
			"time":      func(i int) string { return fmt.Sprintf("%.3f", at(i)) },
			"timestamp": func(i int) string { return fmt.Sprint(1770000000000 + int(1000*at(i))) },
			"time [us]": func(i int) string { return fmt.Sprint(int(1e6 * at(i))) },
			"Date":      func(i int) string { return begin.Add(time.Duration(1e9 * at(i))).Format("2006-01-02 15:04:05.000") },
			"Uhrzeit":   func(i int) string { return begin.Add(time.Duration(1e9 * at(i))).Format("15:04:05.000") }, // passes midnight
		} {
			if r := rated(t, name, 3000, stamp); math.Abs(r.RateHz-rateHz) > 1e-3*rateHz || len(r.Leads[0].MV) != 3000 {
				t.Errorf("%s at %v Hz is read at %v Hz, %d samples", name, rateHz, r.RateHz, len(r.Leads[0].MV))
			}
		}
	}
}

func TestATimeForAPacketGivesTheRateOfItsSamples(t *testing.T) {
	const perPacket, rateHz = 73, 130
	r := rated(t, "timestamp [ms]", 20*perPacket, func(i int) string { return fmt.Sprint(1000 * (i / perPacket * perPacket) / rateHz) })
	if math.Abs(r.RateHz-rateHz) > 0.13 || len(r.Leads[0].MV) != 20*perPacket {
		t.Errorf("%v Hz, %d samples", r.RateHz, len(r.Leads[0].MV))
	}
	late := func(i int) int { // the eleventh packet is lost
		if k := i / perPacket; k >= 10 {
			return k + 1
		}
		return i / perPacket
	}
	r = rated(t, "timestamp [ms]", 20*perPacket, func(i int) string { return fmt.Sprint(1000 * late(i) * perPacket / rateHz) })
	if n := len(r.Leads[0].MV); math.Abs(r.RateHz-rateHz) > 0.13 || math.Abs(float64(n-21*perPacket)) > 1 {
		t.Errorf("with a packet lost: %v Hz, %d samples", r.RateHz, n)
	}
}

func TestACounterIsNoClockAndNoLead(t *testing.T) {
	for _, name := range []string{"", "index", "n", "Sample", "point", "nSeq", "Unnamed: 0", "No.", "번호"} {
		r := rated(t, name, 500, func(i int) string { return fmt.Sprint(i) })
		if r.RateHz != 0 || len(r.Leads) != 1 {
			t.Errorf("%q: %v Hz, %d leads", name, r.RateHz, len(r.Leads))
		}
	}
	if r := rated(t, "time_ms", 500, func(i int) string { return fmt.Sprint(i) }); r.RateHz != 1000 || r.RateGuessed {
		t.Errorf("a clock in milliseconds: %v Hz, guessed %v", r.RateHz, r.RateGuessed)
	}
}

func TestTheWholeColumnSaysWhetherTheMonthComesFirst(t *testing.T) {
	for name, layout := range map[string]string{"month first": "01/02/2006 15:04:05.000", "day first": "02/01/2006 15:04:05.000"} {
		begin := time.Date(2026, 3, 11, 23, 59, 58, 0, time.UTC) // passes midnight, and the 11th becomes the 12th
		r := rated(t, "Date", 2000, func(i int) string { return begin.Add(time.Duration(i) * 4 * time.Millisecond).Format(layout) })
		if math.Abs(r.RateHz-250) > 0.25 || len(r.Leads[0].MV) != 2000 {
			t.Errorf("%s: %d samples at %v Hz", name, len(r.Leads[0].MV), r.RateHz)
		}
	}
}
