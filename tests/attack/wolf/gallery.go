package main

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"systole/shared/ecg/parameters"
	"systole/shared/ecg/plda"
)

// gallery holds templates of one recording each, laid out for comparing one
// embedding with all of them at once.
type gallery struct {
	degrees   float64
	spaces    []space
	templates int
}

// space holds the templates in one of the parameters' spaces, in units of the
// deviation expected of a person's probes: distances are Euclidean.
type space struct {
	model    *plda.Space
	unit     []float32      // that deviation's inverse, of each dimension
	rows     blas32.General // the probe expected for each template
	squares  []float32      // of the rows' lengths
	variance float64        // logarithm of the ratio of the variances' products
	weight   float64
}

func newGallery(p *parameters.Parameters, embeddings [][]float32) *gallery {
	g := &gallery{degrees: p.Degrees, templates: len(embeddings)}
	from := 0
	for i := range p.Spaces {
		model := &p.Spaces[i]
		d := model.Dimensions()
		if d == 0 {
			continue
		}
		s := space{model: model, weight: float64(p.Weights[i]), squares: make([]float32, len(embeddings))}
		s.rows = blas32.General{Rows: len(embeddings), Cols: d, Stride: d, Data: make([]float32, len(embeddings)*d)}
		for k, between := range model.Between {
			rest := between / (1 + between)
			s.unit = append(s.unit, float32(1/math.Sqrt(float64(1+rest))))
			s.variance += math.Log(float64((1 + between) / (1 + rest)))
			for t, e := range embeddings {
				v := rest * e[from+k] * s.unit[k]
				s.rows.Data[t*d+k] = v
				s.squares[t] += v * v
			}
		}
		g.spaces = append(g.spaces, s)
		from += d
	}
	return g
}

// scores returns the embedding's score against each template. If slopes is not
// nil, it receives, for each space and template, the score's derivative with
// respect to the squared distance.
func (g *gallery) scores(embedding []float32, slopes [][]float32) []float64 {
	all := make([]float64, g.templates)
	products := make([]float32, g.templates)
	for i := range g.spaces {
		s := &g.spaces[i]
		d := len(s.unit)
		z := make([]float32, d)
		square, any := float32(0), 0.0
		for k := range z {
			e := embedding[k]
			z[k] = e * s.unit[k]
			square += z[k] * z[k]
			any += float64(e) * float64(e) / float64(1+s.model.Between[k])
		}
		embedding = embedding[d:]
		blas32.Gemv(blas.NoTrans, 1, s.rows, blas32.Vector{N: d, Inc: 1, Data: z},
			0, blas32.Vector{N: g.templates, Inc: 1, Data: products})
		tails := g.degrees + float64(d)
		for t := range all {
			own := g.degrees + math.Max(0, float64(square-2*products[t]+s.squares[t]))
			all[t] += s.weight * (s.variance + tails*math.Log((g.degrees+any)/own)) / 2
			if slopes != nil {
				slopes[i][t] = float32(-s.weight * tails / 2 / own)
			}
		}
	}
	return all
}

// goal is a share of a gallery's templates that a search maximises or keeps
// small: those whose score exceeds their threshold, counted softly.
type goal struct {
	gallery    *gallery
	thresholds []float64
	weights    []float64 // of the templates; 0 for those that are open already
	softness   float64   // nats
}

// newGoal counts each template the same, with one threshold for all.
func newGoal(g *gallery, threshold, softness float64) *goal {
	one := &goal{gallery: g, softness: softness}
	for range g.templates {
		one.thresholds = append(one.thresholds, threshold)
		one.weights = append(one.weights, 1/float64(g.templates))
	}
	return one
}

func (g *goal) share(embedding []float32) float64 {
	share := 0.0
	for t, score := range g.gallery.scores(embedding, nil) {
		share += g.weights[t] * g.sigmoid(t, score)
	}
	return share
}

func (g *goal) sigmoid(t int, score float64) float64 {
	return 1 / (1 + math.Exp((g.thresholds[t]-score)/g.softness))
}

// slope returns the share and its derivative with respect to the embedding.
func (g *goal) slope(embedding []float32) (share float64, by []float64) {
	slopes := make([][]float32, len(g.gallery.spaces))
	for i := range slopes {
		slopes[i] = make([]float32, g.gallery.templates)
	}
	factors := g.gallery.scores(embedding, slopes)
	for t, score := range factors {
		p := g.sigmoid(t, score)
		share += g.weights[t] * p
		factors[t] = g.weights[t] * p * (1 - p) / g.softness
	}
	by = make([]float64, len(embedding))
	from := 0
	for i := range g.gallery.spaces {
		s := &g.gallery.spaces[i]
		d := len(s.unit)
		for t, f := range factors {
			const negligible = 1e-12
			if f < negligible {
				continue
			}
			c := 2 * f * float64(slopes[i][t])
			for k, expected := range s.rows.Data[t*d : (t+1)*d] {
				by[from+k] += c * float64((embedding[from+k]*s.unit[k]-expected)*s.unit[k])
			}
		}
		from += d
	}
	return share, by
}
