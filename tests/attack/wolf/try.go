package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
)

// newAttacker returns an attacker with a group's own half, who attacks at a named
// rate.
func newAttacker(p *parameters.Parameters, strangers [][][]float32, g group, at float64, r *rand.Rand) *attacker {
	const softness = 4 // of the cohort's count, as in package parameters
	threshold := p.Impostors.Threshold(at)
	a := &attacker{parameters: p, allowed: at, random: r}
	var embeddings [][]float32
	for _, h := range append(g.own, g.helpers...) {
		embeddings = append(embeddings, h.embedding)
		a.known = append(a.known, h.mean)
	}
	a.shapes = newShapes(a.known)
	a.templates = newGoal(newGallery(p, embeddings), threshold, 1)
	for _, population := range strangers {
		a.cohort = append(a.cohort, newGoal(newGallery(p, population), threshold, softness))
	}
	a.raise(embeddings, strangers)
	return a
}

// raise raises the thresholds of the templates that many impostors reach.
func (a *attacker) raise(templates [][]float32, strangers [][][]float32) {
	for _, population := range strangers {
		g := newGallery(a.parameters, templates)
		scores := make([][]float64, len(templates)) // of each template
		for _, stranger := range population {
			for t, s := range g.scores(stranger, nil) {
				scores[t] = append(scores[t], s)
			}
		}
		for t, threshold := range a.templates.thresholds {
			a.templates.thresholds[t] = max(threshold, reached(scores[t], a.allowed))
		}
	}
}

// reached returns the score that a share of impostors' scores reaches, counted
// softly.
func reached(scores []float64, share float64) float64 {
	const softness = 4
	low, high := -1000.0, 1000.0
	for high-low > 0.01 {
		middle, sum := (low+high)/2, 0.0
		for _, s := range scores {
			sum += 1 / (1 + math.Exp((middle-s)/softness))
		}
		if sum > share*float64(len(scores)) {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// recording is a recording that was made.
type recording struct {
	signal    ecg.Signal
	reading   *ecg.Reading
	embedding []float32
}

// try makes recordings, tries them one after another, and returns them. The
// attacker's templates that one of them has opened no longer count.
func (a *attacker) try(out io.Writer, victims []heart) []recording {
	open := make([]bool, len(victims))
	var all []recording
	for i := range tried {
		made, ok := a.living(a.best())
		if !ok {
			fmt.Fprintf(out, "| %g | %d | no recording of it is taken for a living heart's | | | | | |\n", a.allowed, i+1)
			break
		}
		all = append(all, made)
		own := a.close(made.embedding)
		hits := a.openTo(victims, made)
		var unseen, ofUnseen []bool
		for v, hit := range hits {
			open[v] = open[v] || hit
			if victims[v].unseen {
				unseen, ofUnseen = append(unseen, hit), append(ofUnseen, open[v])
			}
		}
		fmt.Fprintf(out, "| %g | %d | %.2f | %s | %s | %s | %s |\n", a.allowed, i+1, 100*own,
			share(hits), share(open), share(unseen), share(ofUnseen))
	}
	return all
}

// close returns the share of the attacker's templates that accept the embedding;
// they no longer count from then on.
func (a *attacker) close(embedding []float32) float64 {
	share := 0.0
	for t, score := range a.templates.gallery.scores(embedding, nil) {
		if score >= a.templates.thresholds[t] {
			share += a.templates.weights[t]
			a.templates.weights[t] = 0
		}
	}
	return share
}

// openTo returns which templates the service would open to the recording.
func (a *attacker) openTo(victims []heart, made recording) []bool {
	hits := make([]bool, len(victims))
	for i, v := range victims {
		if !a.accepts(v, made.embedding) { // faster than a whole check of each
			continue
		}
		template, err := v.template(a.parameters)
		if err != nil {
			continue
		}
		score, err := template.Compare(made.reading)
		hits[i] = err == nil && score.Accepted(ecg.FMR(a.allowed))
	}
	return hits
}

// accepts reports whether a template accepts an embedding.
func (a *attacker) accepts(v heart, embedding []float32) bool {
	t := parameters.Template{Mean: v.embedding, Recordings: 1}
	score := a.parameters.Compare(&t, embedding)
	return score >= a.parameters.Impostors.Threshold(a.allowed) && a.parameters.Strangers(score, &t, embedding) <= a.allowed
}

func count(hits []bool) (n int) {
	for _, hit := range hits {
		if hit {
			n++
		}
	}
	return n
}

// share returns the true part in percent, with Wilson's 95 % interval (E. B.
// Wilson, J. Am. Stat. Assoc. 22, 1927), "-" for an empty list.
func share(hits []bool) string {
	if len(hits) == 0 {
		return "-"
	}
	const z = 1.96
	n := float64(len(hits))
	p := float64(count(hits)) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	reach := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return fmt.Sprintf("%.2f (%.2f to %.2f)", 100*p, 100*max(0, middle-reach), 100*(middle+reach))
}
