package write

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// MATLABKind is how a .mat file of level 5 holds a signal.
type MATLABKind int

// The kinds there are.
const (
	Plain     MATLABKind = iota
	Packed               // each variable with zlib, as MATLAB does
	Structure            // in the fields of one variable
)

// Data types and classes of level 5.
const (
	miInt8, miInt32, miUint32, miDouble, miMatrix, miCompressed = 1, 5, 6, 9, 14, 15
	mxStruct, mxDouble                                          = 2, 6
)

// MATLAB writes a .mat file of level 5 with the variables ecg, in mV, and fs.
func MATLAB(kind MATLABKind, order binary.AppendByteOrder, s Signal) []byte {
	b := make([]byte, 124, 1<<16)
	copy(b, "MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Tue Feb  3 04:05:06 2026")
	b = order.AppendUint16(b, 0x0100)
	b = order.AppendUint16(b, 'M'<<8|'I')
	ecg := func(name string) []byte { return matlabNumbers(order, name, s.MV) }
	fs := func(name string) []byte { return matlabNumbers(order, name, []float64{s.RateHz}) }
	switch kind {
	case Packed:
		return slices.Concat(b, matlabPacked(order, fs("fs")), matlabPacked(order, ecg("ecg")))
	case Structure:
		fields := slices.Concat(
			matlabElement(order, miInt32, order.AppendUint32(nil, 8)),
			matlabElement(order, miInt8, []byte("fs\x00\x00\x00\x00\x00\x00ecg\x00\x00\x00\x00\x00")),
			fs(""), ecg(""))
		return append(b, matlabMatrix(order, mxStruct, "rec", 1, 1, fields)...)
	}
	return slices.Concat(b, fs("fs"), ecg("ecg"))
}

func matlabNumbers(order binary.AppendByteOrder, name string, x []float64) []byte {
	var numbers []byte
	for _, v := range x {
		numbers = order.AppendUint64(numbers, math.Float64bits(v))
	}
	return matlabMatrix(order, mxDouble, name, len(x), 1, matlabElement(order, miDouble, numbers))
}

func matlabMatrix(order binary.AppendByteOrder, class uint32, name string, rows, columns int, body []byte) []byte {
	return matlabElement(order, miMatrix, slices.Concat(
		matlabElement(order, miUint32, order.AppendUint32(order.AppendUint32(nil, class), 0)),
		matlabElement(order, miInt32, order.AppendUint32(order.AppendUint32(nil, uint32(rows)), uint32(columns))),
		matlabElement(order, miInt8, []byte(name)), body))
}

// matlabElement is a type, a length and data; up to four bytes in the short form.
func matlabElement(order binary.AppendByteOrder, kind uint32, data []byte) []byte {
	if n := len(data); n > 0 && n <= 4 {
		return append(append(order.AppendUint32(nil, uint32(n)<<16|kind), data...), make([]byte, 4-n)...)
	}
	b := order.AppendUint32(order.AppendUint32(nil, kind), uint32(len(data)))
	return append(append(b, data...), make([]byte, -len(data)&7)...)
}

func matlabPacked(order binary.AppendByteOrder, element []byte) []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	w.Write(element) // a buffer takes everything
	w.Close()
	b := order.AppendUint32(order.AppendUint32(nil, miCompressed), uint32(packed.Len()))
	return append(b, packed.Bytes()...)
}

// MATLAB4 writes a .mat file of level 4 as PhysioNet's challenges do: val, 16
// bits, 1,000 to the mV, a row. Its rate isn't in it.
func MATLAB4(s Signal) []byte {
	var b []byte
	for _, field := range []uint32{30, 1, uint32(len(s.MV)), 0, 4} {
		b = binary.LittleEndian.AppendUint32(b, field)
	}
	b = append(b, "val\x00"...)
	for _, x := range s.counts(1000) {
		b = binary.LittleEndian.AppendUint16(b, uint16(x))
	}
	return b
}

// MATLAB4Header is the WFDB header beside it, which makes a record of both.
func MATLAB4Header(name string, s Signal) []byte {
	counts := s.counts(1000)
	sum := 0
	for _, x := range counts {
		sum += x
	}
	return fmt.Appendf(nil, "%s 1 %g %d\n%s.mat 16+24 1000/mV 16 0 %d %d 0 I\n", name, s.RateHz, len(counts), name, counts[0], int16(sum))
}
