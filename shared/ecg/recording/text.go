package recording

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxHeaderLines is how many lines without numbers may come before the first
// with them.
const maxHeaderLines = 100

// table is a text of numbers in columns.
type table struct {
	header  []string // names of the columns, nil for none
	rateHz  float64  // from a header row such as "Sample Rate,512 hertz", else 0
	columns [][]float64
	quoted  bool
	open    int // lines of a serial log that are no number
	junk    int // of these, those that say nothing else
}

// readText reads numbers in columns with whatever lies between them.
func readText(data []byte) (*Recording, error) {
	data, err := toUTF8(data)
	if err != nil {
		return nil, err
	}
	t, err := readTable(data)
	if err != nil {
		return nil, err
	}
	return t.recording()
}

// toUTF8 removes a byte order mark and turns UTF-16 into UTF-8.
func toUTF8(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if isUTF16(data) {
		data = fromUTF16(data)
	}
	if !utf8.Valid(data[:min(len(data), 512)]) && !validButCut(data[:min(len(data), 512)]) {
		return nil, refuse(Unsupported, 0, "it is neither text nor a format known here")
	}
	return data, nil
}

// validButCut is for a character that the 512th byte cuts in two.
func validButCut(head []byte) bool {
	for cut := 1; cut < utf8.UTFMax && cut < len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}

func isUTF16(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff"))
}

func fromUTF16(data []byte) []byte {
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 0xfe {
		order = binary.BigEndian
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i+1 < len(data); i += 2 {
		units = append(units, order.Uint16(data[i:]))
	}
	return []byte(string(utf16.Decode(units)))
}

// readTable splits the text into header and columns.
func readTable(data []byte) (*table, error) {
	t := &table{}
	var s splitter
	var fields [][]byte
	for line, number := []byte(nil), 1; len(data) > 0; number++ {
		line, data, _ = bytes.Cut(data, []byte{'\n'})
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if t.columns == nil {
			begun, err := t.begin(&s, line, number)
			if err != nil {
				return nil, err
			}
			if !begun {
				continue
			}
			t.reserve(len(data) / (len(line) + 1))
		}
		fields = s.split(fields[:0], line)
		if err := t.add(fields, &s, number, len(data) == 0); err != nil {
			return nil, err
		}
	}
	if t.columns == nil {
		return nil, refuse(Unreadable, 0, "there are no numbers in it")
	}
	return t, nil
}

// begin looks at a line before the first with numbers, and reports whether it
// is that one.
func (t *table) begin(s *splitter, line []byte, number int) (bool, error) {
	*s = splitterFor(line)
	fields := s.split(nil, line)
	if len(fields) > MaxLeads+1 {
		return false, refuse(Unsupported, number, "it has %d columns, at most %d are read", len(fields), MaxLeads+1)
	}
	if s.numbers(fields) {
		t.columns = make([][]float64, len(fields))
		t.quoted = line[0] == '"'
		if len(t.header) != len(fields) {
			t.header = nil
		}
		return true, nil
	}
	if number > maxHeaderLines {
		return false, refuse(Unreadable, number, "there are no numbers in its first %d lines", maxHeaderLines)
	}
	t.header = t.header[:0]
	for _, field := range fields {
		t.header = append(t.header, string(field))
	}
	if hz, ok := rateIn(t.header); ok {
		t.rateHz = hz
	}
	return false, nil
}

// reserve makes room for about so many more rows.
func (t *table) reserve(rows int) {
	rows = min(rows+rows/8+1, MaxSamples/len(t.columns))
	for i := range t.columns {
		t.columns[i] = make([]float64, 0, rows)
	}
}

// add takes one row. The last line of a file may be cut off.
func (t *table) add(fields [][]byte, s *splitter, number int, last bool) error {
	if len(fields) != len(t.columns) {
		if last && len(t.columns[0]) > 0 {
			return nil
		}
		return refuse(Unreadable, number, "it has %d columns where the first row has %d", len(fields), len(t.columns))
	}
	if len(t.columns[0])*len(t.columns) >= MaxSamples {
		return refuse(Unsupported, number, "it has more than %d numbers", MaxSamples)
	}
	for i, field := range fields {
		x, ok := s.number(field, i)
		if !ok && t.forgives(field) {
			t.open++
			x, ok = math.NaN(), true
		}
		if !ok {
			return refuse(Unreadable, number, "column %d is no number", i+1)
		}
		t.columns[i] = append(t.columns[i], x)
	}
	return nil
}

// leadsOff is what sketches for the AD8232 print while an electrode is off.
const leadsOff = "!"

// forgives reports whether a line that is no number is left open: where
// electrodes were off, and now and then in a log of single numbers that came
// over a serial line.
func (t *table) forgives(field []byte) bool {
	if len(t.columns) != 1 || t.quoted {
		return false
	}
	if string(field) == leadsOff {
		return true
	}
	t.junk++
	return t.junk <= len(t.columns[0])/200
}

// splitter knows what lies between the fields of a line, and which decimal
// mark its numbers have.
type splitter struct {
	delimiter byte // 0 for white space, '\n' for none: one number a line
	comma     bool
}

// splitterFor guesses from one line. A comma between columns of numbers with
// points, or between numbers that have none, is a delimiter; where a semicolon
// or tab stands, it is a decimal mark.
func splitterFor(line []byte) splitter {
	for _, delimiter := range []byte{';', '\t'} {
		if bytes.IndexByte(line, delimiter) >= 0 {
			return splitter{delimiter, bytes.IndexByte(line, ',') >= 0 && bytes.IndexByte(line, '.') < 0}
		}
	}
	if bytes.IndexByte(line, ',') >= 0 {
		return splitter{delimiter: ','}
	}
	if bytes.ContainsAny(line, " ") && line[0] != '"' {
		return splitter{}
	}
	return splitter{delimiter: '\n'}
}

// split appends the fields of a line, without their quotes and margins.
func (s *splitter) split(dst [][]byte, line []byte) [][]byte {
	if s.delimiter == 0 {
		return append(dst, bytes.Fields(line)...)
	}
	for {
		i := bytes.IndexByte(line, s.delimiter)
		if i < 0 {
			break
		}
		dst = append(dst, trim(line[:i]))
		line = line[i+1:]
	}
	if rest := trim(line); len(rest) > 0 || len(dst) == 0 {
		dst = append(dst, rest) // a delimiter at the end begins no column
	}
	return dst
}

// trim removes margins and one pair of quotes.
func trim(field []byte) []byte {
	field = bytes.TrimSpace(field)
	if n := len(field); n >= 2 && field[0] == '"' && field[n-1] == '"' {
		field = bytes.TrimSpace(field[1 : n-1])
	}
	return field
}

// numbers reports whether every field is a number; the first may be a time.
func (s *splitter) numbers(fields [][]byte) bool {
	for i, field := range fields {
		if _, ok := s.number(field, i); !ok {
			return false
		}
	}
	return true
}

// number reads a field. A first column may hold dates with times, which become
// seconds since 1970.
func (s *splitter) number(field []byte, column int) (float64, bool) {
	if x, ok := parseNumber(field, s.comma); ok {
		return x, true
	}
	if column == 0 && len(field) >= len("15:04:05") && s.delimiter != '\n' {
		return parseMoment(strings.TrimSpace(string(field)))
	}
	return 0, false
}
