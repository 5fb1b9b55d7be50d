package matrix

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"math"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: MathWorks, MAT-File Format, chapters 1 (level 5) and 2 (level 4).

// IsMATLAB reports whether the file is a MATLAB file of level 5.
func IsMATLAB(data []byte) bool { return bytes.HasPrefix(data, []byte("MATLAB 5.0 MAT-file")) }

// Data types and array classes of level 5.
const (
	miMatrix, miCompressed = 14, 15
	mxStruct, mxChar       = 2, 4
	mxDouble, mxUint64     = 6, 15
)

// matlabKinds are the kinds of numbers by their data type.
var matlabKinds = [...]string{1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8", 16: "u1", 17: "u2"}

// matlab is a level 5 file being read.
type matlab struct {
	order     binary.ByteOrder
	budget    *raw.Budget
	variables []variable
}

// ReadMATLAB reads the matrices of a .mat file, also those in structures.
func ReadMATLAB(data []byte, o raw.Options) (*raw.Recording, error) {
	const head = 128
	if len(data) < head {
		return nil, raw.Refuse(raw.Unreadable, 0, "it ends within its header: send it again")
	}
	m := &matlab{order: binary.LittleEndian, budget: o.Budget}
	if string(data[126:128]) == "MI" {
		m.order = binary.BigEndian
	}
	if err := m.elements(data[head:]); err != nil {
		return nil, err
	}
	return readVariables(m.variables, o)
}

// element splits off the first element, of the short or the long form. Of an
// element that is cut off it returns the bytes before the cut.
func (m *matlab) element(b []byte) (kind int, body, rest []byte, ok bool) {
	if len(b) < 8 {
		return 0, nil, nil, false
	}
	tag := m.order.Uint32(b)
	if short := int(tag >> 16); short != 0 {
		return int(tag & 0xffff), b[4 : 4+min(short, 4)], b[8:], true
	}
	size := min(int(m.order.Uint32(b[4:])), len(b)-8)
	padded := size
	if tag != miCompressed {
		padded = min((size+7)/8*8, len(b)-8)
	}
	return int(tag), b[8 : 8+size], b[8+padded:], true
}

// maxStructures bounds the nesting of structures.
const maxStructures = 3

// maxVariables bounds the variables that are examined: unpacking one costs far
// more than its bytes.
const maxVariables = 1000

// elements reads the variables of a file, one after another.
func (m *matlab) elements(b []byte) error {
	for range maxVariables {
		kind, body, rest, ok := m.element(b)
		if !ok {
			return nil
		}
		if kind == miCompressed {
			inflated, err := m.inflate(body)
			if err != nil {
				return err
			}
			kind, body, _, _ = m.element(inflated)
		}
		if kind == miMatrix {
			m.matrix(body, "", 0)
		}
		b = rest
	}
	return raw.Refuse(raw.Unsupported, 0, "it has more than %d variables: save the recording alone", maxVariables)
}

// inflate unpacks an element. Of one that is cut off it returns the bytes before
// the cut.
func (m *matlab) inflate(body []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, raw.Refuse(raw.Unreadable, 0, "a packed part of it is damaged: send it again")
	}
	inflated, err := m.budget.Unpack(r, 0)
	if errors.Is(err, raw.ErrTooLarge) {
		return nil, err
	}
	return inflated, nil
}

// matrix reads an array: its flags, dimensions, name and numbers. Arrays of other
// types, and those cut off, are skipped. The fields of a structure have no names
// of their own.
func (m *matlab) matrix(b []byte, name string, depth int) {
	_, flags, b, _ := m.element(b)
	_, dimensions, b, _ := m.element(b)
	_, own, b, ok := m.element(b)
	if !ok || len(flags) < 4 || len(dimensions) < 8 {
		return
	}
	if name == "" {
		name = string(own)
	}
	rows, columns := int(m.order.Uint32(dimensions)), 1
	for at := 4; at+4 <= len(dimensions); at += 4 {
		columns = min(columns*int(m.order.Uint32(dimensions[at:])), math.MaxInt32)
	}
	class := m.order.Uint32(flags) & 0xff
	if class == mxStruct && rows == 1 && columns == 1 && depth < maxStructures {
		m.structure(b, depth)
	}
	kind, numbers, _, _ := m.element(b)
	if class != mxChar && (class < mxDouble || class > mxUint64) || kind >= len(matlabKinds) {
		return
	}
	if p, ok := raw.PackingOf(matlabKinds[kind], m.order); ok {
		m.variables = append(m.variables, variable{name, rows, columns, false, class == mxChar, numbers, p})
	}
}

// structure reads the fields of a structure: the length of the names, the names,
// and the arrays.
func (m *matlab) structure(b []byte, depth int) {
	_, length, b, _ := m.element(b)
	_, names, b, _ := m.element(b)
	if len(length) < 4 {
		return
	}
	size := int(m.order.Uint32(length))
	for size > 0 && len(names) >= size && len(m.variables) < maxVariables {
		name, _, _ := strings.Cut(string(names[:size]), "\x00")
		names = names[size:]
		kind, body, rest, _ := m.element(b)
		if kind == miMatrix {
			m.matrix(body, name, depth+1)
		}
		b = rest
	}
}
