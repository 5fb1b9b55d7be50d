package cohort_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"systole/tests/science/cohort"
	"systole/tests/support/samples/write"
)

// writeRecord writes a record of two leads, the second half as high as the first, with
// the header changed.
func writeRecord(t *testing.T, format int, change func(header string) string) (base string, mv []float64) {
	t.Helper()
	for i := range 500 {
		mv = append(mv, math.Round(200*math.Sin(float64(i)/7))/200)
	}
	hea, dat := write.WFDB("r", format, 200, write.Signal{MV: mv, RateHz: 250, Start: time.Unix(0, 0).UTC()})
	base = filepath.Join(t.TempDir(), "r")
	if err := os.WriteFile(base+".hea", []byte(change(string(hea))), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(base+".dat", dat, 0o600); err != nil {
		t.Fatal(err)
	}
	return base, mv
}

func TestEveryLeadOfARecordIsRead(t *testing.T) {
	const zero = 24 // in steps
	for _, format := range []int{16, 212} {
		for name, change := range map[string]func(string) string{
			"as WFDB writes it":                   func(h string) string { return h },
			"lines end as in DOS, comments":       func(h string) string { return strings.ReplaceAll(h, "\n", "\r\n") + "# age 50\r\n" },
			"a counter's rate, no steps per mV":   func(h string) string { return strings.NewReplacer(" 250 ", " 250/128 ", " 200 ", " 0 ").Replace(h) },
			"0 mV is not at the converter's zero": func(h string) string { return strings.ReplaceAll(h, " 200 ", " 200(24)/mV ") },
		} {
			base, mv := writeRecord(t, format, change)
			leads, rateHz, err := cohort.ReadLeads(base)
			if err != nil {
				t.Errorf("format %d, %s: %v", format, name, err)
				continue
			}
			shift := 0.0
			if strings.HasPrefix(name, "0 mV") {
				shift = -zero / 200.0
			}
			if len(leads) != 2 || rateHz != 250 || leads[0].Name != "ECG I" || leads[1].Name != "ECG II" || len(leads[1].MV) != len(mv) {
				t.Fatalf("format %d, %s: %d leads at %g Hz", format, name, len(leads), rateHz)
			}
			for i, v := range mv {
				if math.Abs(leads[0].MV[i]-v-shift) > 1e-9 || math.Abs(leads[1].MV[i]-v/2-shift) > 0.006 {
					t.Fatalf("format %d, %s: sample %d is %g and %g, want %g and half of it", format, name, i, leads[0].MV[i], leads[1].MV[i], v+shift)
				}
			}
		}
	}
}

func TestAHeaderThatIsNotUnderstoodIsRefused(t *testing.T) {
	for name, change := range map[string]func(string) string{
		"empty":             func(string) string { return "" },
		"a lead is missing": func(h string) string { return strings.Join(strings.SplitAfter(h, "\n")[:2], "") },
		"another format":    func(h string) string { return strings.ReplaceAll(h, "r.dat 16", "r.dat 310") },
		"two files":         func(h string) string { return strings.Replace(h, "r.dat", "s.dat", 1) },
		"no rate":           func(h string) string { return strings.Replace(h, " 250 ", " 0 ", 1) },
		"no steps":          func(h string) string { return strings.ReplaceAll(h, " 200 ", " many ") },
	} {
		base, _ := writeRecord(t, 16, change)
		if _, _, err := cohort.ReadLeads(base); err == nil || !strings.Contains(err.Error(), "r.hea") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
