package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// table writes all rows, and of kinds that several databases have the total.
func (m *measurement) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "trials\tkind\tdatabase\ttried\tunusable\trefused\tin all %\t95 % interval\t")
	for i, r := range m.rows {
		if !m.first(i) {
			continue
		}
		total := row{group: r.group, kind: r.kind, database: "all"}
		parts := 0
		for _, other := range m.rows[i:] {
			if other.group != r.group || other.kind != r.kind {
				continue
			}
			other.write(w)
			total.tried += other.tried
			total.unusable += other.unusable
			total.refused += other.refused
			parts++
		}
		if parts > 1 {
			total.write(w)
		}
	}
	return w.Flush()
}

// first says whether no earlier row is of the same kind.
func (m *measurement) first(i int) bool {
	for _, r := range m.rows[:i] {
		if r.group == m.rows[i].group && r.kind == m.rows[i].kind {
			return false
		}
	}
	return true
}

func (r *row) write(w io.Writer) {
	low, high := interval(r.unusable+r.refused, r.tried)
	fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%.2f\t%.2f to %.2f\t\n", r.group, r.kind, r.database,
		r.tried, r.unusable, r.refused, 100*float64(r.unusable+r.refused)/float64(r.tried), 100*low, 100*high)
}

// interval is Wilson's 95 % interval of a share (E. B. Wilson, J. Am. Stat.
// Assoc. 22, 1927). It takes trials as independent, which those of one person
// aren't quite.
func interval(hits, tried int) (low, high float64) {
	const z = 1.96
	n := float64(tried)
	p := float64(hits) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	reach := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-reach), min(1, middle+reach)
}
