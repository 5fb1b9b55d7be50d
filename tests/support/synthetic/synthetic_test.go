package synthetic

import (
	"math"
	"slices"
	"testing"
)

func TestStripIsTheSameForTheSameSeed(t *testing.T) {
	mv, beats := Person(1).Strip(10, 250, 0.05, 7)
	again, beatsAgain := Person(1).Strip(10, 250, 0.05, 7)
	if !slices.Equal(mv, again) || !slices.Equal(beats, beatsAgain) {
		t.Error("two strips of one seed differ")
	}
	if other, _ := Person(1).Strip(10, 250, 0.05, 8); slices.Equal(mv, other) {
		t.Error("two seeds give one strip")
	}
}

func TestStripPeaksWhereItSays(t *testing.T) {
	heart := Heart{Waves: []Wave{{WidthS: 0.01, MV: 1}}, Rate: 75, Variation: 0.1}
	const rateHz = 1000
	mv, beats := heart.Strip(20, rateHz, 0, 1)
	for _, at := range beats {
		i := int(math.Round(at * rateHz))
		if i < 50 || i+50 > len(mv) {
			continue
		}
		window := mv[i-50 : i+50]
		if highest := slices.Index(window, slices.Max(window)) - 50; highest < -1 || highest > 1 {
			t.Errorf("beat at %.3f s peaks %d ms beside", at, highest)
		}
	}
	if got := 60 * float64(len(beats)-1) / (beats[len(beats)-1] - beats[0]); math.Abs(got-75) > 4 {
		t.Errorf("%.1f beats a minute, want 75", got)
	}
}

func TestPersonsDiffer(t *testing.T) {
	if slices.Equal(Person(1).Waves, Person(2).Waves) || !slices.Equal(Person(1).Waves, Person(1).Waves) {
		t.Error("a number must name one heart")
	}
}
