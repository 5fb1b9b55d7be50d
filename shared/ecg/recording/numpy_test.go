package recording_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// doubles returns numbers of 64 bits.
func doubles(order binary.AppendByteOrder, x []float64) []byte {
	var b []byte
	for _, v := range x {
		b = order.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

func TestNumPyArraysGiveTheSameSignal(t *testing.T) {
	s := fine(4)
	le := binary.LittleEndian
	var both, pairs, timed []float64 // one lead after the other; in turn; with times
	both = append(append(both, s.MV...), make([]float64, len(s.MV))...)
	micro := make([]int, len(s.MV))
	for i, mv := range s.MV {
		pairs = append(pairs, mv, 0)
		timed = append(timed, float64(i)/250, mv)
		micro[i] = int(math.Round(1000 * mv))
	}
	version2 := write.NumPyArray("<f8", false, "(1000,)", doubles(le, s.MV))
	version2 = append([]byte("\x93NUMPY\x02\x00"+string(version2[8:10])+"\x00\x00"), version2[10:]...)
	for name, file := range map[string][]byte{
		"a row":                write.NumPyArray("<f8", false, "(1000,)", doubles(le, s.MV)),
		"version 2":            version2,
		"big endian":           write.NumPyArray(">f8", false, "(1000,)", doubles(binary.BigEndian, s.MV)),
		"16 bits, in µV":       write.NumPyArray("<i2", false, "(1000,)", le16(micro...)),
		"leads in rows":        write.NumPyArray("<f8", false, "(2, 1000)", doubles(le, both)),
		"leads in columns":     write.NumPyArray("<f8", false, "(1000, 2)", doubles(le, pairs)),
		"in Fortran's order":   write.NumPyArray("<f8", true, "(1000, 2)", doubles(le, both)),
		"rows, Fortran":        write.NumPyArray("<f8", true, "(2, 1000)", doubles(le, pairs)),
		"dimensions of 1":      write.NumPyArray("<f8", false, "(1, 1000, 1)", doubles(le, s.MV)),
		"with times":           write.NumPyArray("<f8", false, "(1000, 2)", doubles(le, timed)),
		"with more behind":     write.NumPyArray("<f8", false, "(1000,)", append(doubles(le, s.MV), 1, 2, 3)),
		"an archive":           zipped(t, file{"ecg.npy", write.NumPyArray("<f8", false, "(1000,)", doubles(le, s.MV))}, file{"fs.npy", write.NumPyRate(s)}),
		"an archive with text": zipped(t, file{"ecg.npy", write.NumPyArray("<f8", false, "(1000,)", doubles(le, s.MV))}, file{"name.npy", write.NumPyArray("<U3", false, "()", []byte("B\x00\x00\x00"))}),
	} {
		r, err := recording.ReadBytes(file, recording.Hints{RateHz: 250})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Format != "numpy" || math.Abs(r.RateHz-250) > 1e-6 {
			t.Errorf("%s: %s at %v Hz", name, r.Format, r.RateHz)
		}
		equal(t, name, r.Chosen().MV, s.MV)
	}
}

func TestInfinityInAnArrayIsNoSample(t *testing.T) {
	x := []float64{1, math.Inf(1), -1, math.NaN(), 1e300}
	r, err := recording.ReadBytes(write.NumPyArray("<f8", false, "(5,)", doubles(binary.LittleEndian, x)), recording.Hints{RateHz: 250})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "infinity", r.Chosen().MV, []float64{1, math.NaN(), -1, math.NaN(), math.NaN()})
}

func TestBrokenNumPyFilesAreRefused(t *testing.T) {
	array := func(kind, shape string, bytes int) []byte {
		return write.NumPyArray(kind, false, shape, make([]byte, bytes))
	}
	const header = "it is no array of NumPy, or ends within its header"
	const plain = "its array isn't of plain numbers: save it as float32, float64 or integers"
	const shape = "its array has not one or two dimensions: save one recording alone"
	const short = "it holds fewer numbers than its header says: send it again"
	refused{
		"first bytes":          {[]byte("\x93NUMPY\x01\x00"), recording.Unreadable, header},
		"within the header":    {array("<f8", "(3,)", 24)[:40], recording.Unreadable, header},
		"fewer numbers":        {array("<f8", "(3,)", 23), recording.Unreadable, short},
		"many more":            {array("<f8", "(100000000, 300000000)", 64), recording.Unreadable, short},
		"three dimensions":     {array("<f8", "(3, 3, 3)", 216), recording.Unsupported, shape},
		"a dimension before 0": {array("<f8", "(-3,)", 24), recording.Unsupported, shape},
		"no shape":             {array("<f8", "3", 24), recording.Unsupported, shape},
		"two numbers":          {array("<f8", "(2,)", 16), recording.Unreadable, "there is no row or column of numbers in it"},
		"Python's objects":     {array("|O", "(3,)", 24), recording.Unsupported, plain},
		"fields":               {array("[('a', '<f8')]", "(3,)", 24), recording.Unsupported, plain},
		"complex":              {array("<c16", "(3,)", 48), recording.Unsupported, plain},
		"a picture":            {array("<f8", "(200, 300)", 480_000), recording.Unsupported, "its matrix has 200 rows and columns or more, at most 64 leads are read"},
		"an archive of texts":  {zipped(t, file{"a.npy", array("<U3", "()", 12)}), recording.Unsupported, plain},
		"no rate":              {array("<f8", "(3,)", 24), recording.RateUnknown, "it doesn't say its sampling rate, and none was stated"},
	}.run(t)
}

func FuzzNumPy(f *testing.F) {
	f.Add(write.NumPyArray("<f4", false, "(2, 3)", make([]byte, 24)))
	f.Add(write.NumPyArray(">i2", true, "(3, 2)", make([]byte, 12)))
	f.Add([]byte(fmt.Sprintf("\x93NUMPY\x02\x00\x40\x00\x00\x00%-64s12345678", "{'descr': '|u1', 'fortran_order': False, 'shape': (8,), }")))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
