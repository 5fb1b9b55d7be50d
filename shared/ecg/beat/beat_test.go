package beat

import (
	"math"
	"slices"
	"testing"

	"systole/tests/support/synthetic"
)

// strip returns a noiseless signal of the heart, and its beats in samples.
func strip(heart synthetic.Heart, seconds float64) (x, peaks []float64) {
	x, peaks = heart.Strip(seconds, RateHz, 0, 1)
	for i := range peaks {
		peaks[i] *= RateHz
	}
	return x, peaks
}

func mean(b *Beats) []float64 {
	m := make([]float64, Width)
	for i := range b.Len() {
		for k, v := range b.Row(i) {
			m[k] += v / float64(b.Len())
		}
	}
	return m
}

func correlation(a, b []float64) float64 {
	a, b = slices.Clone(a), slices.Clone(b)
	normalise(a)
	normalise(b)
	return dot(a, b) / float64(len(a))
}

func TestRowsAreNormalisedAndTheirRPeakIsInPlace(t *testing.T) {
	var c Cutter
	for person := range uint64(10) {
		beats := c.Cut(strip(synthetic.Person(person), 30))
		if beats.Len() < 20 {
			t.Fatalf("person %d: %d beats", person, beats.Len())
		}
		for i := range beats.Len() {
			row := beats.Row(i)
			sum := 0.0
			for _, v := range row {
				sum += v
			}
			if math.Abs(sum) > 1e-9 || math.Abs(dot(row, row)/Width-1) > 1e-9 {
				t.Errorf("person %d, beat %d: sum %g, power %g", person, i, sum, dot(row, row)/Width)
			}
			if highest := slices.Index(row, slices.Max(row)); highest != Before {
				t.Errorf("person %d, beat %d: R peak at %d, want %d", person, i, highest, Before)
			}
		}
	}
}

func TestTurningTheSignalChangesNothing(t *testing.T) {
	var upright, reversed Cutter
	for person := range uint64(10) {
		x, peaks := strip(synthetic.Person(person), 20)
		want := upright.Cut(x, peaks)
		x = slices.Clone(x)
		negate(x)
		got := reversed.Cut(x, peaks)
		if !slices.Equal(got.Rows, want.Rows) || !slices.Equal(got.Quality, want.Quality) {
			t.Errorf("person %d: beats differ", person)
		}
		if got.Turned == want.Turned {
			t.Errorf("person %d: turned %v both times", person, got.Turned)
		}
	}
}

func TestBeatsAreFreedFromTheHeartRate(t *testing.T) {
	slow, fast := synthetic.Person(4), synthetic.Person(4)
	slow.Rate, fast.Rate = 50, 100
	var c Cutter
	at50 := mean(c.Cut(strip(slow, 40)))
	at100 := mean(c.Cut(strip(fast, 40)))
	// The generator stretches by the cube root and the cutter by the square root,
	// so most of the difference must be gone, not all of it.
	asRecorded := func(h synthetic.Heart) []float64 {
		x, peaks := strip(h, 40)
		return appendBeat(nil, x, peaks[5], 1)
	}
	freed, kept := correlation(at50, at100), correlation(asRecorded(slow), asRecorded(fast))
	if freed < 0.97 || freed < kept+0.02 {
		t.Errorf("correlation of 50 with 100 a minute: %.3f freed, %.3f as recorded", freed, kept)
	}
}

func TestBeatsAreMovedOntoTheMedian(t *testing.T) {
	x, peaks := strip(synthetic.Person(1), 30)
	jittered := slices.Clone(peaks)
	for i := range jittered {
		jittered[i] += float64(i%5) - 2 // up to 8 ms
	}
	var c Cutter
	for i, q := range c.Cut(x, jittered).Quality {
		if q < 0.995 {
			t.Errorf("beat %d: correlation %.4f with the median", i, q)
		}
	}
}

func TestOutliersAreDropped(t *testing.T) {
	x, peaks := strip(synthetic.Person(1), 30)
	var c Cutter
	all := c.Cut(x, peaks).Len()
	for i := int(peaks[10]) - 60; i < int(peaks[10])+110; i++ {
		x[i] = 2 * math.Sin(float64(i)/9)
	}
	beats := c.Cut(x, peaks)
	if beats.Cut != all || beats.Len() >= all || beats.Len() < all-3 {
		t.Errorf("of %d beats with one spoilt, %d are left", all, beats.Len())
	}
}

func TestBeatsOverTheEndsAreLeftOut(t *testing.T) {
	var c Cutter
	x := make([]float64, 500)
	for i := range x {
		x[i] = math.Sin(float64(i) / 5)
	}
	for _, peaks := range [][]float64{nil, {0}, {30}, {490}, {0, 499}} {
		if got := c.Cut(x, peaks).Len(); got != 0 {
			t.Errorf("peaks %v: %d beats", peaks, got)
		}
	}
	if got := c.Cut(nil, nil).Len(); got != 0 {
		t.Errorf("no signal: %d beats", got)
	}
}

func TestAConstantHasNoBeats(t *testing.T) {
	var c Cutter
	if got := c.Cut(make([]float64, 2000), []float64{300, 600, 900, 1200}).Len(); got != 0 {
		t.Errorf("%d beats", got)
	}
}

func BenchmarkCut(b *testing.B) {
	x, peaks := strip(synthetic.Person(1), 300)
	var c Cutter
	b.ReportAllocs()
	for b.Loop() {
		c.Cut(x, peaks)
	}
	b.ReportMetric(float64(len(peaks))*float64(b.N)/b.Elapsed().Seconds()/1e3, "kbeats/s")
}
