package recording_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"systole/shared/ecg/recording"
)

// wave is a signal in mV that moves as a heart's does.
func wave(i int) float64 { return math.Round(1e4*math.Sin(float64(i)/17)) / 1e4 }

// lines joins n rows, one a line.
func lines(n int, row func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(row(i))
		b.WriteByte('\n')
	}
	return b.String()
}

func utf16File(s string) string {
	b := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestTextOfAnyShapeGivesTheSameSignal(t *testing.T) {
	const n = 500
	start := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	at := func(i int) time.Time { return start.Add(time.Duration(i) * 4 * time.Millisecond) }
	german := func(x float64) string { return strings.Replace(fmt.Sprintf("%.4f", x), ".", ",", 1) }
	for name, file := range map[string]string{
		"one number a line":       lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }),
		"as the app writes it":    lines(n, func(i int) string { return fmt.Sprintf("%q", fmt.Sprint(wave(i))) }),
		"with Windows' line ends": lines(n, func(i int) string { return fmt.Sprintf("%.4f\r", wave(i)) }),
		"with exponents":          lines(n, func(i int) string { return fmt.Sprintf("%.8E", wave(i)) }),
		"with a header":           "ECG (mV)\n" + lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }),
		"with a comment":          "# made by hand\n" + lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }),
		"in volts":                "ecg [V]\n" + lines(n, func(i int) string { return fmt.Sprintf("%.7f", wave(i)/1000) }),
		"in microvolts":           "ecg_uV\n" + lines(n, func(i int) string { return fmt.Sprintf("%.1f", wave(i)*1000) }),
		"in unnamed microvolts":   lines(n, func(i int) string { return fmt.Sprintf("%.1f", wave(i)*1000) }),
		"time in seconds":         "time (s),ecg (mV)\n" + lines(n, func(i int) string { return fmt.Sprintf("%.3f,%.4f", float64(i)/250, wave(i)) }),
		"time in milliseconds":    "time,ecg\n" + lines(n, func(i int) string { return fmt.Sprintf("%d,%.4f", 4*i, wave(i)) }),
		"time in microseconds":    "timestamp_us;ecg\n" + lines(n, func(i int) string { return fmt.Sprintf("%d;%.4f", 4000*i, wave(i)) }),
		"time in nanoseconds":     lines(n, func(i int) string { return fmt.Sprintf("%d\t%.4f", at(i).UnixNano(), wave(i)) }),
		"time since 1970":         lines(n, func(i int) string { return fmt.Sprintf("%.3f %.4f", float64(at(i).UnixMilli())/1000, wave(i)) }),
		"dates with times": "date,mV\n" + lines(n, func(i int) string {
			return at(i).Format("2006-01-02T15:04:05.000Z07:00") + fmt.Sprintf(",%.4f", wave(i))
		}),
		"decimal commas":         "Zeit;EKG mV\n" + lines(n, func(i int) string { return german(float64(i)/250) + ";" + german(wave(i)) }),
		"several leads":          "time,II (mV),I (mV)\n" + lines(n, func(i int) string { return fmt.Sprintf("%d,0.5,%.4f", 4*i, wave(i)) }),
		"a delimiter at the end": "time,mV,\n" + lines(n, func(i int) string { return fmt.Sprintf("%d,%.4f,", 4*i, wave(i)) }),
		"a last column that is mostly empty": "time,hr,ecg,rr\n" + lines(n, func(i int) string { // as ECGLogger writes a strap's
			if i%57 == 5 {
				return fmt.Sprintf("%d,70,%.4f,850", at(i).UnixNano(), wave(i))
			}
			return fmt.Sprintf("%d,,%.4f,", at(i).UnixNano(), wave(i))
		}),
		"two last columns that begin empty": "time,ecg,hr,rr\n" + lines(n, func(i int) string {
			if i%100 == 99 {
				return fmt.Sprintf("%d,%.4f,70,850", at(i).UnixNano(), wave(i))
			}
			return fmt.Sprintf("%d,%.4f,,", at(i).UnixNano(), wave(i))
		}),
		"a byte order mark":         "\ufeff" + lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }),
		"UTF-16":                    utf16File("ecg (mV)\n" + lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) })),
		"a rate in the header":      "Name,Somebody\nSample Rate,250 hertz\nLead,Lead I\nUnit,mV\n\n" + lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }),
		"a last line that is cut":   "time,mV\n" + lines(n, func(i int) string { return fmt.Sprintf("%d,%.4f", 4*i, wave(i)) }) + "20",
		"a column of whole numbers": "n ms, ecg mV\n" + lines(n, func(i int) string { return fmt.Sprintf(" %d , %.4f ", 4*i, wave(i)) }),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: 250})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(r.RateHz-250) > 0.01 {
				t.Errorf("rate is %v Hz, want 250", r.RateHz)
			}
			got := r.Chosen().MV
			if len(got) != n {
				t.Fatalf("%d samples, want %d", len(got), n)
			}
			for i, x := range got {
				if math.Abs(x-wave(i)) > 1e-9 {
					t.Fatalf("sample %d is %v mV, want %v", i, x, wave(i))
				}
			}
		})
	}
}

func TestTheRateComesFromTheFileThenTheSenderThenTheSetting(t *testing.T) {
	plain := lines(100, func(i int) string { return fmt.Sprint(wave(i)) })
	quoted := lines(100, func(i int) string { return fmt.Sprintf("%q", fmt.Sprint(wave(i))) })
	timed := lines(100, func(i int) string { return fmt.Sprintf("%d,%v", 8*i, wave(i)) })
	stated := "# fs = 125\n" + plain
	counted := "index,ecg mV\n" + lines(100, func(i int) string { return fmt.Sprintf("%d,%v", i, wave(i)) })
	for _, c := range []struct {
		name, file string
		hints      recording.Hints
		want       float64
		notes      string
	}{
		{"file", stated, recording.Hints{RateHz: 300, DefaultRateHz: 500}, 125, "unit_guessed rate_differs rate_from_file"},
		{"file, as the sender says", stated, recording.Hints{RateHz: 126}, 125, "unit_guessed rate_from_file"},
		{"clock that a name calls one", "time,ecg mV\n" + timed, recording.Hints{RateHz: 300}, 125, "rate_differs rate_from_file"},
		{"clock without a name, as the sender says", timed, recording.Hints{RateHz: 124}, 125, "unit_guessed rate_from_file"},
		{"sender, not a clock without a name", timed, recording.Hints{RateHz: 300}, 300, "unit_guessed rate_differs rate_stated"},
		{"file, whose times say another", "# fs = 250\ntime_ms,ecg mV\n" + timed, recording.Hints{}, 250, "clock_differs rate_from_file"},
		{"clock without a name", timed, recording.Hints{DefaultRateHz: 500}, 125, "unit_guessed rate_from_file"},
		{"sender", plain, recording.Hints{RateHz: 300, DefaultRateHz: 500}, 300, "unit_guessed rate_stated"},
		{"sender, not a counter", counted, recording.Hints{RateHz: 300}, 300, "rate_stated"},
		{"setting, of the app's own", quoted, recording.Hints{DefaultRateHz: 500}, 500, "unit_guessed rate_default"},
	} {
		r, err := recording.ReadBytes([]byte(c.file), c.hints)
		if err != nil || math.Abs(r.RateHz-c.want) > 1e-9 || codes(r) != c.notes || len(r.Leads) != 1 {
			t.Errorf("%s: rate is %v, %v; want %v with %s", c.name, r, err, c.want, c.notes)
		}
	}
}

func TestOnlyTheAppsOwnFilesHaveTheRateThatIsSet(t *testing.T) {
	for name, file := range map[string]string{
		"numbers":      lines(100, func(i int) string { return fmt.Sprint(wave(i)) }),
		"with a name":  "ecg\n" + lines(100, func(i int) string { return fmt.Sprintf("%q", fmt.Sprint(wave(i))) }),
		"with a count": "index,ecg mV\n" + lines(100, func(i int) string { return fmt.Sprintf("%d,%v", i, wave(i)) }),
	} {
		_, err := recording.ReadBytes([]byte(file), recording.Hints{DefaultRateHz: 500})
		var refusal *recording.Error
		if !errors.As(err, &refusal) || refusal.Reason != recording.RateUnknown {
			t.Errorf("%s: %v, want it asked for its rate", name, err)
		}
	}
}

func TestALeadIsChosen(t *testing.T) {
	file := "time,V5,I,II\n" + lines(50, func(i int) string { return fmt.Sprintf("%d,5,%v,2", 4*i, wave(i)) })
	for wanted, name := range map[string]string{"": "I", "ii": "II", "V5": "V5", "V9": "I"} {
		r, err := recording.ReadBytes([]byte(file), recording.Hints{Lead: wanted})
		if err != nil {
			t.Fatal(err)
		}
		if r.Chosen().Name != name {
			t.Errorf("asked for %q, got %q, want %q", wanted, r.Chosen().Name, name)
		}
	}
}

func TestWhatCannotBeReadIsRefusedWithItsReason(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		reason recording.Reason
		line   int
	}{
		"nothing":             {"", recording.Empty, 0},
		"white space":         {" \n\t\r\n", recording.Empty, 0},
		"a letter":            {"Dear Sir,\nI have no ECG.\n", recording.Unreadable, 0},
		"a long text":         {strings.Repeat("word\n", 200), recording.Unreadable, 101},
		"only a header":       {"time,ecg\n", recording.Unreadable, 0},
		"no number":           {"0.1\n0.2\nnumber\n", recording.Unreadable, 3},
		"infinity":            {"0.1\nInf\n0.2\n", recording.Unreadable, 2},
		"hexadecimal":         {"0.1\n0x1p-2\n0.2\n", recording.Unreadable, 2},
		"overflow":            {"0.1\n1e999\n0.2\n", recording.Unreadable, 2},
		"a word in a column":  {"0,1\n4,x\n8,3\n", recording.Unreadable, 2},
		"a column too many":   {"0,1\n4,2,7\n8,3\n", recording.Unreadable, 2},
		"time that goes back": {"time,ecg\n0,1\n4,2\n2,3\n", recording.Unreadable, 0},
		"time that stands":    {"time,ecg\n4,1\n4,2\n4,3\n", recording.Unreadable, 0},
		"too many columns":    {strings.Repeat(strings.Repeat("1,", 99)+"1\n", 300), recording.Unsupported, 1},
		"PDF":                 {"%PDF-1.7 ...", recording.Unsupported, 0},
		"a picture":           {"\x89PNG\r\n\x1a\n...", recording.Unsupported, 0},
		"bytes":               {"\x00\x01\x02\x03", recording.Unsupported, 0},
		"Latin letters":       {"\xe9\xe8 \xff\xfd", recording.Unreadable, 0},
		"no rate":             {"0.1\n0.2\n0.3\n", recording.RateUnknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := recording.ReadBytes([]byte(c.file), recording.Hints{})
			var refusal *recording.Error
			if !errors.As(err, &refusal) {
				t.Fatalf("error is %v, want a refusal", err)
			}
			if refusal.Reason != c.reason || refusal.Line != c.line {
				t.Errorf("refused as %v, want %s in line %d", refusal, c.reason, c.line)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"\"0.1\"\n\"-1.5E-4\"\n", "time,ecg\n0,1\n4,2\n8,3\n", "a;b\n1,5;2\n", "\xff\xfe1\x00\n\x00", "Sample Rate,512,5 hertz\n1\n2\n", "00:00:01,5\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}

func BenchmarkReadApp12s(b *testing.B) {
	file := lines(6000, func(i int) string { return fmt.Sprintf("%q", fmt.Sprint(wave(i))) })
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: 500}); err != nil {
			b.Fatal(err)
		}
	}
}
