package table

import (
	"math"

	"systole/shared/ecg/recording/internal/raw"
)

// fewestInRow is the least number of fields of one of several rows of samples, in
// distinction from a table with too many columns.
const fewestInRow = 250

// inRows reads a recording whose leads, and maybe times, are rows of equal
// length, each after its name or without one. It refuses rows that are cut off,
// rows of a beat each, and more than most samples.
func (t *Table) inRows(s *splitter, line, rest []byte, most int) bool {
	rows, last := 1, line
	for next, behind := nextLine(rest); len(next) > 0; next, behind = nextLine(behind) {
		if next[0] == '#' {
			continue
		}
		if rows++; rows > raw.MaxColumns {
			return false
		}
		last = next
	}
	length := s.count(line)
	if rows > 1 && length < fewestInRow || rows*(length-1) > most {
		return false
	}
	first := s.split(nil, last)[0]
	_, _, number := s.number(first)
	named := !number && !missing(first)
	names, columns, moments := make([]string, 0, rows), make([][]float64, 0, rows), make([]bool, rows)
	for ; len(line) > 0; line, rest = nextLine(rest) {
		if line[0] == '#' {
			continue
		}
		name, column, moment, ok := s.row(line, length, named)
		if !ok {
			return false
		}
		moments[len(columns)] = moment
		names, columns = append(names, name), append(columns, column)
	}
	t.Names, t.units, t.Columns, t.moments, t.whole = names, nil, columns, moments, true
	return true
}

// row reads a row of the given number of fields: samples, after a name if named.
// moment reports whether a time is among them. ok is false for another row.
func (s *splitter) row(line []byte, length int, named bool) (name string, samples []float64, moment, ok bool) {
	samples = make([]float64, 0, length)
	if named {
		length--
	}
	for field, rest, more := s.first(line); more; field, rest, more = s.next(rest) {
		if named {
			name, named = string(field), false
			continue
		}
		x, time, number := s.number(field)
		if len(samples) == length || !number && !missing(field) {
			return "", nil, false, false
		}
		if !number {
			x = math.NaN()
		}
		samples, moment = append(samples, x), moment || time
	}
	return name, samples, moment, len(samples) == length
}
