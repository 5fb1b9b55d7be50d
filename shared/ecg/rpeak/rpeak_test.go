package rpeak

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"systole/shared/ecg/resample"
	"systole/tests/support/synthetic"
)

// strip returns an invented person's signal and the positions of its beats in
// samples.
func strip(person uint64, seconds, noiseMV float64) (x, beats []float64) {
	mv, at := synthetic.Person(person).Strip(seconds, RateHz, noiseMV, person)
	for _, s := range at {
		if s > 0.2 && s < seconds-0.2 {
			beats = append(beats, s*RateHz)
		}
	}
	return mv, beats
}

// unmatched lists the beats without a peak and the peaks without a beat within
// the tolerance, in samples.
func unmatched(beats, peaks []float64, tolerance float64) (missed, surplus []float64) {
	near := func(list []float64, at float64) bool {
		return slices.ContainsFunc(list, func(v float64) bool { return math.Abs(v-at) <= tolerance })
	}
	for _, b := range beats {
		if !near(peaks, b) {
			missed = append(missed, b)
		}
	}
	for _, p := range peaks {
		if !near(beats, p) {
			surplus = append(surplus, p)
		}
	}
	return missed, surplus
}

func TestDetectFindsEveryBeatOfEveryHeart(t *testing.T) {
	var d Detector
	for person := range uint64(20) {
		x, beats := strip(person, 60, 0.002)
		missed, surplus := unmatched(beats, d.Detect(x), 0.03*RateHz)
		if len(missed) > 0 || len(surplus) > 2 { // one at each end
			t.Errorf("person %d: of %d beats missed %v, surplus %v", person, len(beats), missed, surplus)
		}
	}
}

func TestDetectHoldsFromTheSlowestToTheFastestHeart(t *testing.T) {
	var d Detector
	for _, rate := range []float64{32, 45, 100, 150, 190, 215} {
		for person := range uint64(5) {
			heart := synthetic.Person(person)
			heart.Rate = rate
			x, at := heart.Strip(60, RateHz, 0.02, person)
			for i := range at {
				at[i] *= RateHz
			}
			missed, surplus := unmatched(at[1:len(at)-1], d.Detect(x), 0.05*RateHz)
			if len(missed) > 0 || len(surplus) > 2 { // one at each end
				t.Errorf("person %d at %g a minute: of %d beats missed %d, surplus %d", person, rate, len(at), len(missed), len(surplus))
			}
		}
	}
}

func TestDetectPlacesAPeakToAPartOfASample(t *testing.T) {
	heart := synthetic.Heart{Waves: []synthetic.Wave{{WidthS: 0.012, MV: 1}}, Rate: 70, Variation: 0.05}
	x, beats := heart.Strip(60, RateHz, 0, 1)
	var d Detector
	for i := range beats {
		beats[i] *= RateHz
	}
	missed, _ := unmatched(beats[1:len(beats)-1], d.Detect(x), 0.05)
	if len(missed) > 0 {
		t.Errorf("%d of %d beats are off by more than 0.2 ms", len(missed), len(beats))
	}
}

func TestDetectIsTheSameForAnyPolarityAndScale(t *testing.T) {
	var d Detector
	x, _ := strip(3, 30, 0.02)
	want := slices.Clone(d.Detect(x))
	for _, factor := range []float64{-1, 1000, -0.001} {
		scaled := slices.Clone(x)
		for i := range scaled {
			scaled[i] *= factor
		}
		got := d.Detect(scaled)
		if len(got) != len(want) {
			t.Fatalf("times %g: %d peaks, want %d", factor, len(got), len(want))
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-6 {
				t.Errorf("times %g: peak %d at %g, want %g", factor, i, got[i], want[i])
			}
		}
	}
}

func TestDetectHoldsThroughNoiseThatHidesTheWaves(t *testing.T) {
	var d Detector
	x, beats := strip(5, 120, 0.2)
	missed, surplus := unmatched(beats, d.Detect(x), 0.05*RateHz)
	if len(missed)+len(surplus) > 2 {
		t.Errorf("of %d beats missed %d, surplus %d", len(beats), len(missed), len(surplus))
	}
}

func TestDetectPutsNothingIntoAPause(t *testing.T) {
	var d Detector
	x, beats := strip(2, 40, 0.01)
	for i := 15 * RateHz; i < 19*RateHz; i++ {
		x[i] = x[15*RateHz]
	}
	for _, p := range d.Detect(x) {
		if p > 15.2*RateHz && p < 18.8*RateHz {
			t.Errorf("a peak at %.2f s", p/RateHz)
		}
	}
	if got := len(d.Detect(x)); got < len(beats)-7 {
		t.Errorf("%d peaks, of %d beats at most 7 lie in the pause", got, len(beats))
	}
}

func TestDetectFindsNothingInNothing(t *testing.T) {
	var d Detector
	for _, n := range []int{0, 1, 2, RateHz - 1, RateHz, 10 * RateHz} {
		if got := d.Detect(make([]float64, n)); len(got) != 0 {
			t.Errorf("%d zeros: peaks %v", n, got)
		}
	}
}

func TestDetectAgreesWithExperts(t *testing.T) {
	tests := []struct {
		excerpt         string
		rateHz          float64
		missed, surplus int // surplus: only before the first and after the last beat, which may be unmarked
	}{
		{"mitdb_119", 360, 0, 0},
		{"mitdb_203", 360, 1, 0},
		{"qtdb_821", 250, 0, 0},
		{"ludb_34", 500, 0, 2},
		{"ludb_90", 500, 0, 2},
	}
	for _, test := range tests {
		x, beats := excerpt(t, test.excerpt, test.rateHz)
		var d Detector
		missed, surplus := unmatched(beats, d.Detect(x), 0.15*RateHz)
		for _, p := range surplus {
			if p > beats[0] && p < beats[len(beats)-1] {
				t.Errorf("%s: a peak between two beats, at %.2f s", test.excerpt, p/RateHz)
			}
		}
		if len(missed) > test.missed || len(surplus) > test.surplus {
			t.Errorf("%s: of %d beats missed %v, surplus %v", test.excerpt, len(beats), missed, surplus)
		}
	}
}

// excerpt reads a recording and its beats from testdata.
func excerpt(t *testing.T, name string, rateHz float64) (x, beats []float64) {
	t.Helper()
	dat, err := os.ReadFile("testdata/" + name + ".dat")
	if err != nil {
		t.Fatal(err)
	}
	samples := make([]int16, len(dat)/2)
	if err := binary.Read(bytes.NewReader(dat), binary.LittleEndian, samples); err != nil {
		t.Fatal(err)
	}
	mv := make([]float64, len(samples))
	for i, v := range samples {
		mv[i] = float64(v-1024) / 200
	}
	lines, err := os.ReadFile("testdata/" + name + ".beats")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		at, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		beats = append(beats, float64(at)/rateHz*RateHz)
	}
	return resample.New(rateHz, RateHz).Apply(nil, mv), beats
}

func TestSlopeEnergyIsTheRootOfTheSummedSquaredSlopes(t *testing.T) {
	for _, n := range []int{1, 5, 40, 249, 251, 1003} {
		x := make([]float64, n)
		for i := range x {
			x[i] = math.Sin(0.3*float64(i)) + 0.1*float64(i%7)
		}
		got := slopeEnergy(nil, x)
		for i := range x {
			sum := 0.0
			for k := i - energyReach; k <= i+energyReach; k++ {
				sum += slope2(x, k)
			}
			if math.Abs(got[i]-math.Sqrt(sum)) > 1e-9 {
				t.Fatalf("%d samples, sample %d: got %g, want %g", n, i, got[i], math.Sqrt(sum))
			}
		}
	}
}

func TestNthIsTheSortedValue(t *testing.T) {
	for _, x := range [][]float64{{1}, {2, 1}, {3, 1, 2, 2, 9, -4}, {5, 5, 5, 5}, {9, 8, 7, 6, 5, 4, 3}} {
		sorted := slices.Sorted(slices.Values(x))
		for k := range x {
			if got := nth(slices.Clone(x), k); got != sorted[k] {
				t.Errorf("%d of %v: got %g, want %g", k, x, got, sorted[k])
			}
		}
	}
}

func TestVertexOfAParabola(t *testing.T) {
	for _, at := range []float64{-0.4, 0, 0.25, 0.5} {
		f := func(x float64) float64 { return 3 - 2*(x-at)*(x-at) }
		if got := Vertex(f(-1), f(0), f(1)); math.Abs(got-at) > 1e-12 {
			t.Errorf("got %g, want %g", got, at)
		}
	}
	if got := Vertex(1, 1, 1); got != 0 {
		t.Errorf("of a constant: %g", got)
	}
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte("some bytes as samples"), uint8(200))
	f.Fuzz(func(t *testing.T, b []byte, repeat uint8) {
		var x []float64
		b = b[:min(len(b), 500)]
		for range int(repeat) + 1 {
			for _, v := range b {
				x = append(x, float64(int8(v)))
			}
		}
		var d Detector
		last := math.Inf(-1)
		for _, p := range d.Detect(x) {
			if !(p > last) || p < 0 || p > float64(len(x)) {
				t.Fatalf("peak at %g after %g of %d samples", p, last, len(x))
			}
			last = p
		}
	})
}

func BenchmarkDetect(b *testing.B) {
	x, _ := strip(1, 300, 0.02)
	var d Detector
	b.ReportAllocs()
	for b.Loop() {
		d.Detect(x)
	}
	b.ReportMetric(float64(len(x))*float64(b.N)/b.Elapsed().Seconds()/1e6, "Msamples/s")
}

func ExampleDetector() {
	mv, _ := synthetic.Person(1).Strip(4, RateHz, 0.01, 1)
	var d Detector
	for _, at := range d.Detect(mv) {
		fmt.Printf("%.2f s\n", at/RateHz)
	}
	// Output:
	// 0.33 s
	// 1.19 s
	// 2.05 s
	// 2.98 s
	// 3.86 s
}
