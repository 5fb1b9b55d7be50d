package recording

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"math"
	"strings"
)

// Source: MathWorks, MAT-File Format, chapters 1 (level 5) and 2 (level 4).

func isMATLAB(data []byte) bool {
	return bytes.HasPrefix(data, []byte("MATLAB 5.0 MAT-file")) || isHDF5(data)
}

// isHDF5 recognises what MATLAB writes from version 7.3 on, among others.
func isHDF5(data []byte) bool {
	const magic = "\x89HDF\r\n\x1a\n"
	return bytes.HasPrefix(data, []byte(magic)) || len(data) >= 520 && string(data[512:520]) == magic
}

// Data types and array classes of level 5.
const (
	miMatrix, miCompressed = 14, 15
	mxStruct               = 2
	mxDouble, mxUint64     = 6, 15
)

// matlabKinds of numbers by their data type.
var matlabKinds = [...]string{1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}

// matlab is a level 5 file while it is read.
type matlab struct {
	order     binary.ByteOrder
	unpacker  *unpacker
	variables []variable
}

// readMATLAB reads the matrices of a .mat file, also those in structures.
func readMATLAB(data []byte, h Hints) (*Recording, error) {
	const head = 128
	switch {
	case isHDF5(data):
		return nil, refuse(Unsupported, 0, "it is an HDF5 file, as of MATLAB 7.3: save it with -v7, or as CSV")
	case len(data) < head:
		return nil, refuse(Unreadable, 0, "it ends within its header: send it again")
	}
	m := &matlab{order: binary.LittleEndian, unpacker: h.unpacker}
	if string(data[126:128]) == "MI" {
		m.order = binary.BigEndian
	}
	if err := m.elements(data[head:], "", 0); err != nil {
		return nil, err
	}
	return readVariables(m.variables)
}

// element splits off the first element, of the short or the long form. One that
// is cut off gives what there is of it.
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

// maxStructures is how deep structures may lie in one another.
const maxStructures = 3

// elements reads the elements that follow one another in b. Those of a
// structure have no names of their own.
func (m *matlab) elements(b []byte, name string, depth int) error {
	for {
		kind, body, rest, ok := m.element(b)
		if !ok {
			return nil
		}
		if kind == miCompressed && depth == 0 {
			inflated, err := m.inflate(body)
			if err != nil {
				return err
			}
			kind, body, _, _ = m.element(inflated)
		}
		if kind == miMatrix {
			if err := m.matrix(body, name, depth); err != nil {
				return err
			}
		}
		b = rest
	}
}

// inflate unpacks an element. One that is cut off gives what came before.
func (m *matlab) inflate(body []byte) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, refuse(Unreadable, 0, "a packed part of it is damaged: send it again")
	}
	inflated, err := m.unpacker.take(r, 0)
	if errors.Is(err, errTooLarge) {
		return nil, err
	}
	return inflated, nil
}

// matrix reads an array: its flags, dimensions, name and numbers.
func (m *matlab) matrix(b []byte, name string, depth int) error {
	_, flags, b, ok1 := m.element(b)
	_, dimensions, b, ok2 := m.element(b)
	_, own, b, ok3 := m.element(b)
	if !ok1 || !ok2 || !ok3 || len(flags) < 4 || len(dimensions) < 8 {
		return nil // cut off
	}
	if name == "" {
		name = string(own)
	}
	rows, columns := int(m.order.Uint32(dimensions)), 1
	for at := 4; at+4 <= len(dimensions); at += 4 {
		n := int(m.order.Uint32(dimensions[at:]))
		if n > 0 && columns > math.MaxInt32/n {
			return nil
		}
		columns *= n
	}
	class := m.order.Uint32(flags) & 0xff
	if class == mxStruct && rows == 1 && columns == 1 && depth < maxStructures {
		return m.structure(b, depth)
	}
	if class < mxDouble || class > mxUint64 {
		return nil
	}
	kind, numbers, _, ok := m.element(b)
	if !ok || kind >= len(matlabKinds) {
		return nil
	}
	if p, ok := packingOf(matlabKinds[kind], m.order); ok {
		m.variables = append(m.variables, variable{name, rows, columns, false, numbers, p})
	}
	return nil
}

// structure reads the fields of a structure: how long names are, the names, and
// the arrays.
func (m *matlab) structure(b []byte, depth int) error {
	_, length, b, ok1 := m.element(b)
	_, names, b, ok2 := m.element(b)
	if !ok1 || !ok2 || len(length) < 4 {
		return nil
	}
	size := int(m.order.Uint32(length))
	if size < 1 {
		return nil
	}
	for len(names) >= size {
		name, _, _ := strings.Cut(string(names[:size]), "\x00")
		names = names[size:]
		kind, body, rest, ok := m.element(b)
		if !ok {
			return nil
		}
		if kind == miMatrix {
			if err := m.matrix(body, name, depth+1); err != nil {
				return err
			}
		}
		b = rest
	}
	return nil
}
