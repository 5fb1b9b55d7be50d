package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"systole/tests/support/samples/write"
)

// files are the files of one recording, by their extension.
type files map[string][]byte

// format is a way to write a recording. A format that is sent in several parts
// has several files.
type format struct {
	folder string
	write  func(name string, s write.Signal) (files, error)
}

// formats are in the order of the README's table.
var formats = []format{
	{"csv", one("csv", write.CSV)},
	{"apple", one("csv", func(s write.Signal) []byte { return write.Apple(false, s) })},
	{"apple-german", one("csv", func(s write.Signal) []byte { return write.Apple(true, s) })},
	{"apple-export", func(_ string, s write.Signal) (files, error) {
		packed, err := zippedFiles(files{
			"apple_health_export/export.xml":                            []byte("<HealthData/>"),
			"apple_health_export/electrocardiograms/ecg_2026-03-01.csv": write.Apple(false, s),
		})
		return files{"zip": packed}, err
	}},
	{"healthkit", one("json", write.HealthKit)},
	{"kardia-json", one("json", write.KardiaJSON)},
	{"withings", one("json", write.Withings)},
	{"fitbit", one("json", write.Fitbit)},
	{"movesense", one("json", write.Movesense)},
	{"fhir", one("json", write.FHIR)},
	{"aecg", one("xml", write.AECG)},
	{"polar", one("txt", write.Polar)},
	{"opensignals", one("txt", write.OpenSignals)},
	{"arduino", one("csv", write.Arduino)},
	{"gzip", func(_ string, s write.Signal) (files, error) {
		packed, err := gzipped(write.CSV(s))
		return files{"csv.gz": packed}, err
	}},
	{"zip", func(name string, s write.Signal) (files, error) {
		packed, err := zipped(name, files{"csv": write.CSV(s)})
		return files{"zip": packed}, err
	}},
	{"wfdb-parts", func(name string, s write.Signal) (files, error) {
		hea, dat := write.WFDB(name, 212, 200, s)
		return files{"hea": hea, "dat": dat}, nil
	}},
	{"wfdb", func(name string, s write.Signal) (files, error) {
		hea, dat := write.WFDB(name, 16, 200, s)
		packed, err := zipped(name, files{"hea": hea, "dat": dat})
		return files{"zip": packed}, err
	}},
	{"edf", one("edf", func(s write.Signal) []byte { return write.EDF("", nil, s) })},
	{"edf+", one("edf", func(s write.Signal) []byte { return write.EDF("EDF+C", nil, s) })},
	{"bdf", one("bdf", func(s write.Signal) []byte { return write.BDF("", nil, s) })},
	{"kardia", one("atc", func(s write.Signal) []byte { return write.Kardia(false, s) })},
	{"kardia6l", one("atc", func(s write.Signal) []byte { return write.Kardia(true, s) })},
	{"ishne", one("ecg", write.ISHNE)},
	{"matlab", one("mat", func(s write.Signal) []byte { return write.MATLAB(write.Packed, binary.LittleEndian, s) })},
	{"matlab4", one("mat", write.MATLAB4)},
	{"numpy", one("npy", write.NumPy)},
	{"npz", func(_ string, s write.Signal) (files, error) {
		packed, err := zippedFiles(files{"ecg.npy": write.NumPy(s), "fs.npy": write.NumPyRate(s)})
		return files{"npz": packed}, err
	}},
	{"physionet", func(name string, s write.Signal) (files, error) {
		packed, err := zippedFiles(files{name + ".mat": write.MATLAB4(s), name + ".hea": write.MATLAB4Header(name, s)})
		return files{"zip": packed}, err
	}},
	{"dicom", one("dcm", func(s write.Signal) []byte { return write.DICOM(write.Explicit, false, s) })},
	{"scp", one("scp", func(s write.Signal) []byte {
		return write.SCP(write.SCPPacking{Tables: write.SCPStandard(), Differences: 2}, s)
	})},
}

// one adapts the writer of a format that has one file.
func one(extension string, f func(write.Signal) []byte) func(string, write.Signal) (files, error) {
	return func(_ string, s write.Signal) (files, error) { return files{extension: f(s)}, nil }
}

// zipped packs the files into a ZIP archive under a name.
func zipped(name string, inside files) ([]byte, error) {
	named := files{}
	for extension, data := range inside {
		named[name+"."+extension] = data
	}
	return zippedFiles(named)
}

// zippedFiles packs the files into a ZIP archive under their own names.
func zippedFiles(inside files) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(inside)) {
		f, err := w.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(inside[name]); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
