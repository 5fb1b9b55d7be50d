package table

import (
	"bytes"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// maxHeaderLines bounds the lines without numbers before the first with them.
const maxHeaderLines = 100

// begin examines a line before the first with numbers, and reports whether it is
// that one. most bounds the samples to read.
func (t *Table) begin(s *splitter, line []byte, number int, rest []byte, most int) (bool, error) {
	*s = splitterFor(line, rest)
	if loneDecimals(line, rest, t.header) {
		*s = splitter{delimiter: '\n', comma: true}
	}
	fields := s.split(nil, line)
	if s.open(line) && len(t.Names) == len(fields)+1 { // the last column, missing here
		fields = append(fields, nil)
	}
	if len(fields) > raw.MaxColumns && t.inRows(s, line, rest, most) {
		return true, nil
	}
	if len(fields) > raw.MaxColumns {
		return false, raw.Refuse(raw.Unsupported, number, "it has %d columns, at most %d are read", s.count(line), raw.MaxColumns)
	}
	if s.numbers(fields) || s.mixed(fields, rest) {
		t.words, t.wordLine = make([]int, len(fields)), make([]int, len(fields))
		t.Columns = make([][]float64, len(fields))
		t.moments = make([]bool, len(fields))
		t.quoted = line[0] == '"'
		s.orderDates(fields, rest)
		t.matchNames(s, len(fields))
		return true, nil
	}
	if number > maxHeaderLines {
		return false, raw.Refuse(raw.Unreadable, number, "there are no numbers in its first %d lines", maxHeaderLines)
	}
	if bytes.HasSuffix(fields[0], []byte{'='}) && len(fields) > 1 {
		t.keyed(line, fields)
		return false, nil
	}
	if t.unitsRow(fields) {
		return false, nil
	}
	if stated := t.lookForRate(line); stated && (s.delimiter == 0 || len(fields) <= 3) { // a key and its value, and no names
		return false, nil
	}
	t.Names, t.units, t.header = texts(fields), nil, line
	return false, nil
}

// keyed reads a row of LabChart's header: a key and the values of the channels,
// which come after a column of times.
func (t *Table) keyed(line []byte, fields [][]byte) {
	t.lookForRate(line)
	switch strings.ToLower(string(fields[0])) {
	case "channeltitle=":
		t.comment = texts(fields)
		t.comment[0] = "time"
	case "unitname=", "units=":
		t.commentUnits = texts(fields)
		t.commentUnits[0] = ""
	}
}

// matchNames finds the names above the columns of a table: as the header is split
// by itself, by the numbers' delimiter, or with an unnamed column of row names
// before it, the form of R. Other names aren't those of columns.
func (t *Table) matchNames(s *splitter, columns int) {
	if len(t.Names) == columns {
		return
	}
	names := texts(s.split(nil, t.header))
	switch {
	case len(t.header) > 0 && len(names) == columns && !(columns == 1 && bytes.ContainsAny(t.header, ",;\t")):
		t.Names, t.units = names, nil
	case t.Names != nil && len(t.Names)+1 == columns:
		t.Names = append([]string{""}, t.Names...)
		if t.units != nil {
			t.units = append([]string{""}, t.units...)
		}
	case len(t.comment) == columns:
		t.Names, t.units = t.comment, nil
		if len(t.commentUnits) == columns {
			t.units = t.commentUnits
		}
	default:
		t.Names, t.units = nil, nil
	}
}

// lookForNames reads a comment that lists names, after a word for them, the form
// of BioSPPy, or alone, the form of NumPy. The numbers decide whether they are
// names of the columns.
func (t *Table) lookForNames(line []byte) {
	line = bytes.Trim(line, "# \t")
	title, list, found := bytes.Cut(line, []byte{':'})
	if !found {
		title, list, found = bytes.Cut(line, []byte{'='})
	}
	switch {
	case !found:
		list = line
	case !slices.Contains(listTitles[:], strings.ToLower(string(bytes.TrimSpace(title)))):
		return
	}
	list = beginning(bytes.Trim(list, "= \t"))
	s := splitter{delimiter: delimiterOf(append(bytes.Clone(list), ' '))}
	if len(list) > 0 {
		t.comment = texts(s.split(nil, list))
	}
}

// listTitles are words before a list of names.
var listTitles = [...]string{"labels", "label", "columns", "channels", "channel names", "signals", "names", "fields", "header"}

func texts(fields [][]byte) []string {
	texts := make([]string, len(fields))
	for i, field := range fields {
		texts[i] = string(field[:min(len(field), maxHeaderLine)])
	}
	return texts
}

// lookForRate reads the rate that a line before the numbers states, and reports
// whether it states one under its name. The first rate with a name counts, else
// the first number of Hz.
func (t *Table) lookForRate(line []byte) (named bool) {
	hz, named, ok := raw.RateIn(string(line[:min(len(line), maxHeaderLine)]))
	if ok && !t.rateNamed && (named || t.RateHz == 0) {
		t.RateHz, t.rateNamed = hz, named
	}
	return ok && named
}

// unitsRow reports whether a line under the names has their units, and keeps
// them.
func (t *Table) unitsRow(fields [][]byte) bool {
	if len(fields) < 2 || len(t.Names) != len(fields) && len(t.Names) != len(fields)+1 {
		return false
	}
	fields = append(fields, nil)[:len(t.Names)] // the last may have no unit
	if t.rawsRow(fields) {
		return true
	}
	known, all := 0, true
	units := make([]string, len(fields))
	for i, field := range fields {
		units[i] = strings.Trim(string(field), "()[]'")
		if raw.PerMV(units[i]) > 0 || raw.SecondsIn(units[i]) > 0 {
			known++
		}
		all = all && raw.IsUnit(units[i])
	}
	if !all && !(known >= 2 && raw.SecondsIn(units[0]) > 0) {
		return false
	}
	t.units = units
	return true
}

// rawsRow reads a row that states for each column whether it was calibrated;
// Shimmer's programs write it between names and units.
func (t *Table) rawsRow(fields [][]byte) bool {
	raws := make([]bool, len(t.Names))
	for i, field := range fields[:len(t.Names)] {
		word := strings.ToLower(string(field))
		if raws[i] = word == "raw"; !raws[i] && word != "cal" && (word != "" || i < len(t.Names)-1) {
			return false
		}
	}
	t.raws = raws
	return true
}

// Bounds on the comments before the numbers that are searched: lines, and bytes
// of each line.
const (
	maxCommentLines = 1000
	maxHeaderLine   = 1000
)
