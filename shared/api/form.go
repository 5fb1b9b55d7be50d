package api

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"systole/shared/fault"
)

// Form is the body of a request, of any of the three media types.
type Form struct {
	// Files are the parts that hold recordings, in the order sent.
	Files []File

	fields map[string]field
}

// File is an uploaded recording. The client's name of the file is not kept.
type File struct {
	Field   string // the part's name, in the case sent
	Content []byte
}

// field is one value as text. Null in JSON is the empty text.
type field struct {
	text string
	// bare marks a value of JSON without quotes: a number, whose text it has, or true,
	// false, an object or an array, which have none.
	bare bool
}

// Has reports whether the field was sent with a value. Null and the empty string
// are not values.
func (f *Form) Has(name string) bool {
	v := f.fields[name]
	return v.bare || v.text != ""
}

// String returns the text of a required field.
func (f *Form) String(name string) (string, error) {
	if !f.Has(name) {
		return "", fault.New(fault.FieldMissing, "field", name)
	}
	v := f.fields[name]
	// The replacement character is the trace of a broken encoding.
	if v.bare || strings.ContainsRune(v.text, utf8.RuneError) {
		return "", fieldInvalid(name)
	}
	return v.text, nil
}

// Optional is String of a field that need not be there: empty without a value.
func (f *Form) Optional(name string) (string, error) {
	if !f.Has(name) {
		return "", nil
	}
	return f.String(name)
}

// Int returns a whole number, or nil if the field has no value. Forms send
// numbers as text; JSON may, too.
func (f *Form) Int(name string) (*int, error) {
	x, err := f.Float(name)
	if x == nil {
		return nil, err
	}
	if *x != math.Trunc(*x) || math.Abs(*x) > 1<<31 {
		return nil, fieldInvalid(name)
	}
	n := int(*x)
	return &n, nil
}

// Float returns a finite number, or nil if the field has no value.
func (f *Form) Float(name string) (*float64, error) {
	if !f.Has(name) {
		return nil, nil
	}
	v := f.fields[name]
	s := decimal(v.text)
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return nil, fieldInvalid(name) // no hexadecimal, no infinities
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, fieldInvalid(name)
	}
	return &x, nil
}

// decimal returns a number's text in Go's syntax: without surrounding blanks and
// quotes, with a decimal point in place of a decimal comma. A comma before three
// digits may separate thousands, so it stays, and the number is refused.
func decimal(s string) string {
	s = strings.Trim(s, " \t\r\n\u00a0\"")
	whole, fraction, comma := strings.Cut(s, ",")
	if comma && len(fraction) != 3 {
		return whole + "." + fraction
	}
	return s
}

func fieldInvalid(name string) error {
	return fault.New(fault.FieldInvalid, "field", name)
}
