package recording_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// scpCode is a line of a table of Huffman codes.
type scpCode struct {
	prefix, whole, mode byte
	value               int
	bits                uint32
}

// scpTables returns tables in the form in which a file has them.
func scpTables(tables ...[]scpCode) []byte {
	b := le16(len(tables))
	for _, codes := range tables {
		b = append(b, le16(len(codes))...)
		for _, c := range codes {
			b = append(append(b, c.prefix, c.whole, c.mode), le16(c.value)...)
			b = binary.LittleEndian.AppendUint32(b, c.bits)
		}
	}
	return b
}

// standardCodes returns the standard's codes, written as a table of the file's
// own.
func standardCodes() []scpCode {
	codes := []scpCode{{1, 1, 1, 0, 0}}
	for ones := 1; ones <= 8; ones++ {
		bits := uint32(1)<<ones - 1
		codes = append(codes, scpCode{byte(ones + 2), byte(ones + 2), 1, ones, bits}, scpCode{byte(ones + 2), byte(ones + 2), 1, -ones, bits | 1<<(ones+1)})
	}
	return append(codes, scpCode{10, 18, 1, 0, 511}, scpCode{10, 26, 1, 0, 1023})
}

func TestSCPFilesGiveTheSameSignal(t *testing.T) {
	s := fine(4)
	s.MV[500] += 10 // a step that takes more than the usual bits
	for tables, section := range map[string][]byte{"no": nil, "the standard's": write.SCPStandard(), "its own": scpTables(standardCodes())} {
		for differences := range 3 {
			name := fmt.Sprintf("%s tables, %d differences", tables, differences)
			file := write.SCP(write.SCPPacking{Tables: section, Differences: differences}, s)
			r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 1})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if r.Format != "scp" || r.Device != "CART1" || r.RateHz != 250 || !r.Start.Equal(start) || r.Chosen().Name != "I" || codes(r) != "rate_from_file" {
				t.Errorf("%s: %s of %s at %v Hz from %v, lead %q, notes %s", name, r.Format, r.Device, r.RateHz, r.Start, r.Chosen().Name, codes(r))
			}
			equal(t, name, r.Chosen().MV, s.MV)
			if strings.Contains(fmt.Sprintf("%+v", r), "Haagse") {
				t.Errorf("%s: the person is in what was read", name)
			}
		}
	}
}

func TestSCPTablesLeadToOneAnother(t *testing.T) {
	// The first table has one code, 1, which switches to the second. There 0 is 0,
	// 10 is 1 and 11 switches back.
	tables := scpTables([]scpCode{{1, 1, 0, 2, 1}}, []scpCode{{1, 1, 1, 0, 0}, {2, 2, 1, 1, 0b01}, {2, 2, 0, 1, 0b11}})
	s := write.Signal{Start: start, RateHz: 250, MV: make([]float64, 8)}
	file := write.SCP(write.SCPPacking{Tables: tables}, s)
	file[len(file)-1] = 0b1_0_10_11_1_0
	r, err := recording.ReadBytes(file, recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "two tables", r.Chosen().MV, []float64{0, 0.001, 0})
}

func TestSCPFilesAreReadLeniently(t *testing.T) {
	s := fine(4)
	file := write.SCP(write.SCPPacking{Tables: write.SCPStandard(), Differences: 1}, s)
	plain := write.SCP(write.SCPPacking{}, s)
	date := []byte{25, 4, 0, byte(2026 & 0xff), byte(2026 >> 8), 2, 3}
	old := edit(plain, 16, "\x00\x00\x00\x00\x00\x00")
	for name, c := range map[string]struct {
		file  []byte
		n     int
		start time.Time
		notes string
	}{
		"a wrong checksum":  {edit(file, 0, "\x00\x00"), 1000, start, "checksum_wrong"},
		"no mark":           {old, 1000, start, "checksum_wrong"},
		"cut off":           {plain[:len(plain)-500], 750, start, "checksum_wrong shorter_than_stated"},
		"packed, cut off":   {file[:len(file)-100], 0, start, "checksum_wrong shorter_than_stated"},
		"month 13":          {swap(file, string(date), string(date[:5])+"\x0d\x03"), 1000, time.Time{}, "checksum_wrong"},
		"no date":           {swap(file, string(date), "\x63"+string(date[1:])), 1000, time.Time{}, "checksum_wrong"},
		"no amplitude":      {swap(file, "\xe8\x03\xa0\x0f", "\x00\x00\xa0\x0f"), 1000, start, "checksum_wrong unit_guessed unit_guessed"},
		"more than stated":  {bytes.Replace(file, []byte("\x01\x00\x00\x00\xe8\x03\x00\x00\x01"), []byte("\x01\x00\x00\x00\xf4\x01\x00\x00\x01"), 1), 500, start, "checksum_wrong"},
		"stated beyond all": {bytes.Replace(file, []byte("\x01\x00\x00\x00\xe8\x03\x00\x00\x01"), []byte("\x01\x00\x00\x00\xff\xff\xff\xff\x01"), 1), 1000, start, "checksum_wrong shorter_than_stated"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes(c.file, recording.Hints{})
			if err != nil {
				t.Fatal(err)
			}
			mv := r.Chosen().MV
			if want := c.notes + " rate_from_file"; codes(r) != want || !r.Start.Equal(c.start) || c.n > 0 && len(mv) != c.n || len(mv) < 500 {
				t.Fatalf("%d samples from %v, notes %s, want %d, %v, %s", len(mv), r.Start, codes(r), c.n, c.start, want)
			}
			equal(t, name, mv, s.MV[:len(mv)])
		})
	}
}

func TestBrokenSCPFilesAreRefused(t *testing.T) {
	s := fine(4)
	with := func(tables []byte) []byte { return write.SCP(write.SCPPacking{Tables: tables}, s) }
	file := with(write.SCPStandard())
	leads := bytes.Index(file, []byte{2, 2<<3 | 4})
	rhythm := bytes.LastIndex(file, []byte("\xe8\x03\xa0\x0f"))
	const sections = "it has no section of leads or none of the rhythm: export the ECG again"
	const lossy = "its beats are packed with loss, by a reference beat or fewer samples between them: export it without"
	const table = "its table of codes is broken: export the ECG again"
	refused{
		"cut off":              {file[:leads], recording.Unreadable, sections},
		"no leads":             {edit(file, leads, "\x00"), recording.Unreadable, "it doesn't define the leads that it has, 1 to 32"},
		"too many leads":       {edit(file, leads, "\xff"), recording.Unreadable, "it doesn't define the leads that it has, 1 to 32"},
		"a reference beat":     {edit(file, leads+1, "\x01"), recording.Unsupported, lossy},
		"two rates":            {edit(file, rhythm+5, "\x01"), recording.Unsupported, lossy},
		"no samples":           {file[:rhythm+10], recording.Empty, "its leads have no samples"},
		"no rate":              {edit(file, rhythm+2, "\x00\x00"), recording.RateUnknown, "it doesn't say its sampling rate, and none was stated"},
		"too many tables":      {with(le16(17)), recording.Unreadable, table},
		"no table":             {with(le16(1)), recording.Unreadable, table},
		"a table cut off":      {with(le16(1, 3)), recording.Unreadable, table},
		"a table of none":      {with(scpTables(nil)), recording.Unreadable, table},
		"a code of no bits":    {with(scpTables([]scpCode{{0, 0, 1, 0, 0}})), recording.Unreadable, table},
		"a code of 99 bits":    {with(scpTables([]scpCode{{99, 99, 1, 0, 0}})), recording.Unreadable, table},
		"a number too long":    {with(scpTables([]scpCode{{1, 99, 1, 0, 0}})), recording.Unreadable, table},
		"a code twice":         {with(scpTables([]scpCode{{1, 1, 1, 0, 0}, {1, 1, 1, 1, 0}})), recording.Unreadable, table},
		"a code in another":    {with(scpTables([]scpCode{{1, 1, 1, 0, 0}, {2, 2, 1, 1, 0}})), recording.Unreadable, table},
		"to a table not there": {with(scpTables([]scpCode{{1, 1, 0, 9, 0}, {1, 1, 0, 9, 1}})), recording.Empty, "its leads have no samples"},
	}.run(t)
}

func TestACircleOfSCPTablesEnds(t *testing.T) {
	circle := scpTables([]scpCode{{1, 1, 0, 2, 0}, {1, 1, 0, 2, 1}}, []scpCode{{1, 1, 0, 1, 0}, {1, 1, 0, 1, 1}})
	_, err := recording.ReadBytes(write.SCP(write.SCPPacking{Tables: circle}, fine(1)), recording.Hints{})
	if err == nil || !strings.HasSuffix(err.Error(), "its leads have no samples") {
		t.Errorf("error is %v", err)
	}
}

func FuzzSCP(f *testing.F) {
	s := fine(1)
	s.MV = s.MV[:10]
	for differences, tables := range [][]byte{nil, write.SCPStandard(), scpTables(standardCodes())} {
		f.Add(write.SCP(write.SCPPacking{Tables: tables, Differences: differences}, s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
