package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
)

// opened returns the largest share of an excerpt's templates that one of the
// recordings opens at the default rate, and the share that any of them opens.
func opened(t *testing.T, x excerpt, p *parameters.Parameters, recordings [][]int16) (most, any float64) {
	t.Helper()
	a := attacker{parameters: p, allowed: defaultRate}
	var front frontEnd
	open := make([]bool, len(x.Templates))
	for i, samples := range recordings {
		s := signal(samples)
		reading, err := ecg.Read(s)
		if err != nil || reading.Usable(quality.Need(biometric.ProbeNeed)) != nil || !reading.Natural() {
			t.Errorf("recording %d is refused before it is compared: another one would have to be made", i)
			continue
		}
		embedding := a.embed(front.mean(s))
		hits := make([]bool, len(x.Templates))
		for k, numbers := range x.Templates {
			h := heart{embedding: make([]float32, len(numbers))}
			for d, v := range numbers {
				h.embedding[d] = x.Scale[d] * float32(v)
			}
			hits[k] = a.accepts(h, embedding)
			open[k] = open[k] || hits[k]
		}
		most = max(most, float64(count(hits))/float64(len(hits)))
	}
	return most, float64(count(open)) / float64(len(open))
}

func TestARecordingMadeForManyIsAcceptedByFew(t *testing.T) {
	x, err := readExcerpt("testdata/wolves.gob.gz")
	if err != nil {
		t.Fatal(err)
	}
	p := parameters.Shipped.Newest()
	if x.Algorithm != p.Algorithm {
		t.Fatalf("searched against %s, not %s: go run ./tests/attack/wolf -excerpt tests/attack/wolf/testdata/wolves.gob.gz", x.Algorithm, p.Algorithm)
	}
	const mostOfOne, mostOfFive = 0.005, 0.01
	for name, recordings := range map[string][][]int16{"who knows of the cohort": x.With, "who doesn't": x.Without} {
		most, any := opened(t, x, p, recordings)
		t.Logf("made by one %s: the best is accepted by %.2f %%, one of %d by %.2f %%", name, 100*most, len(recordings), 100*any)
		if most > mostOfOne || any > mostOfFive {
			t.Errorf("made by one %s: the best is accepted by %.2f %%, one of %d by %.2f %%", name, 100*most, len(recordings), 100*any)
		}
	}
	without := *p
	without.Cohort = nil
	_, held := opened(t, x, p, x.Without)
	if _, any := opened(t, x, &without, x.Without); any <= held {
		t.Errorf("one of all is accepted by %.2f %%, without the cohort by %.2f %%: the cohort holds off nobody", 100*held, 100*any)
	}
}

// small returns an attacker with a few of the excerpt's templates, and with
// others as the cohort.
func small(t *testing.T) *attacker {
	t.Helper()
	p := *parameters.Shipped.Newest()
	x, err := readExcerpt("testdata/wolves.gob.gz")
	if err != nil {
		t.Fatal(err)
	}
	var embeddings [][]float32
	for _, numbers := range x.Templates[:200] {
		e := make([]float32, len(numbers))
		for d, v := range numbers {
			e[d] = x.Scale[d] * float32(v)
		}
		embeddings = append(embeddings, e)
	}
	a := &attacker{parameters: &p, allowed: 0.01, random: rand.New(rand.NewPCG(1, 1))}
	a.templates = newGoal(newGallery(&p, embeddings[:150]), 0, 20)
	a.cohort = []*goal{newGoal(newGallery(&p, embeddings[150:]), 0, 20)}
	return a
}

func TestAGalleryScoresAsACheckDoes(t *testing.T) {
	a := small(t)
	x, err := readExcerpt("testdata/wolves.gob.gz")
	if err != nil {
		t.Fatal(err)
	}
	probe := a.embed(new(frontEnd).mean(signal(x.With[0])))
	scores := a.templates.gallery.scores(probe, nil)
	for k := range 20 {
		e := make([]float32, len(x.Scale))
		for d, v := range x.Templates[k] {
			e[d] = x.Scale[d] * float32(v)
		}
		one := parameters.Template{Mean: e, Recordings: 1}
		if want := a.parameters.Compare(&one, probe); math.Abs(scores[k]-want) > 1e-2 {
			t.Errorf("template %d: %g, want %g", k, scores[k], want)
		}
	}
}

// The gradient must be that of the objective with its penalty for the cohort: an
// attack that climbs another way measures nothing.
func TestTheSlopeIsTheWorths(t *testing.T) {
	a := small(t)
	x, err := readExcerpt("testdata/wolves.gob.gz")
	if err != nil {
		t.Fatal(err)
	}
	embedding := a.embed(new(frontEnd).mean(signal(x.With[0])))
	worth, by := a.slope(embedding)
	if got := a.worth(embedding); math.Abs(got-worth) > 1e-9 {
		t.Errorf("worth %g, by the slope's way %g", got, worth)
	}
	const angle = 0.01
	between := a.parameters.Spaces[parameters.Network].Between
	for k := range 20 {
		// Turned so that the probe keeps its length, since projections have a fixed
		// one.
		one, other := math.Sqrt(float64(1+between[k])), math.Sqrt(float64(1+between[k+1]))
		moved := func(by float64) []float32 {
			e := append([]float32(nil), embedding...)
			u, v := float64(e[k])/one, float64(e[k+1])/other
			e[k] = float32(one * (u*math.Cos(by) - v*math.Sin(by)))
			e[k+1] = float32(other * (v*math.Cos(by) + u*math.Sin(by)))
			return e
		}
		got := (a.worth(moved(angle)) - a.worth(moved(-angle))) / (2 * angle)
		want := by[k+1]*other*float64(embedding[k])/one - by[k]*one*float64(embedding[k+1])/other
		if math.Abs(got-want) > 0.02*math.Abs(want)+1e-3 {
			t.Errorf("turned in %d and %d: %g, want %g", k, k+1, got, want)
		}
	}
}

func TestARecordingHasTheMeanBeatThatItWasMadeOf(t *testing.T) {
	x, err := readExcerpt("testdata/wolves.gob.gz")
	if err != nil {
		t.Fatal(err)
	}
	var front frontEnd
	mean := front.mean(signal(x.With[0]))
	again := front.mean(record(mean, 0.02, rand.New(rand.NewPCG(1, 1))))
	dot, own, other := 0.0, 0.0, 0.0
	for k := range mean {
		dot += mean[k] * again[k]
		own += mean[k] * mean[k]
		other += again[k] * again[k]
	}
	if r := dot / math.Sqrt(own*other); r < 0.98 {
		t.Errorf("correlation %.3f with the beat that it was made of", r)
	}
}
