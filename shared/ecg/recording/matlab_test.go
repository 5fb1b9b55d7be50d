package recording_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

func TestMATLABFilesGiveTheSameSignal(t *testing.T) {
	s := fine(4)
	four := write.MATLAB4(s)
	for name, c := range map[string]struct {
		file  []byte
		hints recording.Hints
		notes string
	}{
		"level 5":               {write.MATLAB(write.Plain, binary.LittleEndian, s), recording.Hints{}, "unit_guessed rate_from_file"},
		"level 5, big endian":   {write.MATLAB(write.Plain, binary.BigEndian, s), recording.Hints{}, "unit_guessed rate_from_file"},
		"level 5, packed":       {write.MATLAB(write.Packed, binary.LittleEndian, s), recording.Hints{}, "unit_guessed rate_from_file"},
		"level 5, a structure":  {write.MATLAB(write.Structure, binary.LittleEndian, s), recording.Hints{}, "unit_guessed rate_from_file"},
		"level 4":               {four, recording.Hints{RateHz: 250}, "unit_guessed rate_stated"},
		"level 4, of two":       {append(bytes.Clone(four), write.MATLAB4(write.Signal{MV: make([]float64, 9)})...), recording.Hints{RateHz: 250}, "unit_guessed variable_chosen rate_stated"},
		"level 4, with .hea":    {zipped(t, file{"r.hea", write.MATLAB4Header("r", s)}, file{"r.mat", four}), recording.Hints{}, "rate_from_file"},
		"level 5, in a zip":     {zipped(t, file{"r.mat", write.MATLAB(write.Packed, binary.LittleEndian, s)}), recording.Hints{}, "unit_guessed unpacked rate_from_file"},
		"level 5, with its end": {append(write.MATLAB(write.Plain, binary.LittleEndian, s), 1, 2, 3), recording.Hints{}, "unit_guessed rate_from_file"},
	} {
		r, err := recording.ReadBytes(c.file, c.hints)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.RateHz != 250 || codes(r) != c.notes {
			t.Errorf("%s: %v Hz, notes %s, want %s", name, r.RateHz, codes(r), c.notes)
		}
		equal(t, name, r.Chosen().MV, s.MV)
	}
}

func TestBrokenMATLABFilesAreRefused(t *testing.T) {
	s := fine(4)
	plain := write.MATLAB(write.Plain, binary.LittleEndian, s)
	packed := write.MATLAB(write.Packed, binary.LittleEndian, s)
	bomb := write.MATLAB(write.Packed, binary.LittleEndian, write.Signal{RateHz: 250, MV: make([]float64, 2<<20)})
	const nothing = "there is no row or column of numbers in it"
	const hdf5 = "it is an HDF5 file whose beginning is damaged: send it again"
	refused{
		"MATLAB 7.3":        {append(edit(make([]byte, 512), 0, "MATLAB 7.3 MAT-file"), "\x89HDF\r\n\x1a\n"...), recording.Unreadable, hdf5},
		"HDF5":              {[]byte("\x89HDF\r\n\x1a\n"), recording.Unreadable, hdf5},
		"within the header": {plain[:100], recording.Unreadable, "it ends within its header: send it again"},
		"no variables":      {plain[:128], recording.Unreadable, nothing},
		"cut off":           {plain[:600], recording.Unreadable, nothing},
		"no rate":           {edit(plain, 128, "\x09"), recording.RateUnknown, "it doesn't say its sampling rate, and none was stated"},
		"packed, damaged":   {edit(packed, 136, "damage"), recording.Unreadable, "a packed part of it is damaged: send it again"},
		"packed bomb":       {bomb, recording.Unsupported, "it unpacks to far more than it should: send the recording alone, or not packed"},
		"many variables":    {append(plain[:128:128], bytes.Repeat([]byte{9, 0, 0, 0, 0, 0, 0, 0}, 1001)...), recording.Unsupported, "it has more than 1000 variables: save the recording alone"},
		"level 4, cut off":  {write.MATLAB4(s)[:1000], recording.Unsupported, "it is neither text nor a format known here; of a WFDB record send the .hea with the .dat"},
	}.run(t)
}

func FuzzMATLAB(f *testing.F) {
	s := fine(1)
	s.MV = s.MV[:10]
	for _, kind := range []write.MATLABKind{write.Plain, write.Packed, write.Structure} {
		f.Add(write.MATLAB(kind, binary.LittleEndian, s))
	}
	f.Add(write.MATLAB(write.Plain, binary.BigEndian, s))
	f.Add(write.MATLAB4(s))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
