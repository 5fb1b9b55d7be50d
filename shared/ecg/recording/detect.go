package recording

import (
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
