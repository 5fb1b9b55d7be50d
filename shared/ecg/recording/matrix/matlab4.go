package matrix

import (
	"bytes"
	"encoding/binary"
	"unicode"

	"systole/shared/ecg/recording/internal/raw"
)

// matlab4Head is the length of the fixed part of a matrix' header: type, rows,
// columns, whether it is complex, and the length of its name.
const matlab4Head = 20

// matlab4Kinds are the kinds of numbers by the tens digit of the type.
var matlab4Kinds = [...]string{"f8", "f4", "i4", "i2", "u2", "u1"}

// IsMATLAB4 recognises a level 4 file, the form of PhysioNet's: it begins with
// its first matrix, without a magic number.
func IsMATLAB4(data []byte) bool {
	_, rest, ok := matlab4Matrix(data)
	return ok && (len(rest) == 0 || len(rest) >= matlab4Head)
}

// ReadMATLAB4 reads the matrices of a level 4 file.
func ReadMATLAB4(data []byte, o raw.Options) (*raw.Recording, error) {
	var all []variable
	for {
		v, rest, ok := matlab4Matrix(data)
		if !ok {
			return readVariables(all, o)
		}
		all = append(all, v)
		data = rest
	}
}

// matlab4Matrix splits off the first matrix, if data begins with a complete one
// of real numbers, little-endian.
func matlab4Matrix(data []byte) (v variable, rest []byte, ok bool) {
	if len(data) < matlab4Head {
		return v, nil, false
	}
	field := func(i int) int { return int(binary.LittleEndian.Uint32(data[4*i:])) }
	kind, rows, columns, complex, name := field(0), field(1), field(2), field(3), field(4)
	if kind%10 != 0 || kind/10 >= len(matlab4Kinds) || complex != 0 || rows < 1 || columns < 1 || name < 2 || name > 64 {
		return v, nil, false
	}
	body := data[matlab4Head:]
	if len(body) < name || !isName(body[:name]) {
		return v, nil, false
	}
	p, _ := raw.PackingOf(matlab4Kinds[kind/10], binary.LittleEndian)
	v = variable{string(body[:name-1]), rows, columns, false, false, body[name:], p}
	if !v.whole() {
		return v, nil, false
	}
	size := rows * columns * p.Width
	v.numbers = v.numbers[:size]
	return v, body[name+size:], true
}

// isName reports whether the bytes are a name: letters, digits and _ before a
// zero.
func isName(b []byte) bool {
	last := len(b) - 1
	return b[last] == 0 && bytes.IndexFunc(b[:last], func(r rune) bool {
		return r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) < 0
}
