package stress

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"systole/tests/support/synthetic"
)

// word is an annotation of the MIT format.
func word(code, value uint16) []byte {
	return binary.LittleEndian.AppendUint16(nil, code<<10|value)
}

func TestAnnotationsAreReadWithIntervalsTextsAndFlutter(t *testing.T) {
	file := bytes.Join([][]byte{
		word(28, 18), word(63, 3), []byte("(N\x00\x00"), // a rhythm's name
		word(1, 59),                           // a normal beat at 77
		word(61, 1), word(60, 0), word(62, 0), // notes on it
		word(59, 0), {1, 0, 0, 0}, word(5, 3), // a ventricular beat 65,536 + 3 later
		word(32, 10), word(31, 5), word(33, 10), // flutter with one wave
		word(14, 1), // noise, no beat
		word(0, 0),
	}, nil)
	got, err := parseAnnotations(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{77, 65616}; !slices.Equal(got.beats, want) {
		t.Errorf("beats %v, want %v", got.beats, want)
	}
	if want := [][2]int{{65626, 65641}}; !slices.Equal(got.flutter, want) {
		t.Errorf("flutter %v, want %v", got.flutter, want)
	}
}

func TestAnnotationsWithoutEndAreRefused(t *testing.T) {
	for _, b := range [][]byte{nil, word(1, 5), word(59, 0)} {
		if _, err := parseAnnotations(b); err == nil {
			t.Errorf("%v: read", b)
		}
	}
}

func FuzzParseAnnotations(f *testing.F) {
	f.Add(append(word(1, 5), 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parseAnnotations(b); err == nil && len(a.beats) > len(b)/2 {
			t.Error("more beats than annotations")
		}
	})
}

func TestComparePairsEachBeatWithOneDetection(t *testing.T) {
	tests := []struct {
		name            string
		beats, detected []float64
		want            Counts
	}{
		{"none", nil, nil, Counts{}},
		{"all", []float64{1, 2, 3}, []float64{1.1, 1.9, 3}, Counts{Beats: 3, Found: 3, Detected: 3}},
		{"one missed", []float64{1, 2, 3}, []float64{1, 3}, Counts{Beats: 3, Found: 2, Missed: 1, Detected: 2}},
		{"one surplus", []float64{1, 3}, []float64{1, 2, 3}, Counts{Beats: 2, Found: 2, Surplus: 1, Detected: 3}},
		{"two for one", []float64{1}, []float64{0.95, 1.05}, Counts{Beats: 1, Found: 1, Surplus: 1, Detected: 2}},
		{"too far", []float64{1}, []float64{1.2}, Counts{Beats: 1, Missed: 1, Surplus: 1, Detected: 1}},
	}
	for _, test := range tests {
		if got := Compare(test.beats, test.detected, 0.15, Everywhere); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestCompareLeavesOutWhatIsNotScored(t *testing.T) {
	beats := []float64{0.1, 0.49, 5, 9.8}
	detected := []float64{0.51, 3, 5, 9.9}
	want := Counts{Beats: 1, Found: 1, Surplus: 1, Detected: 2}
	if got := Compare(beats, detected, 0.15, Inner); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNoiseHasTheRatioAsked(t *testing.T) {
	s := Strip{MV: make([]float64, samples), HeightMV: 2}
	for _, n := range Models {
		noisy := s.Add(n, 12, 1)
		if decibel := 10 * math.Log10(2*2/8.0/math.Pow(strength(noisy), 2)); math.Abs(decibel-12) > 1e-6 {
			t.Errorf("%s: %.3f dB, want 12", n.Name, decibel)
		}
	}
}

func TestNoiseIsTheSameForASeed(t *testing.T) {
	s := Strip{MV: make([]float64, samples), HeightMV: 1}
	for _, n := range Models {
		if !slices.Equal(s.Add(n, 6, 3), s.Add(n, 6, 3)) || slices.Equal(s.Add(n, 6, 3), s.Add(n, 6, 4)) {
			t.Errorf("%s: the seed doesn't decide", n.Name)
		}
	}
}

func TestCutHeartLeavesNoBeatsButTheNoise(t *testing.T) {
	x, beats := synthetic.Person(4).Strip(20, RateHz, 0.01, 1)
	random := rand.New(rand.NewPCG(1, 1))
	const burst = 12 * RateHz
	for i := range RateHz / 2 {
		x[burst+i] += 2 * random.NormFloat64()
	}
	before := slices.Clone(x)
	cutHeart(x)
	for _, b := range beats {
		at := int(b * RateHz)
		if at < RateHz || at > 19*RateHz || at > burst-RateHz && at < burst+RateHz {
			continue
		}
		if was, is := span(before, at), span(x, at); is > was/3 {
			t.Errorf("beat at %.2f s: %.2f mV high, was %.2f", b, is, was)
		}
	}
	if was, is := rms(before[burst:burst+RateHz/2]), rms(x[burst:burst+RateHz/2]); is < 0.7*was {
		t.Errorf("of the noise's %.2f mV %.2f are left", was, is)
	}
}

// span is the span of the signal within 50 ms.
func span(x []float64, at int) float64 {
	around := x[at-RateHz/20 : at+RateHz/20]
	return slices.Max(around) - slices.Min(around)
}

func TestHalvesShareNoRecord(t *testing.T) {
	in := map[int]bool{}
	for _, fold := range ptbxlFolds[Settings] {
		in[fold] = true
	}
	for _, fold := range ptbxlFolds[Report] {
		if in[fold] {
			t.Errorf("fold %d is in both", fold)
		}
	}
}
