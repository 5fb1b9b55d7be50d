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
		if s.open(line) && len(fields) == len(t.Columns)-1 {
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
		if len(fields) != len(first) && !(s.open(line) && len(fields) == len(first)-1) {
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
