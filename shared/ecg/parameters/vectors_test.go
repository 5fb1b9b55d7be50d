package parameters

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// The training program writes the vectors together with the parameters, and a
// check must compute the same vectors. testdata/README.md names their source.
func TestEmbeddingsAndScoresAreThoseOfTheTrainingProgram(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Algorithm          string
		Count              float64
		Means              [][]float64
		Embeddings, Scores [][]float64
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	p, ok := Shipped.Named(want.Algorithm)
	if !ok || len(want.Means) < 2 {
		t.Fatalf("%d vectors of %q", len(want.Means), want.Algorithm)
	}
	var w Workspace
	var embeddings [][]float32
	for i, mean := range want.Means {
		embedding := p.Embed(nil, &w, mean)
		embeddings = append(embeddings, embedding)
		if len(embedding) != len(want.Embeddings[i]) {
			t.Fatalf("mean %d: an embedding of %d values, want %d", i, len(embedding), len(want.Embeddings[i]))
		}
		for k, v := range embedding {
			if d := math.Abs(float64(v) - want.Embeddings[i][k]); d > 1e-5*(1+math.Abs(want.Embeddings[i][k])) {
				t.Errorf("mean %d, value %d: %g, want %g", i, k, v, want.Embeddings[i][k])
			}
		}
	}
	for i, enrolled := range embeddings {
		for k, probe := range embeddings {
			got := p.Score(enrolled, want.Count, probe)
			if d := math.Abs(got - want.Scores[i][k]); d > 1e-5*(1+math.Abs(want.Scores[i][k])) {
				t.Errorf("%d against %d: %g, want %g", k, i, got, want.Scores[i][k])
			}
		}
	}
}

// vectors returns the embeddings of the mean beats in testdata by the parameters.
func vectors(t testing.TB, p *Parameters) (embeddings [][]float32) {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Means [][]float64 }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	var w Workspace
	for _, mean := range file.Means {
		embeddings = append(embeddings, p.Embed(nil, &w, mean))
	}
	return embeddings
}
