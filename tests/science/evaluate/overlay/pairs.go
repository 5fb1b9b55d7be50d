package main

import (
	"cmp"
	"slices"

	"systole/infra/train/learn"
	"systole/shared/ecg/parameters"
	"systole/tests/science/trials"
)

// pair is a template and a probe with their mean beats of beat.Width values each.
type pair struct {
	enrolled, probed string // persons
	template, probe  []float64
	score            float64
}

// enrolment is a person's template and the mean beat that it was made of.
type enrolment struct {
	template parameters.Template
	mean     []float64
}

// compare compares every probe with every template. Of each person it returns the
// genuine pair with the lowest score if that is below the threshold, the lowest
// first; of each two persons it returns the pair with the highest score, the
// highest first.
func compare(set *parameters.Parameters, persons []trials.Person, threshold float64) (refused, impostors []pair) {
	bench := trials.NewBench()
	var enrolled []enrolment
	for _, p := range persons {
		enrolled = append(enrolled, enrol(bench, set, p.Enrol))
	}
	lowest := map[string]pair{}
	highest := map[[2]string]pair{}
	for _, person := range persons {
		for _, span := range person.Probes {
			embedding, _ := bench.Probe(span, set)
			if embedding == nil {
				continue
			}
			probe := learn.Mean(bench.Beats(span).Rows)
			for k := range enrolled {
				if enrolled[k].mean == nil {
					continue
				}
				one := pair{persons[k].Name, person.Name, enrolled[k].mean, probe, set.Compare(&enrolled[k].template, embedding)}
				if one.enrolled == one.probed {
					if before, ok := lowest[person.Name]; !ok || one.score < before.score {
						lowest[person.Name] = one
					}
					continue
				}
				key := [2]string{min(one.enrolled, one.probed), max(one.enrolled, one.probed)}
				if before, ok := highest[key]; !ok || one.score > before.score {
					highest[key] = one
				}
			}
		}
	}
	for _, one := range lowest {
		if one.score < threshold {
			refused = append(refused, one)
		}
	}
	for _, one := range highest {
		impostors = append(impostors, one)
	}
	slices.SortFunc(refused, func(a, b pair) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.enrolled, b.enrolled)) })
	slices.SortFunc(impostors, func(a, b pair) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.enrolled, b.enrolled))
	})
	return refused, impostors
}

// enrol returns the template of the spans that the engine would accept; its mean
// is nil if there is none.
func enrol(bench *trials.Bench, set *parameters.Parameters, spans []trials.Span) (e enrolment) {
	for _, span := range spans {
		embedding, weight := bench.Probe(span, set)
		if embedding == nil {
			continue
		}
		e.template.Add(embedding, weight)
		share := weight / e.template.Weight
		mean := learn.Mean(bench.Beats(span).Rows)
		if e.mean == nil {
			e.mean = mean
			continue
		}
		for i, v := range mean {
			e.mean[i] += share * (v - e.mean[i])
		}
	}
	return e
}

// first returns the first n pairs, or all if there are fewer.
func first(pairs []pair, n int) []pair { return pairs[:min(n, len(pairs))] }
