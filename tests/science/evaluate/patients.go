package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"

	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
	"systole/tests/science/trials"
)

// visit is a patient's recordings of one day.
type visit struct {
	recordings []*heartbeat
	day        time.Time
}

// heartbeat is a recording in the form in which it is compared.
type heartbeat struct {
	patient   cohort.Patient
	embedding []float32
	weight    float64
}

// person is a patient's visits in order of time, without recordings that the
// engine would refuse.
type person []visit

// comparison is a genuine trial.
type comparison struct {
	person int
	gap    time.Duration
	probe  cohort.Patient
	score  float64
	weight float64 // of the probe's beats and quality; see parameters.Weight
}

// clinic is PTB-XL's folds as one algorithm compares them.
type clinic struct {
	set       *parameters.Parameters
	persons   []person
	templates []parameters.Template // of the first day
	impostors []float64             // falling scores
	genuine   []comparison          // later days against the first
	sameDay   []comparison          // within the first day: later recordings against the first one
	groups    map[string]*group
	all       *group // every impostor trial, in one stratum
	refused   int    // recordings that are unusable as probes
}

var named = []float64{0.01, 0.001, 0.0001}

// patients measures an algorithm on PTB-XL's folds: every patient's first day is
// enrolled and compared with every recording of every other one, and with the
// patient's own later days.
func patients(w io.Writer, o options, set *parameters.Parameters, folds []int) error {
	recordings, facts, err := cohort.LoadPTBXL(filepath.Join(cohort.Folder(o.data, "."), cohort.PTBXL), 0, folds...)
	if err != nil {
		return err
	}
	c := &clinic{set: set, groups: map[string]*group{}, all: &group{strata: map[string]*stratum{everybody: newStratum()}}}
	c.read(recordings, facts)
	c.compare()
	c.write(w)
	if o.out != "" {
		return c.saveDET(filepath.Join(o.out, "det-patients"))
	}
	return nil
}

func (c *clinic) read(recordings []cohort.Recording, facts []cohort.Patient) {
	bench := trials.NewBench()
	before := ""
	for i := range recordings {
		r := &recordings[i]
		embedding, weight := bench.Probe(trials.Whole(r), c.set)
		if embedding == nil {
			c.refused++
			continue
		}
		if r.Person != before {
			c.persons = append(c.persons, nil)
			before = r.Person
		}
		own := &c.persons[len(c.persons)-1]
		day := facts[i].At.Truncate(24 * time.Hour)
		if n := len(*own); n == 0 || !(*own)[n-1].day.Equal(day) {
			*own = append(*own, visit{day: day})
		}
		last := &(*own)[len(*own)-1]
		last.recordings = append(last.recordings, &heartbeat{facts[i], embedding, weight})
	}
}

// template returns a template of some recordings of one day.
func template(of []*heartbeat) (t parameters.Template) {
	for _, r := range of {
		t.Add(r.embedding, r.weight)
	}
	return t
}

func (c *clinic) compare() {
	for _, p := range c.persons {
		c.templates = append(c.templates, template(p[0].recordings))
	}
	c.join()
	for k := range c.persons {
		for v, visit := range c.persons[k] {
			for n, probe := range visit.recordings {
				c.probe(k, v, n, probe)
			}
		}
	}
	slices.SortFunc(c.impostors, func(a, b float64) int { return cmp.Compare(b, a) })
}

// probe compares the nth recording of a person's visit with the other persons'
// templates; unless it is of the first day, also with the person's own.
func (c *clinic) probe(k, visit, n int, probe *heartbeat) {
	for i := range c.templates {
		enrolled := c.persons[i][0].recordings[0].patient
		if i != k {
			score := c.set.Compare(&c.templates[i], probe.embedding)
			c.impostors = append(c.impostors, score)
			c.meet(i, k, enrolled, probe.patient, score)
			continue
		}
		one := comparison{person: k, gap: c.persons[k][visit].day.Sub(c.persons[k][0].day), probe: probe.patient, weight: probe.weight}
		switch {
		case visit > 0:
			one.score = c.set.Compare(&c.templates[i], probe.embedding)
			c.genuine = append(c.genuine, one)
			for _, g := range c.of(probe.patient) {
				g.genuine = append(g.genuine, one)
			}
		case n > 0:
			first := template(c.persons[k][0].recordings[:1])
			one.score = c.set.Compare(&first, probe.embedding)
			c.sameDay = append(c.sameDay, one)
		}
	}
}

// at returns the score that a share of the impostors reaches.
func (c *clinic) at(rate float64) float64 {
	return c.impostors[min(int(rate*float64(len(c.impostors))), len(c.impostors)-1)]
}

// fmr returns the share of the impostors that reaches a threshold.
func (c *clinic) fmr(threshold float64) float64 {
	n, _ := slices.BinarySearchFunc(c.impostors, threshold, func(score, threshold float64) int {
		if score >= threshold {
			return -1
		}
		return 1
	})
	return float64(n) / float64(len(c.impostors))
}

// fnmr returns the share of the trials below a threshold. Each person counts the
// same.
func fnmr(of []comparison, threshold float64) float64 {
	all, below := map[int]float64{}, map[int]float64{}
	for _, t := range of {
		all[t.person]++
		if t.score < threshold {
			below[t.person]++
		}
	}
	sum := 0.0
	for person, n := range all {
		sum += below[person] / n
	}
	return sum / float64(len(all))
}

func (c *clinic) eer(of []comparison) float64 {
	low, high := 0, len(c.impostors)-1 // fmr rises with the index, and fnmr falls
	for low < high {
		middle := (low + high) / 2
		if float64(middle)/float64(len(c.impostors)) >= fnmr(of, c.impostors[middle]) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return (float64(low)/float64(len(c.impostors)) + fnmr(of, c.impostors[low])) / 2
}

func (c *clinic) write(w io.Writer) {
	fmt.Fprintf(w, "%s on PTB-XL: %d patients enrolled with their first day, %d impostor trials, %d genuine ones on later days; %d recordings refused.\n\n",
		c.set.Algorithm, len(c.persons), len(c.impostors), len(c.genuine), c.refused)
	fmt.Fprintln(w, "| threshold named | impostors let through, % | trials let through |\n|---|---|---|")
	for i, rate := range named {
		share := c.fmr(c.set.Impostors.Threshold(rate))
		low, high := c.all.fmrInterval(i, len(c.persons))
		fmt.Fprintf(w, "| %g %% | %.4f (%.4f-%.4f) | %.0f |\n", 100*rate, 100*share, 100*low, 100*high, share*float64(len(c.impostors)))
	}
	fmt.Fprintln(w, "\n| time since enrolment | patients, trials | EER % | FNMR % at FMR 1 % | at 0.1 % | at 0.01 % | at the threshold named 1 % | 0.1 % | 0.01 % |\n|---|---|---|---|---|---|---|---|---|")
	c.line(w, "same day", c.sameDay)
	const day = 24 * time.Hour
	from := time.Duration(0)
	for _, span := range []struct {
		name string
		to   time.Duration
	}{{"to a week", 7 * day}, {"to a month", 31 * day}, {"to a quarter", 92 * day}, {"to a year", 366 * day}, {"longer", 1e6 * time.Hour}} {
		var some []comparison
		for _, t := range c.genuine {
			if t.gap > from && t.gap <= span.to {
				some = append(some, t)
			}
		}
		c.line(w, span.name, some)
		from = span.to
	}
	c.line(w, "all later days", c.genuine)
	c.writeDays(w)
	c.writeGroups(w)
	c.writeFindings(w)
	c.writeRefused(w)
}

// writeFindings writes the later days' refusals by what was found in the ECG of
// the enrolment or of the check.
func (c *clinic) writeFindings(w io.Writer) {
	fmt.Fprintln(w, "\n| in the ECG of the enrolment or of the check | patients, trials | FNMR % at the threshold named 1 % | 0.1 % | 0.01 % |\n|---|---|---|---|---|")
	for _, finding := range []struct {
		name string
		in   func(enrolled, probe cohort.Patient) bool
	}{
		{"both normal", func(enrolled, probe cohort.Patient) bool { return enrolled.Normal && probe.Normal }},
		{"one of them not normal, none of those below", func(enrolled, probe cohort.Patient) bool {
			return !(enrolled.Normal && probe.Normal) && !enrolled.Has(apart...) && !probe.Has(apart...)
		}},
		{"atrial fibrillation or flutter", has("AFIB", "AFLT")},
		{"pacemaker", has("PACE")},
		{"complete bundle branch block", has("CLBBB", "CRBBB")},
		{"ventricular extrasystoles", has("PVC")},
	} {
		var of []comparison
		persons := map[int]bool{}
		for _, t := range c.genuine {
			if finding.in(c.persons[t.person][0].recordings[0].patient, t.probe) {
				of, persons[t.person] = append(of, t), true
			}
		}
		fmt.Fprintf(w, "| %s | %d, %d ", finding.name, len(persons), len(of))
		for _, rate := range named {
			fmt.Fprintf(w, "| %s ", rejected(of, c.set.Impostors.Threshold(rate)))
		}
		fmt.Fprintln(w, "|")
	}
}

// apart are the SCP-ECG statements that have lines of their own.
var apart = []string{"AFIB", "AFLT", "PACE", "CLBBB", "CRBBB", "PVC"}

// has returns whether one of two ECGs has one of the SCP-ECG statements.
func has(codes ...string) func(enrolled, probe cohort.Patient) bool {
	return func(enrolled, probe cohort.Patient) bool { return enrolled.Has(codes...) || probe.Has(codes...) }
}

// writeRefused leaves out the later days' probes of the lowest weight, share by
// share. The intervals are by bootstrap over persons.
func (c *clinic) writeRefused(w io.Writer) {
	fmt.Fprintln(w, "\n| probes of least weight left out | trials | FNMR % at the threshold named 1 % | 0.1 % | 0.01 % |\n|---|---|---|---|---|")
	byWeight := slices.SortedFunc(slices.Values(c.genuine), func(a, b comparison) int { return cmp.Compare(a.weight, b.weight) })
	for _, share := range []float64{0, 0.05, 0.1, 0.2, 0.3, 0.5} {
		left := byWeight[int(share*float64(len(byWeight))):]
		fmt.Fprintf(w, "| %g %% | %d ", 100*share, len(left))
		for _, rate := range named {
			fmt.Fprintf(w, "| %s ", rejected(left, c.set.Impostors.Threshold(rate)))
		}
		fmt.Fprintln(w, "|")
	}
}

// interval returns the 95 % interval of fnmr, by 500 drawings of persons.
func interval(of []comparison, threshold float64) (low, high float64) {
	own := map[int][]comparison{}
	for _, t := range of {
		own[t.person] = append(own[t.person], t)
	}
	persons := slices.Sorted(maps.Keys(own))
	rng := rand.New(rand.NewPCG(1, 1))
	rates := make([]float64, drawings)
	for i := range rates {
		sum := 0.0
		for range persons {
			sum += fnmr(own[persons[rng.IntN(len(persons))]], threshold)
		}
		rates[i] = sum / float64(len(persons))
	}
	slices.Sort(rates)
	return rates[drawings/40], rates[drawings-1-drawings/40]
}

func (c *clinic) line(w io.Writer, name string, of []comparison) {
	persons := map[int]bool{}
	for _, t := range of {
		persons[t.person] = true
	}
	if len(persons) == 0 {
		return
	}
	fmt.Fprintf(w, "| %s | %d, %d | %.1f ", name, len(persons), len(of), 100*c.eer(of))
	for _, rate := range named {
		fmt.Fprintf(w, "| %.1f ", 100*fnmr(of, c.at(rate)))
	}
	for _, rate := range named {
		fmt.Fprintf(w, "| %s ", rejected(of, c.set.Impostors.Threshold(rate)))
	}
	fmt.Fprintln(w, "|")
}

// writeDays enrols the same patients on one to four days, and compares
// each with the last one. Impostors are the other patients' last recordings.
func (c *clinic) writeDays(w io.Writer) {
	fmt.Fprintln(w, "\n| patients with | enrolled on | patients | FNMR % at FMR 1 % | at 0.1 % | FMR %, FNMR % at the threshold named 1 % | 0.1 % | points fewer than by one day |\n|---|---|---|---|---|---|---|---|")
	for _, least := range []int{3, 4, 5} {
		first := c.writeDaysOf(w, least, 1, nil)
		for days := 2; days < least; days++ {
			c.writeDaysOf(w, least, days, first)
		}
	}
}

// writeDaysOf writes the line of a number of days, and returns its genuine trials.
// first are those of one day.
func (c *clinic) writeDaysOf(w io.Writer, least, days int, first []comparison) (genuine []comparison) {
	var impostors []float64
	for k, p := range c.persons {
		if len(p) < least {
			continue
		}
		var each []parameters.Template
		for _, v := range p[:days] {
			each = append(each, template(v.recordings))
		}
		enrolled := parameters.CombineDays(each)
		for i, other := range c.persons {
			for _, probe := range other[len(other)-1].recordings {
				score := c.set.Compare(&enrolled, probe.embedding)
				if i == k {
					genuine = append(genuine, comparison{person: k, score: score})
				} else {
					impostors = append(impostors, score)
				}
			}
		}
	}
	if len(genuine) == 0 {
		return nil
	}
	slices.SortFunc(impostors, func(a, b float64) int { return cmp.Compare(b, a) })
	some := clinic{set: c.set, impostors: impostors}
	persons := map[int]bool{}
	for _, t := range genuine {
		persons[t.person] = true
	}
	fmt.Fprintf(w, "| %d days and more | %d | %d | %.1f | %.1f ", least, days, len(persons), 100*fnmr(genuine, some.at(named[0])), 100*fnmr(genuine, some.at(named[1])))
	for _, rate := range named[:2] {
		threshold := c.set.Impostors.Threshold(rate)
		fmt.Fprintf(w, "| %.3f, %s ", 100*some.fmr(threshold), rejected(genuine, threshold))
	}
	fewer := ""
	if first != nil {
		fewer = gain(first, genuine, c.set.Impostors.Threshold(named[1]))
	}
	fmt.Fprintf(w, "| %s |\n", fewer)
	return genuine
}

// gain returns by how many points after is rejected less than before, the same
// persons' trials, with the 95 % interval by drawings of persons.
func gain(before, after []comparison, threshold float64) string {
	share := func(of []comparison) map[int]float64 {
		own := map[int][]comparison{}
		for _, t := range of {
			own[t.person] = append(own[t.person], t)
		}
		rates := map[int]float64{}
		for person, of := range own {
			rates[person] = fnmr(of, threshold)
		}
		return rates
	}
	was, is := share(before), share(after)
	persons := slices.Sorted(maps.Keys(was))
	mean := func(draw func(i int) int) (sum float64) {
		for i := range persons {
			person := persons[draw(i)]
			sum += was[person] - is[person]
		}
		return 100 * sum / float64(len(persons))
	}
	rng := rand.New(rand.NewPCG(1, 3))
	drawn := make([]float64, drawings)
	for i := range drawn {
		drawn[i] = mean(func(int) int { return rng.IntN(len(persons)) })
	}
	slices.Sort(drawn)
	return fmt.Sprintf("%.1f (%.1f to %.1f)", mean(func(i int) int { return i }), drawn[drawings/40], drawn[drawings-1-drawings/40])
}

// saveDET draws the curves of the later days' trials, and marks the named
// thresholds on that of all.
func (c *clinic) saveDET(path string) error {
	const least = 1e-5
	p := plot.New()
	p.Title.Text = "PTB-XL, later days, " + c.set.Algorithm
	p.X.Label.Text, p.Y.Label.Text = "false match rate", "false non-match rate"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = least, 1, 0.01, 1
	p.Add(plotter.NewGrid())
	for i, one := range []struct {
		name string
		in   func(comparison) bool
	}{
		{"all", func(comparison) bool { return true }},
		{"within a month", func(t comparison) bool { return t.gap <= 31*24*time.Hour }},
		{"ECG normal", func(t comparison) bool { return t.probe.Normal }},
		{"ECG not normal", func(t comparison) bool { return !t.probe.Normal }},
	} {
		var of []comparison
		for _, t := range c.genuine {
			if one.in(t) {
				of = append(of, t)
			}
		}
		var xy plotter.XYs
		for rate := least; rate < 1; rate *= 1.25 {
			xy = append(xy, plotter.XY{X: rate, Y: max(fnmr(of, c.at(rate)), 0.01)})
		}
		line, err := plotter.NewLine(xy)
		if err != nil {
			return err
		}
		line.Color = curveColours[i]
		p.Add(line)
		p.Legend.Add(one.name, line)
	}
	if err := c.markThresholds(p, least); err != nil {
		return err
	}
	p.Legend.Left = true
	return savePlot(p, path)
}

// markThresholds adds a mark where each named threshold lies on the curve of all
// trials.
func (c *clinic) markThresholds(p *plot.Plot, least float64) error {
	var marks plotter.XYs
	for _, rate := range named {
		threshold := c.set.Impostors.Threshold(rate)
		marks = append(marks, plotter.XY{X: max(c.fmr(threshold), least), Y: fnmr(c.genuine, threshold)})
	}
	points, err := plotter.NewScatter(marks)
	if err != nil {
		return err
	}
	points.Shape, points.Color = draw.CircleGlyph{}, curveColours[0]
	p.Add(points)
	p.Legend.Add("thresholds named 1, 0.1, 0.01 %", points)
	return nil
}
