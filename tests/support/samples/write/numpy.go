package write

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// NumPy writes an .npy file with the signal in mV as 32-bit numbers.
func NumPy(s Signal) []byte {
	var numbers []byte
	for _, mv := range s.MV {
		numbers = binary.LittleEndian.AppendUint32(numbers, math.Float32bits(float32(mv)))
	}
	return NumPyArray("<f4", false, fmt.Sprintf("(%d,)", len(s.MV)), numbers)
}

// NumPyRate is an .npy file with the rate alone.
func NumPyRate(s Signal) []byte {
	return NumPyArray("<f8", false, "()", binary.LittleEndian.AppendUint64(nil, math.Float64bits(s.RateHz)))
}

// NumPyArray writes an .npy file of version 1.
func NumPyArray(kind string, byColumns bool, shape string, numbers []byte) []byte {
	fortran := "False"
	if byColumns {
		fortran = "True"
	}
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", kind, fortran, shape)
	head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n"
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(head)))
	return append(append(b, head...), numbers...)
}
