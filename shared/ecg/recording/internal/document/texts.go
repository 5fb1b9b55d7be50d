package document

import (
	"bytes"
	"math"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// shortestList is the least length, in bytes, of a text that is a list of
// written-out numbers, such as FHIR's SampledData.
const shortestList = 64

// Text adds a text: a list of numbers is added as such, a number in quotes as a
// number, and a date or time as its seconds, see [raw.ParseMoment].
func (d *Document) Text(at *Node, text []byte) error {
	if len(text) >= shortestList && isList(text) {
		return d.list(at, text)
	}
	text = bytes.TrimSpace(text)
	if c := at.column; c != nil && len(text) > 0 && string(text) == c.last && c.lastIsWord { // such as a unit beside each sample
		if _, err := d.add(at, math.NaN()); err != nil {
			return err
		}
		c.texts++
		d.keepWord(c)
		return nil
	}
	x, isNumber := number(text)
	isMoment := false
	if !isNumber {
		if x, isMoment = moment(text); !isMoment {
			x = math.NaN()
		}
	}
	c, err := d.add(at, x)
	if err != nil {
		return err
	}
	c.last, c.lastIsWord = string(text[:min(len(text), mostText)]), !isNumber && !isMoment && !isMissing(text)
	if isMoment {
		c.clock++
	}
	if c.lastIsWord {
		c.texts++
	}
	d.keepWord(c)
	return nil
}

// keepWord keeps the last text of a column, and the first ones up to a bound.
func (d *Document) keepWord(c *column) {
	if n := len(c.values); n <= mostWords && d.words < mostTexts {
		d.words += n - len(c.words)
		for len(c.words) < n-1 {
			c.words = append(c.words, "")
		}
		c.words = append(c.words, c.last)
	}
}

// list adds the numbers in a text.
func (d *Document) list(at *Node, text []byte) error {
	elements, err := d.List(at)
	if err != nil {
		return err
	}
	begun, length := d.Read, len(text)
	for len(text) > 0 {
		d.Read = begun + length - len(text)
		begin := 0
		for begin < len(text) && separates(text[begin]) {
			begin++
		}
		end := begin
		for end < len(text) && !separates(text[end]) {
			end++
		}
		if end == begin {
			return nil
		}
		x, ok := raw.ParseNumber(text[begin:end], false)
		if !ok {
			x = math.NaN() // E, U and L of FHIR: missing, above or below the range
		}
		text = text[end:]
		elements.Next()
		if err := d.Number(elements, x); err != nil {
			return err
		}
	}
	return nil
}

func separates(c byte) bool {
	return c == ' ' || c == ',' || c == ';' || c == '\n' || c == '\t' || c == '\r' || c == '[' || c == ']' || c == '|'
}

// isList reports whether a text begins with some numbers, or words for missing
// ones, and separators.
func isList(text []byte) bool {
	const looked = 64
	words, numbers := 0, 0
	for word := range bytes.FieldsFuncSeq(text[:looked], func(r rune) bool { return r < 0x80 && separates(byte(r)) }) {
		words++
		_, ok := raw.ParseNumber(word, false)
		if ok || isMissing(word) || len(word) == 1 && strings.IndexByte("EUL", word[0]) >= 0 {
			numbers++
		}
	}
	return words >= 5 && numbers >= words-1 // the last may be cut off
}

// number reads a number in quotes, with either decimal mark.
func number(text []byte) (float64, bool) {
	if len(text) == 0 || len(text) > 40 || text[0] > '9' {
		return 0, false
	}
	if x, ok := raw.ParseNumber(text, false); ok {
		return x, true
	}
	return raw.ParseNumber(text, true)
}

// moment reads a date or a time of day.
func moment(text []byte) (float64, bool) {
	if len(text) < 8 || len(text) > 40 || text[0] < '0' || text[0] > '9' || !bytes.ContainsAny(text, ":-/.") {
		return 0, false
	}
	return raw.ParseMoment(text)
}

// isMissing reports whether a text stands for a missing value.
func isMissing(text []byte) bool {
	switch strings.ToLower(string(text[:min(len(text), 16)])) {
	case "", "-", "--", "nan", "na", "n/a", "null", "nil", "none", "undefined", "inf", "-inf", "infinity", "-infinity":
		return true
	}
	return false
}
