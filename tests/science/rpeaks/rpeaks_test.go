package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// matrix is a MATLAB level 5 file that holds one row of numbers.
func matrix(kind uint32, numbers []byte, compressed bool) []byte {
	part := func(kind uint32, data []byte) []byte {
		b := binary.LittleEndian.AppendUint32(nil, kind)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
		return append(b, append(data, make([]byte, (8-len(data)%8)%8)...)...)
	}
	body := bytes.Join([][]byte{
		part(miUint32, make([]byte, 8)), part(miInt32, make([]byte, 8)),
		{miInt8, 0, 1, 0, 'x', 0, 0, 0}, // a name in the short form
		part(kind, numbers),
	}, nil)
	element := part(miMatrix, body)
	if compressed {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write(element)
		w.Close()
		element = binary.LittleEndian.AppendUint32(nil, miCompressed)
		element = binary.LittleEndian.AppendUint32(element, uint32(z.Len()))
		element = append(element, z.Bytes()...)
	}
	header := make([]byte, 128)
	copy(header, "MATLAB 5.0 MAT-file")
	return append(header, element...)
}

func TestMatricesOfEveryTypeAreRead(t *testing.T) {
	le := binary.LittleEndian
	double := le.AppendUint64(le.AppendUint64(nil, math.Float64bits(1)), math.Float64bits(-2))
	single := le.AppendUint32(le.AppendUint32(nil, math.Float32bits(1)), math.Float32bits(-2))
	tests := []struct {
		name    string
		kind    uint32
		numbers []byte
		want    []float64
	}{
		{"double", miDouble, double, []float64{1, -2}},
		{"single", miSingle, single, []float64{1, -2}},
		{"int8", miInt8, []byte{1, 0xfe}, []float64{1, -2}},
		{"uint8", miUint8, []byte{1, 0xfe}, []float64{1, 254}},
		{"int16", miInt16, []byte{1, 0, 0xfe, 0xff}, []float64{1, -2}},
		{"uint16", miUint16, []byte{1, 0, 0xfe, 0xff}, []float64{1, 65534}},
		{"int32", miInt32, []byte{1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff}, []float64{1, -2}},
		{"uint32", miUint32, []byte{1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff}, []float64{1, 4294967294}},
	}
	for _, test := range tests {
		for _, compressed := range []bool{false, true} {
			got, err := parseMatrix(matrix(test.kind, test.numbers, compressed))
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%s, compressed %v: got %v, %v; want %v", test.name, compressed, got, err, test.want)
			}
		}
	}
}

func FuzzParseMatrix(f *testing.F) {
	f.Add(matrix(miUint8, []byte{1, 2, 3}, false))
	f.Add(matrix(miInt16, []byte{1, 2, 3, 4}, true))
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := parseMatrix(b); err != nil && x != nil {
			t.Error("numbers beside an error")
		}
	})
}

// targets are what the detector must reach, in percent within 150 and 50 ms.
// They are a little below what it does reach, so that a change for the better
// in one record may cost a beat in another.
var targets = map[string][2]float64{
	"mitdb":    {99.85, 99.5},
	"cpsc2019": {98, 94},
}

func TestDetectorReachesItsTargets(t *testing.T) {
	folder := os.Getenv("ECG_DATA")
	if folder == "" {
		folder = "../../../../shared/data" // beside the repository
	}
	if _, err := os.Stat(filepath.Join(folder, "mitdb")); err != nil {
		t.Skip("no recordings to measure on: put PhysioNet's mitdb 1.0.0 and the CPSC 2019 records into a folder and name it in ECG_DATA")
	}
	records, err := load(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range measureAll(records, nil) {
		want, ok := targets[r.Set]
		if ok && r.Record == "all" && (r.F1 < want[0] || r.F1At50 < want[1]) {
			t.Errorf("%s: F1 %.2f and %.2f %%, want %.2f and %.2f", r.Set, r.F1, r.F1At50, want[0], want[1])
		}
	}
}
