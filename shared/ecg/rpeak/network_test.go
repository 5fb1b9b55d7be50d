package rpeak

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

func TestShippedParametersAreReadWhole(t *testing.T) {
	p, err := ReadParameters(embedded)
	if err != nil || p.first == nil || p.second == nil {
		t.Fatalf("%+v, %v", p, err)
	}
}

func TestParametersOfAnotherSizeAreRefused(t *testing.T) {
	first := 4 * (FirstFeatures*20 + 20 + 20 + 1)
	for _, n := range []int{0, 1, first - 1, first + 1, len(embedded) - 1} {
		if _, err := ReadParameters(embedded[:n]); err == nil {
			t.Errorf("%d bytes are read", n)
		}
	}
	if _, err := ReadParameters(append(slices.Clone(embedded), 0)); err == nil {
		t.Error("a byte too many is read")
	}
	if p, err := ReadParameters(embedded[:first]); err != nil || p.second != nil {
		t.Errorf("the first network alone: %+v, %v", p, err)
	}
}

func TestNetworkSumsAndRectifiesAllButTheLastLayer(t *testing.T) {
	var file []byte
	for _, v := range []float32{
		1, -1, 0, 0, 3, // of the first input, to each of five outputs
		-1, 1, 0, 0, -1, // of the second
		0.5, 0, 0, 0, 1, // biases
		2, 10, 7, 7, -1, // of each of the five, to one output
		1,
	} {
		file = binary.LittleEndian.AppendUint32(file, math.Float32bits(v))
	}
	n, rest, err := readNetwork(file, []int{2, 5, 1})
	if err != nil || len(rest) > 0 {
		t.Fatalf("%d bytes are left, %v", len(rest), err)
	}
	if got, want := n.run([]float64{3, 1}), 2*2.5-9+1; got != want {
		t.Errorf("got %g, want %g", got, want)
	}
}

func TestDetectHoldsUnderMainsHum(t *testing.T) {
	var d Detector
	for _, hz := range []float64{49.9, 60.1} {
		for person := range uint64(10) {
			x, beats := strip(person, 30, 0.01)
			for i := range x {
				x[i] += 0.7 * math.Sin(2*math.Pi*hz*float64(i)/RateHz)
			}
			missed, surplus := unmatched(beats, d.Detect(x), 0.05*RateHz)
			if len(missed) > 0 || len(surplus) > 2 { // one at each end
				t.Errorf("person %d, %g Hz: of %d beats missed %v, surplus %v", person, hz, len(beats), missed, surplus)
			}
		}
	}
}

func TestCandidatesHaveTheFeaturesOfTheirNetwork(t *testing.T) {
	x, beats := strip(1, 20, 0.05)
	for want, d := range map[int]*Detector{FirstFeatures: {}, SecondFeatures: {Parameters: shipped()}} {
		seen := 0
		d.Candidates(x, func(_ int, features []float64) {
			seen++
			if len(features) != want || slices.ContainsFunc(features, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
				t.Fatalf("features %v, want %d numbers", features, want)
			}
		})
		if seen < len(beats) {
			t.Errorf("%d candidates for %d beats", seen, len(beats))
		}
	}
}
