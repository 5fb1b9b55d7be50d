// Package table reads numbers in columns and recognises the columns: times, leads
// and their units. Texts, matrices and JSON become such tables.
package table

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// maxHeaderLines bounds the lines without numbers before the first with them.
const maxHeaderLines = 100

// Bounds on the comments before the numbers that are searched: lines, and bytes
// of each line.
const (
	maxCommentLines = 1000
	maxHeaderLine   = 1000
)

// linesBetweenAsks is the number of lines read between two looks at the
// request's context: some milliseconds of work.
const linesBetweenAsks = 1 << 15

// Table is numbers in columns, all of one length.
type Table struct {
	Names   []string // names of the columns, nil for none
	RateHz  float64  // as stated in a comment or a header row, else 0
	Columns [][]float64
	quoted  bool

	moments   []bool // of each column: whether it holds dates or times of day
	left      int    // rows after those that were read
	rateNamed bool   // RateHz was stated under a name of its own
	open      int    // lines of a serial log that are not numbers
	junk      int    // of these, those without any other content
	words     []int  // of each column: number of fields that are neither a number nor missing
	wordLine  []int  // of each column: the first line with one
	units     []string
	raws      []bool   // of each column: whether it holds a converter's numbers, by a row of RAW and CAL
	header    []byte   // the line with the names
	comment   []string // names in a comment, or after a key
	// commentUnits are the units after a key.
	commentUnits []string
	wanted       string // lead to read
	whole        bool   // it was read at once, as its leads are rows
}

// Parse splits a text in UTF-8 into header and columns.
func Parse(data []byte, o raw.Options) (*Table, error) {
	t := &Table{wanted: o.Lead}
	var s splitter
	var fields [][]byte
	most := 0 // rows
	for line, number := []byte(nil), 1; len(data) > 0; number++ {
		if number%linesBetweenAsks == 0 && o.Budget.Err() != nil {
			return nil, o.Budget.Err()
		}
		var ended bool
		line, data, ended = bytes.Cut(data, []byte{'\n'})
		line = withoutMargins(line)
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if line[0] == '#' {
			if t.Columns == nil && number <= maxCommentLines {
				t.lookForRate(line)
				t.lookForNames(line)
			}
			continue
		}
		if t.Columns == nil {
			begun, err := t.begin(&s, line, number, data, o.Budget.Samples())
			if err != nil {
				return nil, err
			}
			if !begun {
				continue
			}
			most = o.Frames(t.RateHz, len(t.Columns))
			if t.whole {
				n := len(t.Columns[0])
				for i, column := range t.Columns {
					t.Columns[i] = column[:min(n, most)]
				}
				t.left = n - min(n, most)
				return t, nil
			}
			t.reserve(min(len(data)/(len(line)+1), most))
		}
		if len(t.Columns[0]) >= most { // the rest isn't used
			t.left = 1 + bytes.Count(data, []byte{'\n'})
			break
		}
		if !ended && len(t.Columns[0]) > 0 { // the last number may be cut off
			break
		}
		fields = s.split(fields[:0], line)
		if s.delimiter != 0 && line[len(line)-1] == s.delimiter && len(fields) == len(t.Columns)-1 {
			fields = append(fields, nil)
		}
		if err := t.add(fields, &s, number, len(data) == 0); err != nil {
			return nil, err
		}
	}
	if t.Columns == nil {
		return nil, raw.Refuse(raw.Unreadable, 0, "there are no numbers in it")
	}
	return t, nil
}

// withoutMargins returns a line without blanks at its ends. Tabs stay, since one
// may be next to a missing value.
func withoutMargins(line []byte) []byte {
	blank := func(c byte) bool { return c == ' ' || c == '\r' || c == '\f' || c == '\v' }
	for len(line) > 0 && blank(line[0]) {
		line = line[1:]
	}
	for len(line) > 0 && blank(line[len(line)-1]) {
		line = line[:len(line)-1]
	}
	return line
}

// begin examines a line before the first with numbers, and reports whether it is
// that one. most bounds the samples to read.
func (t *Table) begin(s *splitter, line []byte, number int, rest []byte, most int) (bool, error) {
	*s = splitterFor(line, rest)
	if loneDecimals(line, rest, t.header) {
		*s = splitter{delimiter: '\n', comma: true}
	}
	fields := s.split(nil, line)
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

// reserve makes room for about the given number of further rows.
func (t *Table) reserve(rows int) {
	rows += rows/8 + 1
	for i := range t.Columns {
		t.Columns[i] = make([]float64, 0, rows)
	}
}

// add takes one row. The last line of a file may be cut off.
func (t *Table) add(fields [][]byte, s *splitter, number int, last bool) error {
	if len(fields) != len(t.Columns) {
		if last && len(t.Columns[0]) > 0 {
			return nil
		}
		return raw.Refuse(raw.Unreadable, number, "it has %s where the first row has %d", columns(len(fields)), len(t.Columns))
	}
	for i, field := range fields {
		x, moment, ok := s.number(field)
		t.moments[i] = t.moments[i] || moment
		switch {
		case ok:
		case missing(field):
			x = math.NaN()
		case t.forgives(field):
			t.open++
			x = math.NaN()
		case len(t.Columns) > 1:
			if t.words[i]++; t.words[i] == 1 {
				t.wordLine[i] = number
			}
			x = math.NaN()
		default:
			return raw.Refuse(raw.Unreadable, number, "column %d is no number", i+1)
		}
		t.Columns[i] = append(t.Columns[i], x)
	}
	return nil
}

// columns returns a number of columns in words, up to the number that is split.
func columns(n int) string {
	if n == mostFields {
		return fmt.Sprintf("more than %d columns", raw.MaxColumns)
	}
	return fmt.Sprintf("%d columns", n)
}

// missingWords stand for a missing value in a table.
var missingWords = [...]string{"", "nan", "na", "n/a", "#n/a", "null", "nil", "none", "-", "--", "?", "."}

// missing reports whether a field stands for a missing value.
func missing(field []byte) bool {
	const longest = len("none")
	return len(field) <= longest && slices.Contains(missingWords[:], strings.ToLower(string(field)))
}

// rowsAlike is the least number of rows that must follow one with words for it to
// belong to the table: a header has fewer of one kind.
const rowsAlike = 20

// mixed reports whether a row with words is the first of a table: the following
// rows have numbers in the same places.
func (s *splitter) mixed(first [][]byte, rest []byte) bool {
	numbers := 0
	is := make([]bool, len(first))
	for i, field := range first {
		_, moment, ok := s.number(field)
		if is[i] = ok; ok && !moment {
			numbers++
		}
	}
	if len(first) < 2 || numbers == 0 {
		return false
	}
	for range rowsAlike {
		var line []byte
		line, rest = nextLine(rest)
		if len(line) > 0 && delimiterOf(line) != s.delimiter {
			return false
		}
		fields := s.split(nil, line)
		if open := len(line) > 0 && s.delimiter != 0 && line[len(line)-1] == s.delimiter; len(fields) != len(first) && !(open && len(fields) == len(first)-1) {
			return false
		}
		for i, field := range fields {
			_, _, ok := s.number(field)
			if ok && !is[i] && !missing(first[i]) || is[i] && !ok && !missing(field) {
				return false // a word above numbers is a name
			}
		}
	}
	return true
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

// leadsOff is the output of sketches for the AD8232 while an electrode is off.
const leadsOff = "!"

// forgives reports whether a line that is not a number becomes a gap: for
// electrodes that were off, and occasionally in a log of single numbers from a
// serial line.
func (t *Table) forgives(field []byte) bool {
	if len(t.Columns) != 1 || t.quoted {
		return false
	}
	if string(field) == leadsOff {
		return true
	}
	t.junk++
	return t.junk <= len(t.Columns[0])/200
}
