// Package table reads numbers in columns and types the columns: times, leads and
// their units. Texts, matrices and JSON are such tables.
package table

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// maxHeaderLines is the largest number of lines without numbers before the
// first with them.
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
	RateHz  float64  // as a comment or a header row says, else 0
	Columns [][]float64
	quoted  bool

	moments   []bool // of each column: it holds dates or times of day
	left      int    // rows behind those that were read
	rateNamed bool   // RateHz stands under a name of its own
	open      int    // lines of a serial log that are no number
	junk      int    // of these, those that say nothing else
	words     []int  // of each column: fields that are neither a number nor missing
	wordLine  []int  // of each column: the first line with one
	units     []string
	raws      []bool   // of each column: it holds the numbers of a converter, as a row of RAW and CAL says
	header    []byte   // the line with the names
	comment   []string // names in a comment, or behind a key
	// commentUnits are the units behind a key.
	commentUnits []string
	wanted       string // lead
	whole        bool   // it was read at once, since its leads stood in rows
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
		if len(t.Columns[0]) >= most { // what follows isn't used
			t.left = 1 + bytes.Count(data, []byte{'\n'})
			break
		}
		if !ended && len(t.Columns[0]) > 0 { // its last number may be cut off
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

// withoutMargins is a line without blanks at its ends. Tabs stay, since one may
// stand before or behind a missing value.
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

// begin looks at a line before the first with numbers, and reports whether it
// is that one. most is how many samples may be read.
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
	if stated := t.lookForRate(line); stated && (s.delimiter == 0 || len(fields) <= 3) { // a key and its value, no names
		return false, nil
	}
	t.Names, t.units, t.header = texts(fields), nil, line
	return false, nil
}

// keyed takes a row of LabChart's header: a key and the values of the channels,
// which stand behind a column of times.
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

// matchNames gives the columns of a table the names above them: as the header is
// split by itself, by the numbers' delimiter, or with a column of names of rows
// before it that has none, as R writes them. Other names aren't those of columns.
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

// lookForNames takes a comment that lists names, behind a word for them, as
// BioSPPy writes it, or alone, as NumPy does. Whether they are those of the
// columns the numbers tell.
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

// listTitles stand before a list of names.
var listTitles = [...]string{"labels", "label", "columns", "channels", "channel names", "signals", "names", "fields", "header"}

func texts(fields [][]byte) []string {
	texts := make([]string, len(fields))
	for i, field := range fields {
		texts[i] = string(field[:min(len(field), maxHeaderLine)])
	}
	return texts
}

// fewestInRow is the least number of fields of one of several rows of samples, rather
// than of a table with too many columns.
const fewestInRow = 250

// inRows takes a recording whose leads, and maybe times, stand in rows of one length, each
// behind its name or none. A row that is cut off, or a beat a row, is none, and neither are
// more than so many samples.
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

// row reads a row of so many fields: samples, behind a name where they have one. moment
// says that a time is among them. ok is false for another row.
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

// lookForRate takes the rate that a line before the numbers states, and reports
// whether it states one under its name. The first that is named as one counts,
// else the first number of Hz.
func (t *Table) lookForRate(line []byte) (named bool) {
	hz, named, ok := raw.RateIn(string(line[:min(len(line), maxHeaderLine)]))
	if ok && !t.rateNamed && (named || t.RateHz == 0) {
		t.RateHz, t.rateNamed = hz, named
	}
	return ok && named
}

// reserve makes room for about so many more rows.
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

// columns is a number of columns in words, as far as they are split.
func columns(n int) string {
	if n == mostFields {
		return fmt.Sprintf("more than %d columns", raw.MaxColumns)
	}
	return fmt.Sprintf("%d columns", n)
}

// missingWords stand for a missing value in a table.
var missingWords = [...]string{"", "nan", "na", "n/a", "#n/a", "null", "nil", "none", "-", "--", "?", "."}

// missing reports whether a field says that there is no value.
func missing(field []byte) bool {
	const longest = len("none")
	return len(field) <= longest && slices.Contains(missingWords[:], strings.ToLower(string(field)))
}

// rowsAlike is how many rows must follow one with words in it to be a table: a
// header has fewer of one kind.
const rowsAlike = 20

// mixed reports whether a row with words in it is the first of a table: those
// that follow have numbers where it has.
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
				return false // numbers under a word: it is a name
			}
		}
	}
	return true
}

// unitsRow reports whether a line under the names has their units, and takes
// them.
func (t *Table) unitsRow(fields [][]byte) bool {
	if len(fields) < 2 || len(t.Names) != len(fields) && len(t.Names) != len(fields)+1 {
		return false
	}
	fields = append(fields, nil)[:len(t.Names)] // the last may have none
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

// rawsRow takes a row that says of each column whether it was calibrated, as Shimmer's
// programs write it between names and units.
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

// leadsOff is what sketches for the AD8232 print while an electrode is off.
const leadsOff = "!"

// forgives reports whether a line that is no number is left open: where
// electrodes were off, and now and then in a log of single numbers that came
// over a serial line.
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
