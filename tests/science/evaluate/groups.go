package main

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"systole/tests/science/cohort"
)

// drawings is the number of drawings of persons for an interval.
const drawings = 500

// group counts the trials of one group of patients at the named rates. Impostor
// trials are within one stratum, that is within the same sex, age group and
// finding, since such impostors are the likely ones.
type group struct {
	strata  map[string]*stratum
	genuine []comparison
}

// stratum counts impostor trials by persons, so that a drawing of persons can be
// counted from it.
type stratum struct {
	templates, probes map[int]int       // number of each person's
	accepted          [3]map[[2]int]int // trials by the template's and the probe's person, at each of the named rates
}

// everybody is the name of the stratum of all patients.
const everybody = "all"

func newStratum() *stratum {
	s := &stratum{templates: map[int]int{}, probes: map[int]int{}}
	for i := range s.accepted {
		s.accepted[i] = map[[2]int]int{}
	}
	return s
}

// trials returns the number of impostor trials in a drawing, in which person i
// occurs times[i] times.
func (s *stratum) trials(times []int) int {
	templates, probes, own := 0, 0, 0
	for person, n := range s.templates {
		templates += times[person] * n
		own += times[person] * times[person] * n * s.probes[person]
	}
	for person, n := range s.probes {
		probes += times[person] * n
	}
	return templates*probes - own
}

// passed returns the number of a drawing's impostor trials that are accepted at
// the rate.
func (s *stratum) passed(rate int, times []int) int {
	sum := 0
	for pair, n := range s.accepted[rate] {
		sum += times[pair[0]] * times[pair[1]] * n
	}
	return sum
}

// fmr returns the share of a drawing's impostor trials that are accepted, and the
// number of those trials.
func (g *group) fmr(rate int, times []int) (accepted float64, of int) {
	passed := 0
	for _, s := range g.strata {
		passed += s.passed(rate, times)
		of += s.trials(times)
	}
	return share(passed, of), of
}

// fmrInterval returns the 95 % interval of fmr by bootstrap over persons, who are
// drawn with all their templates and probes: trials that share a person are not
// independent (ISO/IEC 19795-1).
func (g *group) fmrInterval(rate int, persons int) (low, high float64) {
	members := map[int]bool{}
	for _, s := range g.strata {
		for person := range s.templates {
			members[person] = true
		}
		for person := range s.probes {
			members[person] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(members))
	rng := rand.New(rand.NewPCG(1, 2))
	rates := make([]float64, drawings)
	for i := range rates {
		times := make([]int, persons)
		for range sorted {
			times[sorted[rng.IntN(len(sorted))]]++
		}
		rates[i], _ = g.fmr(rate, times)
	}
	slices.Sort(rates)
	return rates[drawings/40], rates[drawings-1-drawings/40]
}

// everyone returns the drawing in which each person occurs once.
func everyone(persons int) []int { return slices.Repeat([]int{1}, persons) }

// groupsOf returns the names of a patient's groups: by sex, age and finding.
func groupsOf(p cohort.Patient) []string {
	sex := map[string]string{"M": "men", "F": "women"}[p.Sex]
	age := "80 years and older"
	switch {
	case p.Age < 0:
		age = "age unknown"
	case p.Age < 40:
		age = "up to 39 years"
	case p.Age < 60:
		age = "40 to 59"
	case p.Age < 80:
		age = "60 to 79"
	}
	finding := "ECG not normal"
	if p.Normal {
		finding = "ECG normal"
	}
	return []string{sex, age, finding}
}

// of returns the patient's groups.
func (c *clinic) of(p cohort.Patient) (groups []*group) {
	for _, name := range groupsOf(p) {
		if c.groups[name] == nil {
			c.groups[name] = &group{strata: map[string]*stratum{}}
		}
		groups = append(groups, c.groups[name])
	}
	return groups
}

// stratumOf returns the group's stratum of the patient.
func (g *group) stratumOf(p cohort.Patient) *stratum {
	name := strings.Join(groupsOf(p), ", ")
	if g.strata[name] == nil {
		g.strata[name] = newStratum()
	}
	return g.strata[name]
}

// join counts the persons' templates and probes.
func (c *clinic) join() {
	for k, p := range c.persons {
		first := p[0].recordings[0].patient
		c.all.strata[everybody].templates[k]++
		for _, g := range c.of(first) {
			g.stratumOf(first).templates[k]++
		}
		for _, visit := range p {
			c.all.strata[everybody].probes[k] += len(visit.recordings)
			for _, probe := range visit.recordings {
				for _, g := range c.of(probe.patient) {
					g.stratumOf(probe.patient).probes[k]++
				}
			}
		}
	}
}

// meet counts an impostor trial.
func (c *clinic) meet(enrolled, probed int, template, probe cohort.Patient, score float64) {
	var groups []*stratum
	for i, rate := range named {
		if score < c.set.Impostors.Threshold(rate) {
			return // as the rates fall, the thresholds rise
		}
		if groups == nil {
			groups = c.strata(template, probe)
		}
		for _, s := range groups {
			s.accepted[i][[2]int{enrolled, probed}]++
		}
	}
}

// strata returns the strata of a trial between the two patients.
func (c *clinic) strata(template, probe cohort.Patient) []*stratum {
	strata := []*stratum{c.all.strata[everybody]}
	if !slices.Equal(groupsOf(template), groupsOf(probe)) {
		return strata
	}
	for _, g := range c.of(probe) {
		strata = append(strata, g.stratumOf(probe))
	}
	return strata
}

// writeGroups writes both error rates of each group at the named rates.
func (c *clinic) writeGroups(w io.Writer) {
	fmt.Fprintln(w, "\n| impostors of the same sex, age and finding | persons, impostor trials; genuine ones | FMR %, FNMR % at the threshold named 1 % | 0.1 % | 0.01 % |\n|---|---|---|---|---|")
	for _, name := range slices.Sorted(maps.Keys(c.groups)) {
		g := c.groups[name]
		_, trials := g.fmr(0, everyone(len(c.persons)))
		fmt.Fprintf(w, "| %s | %d, %d; %d ", name, g.size(), trials, len(g.genuine))
		for i, rate := range named {
			accepted, _ := g.fmr(i, everyone(len(c.persons)))
			low, high := g.fmrInterval(i, len(c.persons))
			fmt.Fprintf(w, "| %.3g (%.3g-%.3g), %s ", 100*accepted, 100*low, 100*high, rejected(g.genuine, c.set.Impostors.Threshold(rate)))
		}
		fmt.Fprintln(w, "|")
	}
}

// size returns the number of enrolled persons.
func (g *group) size() (persons int) {
	for _, s := range g.strata {
		persons += len(s.templates)
	}
	return persons
}

// rejected returns fnmr in percent, with its interval.
func rejected(of []comparison, threshold float64) string {
	if len(of) == 0 {
		return "none"
	}
	low, high := interval(of, threshold)
	return fmt.Sprintf("%.1f (%.1f-%.1f)", 100*fnmr(of, threshold), 100*low, 100*high)
}
