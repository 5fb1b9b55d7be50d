package recording

import (
	"errors"
	"slices"

	"systole/shared/ecg/recording/aecg"
	"systole/shared/ecg/recording/apple"
	"systole/shared/ecg/recording/dicom"
	"systole/shared/ecg/recording/edf"
	"systole/shared/ecg/recording/foreign"
	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/ishne"
	"systole/shared/ecg/recording/jsonfile"
	"systole/shared/ecg/recording/kardia"
	"systole/shared/ecg/recording/lepu"
	"systole/shared/ecg/recording/matrix"
	"systole/shared/ecg/recording/mfer"
	"systole/shared/ecg/recording/muse"
	"systole/shared/ecg/recording/opensignals"
	"systole/shared/ecg/recording/philips"
	"systole/shared/ecg/recording/samsung"
	"systole/shared/ecg/recording/scp"
	"systole/shared/ecg/recording/text"
	"systole/shared/ecg/recording/unisens"
	"systole/shared/ecg/recording/wav"
	"systole/shared/ecg/recording/wfdb"
	"systole/shared/ecg/recording/xmlfile"
)

// format is one kind of file, recognised by its content.
type format struct {
	name string
	is   func(data []byte) bool
	read func(data []byte, o raw.Options) (*raw.Recording, error)
}

// binaries are tried first, in this order, on the bytes as they came.
var binaries = [...]format{
	{"edf", edf.Is, edf.Read},
	{"bdf", edf.IsBDF, edf.Read},
	{"kardia", kardia.Is, kardia.Read},
	{"ishne", ishne.Is, ishne.Read},
	{"dicom", dicom.Is, dicom.Read},
	{"mfer", mfer.Is, mfer.Read},
	{"wav", wav.Is, wav.Read},
	{"lepu", lepu.Is, lepu.Read},
	{"scp", scp.Is, scp.Read},
	{"matlab", matrix.IsMATLAB, matrix.ReadMATLAB},
	{"hdf5", matrix.IsHDF5, matrix.ReadHDF5},
	{"numpy", matrix.IsNumPy, matrix.ReadNumPy},
	{"matlab", matrix.IsMATLAB4, matrix.ReadMATLAB4},
	{"", foreign.Is, foreign.Read},
}

// texts are tried next, in this order, on the text in UTF-8. The last accepts any
// text.
var texts = [...]format{
	{"wfdb", wfdb.IsHeader, wfdb.ReadHeader},
	{"apple", apple.Is, apple.Read},
	{"samsung", samsung.IsTable, samsung.ReadTable},
	{"opensignals", opensignals.Is, opensignals.Read},
	{"lepu", lepu.IsText, lepu.ReadText},
	{"aecg", aecg.Is, aecg.Read},
	{"muse", muse.Is, muse.Read},
	{"philips", philips.Is, philips.Read},
	{"", foreign.IsText, foreign.Read},
	{"unisens", unisens.IsText, unisens.ReadHeader},
	{"xml", xmlfile.Is, xmlfile.Read},
	{"text", text.IsLog, text.Read},
	{"json", jsonfile.Is, jsonfile.Read},
	{"text", text.Is, text.Read},
}

// collection is a kind of recording in several files, or among many others.
type collection struct {
	name string
	is   func(entries []archive.Entry) bool // from names and first bytes
	read func(entries []archive.Entry, o raw.Options) (*raw.Recording, error)
}

// collections are tried in this order. Files that none of them recognises are
// read as unrelated recordings.
var collections = [...]collection{
	{"apple", apple.IsExport, apple.ReadExport},
	{"samsung", samsung.IsExport, samsung.ReadExport},
	{"wfdb", wfdb.Is, wfdb.Read},
	{"unisens", unisens.Is, unisens.Read},
	{"numpy", matrix.IsArchive, matrix.ReadArchive},
	{"excel", foreign.IsWorkbook, foreign.ReadWorkbook},
}

// found is a recording with the name of its format.
type found struct {
	*raw.Recording
	format string
}

// readFile reads an unpacked file.
func readFile(data []byte, o raw.Options) (found, error) {
	for _, f := range binaries {
		if f.is(data) {
			return f.found(data, o)
		}
	}
	decoded, ok := raw.Text(data)
	if !ok {
		return found{}, foreign.Refuse(foreign.Binary)
	}
	for _, f := range texts {
		if f.is(decoded) {
			return f.found(decoded, o)
		}
	}
	panic("the last of the texts takes whatever is left")
}

func (f format) found(data []byte, o raw.Options) (found, error) {
	r, err := f.read(data, o)
	return found{r, f.name}, err
}

// readFiles reads the recording in several files, at a depth of files within
// files.
func readFiles(entries []archive.Entry, o raw.Options, depth int) (found, error) {
	if len(entries) == 0 {
		return found{}, raw.Refuse(raw.Empty, 0, "there are no files in it")
	}
	entries, beside := setAside(entries)
	for _, c := range collections {
		if c.is(entries) {
			r, err := c.read(entries, o)
			if err == nil {
				beside.of(entries[0]).State(r)
			}
			return found{r, c.name}, err
		}
	}
	return readNewest(entries, beside, o, depth)
}

// readNewest tries the files, the last modified first, and returns the
// recording that began last.
func readNewest(entries []archive.Entry, beside sidecars, o raw.Options, depth int) (newest found, err error) {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b archive.Entry) int { return b.Modified.Compare(a.Modified) })
	var first error
	read := 0
	for _, e := range entries[:min(len(entries), archive.MostTried)] {
		o.Beside = beside.of(e)
		r, err := readEntry(e, o, depth)
		if errors.Is(err, raw.ErrTooLarge) || o.Budget.Err() != nil {
			return found{}, err
		}
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		o.Beside.State(r.Recording)
		read++
		if newest.Recording == nil || r.Start.After(newest.Start) {
			newest = r
		}
	}
	if newest.Recording == nil {
		return found{}, first
	}
	if entries[0].Packed() {
		newest.Notef("unpacked", "unpacked from a zip")
	}
	if read > 1 || len(entries) > archive.MostTried {
		newest.Notef("newest_taken", "the newest of %d recordings", read)
	}
	return newest, nil
}

func readEntry(e archive.Entry, o raw.Options, depth int) (found, error) {
	data, err := e.All()
	if err != nil {
		return found{}, err
	}
	return unpack(data, o, depth+1)
}
