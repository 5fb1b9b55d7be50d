package main

import (
	"fmt"
	"io"
)

// guesses are the numbers of tries that are reported: five come without waiting,
// fifty disable a template.
var guesses = []int{1, 5, 10, 50}

// guess reports the success of an attacker who only learns yes or no. Before the
// first yes every answer was no, so the next try can depend on nothing but the
// number of tries, and the best strategy is a fixed order, in which each
// recording is the best against the templates that no earlier one opened. First
// come the recordings that were made, then real hearts in the order of their
// gain. Zero knowledge is hearts in random order.
func (a *attacker) guess(out io.Writer, g group, made []recording) {
	fmt.Fprintf(out, "\n%s, at the default rate: open after so many tries\n\n", g.name)
	fmt.Fprint(out, "| |")
	for _, n := range guesses {
		fmt.Fprintf(out, " %d |", n)
	}
	fmt.Fprint(out, "\n|---|---|---|---|---|\n")
	last := guesses[len(guesses)-1]
	chosen := a.inOrder(last - len(made))
	var ordered [][]bool
	for _, one := range made {
		ordered = append(ordered, a.openTo(g.victims, one))
	}
	for _, k := range chosen {
		ordered = append(ordered, a.openToHeart(g.victims, k))
	}
	afterTries(out, "made and chosen", ordered, len(g.victims))
	const rounds = 4
	random := make([][]bool, last)
	for range rounds {
		for i, k := range a.random.Perm(len(a.known))[:min(last, len(a.known))] {
			random[i] = append(random[i], a.openToHeart(g.victims, k)...)
		}
	}
	afterTries(out, "hearts at random, zero knowledge", random, rounds*len(g.victims))
}

// inOrder chooses n of the attacker's hearts, each the one that opens most of the
// attacker's templates that are still closed.
func (a *attacker) inOrder(n int) []int {
	const most = 3000 // of the attacker's hearts are examined
	every := 1 + len(a.known)/most
	opens := make(map[int][]int)
	for k := 0; k < len(a.known); k += every {
		embedding := a.embed(a.known[k])
		needed := a.needed(embedding)
		for t, score := range a.templates.gallery.scores(embedding, nil) {
			if t != k && a.templates.weights[t] > 0 && score >= max(needed, a.templates.thresholds[t]) {
				opens[k] = append(opens[k], t)
			}
		}
	}
	var chosen []int
	for range n {
		best, highest := -1, -1
		for k := 0; k < len(a.known); k += every {
			adds := 0
			for _, t := range opens[k] {
				if a.templates.weights[t] > 0 {
					adds++
				}
			}
			if adds > highest {
				best, highest = k, adds
			}
		}
		if best < 0 {
			break
		}
		for _, t := range opens[best] {
			a.templates.weights[t] = 0
		}
		delete(opens, best)
		chosen = append(chosen, best)
	}
	return chosen
}

// needed returns the score that the cohort demands of a probe.
func (a *attacker) needed(embedding []float32) float64 {
	highest := -1000.0
	for _, c := range a.cohort {
		highest = max(highest, reached(c.gallery.scores(embedding, nil), a.allowed))
	}
	return highest
}

// openToHeart returns which templates a heart of the attacker's opens.
func (a *attacker) openToHeart(victims []heart, k int) []bool {
	hits := make([]bool, len(victims))
	embedding := a.embed(a.known[k])
	for i, v := range victims {
		hits[i] = a.accepts(v, embedding)
	}
	return hits
}

func afterTries(out io.Writer, name string, opened [][]bool, victims int) {
	fmt.Fprintf(out, "| %s |", name)
	open := make([]bool, victims)
	at := 0
	for _, n := range guesses {
		for ; at < n && at < len(opened); at++ {
			for v, hit := range opened[at] {
				open[v] = open[v] || hit
			}
		}
		fmt.Fprintf(out, " %s |", share(open))
	}
	fmt.Fprintln(out)
}
