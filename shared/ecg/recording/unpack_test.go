package recording_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// gzipped packs a file.
func gzipped(t testing.TB, file []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// file is a file in a zip; the n-th was modified on the n-th day.
type file struct {
	name string
	data []byte
}

func zipped(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	packer, err := flate.NewWriter(nil, flate.BestSpeed) // one for all files: a new one takes a megabyte
	if err != nil {
		t.Fatal(err)
	}
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		packer.Reset(out)
		return packer, nil
	})
	for i, f := range files {
		modified, method := time.Date(2026, 1, 1+i%28, 0, 0, 0, 0, time.UTC), zip.Deflate
		if len(f.data) == 0 { // stored: compressors for many files take a minute under the race detector
			method = zip.Store
		}
		e, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: method, Modified: modified})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// csv returns a text of n samples in mV, the first with the number first.
func csv(first, n int) []byte {
	return []byte("ecg_mV\n" + lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(first+i)) }))
}

func TestPackedFilesAreUnpacked(t *testing.T) {
	packed := gzipped(t, csv(7, 500))
	for name, c := range map[string]struct {
		file  []byte
		notes string
	}{
		"gzip":              {packed, "unpacked rate_stated"},
		"gzip, two in one":  {append(gzipped(t, csv(7, 400)), gzipped(t, csv(407, 100)[len("ecg_mV\n"):])...), "unpacked rate_stated"},
		"gzip, bytes after": {append(bytes.Clone(packed), "..."...), "unpacked cut_off rate_stated"},
		"zip":               {zipped(t, file{"a.csv", csv(7, 500)}), "unpacked rate_stated"},
		"zip with folders":  {zipped(t, file{"a/", nil}, file{"a/b.csv", csv(7, 500)}), "unpacked rate_stated"},
		"zip of a Mac":      {zipped(t, file{"a.csv", csv(7, 500)}, file{"__MACOSX/._a.csv", csv(0, 500)}), "unpacked rate_stated"},
		"zip with a letter": {zipped(t, file{"a.csv", csv(7, 500)}, file{"readme.txt", []byte("Dear Sir,")}), "unpacked rate_stated"},
		"zip of two":        {zipped(t, file{"b.csv", csv(0, 500)}, file{"a.csv", csv(7, 500)}), "unpacked newest_taken rate_stated"},
		"gzip in a zip":     {zipped(t, file{"a.csv.gz", packed}), "unpacked unpacked rate_stated"},
		"paths upwards":     {zipped(t, file{"../../etc/passwd", csv(7, 500)}), "unpacked rate_stated"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes(c.file, recording.Hints{RateHz: 250})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Chosen().MV
			if len(got) != 500 || got[0] != wave(7) || got[499] != wave(506) {
				t.Errorf("%d samples from %v, want 500 from %v", len(got), got[0], wave(7))
			}
			if codes(r) != c.notes {
				t.Errorf("notes are %s, want %s", codes(r), c.notes)
			}
		})
	}
}

func TestAPackedFileThatIsCutOffGivesWhatCame(t *testing.T) {
	packed := gzipped(t, csv(0, 5000))
	r, err := recording.ReadBytes(packed[:len(packed)/2], recording.Hints{RateHz: 250})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(r.Chosen().MV); n < 1000 || n >= 5000 || codes(r) != "unpacked cut_off rate_stated" {
		t.Errorf("%d samples, notes %s", n, codes(r))
	}
}

func TestPackedFilesAreRefusedWithTheReason(t *testing.T) {
	bomb := bytes.Repeat([]byte("0\n"), 4<<20)
	locked := zipped(t, file{"a.csv", csv(0, 9)})
	for _, signature := range []string{"PK\x03\x04", "PK\x01\x02"} {
		at := bytes.Index(locked, []byte(signature))
		locked[at+map[string]int{"PK\x03\x04": 6, "PK\x01\x02": 8}[signature]] |= 1
	}
	damaged := gzipped(t, csv(0, 5000))
	copy(damaged[len(damaged)/2:], "damaged!damaged!damaged!")
	damagedZip := zipped(t, file{"a.csv", csv(0, 5000)})
	copy(damagedZip[len(damagedZip)/2:], "damaged!damaged!damaged!")
	many := make([]file, 20_001)
	for i := range many {
		many[i] = file{"a", nil}
	}
	liar := zipped(t, file{"a", []byte("a")}, file{"b", []byte("b")})
	strange := zipped(t, file{"a.csv", csv(0, 9)})
	for at := 0; at < len(liar)-4; at++ {
		if string(liar[at:at+4]) == "PK\x01\x02" {
			copy(liar[at+24:], "\x00\x00\x30\x00") // states that it unpacks to 3 MB
		}
	}
	copy(strange[bytes.Index(strange, []byte("PK\x01\x02"))+10:], "\x5f")
	const tooLarge = "it unpacks to far more than it should: send the recording alone, or not packed"
	const tooDeep = "it is packed more than twice: unpack it and send the recording itself"
	refused{
		"gzip bomb":           {gzipped(t, bomb), recording.Unsupported, tooLarge},
		"zip bomb":            {zipped(t, file{"a.csv", bomb}), recording.Unsupported, tooLarge},
		"many small bombs":    {zipped(t, manyFiles(bomb[:1<<20])...), recording.Unsupported, tooLarge},
		"bomb in a bomb":      {gzipped(t, gzipped(t, bomb)), recording.Unsupported, tooLarge},
		"lies about its size": {liar, recording.Unsupported, tooLarge},
		"packed strangely":    {strange, recording.Unsupported, "a file in the zip is packed in a way that isn't read: make the zip anew"},
		"packed three times":  {gzipped(t, gzipped(t, gzipped(t, csv(0, 9)))), recording.Unsupported, tooDeep},
		"zips in zips":        {zipped(t, file{"a", zipped(t, file{"b", zipped(t, file{"c", csv(0, 9)})})}), recording.Unsupported, tooDeep},
		"gzip of nothing":     {gzipped(t, nil), recording.Empty, "there is nothing packed in it"},
		"zip of nothing":      {zipped(t), recording.Empty, "there are no files in it"},
		"zip of empty files":  {zipped(t, file{"a.csv", nil}, file{"b/", nil}), recording.Empty, "there are no files in it"},
		"zip of too many":     {zipped(t, many...), recording.Unsupported, "it is a zip of more than 20000 files: send the recording alone"},
		"zip, cut off":        {zipped(t, file{"a.csv", csv(0, 5000)})[:200], recording.Unreadable, "it is a zip whose directory is broken or cut off: send it again"},
		"zip with a password": {locked, recording.Unsupported, "it is a zip with a password: send it without one"},
		"zip, damaged":        {damagedZip, recording.Unreadable, "a file in the zip can't be unpacked, it was damaged on its way: send it again"},
		"gzip, damaged":       {damaged, recording.Unreadable, "it can't be unpacked, it was damaged on its way: send it again"},
		"gzip, first bytes":   {[]byte("\x1f\x8b\x08\x00"), recording.Unreadable, "its gzip header is broken: pack it again"},
		"Excel's workbook":    {zipped(t, file{"[Content_Types].xml", []byte("<Types/>")}), recording.Unsupported, "it is a document of an office program: save the table as CSV"},
		"zip of a letter":     {zipped(t, file{"a.txt", []byte("Dear Sir,")}), recording.Unreadable, "there are no numbers in it"},
		"zip of a picture":    {zipped(t, file{"a", []byte("GIF89a")}), recording.Unsupported, "it is a picture of the recording: export the samples from the device's app, as CSV, EDF or JSON"},
	}.run(t)
}

// manyFiles returns as many files as the reader tries.
func manyFiles(data []byte) []file {
	files := make([]file, 40)
	for i := range files {
		files[i] = file{fmt.Sprint(i), data}
	}
	return files
}

func TestTheNewestOfSeveralPartsIsRead(t *testing.T) {
	old, young := fine(2), fine(3)
	old.Start = young.Start.AddDate(0, 0, -1)
	r, err := recording.ReadParts([]recording.Part{{Data: write.EDF("", nil, young)}, {Data: []byte("Dear Sir,")}, {Data: write.ISHNE(old)}}, recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Format != "edf" || codes(r) != "channels_left_out newest_taken rate_from_file" {
		t.Errorf("%s, notes %s", r.Format, codes(r))
	}
}

func TestPartsAreRefusedWithTheReason(t *testing.T) {
	for name, c := range map[string]struct {
		parts  []recording.Part
		detail string
	}{
		"none":       {nil, "there are no files in it"},
		"only empty": {make([]recording.Part, 3), "there are no files in it"},
		"too many":   {make([]recording.Part, 17), "it comes in 17 files, at most 16 are read"},
	} {
		if _, err := recording.ReadParts(c.parts, recording.Hints{}); err == nil || !strings.HasSuffix(err.Error(), c.detail) {
			t.Errorf("%s: %v, want %s", name, err, c.detail)
		}
	}
}

func FuzzPacked(f *testing.F) {
	f.Add(gzipped(f, csv(0, 9)))
	f.Add(zipped(f, file{"a.csv", csv(0, 9)}, file{"b.csv.gz", gzipped(f, csv(0, 9))}))
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := recording.ReadBytes(file, recording.Hints{DefaultRateHz: 250})
		sound(t, r, err)
	})
}
