package table

import (
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// clock is a column of times.
type clock struct {
	times   []float64 // of each sample, in the column's unit
	step    float64   // between samples
	rateHz  float64
	coarse  bool // it ticks about once per sample: two equal times don't mean a repeated sample
	guessed bool // no name identifies it as a clock, or states the unit of its count
}

// clock returns the column of times, nil if there is none, and the columns that
// are neither times nor counters. Of several clocks it takes the sensor's own:
// others state when a sample arrived.
func (t *Table) clock() (best *clock, leads []int) {
	for i := range t.Columns {
		sure, maybe := t.namesTime(i)
		switch {
		case t.counts(i), t.isRaw(i):
			continue
		case i > 0 && !sure && !maybe && !t.moments[i]:
			leads = append(leads, i)
			continue
		}
		c := t.clockIn(i)
		switch {
		case c == nil && !sure && !maybe && !t.moments[i]:
			leads = append(leads, i)
		case c == nil:
		case best == nil || best.guessed && !c.guessed || strings.Contains(strings.ToLower(t.name(i)), "sensor"):
			best = c
		}
	}
	return best, leads
}

// isRaw reports whether a column has a converter's numbers, which another column
// has calibrated.
func (t *Table) isRaw(column int) bool {
	if len(t.raws) != len(t.Columns) || t.Names == nil || !t.raws[column] {
		return false
	}
	for i, raw := range t.raws {
		if !raw && t.Names[i] == t.Names[column] {
			return true
		}
	}
	return false
}

// name returns the name of a column, empty if it has none.
func (t *Table) name(column int) string {
	if t.Names == nil {
		return ""
	}
	return t.Names[column]
}

// namesTime reports whether a column's name is that of times. Short names count
// for the first column only, where they can't be leads.
func (t *Table) namesTime(column int) (sure, maybe bool) {
	sure, maybe = raw.NamesTime(t.name(column))
	return sure, maybe && (column == 0 || column == 1 && t.ofWords(0))
}

// counts reports whether a column counts samples: one by one, under a name for
// that or none. A counter is neither a clock nor a lead.
func (t *Table) counts(column int) bool {
	x := t.Columns[column]
	if len(t.Columns) < 2 || len(x) < 3 || t.moments[column] || !raw.NamesCounter(t.name(column)) || t.Names == nil && column > 0 {
		return false
	}
	wraps := 0
	for i := 1; i < len(x); i++ {
		switch step := x[i] - x[i-1]; {
		case step == 1:
		case step < 0 && (t.name(column) != "" || column == 0): // nSeq starts anew at 16, OpenBCI's index at 256
			wraps++
		default:
			return false
		}
	}
	return wraps <= len(x)/8
}

// Rate returns the rate of samples at these times under a name, 0 if they are not
// an even clock.
func Rate(name string, times []float64) float64 {
	t := &Table{Columns: [][]float64{times, times}, Names: []string{name, ""}, moments: make([]bool, 2)}
	if c := t.clockIn(0); c != nil {
		return c.rateHz
	}
	return 0
}

// Follow places the samples of r by the times under a name: repeated samples are
// dropped, and gaps are left open. Times that are not an even clock change
// nothing.
func Follow(r *raw.Recording, name string, times []float64) error {
	t := &Table{Columns: [][]float64{times, times}, Names: []string{name, ""}, moments: make([]bool, 2)}
	if c := t.clockIn(0); c != nil {
		return c.follow(r)
	}
	return nil
}

// clockIn returns a column as a clock, nil if it isn't one.
func (t *Table) clockIn(column int) *clock {
	times := t.Columns[column]
	if len(t.Columns) < 2 || len(times) < 3 {
		return nil
	}
	if t.moments[column] {
		times = pastMidnight(times)
	}
	sure, maybe := t.namesTime(column)
	named := sure || maybe || t.moments[column]
	times, step, coarse := evenly(times, named)
	if !(step > 0) {
		return nil
	}
	unit, guessed := 1.0, false
	if !t.moments[column] {
		if unit = raw.TimeUnitIn(t.name(column)); unit == 0 {
			unit = raw.SecondsIn(t.unit(column))
		}
	}
	if unit == 0 {
		unit = raw.LikelySeconds(step)
		guessed = !named || step == 1
	}
	hz := 1 / (step * unit)
	const day, year1970, year2100 = 86400, 25569, 73050 // in days since 1899, the count of OLE and Excel
	if days := 1 / (step * day); !raw.PlausibleRate(hz) && times[0] > year1970 && times[0] < year2100 && raw.PlausibleRate(days) {
		hz = days
	}
	if !raw.PlausibleRate(hz) {
		return nil
	}
	return &clock{times, step, hz, coarse, guessed}
}

// pastMidnight adds a day wherever a time of day starts anew.
func pastMidnight(times []float64) []float64 {
	const day = 86400
	days := 0.0
	var past []float64
	for i := 1; i < len(times); i++ {
		if times[i]-times[i-1] < -day/2 && times[i] < day {
			if past == nil {
				past = slices.Clone(times)
			}
			days += day
		}
		if past != nil {
			past[i] = times[i] + days
		}
	}
	if past == nil {
		return times
	}
	return past
}

// evenly returns the time of each sample and the step between two, 0 if they
// don't advance evenly. Clocks are rounded, come once per packet, jitter, and
// samples get lost. The step is the mean of the usual steps, which over a stretch
// without gaps is its length divided by the number of its samples, whatever the
// rounding of single times. Columns that no name identifies as a clock are tested
// more strictly. A clock is coarse if it ticks about once per sample.
func evenly(times []float64, named bool) (at []float64, step float64, coarse bool) {
	steps := make([]float64, len(times)-1)
	zeros := 0
	for i := range steps {
		steps[i] = times[i+1] - times[i]
		if steps[i] < 0 || math.IsNaN(steps[i]) {
			return nil, 0, false
		}
		if steps[i] == 0 {
			zeros++
		}
	}
	if named && 5*zeros >= 2*len(steps) {
		at, step = packets(times)
		return at, step, true
	}
	sorted := slices.Sorted(slices.Values(steps))
	median := sorted[len(sorted)/2]
	if !named {
		middle := mean(sorted[len(sorted)/4 : len(sorted)-len(sorted)/4])
		if middle < 0.9*median || middle > 1.1*median {
			return nil, 0, false
		}
	}
	coarse = median < 1.5*resolution(times)
	for _, tolerance := range []float64{0.55, 1.1} { // the second for clocks on which a step is zero, one or two ticks
		low, _ := slices.BinarySearch(sorted, (1-tolerance)*median)
		high, _ := slices.BinarySearch(sorted, (1+tolerance)*median)
		if regular := sorted[low:high]; 10*len(regular) >= 9*len(sorted) && !(coarse && tolerance < 1) {
			return times, mean(regular), coarse
		}
	}
	// For a clock that jitters: all steps except gaps.
	most, _ := slices.BinarySearch(sorted, 2*gapSteps*mean(sorted[:len(sorted)-len(sorted)/20]))
	return times, mean(sorted[:most]), coarse
}

// resolution returns the largest power of ten, up to 1, of which all times are
// multiples.
func resolution(times []float64) float64 {
	const looked = 1000 // times to examine; more change nothing
	for tick := 1.0; tick >= 1e-6; tick /= 10 {
		multiple := true
		for _, at := range times[:min(len(times), looked)] {
			off := math.Abs(at/tick - math.Round(at/tick))
			multiple = multiple && off < 1e-3+4e-16*math.Abs(at)/tick
		}
		if multiple {
			return tick
		}
	}
	return 0
}

// packets is evenly for times that several samples share. Samples of a packet are
// spaced like those of all packets on average; a missing packet leaves a gap.
func packets(times []float64) ([]float64, float64) {
	begin := []int{0}
	for i := 1; i < len(times); i++ {
		if times[i] > times[i-1] {
			begin = append(begin, i)
		}
	}
	if len(begin) < 3 {
		return nil, 0
	}
	spans := make([]float64, len(begin)-1)
	for k := range spans {
		spans[k] = times[begin[k+1]] - times[begin[k]]
	}
	usual := slices.Sorted(slices.Values(spans))[len(spans)/2]
	samples, span := 0, 0.0
	for k, s := range spans {
		if s <= 1.5*usual {
			samples += begin[k+1] - begin[k]
			span += s
		}
	}
	step := span / float64(samples)
	spread := make([]float64, len(times))
	at := times[0]
	for k, from := range begin {
		to := len(times)
		if k < len(spans) {
			to = begin[k+1]
		}
		if k > 0 && spans[k-1] > 1.5*usual {
			at += max(0, spans[k-1]-float64(from-begin[k-1])*step)
		}
		for i := from; i < to; i++ {
			spread[i] = at
			at += step
		}
	}
	return spread, step
}

func mean(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

const (
	// gapSteps is the least delay of a sample, in steps, that means lost samples
	// before it.
	gapSteps = 5
	// fewTwice is the largest share of equal consecutive times that means repeated
	// samples. Above it the clock is coarse.
	fewTwice = 0.05
	// mostNoted bounds the gaps that are noted one by one.
	mostNoted = 5
)

// follow places the samples of r by the clock: repeated samples are dropped,
// and gaps are left open.
func (c *clock) follow(r *raw.Recording) error {
	keep, lost, twice := make([]int, 0, len(c.times)), 0, 0
	for i := range c.times {
		if i > 0 && c.times[i] == c.times[i-1] {
			twice++
		}
	}
	drop := !c.coarse && float64(twice) <= fewTwice*float64(len(c.times))
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

// rearranged returns the samples with these indices, NaN for -1.
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
