// Package foreign recognises common files without readable samples, for a refusal
// with the way to export the samples.
package foreign

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/markup"
	"systole/shared/ecg/recording/internal/raw"
)

// Kinds of files: stable words in the refusal, for which shared/api/words.go has
// the instructions to export the samples.
const (
	PDF           = "pdf"
	PDFKardia     = "pdf_kardia"
	PDFApple      = "pdf_apple"
	PDFSamsung    = "pdf_samsung"
	Picture       = "picture"
	Film          = "film"
	WebPage       = "web_page"
	Office        = "office"
	Archive       = "archive"
	HealthExport  = "health_export_xml"
	Activity      = "activity"
	HL7v2         = "hl7_v2"
	AcqKnowledge  = "acqknowledge"
	LabChart      = "labchart"
	WFDBHeader    = "wfdb_header"
	UnisensHeader = "unisens_header"
	Pointer       = "pointer"
	DataFrame     = "data_frame"
	Database      = "database"
	EEG           = "eeg"
	Binary        = "binary"
)

// details name each kind and the file to send instead, for a person at the
// command line.
var details = map[string]string{
	PDF:           "it is a PDF, a picture of the recording: export the samples from the device's app, as CSV, EDF or JSON",
	PDFKardia:     "it is Kardia's PDF, a picture of the recording: send the .atc file, or the EDF that AliveCor gives",
	PDFApple:      "it is the Health app's PDF, a picture of the recording: export all health data in the app and send the export.zip",
	PDFSamsung:    "it is Samsung Health's PDF, a picture of the recording: download personal data in the app and send it as a zip",
	Picture:       "it is a picture of the recording: export the samples from the device's app, as CSV, EDF or JSON",
	Film:          "it is a film or a sound: export the samples from the device's app, as CSV, EDF or JSON",
	WebPage:       "it is a web page (HTML), perhaps that of a log-in: download the file itself",
	Office:        "it is a document of an office program: save the table as CSV",
	Archive:       "it is packed in a way that isn't read: unpack it, or pack it as zip",
	HealthExport:  "it is the Health app's export.xml, without the ECGs: send the whole export.zip, or a file of its folder electrocardiograms",
	Activity:      "it is a track of an activity, without an ECG: export the ECG itself",
	HL7v2:         "it is an HL7 message of version 2: export the ECG as HL7 aECG, SCP-ECG, DICOM or EDF",
	AcqKnowledge:  "it is AcqKnowledge's .acq: save it in AcqKnowledge as text or as MATLAB",
	LabChart:      "it is LabChart's own file: export it in LabChart as text or as MATLAB",
	WFDBHeader:    "it is a WFDB header alone: send the .hea with the .dat that it names, as two files or in a zip",
	UnisensHeader: "it is the unisens.xml of a data set alone: send the whole folder as a zip",
	Pointer:       "it is a pointer of Git LFS in place of the file: download the file itself (git lfs pull)",
	DataFrame:     "it is a table for a program (Parquet, Feather, pickle): save it as CSV",
	Database:      "it is a database: export the recording as CSV",
	EEG:           "it is a recording of an EEG system: export it as EDF",
	Binary:        "it is neither text nor a format known here; of a WFDB record send the .hea with the .dat",
}

// Refuse returns the refusal of a kind of file.
func Refuse(kind string) *raw.Error {
	e := raw.Refuse(raw.Unsupported, 0, "%s", details[kind])
	e.Kind = kind
	return e
}

// magics are the bytes that identify each kind, with their offsets.
var magics = [...]struct {
	at    int
	magic string
	kind  string
}{
	{0, "\x89PNG", Picture}, {0, "\xff\xd8\xff", Picture}, {0, "GIF8", Picture}, {0, "BM", ""}, {0, "II*\x00", Picture}, {0, "MM\x00*", Picture},
	{8, "WEBP", Picture}, {4, "ftypheic", Picture}, {4, "ftypheix", Picture}, {4, "ftypmif1", Picture}, {4, "ftypavif", Picture}, {0, "8BPS", Picture}, {0, "%!PS", Picture},
	{4, "ftyp", Film}, {4, "moov", Film}, {8, "AVI ", Film}, {0, "\x1aE\xdf\xa3", Film}, {0, "OggS", Film}, {0, "ID3", Film}, {0, "\xff\xfb", Film}, {0, "fLaC", Film},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Office}, {0, "{\\rtf", Office},
	{0, "Rar!", Archive}, {0, "7z\xbc\xaf\x27\x1c", Archive}, {0, "\xfd7zXZ", Archive}, {0, "BZh", Archive}, {0, "\x28\xb5\x2f\xfd", Archive}, {257, "ustar", Archive},
	{8, ".FIT", Activity},
	{0, "ADInstruments", LabChart}, {0, "CFWB", LabChart}, {0, "ADILC", LabChart},
	{0, "PAR1", DataFrame}, {0, "ARROW1", DataFrame}, {0, "FEA1", DataFrame}, {0, "\x80\x03}", DataFrame}, {0, "\x80\x04\x95", DataFrame}, {0, "\x80\x05\x95", DataFrame}, {0, "$FL2", DataFrame}, {0, "RDX", DataFrame},
	{0, "SQLite format 3\x00", Database}, {0, "bplist00", Database},
	{0, "GDF ", EEG}, {0, "XDF:", EEG}, {0, "TDSm", EEG}, {0, "NEURALSG", EEG}, {0, "NEURALCD", EEG},
}

// Is reports whether the file is of a known kind without samples.
func Is(data []byte) bool { return kindOf(data) != "" }

// IsText is Is for a text in UTF-8.
func IsText(data []byte) bool { return kindOfText(data) != "" }

// Read refuses the file by its kind.
func Read(data []byte, _ raw.Options) (*raw.Recording, error) {
	kind := kindOf(data)
	if kind == "" {
		kind = kindOfText(data)
	}
	return nil, Refuse(kind)
}

func kindOf(data []byte) string {
	if bytes.HasPrefix(data, []byte("%PDF")) {
		return pdf(data)
	}
	for _, m := range magics {
		if len(data) >= m.at+len(m.magic) && string(data[m.at:m.at+len(m.magic)]) == m.magic && m.kind != "" {
			return m.kind
		}
	}
	switch {
	case len(data) > 30 && string(data[:2]) == "BM" && binary.LittleEndian.Uint32(data[2:]) == uint32(len(data)):
		return Picture
	case isAcqKnowledge(data):
		return AcqKnowledge
	}
	return ""
}

// pdf recognises a PDF's vendor by the names of programs and fonts near its ends.
func pdf(data []byte) string {
	const looked = 64 << 10
	ends := strings.ToLower(string(data[:min(len(data), looked)]) + string(data[max(0, len(data)-looked):]))
	for _, p := range [...]struct{ word, kind string }{
		{"alivecor", PDFKardia}, {"kardia", PDFKardia}, {"samsung", PDFSamsung}, {"healthui", PDFApple}, {"com.apple.health", PDFApple}, {"ios version", PDFApple},
	} {
		if strings.Contains(ends, p.word) {
			return p.kind
		}
	}
	return PDF
}

// isAcqKnowledge recognises BIOPAC's files by their version and the length of
// their header, in either byte order.
func isAcqKnowledge(data []byte) bool {
	if len(data) < 64 {
		return false
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		version, header, channels := order.Uint32(data[2:]), order.Uint32(data[6:]), order.Uint16(data[10:])
		if version >= 30 && version <= 200 && header >= 200 && header <= 1<<16 && channels >= 1 && channels <= 64 {
			return true
		}
	}
	return false
}

func kindOfText(data []byte) string {
	head := bytes.TrimLeft(data[:min(len(data), 4096)], " \t\r\n")
	lower := bytes.ToLower(head)
	switch {
	case bytes.HasPrefix(lower, []byte("<!doctype html")), bytes.HasPrefix(lower, []byte("<html")), bytes.HasPrefix(lower, []byte("<!doctype>")):
		return WebPage
	case bytes.HasPrefix(head, []byte("MSH|")), bytes.HasPrefix(head, []byte("\x0bMSH|")), bytes.HasPrefix(head, []byte("FHS|")), bytes.HasPrefix(head, []byte("BHS|")):
		return HL7v2
	case bytes.HasPrefix(head, []byte("version https://git-lfs")):
		return Pointer
	case bytes.HasPrefix(head, []byte("Brain Vision")), bytes.HasPrefix(head, []byte("BrainVision")):
		return EEG
	}
	switch strings.ToLower(markup.Root(head)) {
	case "html", "head", "body":
		return WebPage
	case "svg":
		return Picture
	case "healthdata":
		return HealthExport
	case "gpx", "trainingcenterdatabase", "kml":
		return Activity
	case "workbook":
		return Office
	}
	return ""
}

// IsWorkbook recognises Excel's files by their table of contents.
func IsWorkbook(entries []archive.Entry) bool {
	return slices.ContainsFunc(entries, func(e archive.Entry) bool { return e.Base() == "[content_types].xml" || e.Base() == "mimetype" })
}

// ReadWorkbook refuses a document of an office program.
func ReadWorkbook([]archive.Entry, raw.Options) (*raw.Recording, error) {
	return nil, Refuse(Office)
}
