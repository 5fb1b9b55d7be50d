package inspect

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/tests/support/synthetic"
)

const rateHz = 500

var needs = Needs{quality.Need{Seconds: 10, CleanBeats: 6}, quality.Need{Seconds: 8, CleanBeats: 4}}

// written returns a signal as a file of one number a line.
func written(mv []float64) []byte {
	var b bytes.Buffer
	for _, v := range mv {
		fmt.Fprintf(&b, "%.5f\n", v)
	}
	return b.Bytes()
}

func TestARecordingIsShownAsItIsCompared(t *testing.T) {
	mv, peaks := synthetic.Person(1).Strip(40, rateHz, 0.01, 1)
	in, err := File(written(mv), recording.Hints{RateHz: rateHz}, needs)
	if err != nil {
		t.Fatal(err)
	}
	if in.Format != "text" || in.RateHz != rateHz || len(in.Leads) != 1 || in.Report.Seconds != 40 {
		t.Errorf("format %s, %g Hz, leads %q, %g s", in.Format, in.RateHz, in.Leads, in.Report.Seconds)
	}
	if len(in.MV) != 40*RateHz {
		t.Errorf("%d samples", len(in.MV))
	}
	if len(in.Peaks) != len(peaks) {
		t.Errorf("%d R peaks of %d", len(in.Peaks), len(peaks))
	}
	if want := (Verdict{}); in.Enrolment != want || in.Check != want {
		t.Errorf("enrolment %+v, check %+v", in.Enrolment, in.Check)
	}
	if want := []Stretch{{0, 40, ""}}; !slices.Equal(in.Stretches, want) {
		t.Errorf("stretches %v", in.Stretches)
	}
	top := slices.Index(in.Mean, slices.Max(in.Mean))
	if len(in.Beats) < 30 || len(in.Mean) != beat.Width || math.Abs(float64(top-beat.Before)) > 2 {
		t.Errorf("%d beats, the mean's R peak at %d of %d", len(in.Beats), top, len(in.Mean))
	}
}

func TestABadStretchIsNamed(t *testing.T) {
	mv, _ := synthetic.Person(1).Strip(60, rateHz, 0.01, 1)
	for i := 20 * rateHz; i < 40*rateHz; i++ {
		mv[i] = 0.1
	}
	in, err := File(written(mv), recording.Hints{RateHz: rateHz}, needs)
	if err != nil {
		t.Fatal(err)
	}
	at := func(second float64) quality.Reason {
		for _, s := range in.Stretches {
			if s.From <= second && second < s.To {
				return s.Reason
			}
		}
		t.Fatalf("nothing is said of %g s", second)
		return ""
	}
	if at(10) != "" || at(30) != quality.LeadsOff || at(50) != "" {
		t.Errorf("stretches %v", in.Stretches)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	mv, _ := synthetic.Person(1).Strip(9, rateHz, 0.01, 1)
	in, err := File(written(mv), recording.Hints{RateHz: rateHz}, needs)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Verdict{Reason: quality.TooShort, SecondsMissing: 1}); in.Enrolment != want || in.Check != (Verdict{}) {
		t.Errorf("enrolment %+v, check %+v", in.Enrolment, in.Check)
	}
}

func TestALongRecordingIsCutWhereTheServiceCutsIt(t *testing.T) {
	minute, _ := synthetic.Person(1).Strip(60, rateHz, 0.01, 1)
	in, err := File(written(slices.Concat(slices.Repeat([][]float64{minute}, 11)...)), recording.Hints{RateHz: rateHz}, needs)
	if err != nil {
		t.Fatal(err)
	}
	if len(in.MV) != 600*RateHz || len(in.Beats) != maxBeats {
		t.Errorf("%d samples, %d beats", len(in.MV), len(in.Beats))
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	for _, data := range []string{"", "%PDF-1.7", "heart"} {
		if in, err := File([]byte(data), recording.Hints{RateHz: rateHz}, needs); err == nil {
			t.Errorf("%q: %+v", data, in)
		}
	}
}

func FuzzFile(f *testing.F) {
	mv, _ := synthetic.Person(1).Strip(3, 100, 0.01, 1)
	f.Add(written(mv), 100.0)
	f.Add([]byte("1\n"), 4000.0)
	f.Fuzz(func(t *testing.T, data []byte, rateHz float64) {
		in, err := File(data, recording.Hints{RateHz: rateHz}, needs)
		if err != nil {
			return
		}
		end := 0.0
		for _, s := range in.Stretches {
			if s.From != end || s.To <= s.From {
				t.Fatalf("stretches %v", in.Stretches)
			}
			end = s.To
		}
	})
}
