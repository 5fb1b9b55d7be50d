package table

import (
	"bytes"
	"unicode"

	"systole/shared/ecg/recording/internal/raw"
)

// splitter splits lines into fields: by the delimiter between them, and the
// decimal mark of their numbers.
type splitter struct {
	delimiter byte // 0 for white space, '\n' for none: one number per line
	comma     bool
	dates     raw.Dates
}

// splitterFor determines, from a line and those after it, the delimiter of fields
// and the decimal mark of their numbers. Semicolons, tabs and bars always
// separate fields, else commas do, else blanks. A comma in quotes or within the
// numbers between blanks is a decimal mark.
func splitterFor(line, rest []byte) splitter {
	s := splitter{delimiter: delimiterOf(line)}
	var fields [][]byte
	commas := false
	for range rowsAlike {
		fields = s.split(fields[:0], beginning(line))
		for _, field := range fields {
			if _, point := raw.ParseNumber(field, false); point && bytes.IndexByte(field, '.') >= 0 {
				return s
			}
			if _, comma := raw.ParseNumber(field, true); comma && bytes.IndexByte(field, ',') >= 0 {
				commas = true
			}
		}
		line, rest = nextLine(rest)
	}
	s.comma = commas
	return s
}

// tellingBytes is the length of a line's beginning that shows its form.
const tellingBytes = 4096

// beginning returns the beginning of a line that shows its form, up to the end of
// a field if one ends there.
func beginning(line []byte) []byte {
	if len(line) <= tellingBytes {
		return line
	}
	line = line[:tellingBytes]
	if i := bytes.LastIndexAny(line, " ,;\t|"); i > 0 {
		return line[:i]
	}
	return line
}

// nextLine returns the next line that isn't empty, without its margins, and the
// rest after it.
func nextLine(data []byte) (line, rest []byte) {
	for len(line) == 0 && len(data) > 0 {
		line, data, _ = bytes.Cut(data, []byte{'\n'})
		line = bytes.TrimSpace(line)
	}
	return line, data
}

// delimiterOf returns the delimiter of a line: '\n' for a line that is one field,
// 0 for blanks.
func delimiterOf(line []byte) byte {
	for _, delimiter := range []byte{';', '\t', '|'} {
		if bytes.IndexByte(line, delimiter) >= 0 {
			return delimiter
		}
	}
	line = beginning(line)
	_, rest, _ := betweenBlanks(line)
	several := bytes.IndexByte(line, ' ') >= 0 && (line[0] != '"' || len(bytes.TrimSpace(rest)) > 0)
	switch {
	case bytes.IndexByte(line, ',') >= 0 && !(several && decimalCommas(line)):
		return ','
	case several:
		return 0
	}
	return '\n'
}

// decimalCommas reports whether all commas of a line are within numbers, or
// times, between blanks.
func decimalCommas(line []byte) bool {
	numbers := 0
	for field, rest, ok := betweenBlanks(line); ok; field, rest, ok = betweenBlanks(rest) {
		if len(field) == 0 {
			continue
		}
		if field[0] == ',' || field[len(field)-1] == ',' {
			return false
		}
		_, isNumber := raw.ParseNumber(field, true)
		if isNumber {
			numbers++
		}
		if bytes.IndexByte(field, ',') < 0 || isNumber {
			continue
		}
		if _, isMoment := raw.ParseMoment(field); !isMoment {
			return false
		}
	}
	return numbers > 0
}

// mostFields bounds the fields that are split from a line: one more than a table
// may have columns, so that a line of millions takes no memory.
const mostFields = raw.MaxColumns + 1

// split appends the fields of a line, without their quotes and margins, up to
// mostFields. A delimiter within quotes separates nothing.
func (s *splitter) split(dst [][]byte, line []byte) [][]byte {
	from := len(dst)
	for field, rest, ok := s.first(line); ok && len(dst)-from < mostFields; field, rest, ok = s.next(rest) {
		dst = append(dst, field)
	}
	return dst
}

// open reports whether a line ends in a delimiter: its last field may be missing.
func (s *splitter) open(line []byte) bool {
	return len(line) > 0 && s.delimiter != 0 && line[len(line)-1] == s.delimiter
}

// count returns the number of all fields of a line.
func (s *splitter) count(line []byte) (n int) {
	for _, rest, ok := s.first(line); ok; _, rest, ok = s.next(rest) {
		n++
	}
	return n
}

// first returns the first field of a line, and the rest after it. Every line has
// one, except a line of blanks without any field between.
func (s *splitter) first(line []byte) (field, rest []byte, ok bool) {
	if field, rest, ok = s.next(line); !ok && s.delimiter != 0 {
		return nil, nil, true
	}
	return field, rest, ok
}

// next returns a further field. A delimiter at the end of a line begins none.
func (s *splitter) next(line []byte) (field, rest []byte, ok bool) {
	if s.delimiter == 0 {
		return betweenBlanks(line)
	}
	line = bytes.TrimLeft(line, " ")
	i := bytes.IndexByte(line, s.delimiter)
	if i >= 0 && line[0] == '"' {
		i = s.behindQuotes(line, i)
	}
	if i < 0 {
		field = trim(line)
		return field, nil, len(bytes.TrimSpace(line)) > 0
	}
	return trim(line[:i]), line[i+1:], true
}

// behindQuotes returns the place of the delimiter after the quotes at the
// beginning of a line, -1 if the line ends there, and first, the place of the
// first delimiter, if the quotes aren't closed.
func (s *splitter) behindQuotes(line []byte, first int) int {
	for at := 1; ; {
		i := bytes.IndexByte(line[at:], '"')
		if i < 0 {
			return first
		}
		at += i + 1
		rest := bytes.TrimLeft(line[at:], " ")
		switch {
		case len(rest) == 0:
			return -1
		case rest[0] == s.delimiter:
			return len(line) - len(rest)
		}
	}
}

// betweenBlanks returns the first field of a line whose fields are separated by
// blanks, some of them in quotes, and the rest after it.
func betweenBlanks(line []byte) (field, rest []byte, ok bool) {
	line = bytes.TrimLeftFunc(line, unicode.IsSpace)
	if len(line) == 0 {
		return nil, nil, false
	}
	end := bytes.IndexFunc(line, unicode.IsSpace)
	if line[0] == '"' {
		if closed := bytes.IndexByte(line[1:], '"'); closed >= 0 {
			end = closed + 2
		}
	}
	if end < 0 {
		end = len(line)
	}
	return trim(line[:end]), line[end:], true
}

// linesOfDecimals bounds the lines that are searched for a number that only makes
// sense with a decimal comma.
const linesOfDecimals = 1000

// loneDecimals reports whether lines are one number each with a decimal comma,
// and not two with a comma between them: each has one comma, and the line with
// the names has none, or one of the numbers would be written strangely, as -0 or
// 0123. Numbers before the commas that only rise are a clock or a counter.
func loneDecimals(line, rest, names []byte) bool {
	words := len(bytes.Fields(beginning(names)))
	decimals := bytes.IndexByte(names, ',') < 0 && words > 0 && words < 3
	var first, last float64
	falls := false
	for i := range linesOfDecimals {
		line = bytes.TrimSpace(line)
		whole, part, found := bytes.Cut(line, []byte{','})
		if _, ok := raw.ParseNumber(line, true); found && !ok || !found && !ok && !missing(line) {
			return false
		}
		if x, ok := raw.ParseNumber(whole, false); ok && found {
			if i == 0 {
				first, last = x, x
			}
			falls = falls || x < last
			last = x
		}
		decimals = decimals || found && (string(whole) == "-0" || len(part) > 1 && part[0] == '0')
		if len(rest) == 0 {
			break
		}
		line, rest, _ = bytes.Cut(rest, []byte{'\n'})
	}
	clock := last > first && !falls
	return decimals && !clock
}

// trim removes margins and one pair of quotes.
func trim(field []byte) []byte {
	field = bytes.TrimSpace(field)
	if n := len(field); n >= 2 && field[0] == '"' && field[n-1] == '"' {
		field = bytes.TrimSpace(field[1 : n-1])
	}
	return field
}

// numbers reports whether every field is a number, or a time.
func (s *splitter) numbers(fields [][]byte) bool {
	for _, field := range fields {
		if _, _, ok := s.number(field); !ok {
			return false
		}
	}
	return true
}

// number reads a field. A date or a time becomes seconds. In a line that is one
// field, times are not accepted.
func (s *splitter) number(field []byte) (x float64, moment, ok bool) {
	if x, ok := raw.ParseNumber(field, s.comma); ok {
		return x, false, true
	}
	if len(field) < len("0:00.0") || s.delimiter == '\n' {
		return 0, false, false
	}
	x, ok = s.dates.Parse(field)
	return x, true, ok
}

// orderDates determines from the first and the last row whether dates have the
// month before the day: a day or two may lie between them, not months.
func (s *splitter) orderDates(first [][]byte, rest []byte) {
	rest = bytes.TrimRight(rest, "\r\n\t ")
	last := s.split(nil, bytes.TrimSpace(rest[bytes.LastIndexByte(rest, '\n')+1:]))
	for i := range min(len(first), len(last)) {
		if _, moment, ok := s.number(first[i]); ok && moment && raw.MonthFirst(first[i], last[i]) {
			s.dates.MonthFirst = true
		}
	}
}
