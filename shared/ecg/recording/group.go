package recording

import (
	"slices"

	"systole/shared/ecg/recording/unisens"
	"systole/shared/ecg/recording/wfdb"
)

// Group groups files into recordings. With a header of WFDB or Unisens among them
// all are one recording. A JSON file that describes the others belongs to each of
// them. Otherwise each file is a recording of its own.
func Group(files [][]byte) [][]Part {
	if len(files) == 1 { // the usual case of a check
		return [][]Part{{{Data: files[0]}}}
	}
	all := make([]Part, len(files))
	var samples, beside []Part
	for i, data := range files {
		all[i] = Part{Data: data}
		if _, ok := besideOf(data); ok {
			beside = append(beside, all[i])
		} else {
			samples = append(samples, all[i])
		}
	}
	if slices.ContainsFunc(files, wfdb.IsHeader) || slices.ContainsFunc(files, unisens.IsHeader) {
		return [][]Part{all}
	}
	if len(samples) == 0 {
		samples, beside = beside, nil
	}
	groups := make([][]Part, len(samples))
	for i, part := range samples {
		groups[i] = append([]Part{part}, beside...)
	}
	return groups
}
