package table

import (
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

var timeNames = []string{"time", "timestamp", "t", "ms", "sec", "seconds", "millis", "elapsed", "date", "phone", "sensor"}

// clock is a column of times.
type clock struct {
	times  []float64
	step   float64 // between samples, as a rule
	rateHz float64
}

// clock returns the column that tells the time, nil for none, and those that
// don't. Of several the sensor's own is taken: others say when a sample arrived.
func (t *Table) clock() (best *clock, leads []int) {
	for i := range t.Columns {
		if i > 0 && !t.isTime(i) {
			leads = append(leads, i)
			continue
		}
		c := t.clockIn(i)
		switch {
		case c != nil && (best == nil || strings.Contains(strings.ToLower(t.Names[i]), "sensor")):
			best = c
		case c == nil && !t.isTime(i):
			leads = append(leads, i)
		}
	}
	slices.Sort(leads)
	return best, leads
}

// isTime reports whether a column's header says that it is one of times.
func (t *Table) isTime(column int) bool {
	return t.names(column, timeNames) && (column == 0 || strings.Contains(strings.ToLower(t.Names[column]), "time"))
}

// names reports whether a column's header begins with one of the words.
func (t *Table) names(column int, words []string) bool {
	if t.Names == nil {
		return false
	}
	name := strings.ToLower(t.Names[column])
	end := strings.IndexFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') })
	if end >= 0 {
		name = name[:end]
	}
	return slices.Contains(words, name)
}

// Rate is the rate of samples at these times, 0 if they are no even clock.
func Rate(times []float64) float64 {
	t := &Table{Columns: [][]float64{times, times}, Names: []string{"time", ""}}
	if c := t.clockIn(0); c != nil {
		return c.rateHz
	}
	return 0
}

// clockIn returns the clock that a column is, nil if it is none.
func (t *Table) clockIn(column int) *clock {
	times := t.Columns[column]
	if len(t.Columns) < 2 || len(times) < 3 {
		return nil
	}
	steps := make([]float64, len(times)-1)
	for i := range steps {
		steps[i] = times[i+1] - times[i]
	}
	slices.Sort(steps)
	if steps[0] < 0 || steps[len(steps)-1] <= 0 {
		return nil
	}
	// The mean of the middle half: clocks are rounded, and packets get lost.
	middle := steps[len(steps)/4 : len(steps)-len(steps)/4]
	sum := 0.0
	for _, step := range middle {
		sum += step
	}
	step := sum / float64(len(middle))
	named := t.isTime(column)
	if step <= 0 || !named && (step < 0.9*steps[len(steps)/2] || step > 1.1*steps[len(steps)/2]) {
		return nil
	}
	hz := t.perSecond(column, step) / step
	if hz < 10 || hz > 20_000 {
		return nil
	}
	return &clock{times, step, hz}
}

// perSecond is how many units of a time column make a second: as its header
// says, else the one in which samples lie 50 µs to 50 ms apart.
func (t *Table) perSecond(column int, step float64) float64 {
	if t.Names != nil {
		name := strings.ToLower(t.Names[column])
		for _, u := range []struct {
			words     []string
			perSecond float64
		}{
			{[]string{"ms", "milli"}, 1e3}, {[]string{"us", "µs", "μs", "micro"}, 1e6}, {[]string{"ns", "nano"}, 1e9},
			{[]string{"(s)", "[s]", "_s", "sec"}, 1},
		} {
			for _, word := range u.words {
				if strings.Contains(name, word) {
					return u.perSecond
				}
			}
		}
	}
	switch {
	case step < 0.05:
		return 1
	case step < 50:
		return 1e3
	case step < 50e3:
		return 1e6
	}
	return 1e9
}

const (
	// gapSteps is how many steps a sample must be late to have others lost before it.
	gapSteps = 5
	// fewTwice is the share of samples up to which those with the time of the one
	// before came twice. Where there are more the clock is coarse.
	fewTwice = 0.05
	// mostNoted bounds the gaps that are noted one by one.
	mostNoted = 5
)

// follow puts samples of r where the clock says: what came twice goes, and what is
// missing is left open.
func (c *clock) follow(r *raw.Recording) error {
	keep, lost, twice := make([]int, 0, len(c.times)), 0, 0
	for i := range c.times {
		if i > 0 && c.times[i] == c.times[i-1] {
			twice++
		}
	}
	drop := float64(twice) <= fewTwice*float64(len(c.times))
	gaps := 0
	for i, at := range c.times {
		if i > 0 && drop && at == c.times[i-1] {
			continue
		}
		if i > 0 && at-c.times[i-1] > gapSteps*c.step {
			n := int(math.Min(math.Round((at-c.times[i-1])/c.step)-1, raw.MaxSamples))
			if lost += n; lost > len(c.times) {
				return raw.Refuse(raw.Unreadable, 0, "more of it is missing than there: its times have gaps longer than itself")
			}
			keep = append(keep, make([]int, n)...)
			for j := len(keep) - n; j < len(keep); j++ {
				keep[j] = -1
			}
			if gaps++; gaps <= mostNoted {
				r.Notef("gap", "gap of %.1f s at %.1f s", float64(n)/c.rateHz, float64(len(keep)-n)/c.rateHz)
			}
		}
		keep = append(keep, i)
	}
	if gaps > mostNoted {
		r.Notef("gap", "and %d more gaps", gaps-mostNoted)
	}
	if drop && twice > 0 {
		r.Notef("twice", "%d samples that came twice left out", twice)
	}
	if gaps == 0 && (twice == 0 || !drop) {
		return nil
	}
	for i := range r.Leads {
		r.Leads[i].MV = rearranged(r.Leads[i].MV, keep)
	}
	return nil
}

// rearranged is the samples with these indices, NaN for -1.
func rearranged(mv []float64, indices []int) []float64 {
	out := make([]float64, len(indices))
	for j, i := range indices {
		out[j] = math.NaN()
		if i >= 0 {
			out[j] = mv[i]
		}
	}
	return out
}
