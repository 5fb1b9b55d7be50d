package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Data types of a MATLAB level 5 file.
const (
	miInt8, miUint8, miInt16, miUint16 = 1, 2, 3, 4
	miInt32, miUint32                  = 5, 6
	miSingle, miDouble                 = 7, 9
	miMatrix, miCompressed             = 14, 15
)

// parseMatrix reads the numbers of the first numeric matrix of a MATLAB level
// 5 file, column by column. Source: MathWorks, MAT-File Format.
func parseMatrix(b []byte) ([]float64, error) {
	const header = 128
	if len(b) < header || !bytes.HasPrefix(b, []byte("MATLAB 5.0")) {
		return nil, fmt.Errorf("not a MATLAB level 5 file")
	}
	kind, body, _, err := element(b[header:])
	if err != nil {
		return nil, err
	}
	if kind == miCompressed {
		r, err := zlib.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		inflated, err := io.ReadAll(io.LimitReader(r, 64<<20))
		if err != nil {
			return nil, err
		}
		if kind, body, _, err = element(inflated); err != nil {
			return nil, err
		}
	}
	if kind != miMatrix {
		return nil, fmt.Errorf("first element is of type %d, not a matrix", kind)
	}
	for range 3 { // flags, dimensions, name
		if _, _, body, err = element(body); err != nil {
			return nil, err
		}
	}
	kind, body, _, err = element(body)
	if err != nil {
		return nil, err
	}
	return numbers(kind, body)
}

// element splits off the first data element, short or long form.
func element(b []byte) (kind uint32, body, rest []byte, err error) {
	if len(b) < 8 {
		return 0, nil, nil, fmt.Errorf("file ends inside an element")
	}
	kind, size := binary.LittleEndian.Uint32(b), int(binary.LittleEndian.Uint32(b[4:]))
	if short := int(kind >> 16); short != 0 {
		return kind & 0xffff, b[4 : 4+min(short, 4)], b[8:], nil
	}
	if size < 0 || size > len(b)-8 {
		return 0, nil, nil, fmt.Errorf("element of %d bytes in %d", size, len(b)-8)
	}
	padded := size
	if kind != miCompressed {
		padded = min((size+7)/8*8, len(b)-8)
	}
	return kind, b[8 : 8+size], b[8+padded:], nil
}

func numbers(kind uint32, b []byte) ([]float64, error) {
	var width int
	var value func(b []byte) float64
	le := binary.LittleEndian
	switch kind {
	case miInt8:
		width, value = 1, func(b []byte) float64 { return float64(int8(b[0])) }
	case miUint8:
		width, value = 1, func(b []byte) float64 { return float64(b[0]) }
	case miInt16:
		width, value = 2, func(b []byte) float64 { return float64(int16(le.Uint16(b))) }
	case miUint16:
		width, value = 2, func(b []byte) float64 { return float64(le.Uint16(b)) }
	case miInt32:
		width, value = 4, func(b []byte) float64 { return float64(int32(le.Uint32(b))) }
	case miUint32:
		width, value = 4, func(b []byte) float64 { return float64(le.Uint32(b)) }
	case miSingle:
		width, value = 4, func(b []byte) float64 { return float64(math.Float32frombits(le.Uint32(b))) }
	case miDouble:
		width, value = 8, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) }
	default:
		return nil, fmt.Errorf("matrix of type %d", kind)
	}
	x := make([]float64, len(b)/width)
	for i := range x {
		x[i] = value(b[i*width:])
	}
	return x, nil
}
