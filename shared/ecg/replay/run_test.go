package replay

import (
	"math"
	mathbits "math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// drawn returns a sequence of unrelated cycles.
func drawn(r *rand.Rand, beats int) []Cycle {
	p := make([]Cycle, beats)
	for i := range p {
		p[i] = Cycle{r.Uint64(), r.Uint64()}
	}
	return p
}

// blurred returns a copy of a sequence in which each bit is changed with a
// probability of 1/every.
func blurred(p []Cycle, every int, r *rand.Rand) []Cycle {
	out := slices.Clone(p)
	for i := range out {
		for k := range bits {
			if r.IntN(every) == 0 {
				out[i].Rhythm ^= 1 << k
			}
			if r.IntN(every) == 0 {
				out[i].Shape ^= 1 << k
			}
		}
	}
	return out
}

func TestRepeatedKnowsPartsAndBlurredOnes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	probe := drawn(r, 12)
	gaps := slices.Clone(probe)
	for i := 0; i < len(gaps); i += 2 {
		gaps[i] = Cycle{}
	}
	history := func(p ...[]Cycle) [][]Cycle {
		return append([][]Cycle{drawn(r, 800), drawn(r, 12), nil}, p...)
	}
	tests := []struct {
		name    string
		history [][]Cycle
		want    bool
	}{
		{"nothing", nil, false},
		{"others only", history(), false},
		{"itself", history(probe), true},
		{"its beginning", history(probe[:6]), true},
		{"its end", history(probe[6:]), true},
		{"inside a longer one", history(slices.Concat(drawn(r, 50), probe, drawn(r, 50))), true},
		{"a tenth of the bits changed", history(blurred(probe, 10, r)), true},
		{"half of the bits changed", history(blurred(probe, 2, r)), false},
		{"three beats", history(slices.Concat(drawn(r, 50), probe[4:7], drawn(r, 50))), false},
		{"beats that can't be told", history(make([]Cycle, 12)), false},
	}
	for _, tt := range tests {
		if got := repeated(probe, tt.history); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if repeated(make([]Cycle, 12), [][]Cycle{make([]Cycle, 12)}) {
		t.Error("beats that can't be told equal each other")
	}
	if repeated(nil, [][]Cycle{probe}) {
		t.Error("nothing is a replay")
	}
}

func TestAHeartLikeAClockGetsNoCreditForIt(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	one := drawn(r, 1)[0]
	clock := func() []Cycle {
		return blurred(slices.Repeat([]Cycle{one}, 20), 20, r)
	}
	if repeated(clock(), [][]Cycle{clock()}) {
		t.Error("two recordings of a heart that always does the same are one")
	}
}

// Digests are stored for months: if new ones were made differently, they would
// not match the stored ones. Only a bit on the edge may depend on the processor.
func TestSequencesStayWhatTheyAre(t *testing.T) {
	s := Signal{Peaks: []float64{150, 360.4, 545, 790.2, 980, 1200.9}}
	s.Raw = bumps(1400, s.Peaks...)
	for i := range s.Raw {
		s.Raw[i] *= 1 + 0.4*math.Sin(float64(i)/170)
	}
	want := []Cycle{
		{0x8ea69876fa552d3f, 0x400000000000},
		{0x34ae7908710e3ced, 0x731a086118f03b04},
		{0xab2d6b89e2bf307c, 0x337fee6398f27944},
		{0x5d0128ba8db411c8, 0x49974e0e2c4256c0},
	}
	got := New(Key{1, 2, 3}).sequence.of(s)
	if len(got) != len(want) {
		t.Fatalf("%d beats, want %d", len(got), len(want))
	}
	for i := range want {
		differ := mathbits.OnesCount64(got[i].Rhythm^want[i].Rhythm) + mathbits.OnesCount64(got[i].Shape^want[i].Shape)
		if differ > 2 {
			t.Errorf("beat %d: %#x, want %#x", i, got[i], want[i])
		}
	}
}
