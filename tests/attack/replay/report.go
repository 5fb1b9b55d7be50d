package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
)

// table writes all rows, and for kinds with several rows the totals: of the
// persons that were learned from, of the others, and of all.
func (m *measurement) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "trials\tkind\tdatabase\tpersons\ttried\tunusable\trefused\tin all %\t95 % interval\t")
	for i, r := range m.rows {
		if !m.first(i) {
			continue
		}
		var learned, held row
		parts := 0
		for _, other := range m.rows[i:] {
			if other.group != r.group || other.kind != r.kind {
				continue
			}
			other.write(w)
			part := &held
			if other.learned {
				part = &learned
			}
			part.add(*other)
			parts++
		}
		if parts > 1 {
			all := row{group: r.group, kind: r.kind}
			for _, part := range []struct {
				row
				persons string
			}{{learned, "learned from"}, {held, "held out"}} {
				if part.tried > 0 {
					all.add(part.row)
					part.group, part.kind = r.group, r.kind
					part.line(w, "all", part.persons)
				}
			}
			all.line(w, "all", "all")
		}
	}
	return w.Flush()
}

// first reports whether no earlier row is of the same kind.
func (m *measurement) first(i int) bool {
	for _, r := range m.rows[:i] {
		if r.group == m.rows[i].group && r.kind == m.rows[i].kind {
			return false
		}
	}
	return true
}

func (r *row) add(other row) {
	r.tried += other.tried
	r.unusable += other.unusable
	r.refused += other.refused
}

func (r *row) write(w io.Writer) {
	persons := "held out"
	if r.learned {
		persons = "learned from"
	}
	r.line(w, r.database, persons)
}

func (r *row) line(w io.Writer, database, persons string) {
	low, high := interval(r.unusable+r.refused, r.tried)
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%.2f\t%.2f to %.2f\t\n", r.group, r.kind, database, persons,
		r.tried, r.unusable, r.refused, 100*float64(r.unusable+r.refused)/float64(r.tried), 100*low, 100*high)
}

// interval returns Wilson's 95 % interval of a share (E. B. Wilson, J. Am. Stat.
// Assoc. 22, 1927). It assumes independent trials, which those of one person
// aren't quite.
func interval(hits, tried int) (low, high float64) {
	const z = 1.96
	n := float64(tried)
	p := float64(hits) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	reach := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, middle-reach), min(1, middle+reach)
}
