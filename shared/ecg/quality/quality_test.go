package quality

import (
	"math"
	"slices"
	"testing"
)

// good returns the report on twelve faultless seconds.
func good() Report {
	return Report{Seconds: 12, MainsHz: 50, Kurtosis: 20, Beats: 14, HeartRate: 70, CleanBeats: 13, Agreement: 0.99}
}

var need = Need{Seconds: 8, CleanBeats: 4}

func TestReasonNamesWhatIsWrong(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Report)
		want   Reason
	}{
		{"nothing", func(*Report) {}, ""},
		{"short", func(r *Report) { r.Seconds = 7.9 }, TooShort},
		{"short comes first", func(r *Report) { *r = Report{Seconds: 2} }, TooShort},
		{"mostly without signal", func(r *Report) { r.Flat = 0.6 }, LeadsOff},
		{"long at the ends of the range", func(r *Report) { r.Clipped = 0.2 }, Clipped},
		{"every beat cut off", func(r *Report) { r.Clipped, r.ClippedRun = 0.02, 14 }, Clipped},
		{"no beats", func(r *Report) { r.Beats, r.CleanBeats = 0, 0 }, NoBeats},
		{"nothing like a heart", func(r *Report) { r.Kurtosis = 3 }, NoBeats},
		{"nothing but hum", func(r *Report) { r.Kurtosis, r.Mains = 2, 5 }, Mains},
		{"too slow", func(r *Report) { r.HeartRate = 25 }, RateImplausible},
		{"too fast", func(r *Report) { r.HeartRate = 240 }, RateImplausible},
		{"too fast, and few agree", func(r *Report) { r.HeartRate, r.CleanBeats = 240, 5 }, RateImplausible},
		{"too fast and few agree under hum", func(r *Report) { r.HeartRate, r.CleanBeats, r.Mains = 240, 5, 2 }, Mains},
		{"few agree", func(r *Report) { r.CleanBeats = 5 }, Noisy},
		{"few agree under hum", func(r *Report) { r.CleanBeats, r.Mains = 5, 0.5 }, Mains},
		{"few agree over jumps", func(r *Report) { r.CleanBeats, r.Motion, r.Wander = 5, 0.2, 3 }, Motion},
		{"few agree over waves", func(r *Report) { r.CleanBeats, r.Wander = 5, 3 }, BaselineWander},
		{"few in all", func(r *Report) { r.Beats, r.CleanBeats = 4, 3 }, TooFewBeats},
		{"hum that does no harm", func(r *Report) { r.Mains = 0.5 }, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := good()
			test.change(&r)
			if got := r.Reason(need); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestReportSaysWhatIsMissing(t *testing.T) {
	tests := []struct {
		name    string
		report  Report
		seconds float64
		beats   int
	}{
		{"nothing", good(), 0, 0},
		{"length alone", Report{Seconds: 5.55, CleanBeats: 6}, 2.5, 0},
		{"length and beats", Report{Seconds: 5, CleanBeats: 2}, 5, 2},
		{"beats alone", Report{Seconds: 9, CleanBeats: 3}, 3, 1},
		{"no beats to judge by", Report{Seconds: 3}, 5, 4},
	}
	for _, test := range tests {
		if seconds, beats := test.report.SecondsMissing(need), test.report.BeatsMissing(need); seconds != test.seconds || beats != test.beats {
			t.Errorf("%s: %g s and %d beats, want %g and %d", test.name, seconds, beats, test.seconds, test.beats)
		}
	}
}

func TestTrustGrowsWithAgreementAndBeats(t *testing.T) {
	base := good()
	worse, fewer, none := base, base, base
	worse.Agreement = 0.9
	fewer.CleanBeats = 5
	none.CleanBeats = 0
	if !(base.Trust() > worse.Trust()) || !(base.Trust() > fewer.Trust()) || none.Trust() != 0 {
		t.Errorf("good %.2f, worse %.2f, fewer %.2f, none %.2f", base.Trust(), worse.Trust(), fewer.Trust(), none.Trust())
	}
	perfect := Report{Beats: 1000, CleanBeats: 1000, Agreement: 1}
	if got := perfect.Trust(); !(got > 0 && got <= 1) {
		t.Errorf("perfect: %g", got)
	}
}

func TestAddMakesTheReportOnBoth(t *testing.T) {
	var total Report
	a, b := good(), good()
	b.Seconds, b.HeartRate, b.Agreement, b.Flat = 36, 90, 0.95, 0.4
	total.Add(&a)
	total.Add(&b)
	want := Report{
		Seconds: 48, Flat: 0.3, MainsHz: 50, Kurtosis: 20, Beats: 28, HeartRate: 85, CleanBeats: 26, Agreement: 0.97,
	}
	round := func(v *float64) { *v = math.Round(*v*1e9) / 1e9 }
	for _, v := range []*float64{&total.Flat, &total.HeartRate, &total.Agreement, &total.Kurtosis} {
		round(v)
	}
	if total != want {
		t.Errorf("got  %+v\nwant %+v", total, want)
	}
	total = Report{}
	total.Add(&Report{})
	if total != (Report{}) {
		t.Errorf("nothing added to nothing: %+v", total)
	}
}

func TestMendHoldsTheLastMeasurement(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct{ in, want []float64 }{
		{nil, nil},
		{[]float64{1, nan, inf, 2, -inf, 1e300}, []float64{1, 1, 1, 2, 2, 2}},
		{[]float64{nan, nan, 3}, []float64{3, 3, 3}},
		{[]float64{nan, inf}, []float64{0, 0}},
	}
	for _, test := range tests {
		if got := FillGaps(nil, test.in); !slices.Equal(got, test.want) {
			t.Errorf("%v: got %v, want %v", test.in, got, test.want)
		}
	}
}

func TestFlatCountsOnlyLongRuns(t *testing.T) {
	x := make([]float64, 100)
	for i := range x {
		x[i] = float64(i % 2)
	}
	for i := 20; i < 40; i++ {
		x[i] = 5 // two seconds
	}
	x[60], x[61], x[62] = 7, 7, 7
	if got := Flat(x, 10); got != 0.2 {
		t.Errorf("got %g, want 0.2", got)
	}
	if got := Flat(nil, 10); got != 1 {
		t.Errorf("of nothing: %g, want 1", got)
	}
}

func TestClipCountsRunsAtTheEndsOfTheRange(t *testing.T) {
	tests := []struct {
		name  string
		x     []float64
		share float64
		runs  int
	}{
		{"nothing", nil, 0, 0},
		{"a constant", []float64{1, 1, 1, 1}, 0, 0},
		{"high and low", []float64{0, 2, 2, 2, 0, -1, -1, -1, -1, 0}, 0.7, 2},
		{"in the middle", []float64{-1, 0, 0, 0, 0, 2, 1, 1, 1, 1}, 0, 0},
	}
	for _, test := range tests {
		if share, runs := Clip(test.x); share != test.share || runs != test.runs {
			t.Errorf("%s: %g in %d runs, want %g in %d", test.name, share, runs, test.share, test.runs)
		}
	}
}

func TestKurtosisTellsHeartsFromTonesAndNoise(t *testing.T) {
	tone, pulse := make([]float64, 5000), make([]float64, 5000)
	for i := range tone {
		tone[i] = math.Sin(float64(i) / 7)
		z := float64(i%200-100) / 4
		pulse[i] = math.Exp(-z * z / 2)
	}
	if got := Kurtosis(tone); math.Abs(got-1.5) > 0.01 {
		t.Errorf("of a tone: %g, want 1.5", got)
	}
	if got := Kurtosis(pulse); got < 10 {
		t.Errorf("of pulses: %g, want more than 10", got)
	}
	if got := Kurtosis(make([]float64, 10)); got != 0 {
		t.Errorf("of a constant: %g, want 0", got)
	}
}

func TestBaselineMeasuresWanderingAndJumps(t *testing.T) {
	x := make([]float64, 1000)
	for i := 500; i < 1000; i++ {
		x[i] = 2
	}
	wander, jumps := Baseline(x, 100, 1)
	if math.Abs(wander-1) > 1e-9 || math.Abs(jumps-1.0/19) > 1e-9 {
		t.Errorf("wander %g, jumps %g; want 1 and one of 19", wander, jumps)
	}
	if wander, jumps := Baseline(x[:60], 100, 1); wander != 0 || jumps != 0 {
		t.Errorf("of one half-second: %g, %g", wander, jumps)
	}
}

func TestHeightIsTheUsualSpanAroundThePeaks(t *testing.T) {
	x := make([]float64, 1000)
	for k, at := range []int{100, 300, 500, 700, 900} {
		x[at], x[at+4] = float64(k+1), -1
	}
	if got := Height(x, []float64{100, 300, 500, 700, 900}, 250); got != 4 {
		t.Errorf("got %g, want 4", got)
	}
	if got := Height(x, nil, 250); got != 0 {
		t.Errorf("without peaks: %g", got)
	}
}

func BenchmarkMendFlatClip(b *testing.B) {
	x := make([]float64, 150000)
	for i := range x {
		x[i] = math.Sin(float64(i) / 7)
	}
	var filled []float64
	for b.Loop() {
		filled = FillGaps(filled, x)
		Flat(filled, 500)
		Clip(filled)
	}
	b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}
