package frontend

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/rate"
	"systole/tests/support/synthetic"
)

var need = quality.Need{Seconds: 8, CleanBeats: 4}

// meanBeat returns the mean of a result's beats.
func meanBeat(beats *beat.Beats) []float64 {
	m := make([]float64, beat.Width)
	for i := range beats.Len() {
		for k, v := range beats.Row(i) {
			m[k] += v / float64(beats.Len())
		}
	}
	return m
}

func correlation(a, b []float64) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab, aa, bb = ab+a[i]*b[i], aa+a[i]*a[i], bb+b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

func TestBeatsAreTheSameAtEveryRate(t *testing.T) {
	var f FrontEnd
	mv, _ := synthetic.Person(6).Strip(20, 1000, 0, 1)
	want := meanBeat(f.Run(mv, 1000).Beats)
	for _, rateHz := range []float64{100, 125, 130, 250, 300, 360, 500, 512.844, 2000} {
		mv, _ := synthetic.Person(6).Strip(20, rateHz, 0, 1)
		r := f.Run(mv, rateHz)
		if reason := r.Report.Reason(need); reason != "" {
			t.Errorf("%g Hz: %s", rateHz, reason)
			continue
		}
		// At 100 Hz the QRS complex lacks its frequencies above 45 Hz.
		if got := correlation(want, meanBeat(r.Beats)); got < 0.99 {
			t.Errorf("%g Hz: correlation %.4f with 1000 Hz", rateHz, got)
		}
	}
}

func TestRealRecordingsGiveCleanBeats(t *testing.T) {
	var f FrontEnd
	for _, name := range []string{"ecgid_02_rec_1", "ecgid_10_rec_2"} {
		r := f.Run(excerpt(t, name), 500)
		if reason := r.Report.Reason(need); reason != "" {
			t.Errorf("%s: refused as %s: %+v", name, reason, r.Report)
		}
		if r.Report.CleanBeats < 15 || r.Report.Agreement < 0.95 || r.Report.HeartRate < 50 || r.Report.HeartRate > 110 {
			t.Errorf("%s: %+v", name, r.Report)
		}
	}
}

func TestRealRecordingTurnedOverGivesTheSameBeats(t *testing.T) {
	var f, g FrontEnd
	for _, name := range []string{"ecgid_02_rec_1", "ecgid_10_rec_2"} {
		mv := excerpt(t, name)
		want := f.Run(mv, 500)
		for i := range mv {
			mv[i] = -mv[i]
		}
		got := g.Run(mv, 500)
		if !slices.EqualFunc(got.Beats.Rows, want.Beats.Rows, func(a, b float64) bool { return math.Abs(a-b) < 1e-9 }) {
			t.Errorf("%s: the beats differ", name)
		}
	}
}

// excerpt reads a recording in mV from testdata.
func excerpt(t *testing.T, name string) []float64 {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".dat")
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]int16, len(b)/2)
	if err := binary.Read(bytes.NewReader(b), binary.LittleEndian, samples); err != nil {
		t.Fatal(err)
	}
	mv := make([]float64, len(samples))
	for i, v := range samples {
		mv[i] = float64(v) / 200
	}
	return mv
}

func TestDisturbancesAreNamed(t *testing.T) {
	const seconds = 12
	clean, _ := synthetic.Person(1).Strip(seconds, rateHz, 0.01, 1)
	r := rand.New(rand.NewPCG(1, 2))
	with := func(add func(i int, s float64) float64) []float64 {
		x := slices.Clone(clean)
		for i := range x {
			x[i] += add(i, float64(i)/rateHz)
		}
		return x
	}
	only := func(value func(i int, s float64) float64) []float64 {
		x := make([]float64, len(clean))
		for i := range x {
			x[i] = value(i, float64(i)/rateHz)
		}
		return x
	}
	step := 0.0
	tests := []struct {
		name string
		mv   []float64
		want quality.Reason
	}{
		{"clean", clean, ""},
		{"hum", with(func(_ int, s float64) float64 { return 0.3 * math.Sin(2*math.Pi*50*s) }), ""},
		{"breathing", with(func(_ int, s float64) float64 { return 0.5 * math.Sin(2*math.Pi*0.2*s) }), ""},
		{"hum alone", only(func(_ int, s float64) float64 { return math.Sin(2*math.Pi*49.9*s) + 0.01*r.NormFloat64() }), quality.Mains},
		{"white noise alone", only(func(int, float64) float64 { return r.NormFloat64() }), quality.NoBeats},
		{"a tone alone", only(func(_ int, s float64) float64 { return math.Sin(2 * math.Pi * 7 * s) }), quality.NoBeats},
		{"much white noise", with(func(int, float64) float64 { return 3 * r.NormFloat64() }), quality.NoBeats},
		{"jumping electrode", with(func(i int, _ float64) float64 {
			if i%170 == 0 {
				step = 6 * r.NormFloat64()
			}
			return step
		}), quality.Motion},
		{"flat", only(func(int, float64) float64 { return 1 }), quality.LeadsOff},
		{"tops cut off", only(func(i int, _ float64) float64 { return min(clean[i], 0.3) }), quality.Clipped},
	}
	var f FrontEnd
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			report := f.Run(test.mv, rateHz).Report
			if got := report.Reason(need); got != test.want {
				t.Errorf("got %q, want %q: %+v", got, test.want, report)
			}
		})
	}
}

func FuzzRun(f *testing.F) {
	f.Add([]byte("0123456789"), 500.0, uint8(255))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0xf0, 0x7f}, 100.0, uint8(100))
	f.Fuzz(func(t *testing.T, b []byte, rateHz float64, repeat uint8) {
		if !rate.Usable(rateHz) {
			return
		}
		var mv []float64
		for range int(repeat) + 1 {
			for i := 0; i+8 <= min(len(b), 160); i += 4 {
				mv = append(mv, math.Float64frombits(binary.LittleEndian.Uint64(b[i:])))
			}
		}
		var front FrontEnd
		r := front.Run(mv, rateHz)
		for _, v := range r.Beats.Rows {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatal("a beat holds what is no number")
			}
		}
		if trust := r.Report.Trust(); !(trust >= 0 && trust <= 1) {
			t.Fatalf("trust %g", trust)
		}
	})
}
