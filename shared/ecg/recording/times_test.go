package recording_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

// polar returns a file of Polar Sensor Logger: packets of 73 samples with the
// time of their arrival by the phone's clock.
func polar(rows func(i int) bool, n int) string {
	var b strings.Builder
	b.WriteString("Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]\n")
	for i := range n {
		if !rows(i) {
			continue
		}
		arrived := 560 * (i / 73)
		row := fmt.Sprintf("2026-07-26T21:%02d:%02d.%03d;%d;%.1f;%d\n", 10+arrived/60000, arrived/1000%60, arrived%1000,
			838432586543515816+int64(i)*7692308, 1000*float64(i)/130, int(math.Round(1000*wave(i))))
		b.WriteString(row)
		if i == 400 { // a row of a packet that came twice
			b.WriteString(row)
		}
	}
	return b.String()
}

func TestAPolarStrapsLogFollowsTheSensorsClock(t *testing.T) {
	const n = 2000
	lost := func(i int) bool { return i < 730 || i >= 876 } // two packets
	r, err := recording.ReadBytes([]byte(polar(lost, n)), recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.RateHz-130) > 0.1 || r.Chosen().Name != "ecg" || len(r.Leads) != 1 {
		t.Errorf("rate %v, %d leads, chosen %q", r.RateHz, len(r.Leads), r.Chosen().Name)
	}
	mv := r.Chosen().MV
	if len(mv) != n {
		t.Fatalf("%d samples, want %d", len(mv), n)
	}
	for i, x := range mv {
		if lost(i) && math.Abs(x-wave(i)) > 0.001 || !lost(i) && !math.IsNaN(x) {
			t.Fatalf("sample %d is %v, want %v", i, x, wave(i))
		}
	}
	if got := codes(r); got != "gap twice rate_from_file" {
		t.Errorf("notes %s", got)
	}
}

func TestTimesWithMoreGapsThanSamplesAreRefused(t *testing.T) {
	file := "time (ms),ecg\n" + lines(100, func(i int) string { return fmt.Sprintf("%d,%v", 4*i, wave(i)) }) + "99999999,1\n"
	if _, err := recording.ReadBytes([]byte(file), recording.Hints{}); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("%v", err)
	}
}

func TestRowsAreBroughtIntoTheOrderOfTheirTimes(t *testing.T) {
	const n = 1000
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("%d,%.4f", 4*i, wave(i))
	}
	swapped := slices.Clone(rows)
	for at := 100; at+20 < n; at += 200 {
		copy(swapped[at:], rows[at+10:at+20])
		copy(swapped[at+10:], rows[at:at+10])
	}
	backwards := slices.Clone(rows)
	slices.Reverse(backwards)
	for name, c := range map[string]struct {
		rows    []string
		samples int
		notes   string
	}{
		"in order":               {rows, n, "rate_from_file"},
		"the last first":         {backwards, n, "rows_sorted rate_from_file"},
		"packets that came late": {swapped, n, "rows_sorted rate_from_file"},
		"the last row twice":     {append(slices.Clone(backwards), rows[0]), n, "rows_sorted twice rate_from_file"},
	} {
		r, err := recording.ReadBytes([]byte("time_ms,ecg_mV\n"+strings.Join(c.rows, "\n")+"\n"), recording.Hints{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		mv := r.Chosen().MV
		if len(mv) != c.samples || codes(r) != c.notes {
			t.Errorf("%s: %d samples, notes %s", name, len(mv), codes(r))
			continue
		}
		for i := range mv {
			if mv[i] != math.Round(wave(i)*1e4)/1e4 {
				t.Errorf("%s: sample %d is %v, want %v", name, i, mv[i], wave(i))
				break
			}
		}
	}
}

func TestASecondRecordingIsNotSortedIntoTheFirst(t *testing.T) {
	one := lines(1000, func(i int) string { return fmt.Sprintf("%d,%.4f", 4*i, wave(i)) })
	if r, err := recording.ReadBytes([]byte("time_ms,ecg_mV\n"+one+one), recording.Hints{}); err == nil {
		t.Errorf("read as %d samples, notes %s", len(r.Chosen().MV), codes(r))
	}
}
