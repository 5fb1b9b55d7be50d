package table

import (
	"cmp"
	"math"
	"slices"

	"systole/shared/ecg/recording/internal/raw"
)

// mostDescents is the largest share of rows with a time before that of the row
// above, in a table that isn't in descending order: packets that came late.
const mostDescents = 0.1

// longestDescent is the greatest delay of a packet, in steps. A clock that goes
// back further starts anew, at midnight or when its bits overflow.
const longestDescent = 1000

// sortRows sorts rows by their times if these show a descending order, or rows
// that came late. Rows of a second recording, whose clock started anew, would be
// mixed with those of the first: such steps are recognised, and the rows stay.
func (t *Table) sortRows(r *raw.Recording) {
	for i, times := range t.Columns {
		if sure, maybe := t.namesTime(i); !sure && !maybe && !t.moments[i] || t.counts(i) {
			continue
		}
		if slices.IsSorted(times) {
			return
		}
		before, descents, longest := stepOf(times)
		order := make([]int, len(times))
		for k := range order {
			order[k] = k
		}
		late := float64(descents) <= mostDescents*float64(len(times)) && longest <= longestDescent*before
		if descending := float64(descents) >= (1-mostDescents)*float64(len(times)-1); !descending && !late {
			return
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
		sorted := inOrder(times, order)
		if after, _, _ := stepOf(sorted); !(math.Abs(after/before-1) < 0.02) {
			return
		}
		for k, column := range t.Columns {
			t.Columns[k] = inOrder(column, order)
		}
		r.Notef("rows_sorted", "%d rows weren't in the order of their times", descents)
		return
	}
}

// stepOf returns the median of the lengths of the steps between times, NaN if a
// time is missing, the number of steps back, and the length of the longest of
// these.
func stepOf(times []float64) (median float64, descents int, longest float64) {
	steps := make([]float64, 0, len(times))
	for i := 1; i < len(times); i++ {
		step := times[i] - times[i-1]
		if math.IsNaN(step) {
			return math.NaN(), 0, 0
		}
		if step < 0 {
			descents++
			longest = max(longest, -step)
		}
		steps = append(steps, math.Abs(step))
	}
	if len(steps) == 0 {
		return math.NaN(), 0, 0
	}
	slices.Sort(steps)
	return steps[len(steps)/2], descents, longest
}

func inOrder(x []float64, order []int) []float64 {
	y := make([]float64, len(x))
	for i, from := range order {
		y[i] = x[from]
	}
	return y
}
