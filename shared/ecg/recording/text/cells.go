package text

import (
	"bytes"
	"encoding/csv"
	"io"

	"systole/shared/ecg/recording/internal/raw"
)

// fewestInCell is the least number of numbers in a cell that is a list of
// samples, and not an address, a version or a number with a decimal comma.
const fewestInCell = 50

// cells reads a sheet of recordings, one per row, whose samples are lists in
// quoted cells, long lists continued in the next cell: a spreadsheet made from a
// watch's JSON. It returns the last row's samples, one per line, and the rate in
// a column of that name. ok is false for another text.
func cells(data []byte, o raw.Options) (samples []byte, rateHz float64, rows int, ok bool) {
	head, _, _ := bytes.Cut(data[:min(len(data), 64<<10)], []byte{'\n'})
	second := data[min(len(head)+1, len(data)):]
	second, _, _ = bytes.Cut(second[:min(len(second), 4<<10)], []byte{'\n'})
	quotes := bytes.Count(second, []byte{'"'})
	if quotes == 0 || bytes.Count(second, []byte{','}) < max(fewestInCell, 10*quotes) || wide(data) {
		return nil, 0, 0, false
	}
	sheet := csv.NewReader(bytes.NewReader(data))
	sheet.LazyQuotes, sheet.FieldsPerRecord, sheet.ReuseRecord = true, -1, true
	first, err := sheet.Read()
	if err != nil || len(first) > raw.MaxColumns {
		return nil, 0, 0, false
	}
	names := append([]string(nil), first...)
	for {
		row, err := sheet.Read()
		if err == io.EOF {
			return samples, rateHz, rows, samples != nil
		}
		if err != nil || o.Budget.Err() != nil {
			return nil, 0, 0, false
		}
		var lists []byte
		for i, cell := range row {
			if bytes.Count([]byte(cell), []byte{','}) >= fewestInCell {
				lists = append(append(lists, bytes.ReplaceAll([]byte(cell), []byte{','}, []byte{'\n'})...), '\n')
				continue
			}
			if i >= len(names) {
				continue
			}
			if hz, stated := raw.RateOf(names[i], cell); stated {
				rateHz = hz
			}
		}
		if lists != nil {
			samples = lists
			rows++
		}
	}
}

// wide reports whether a row has more cells than a table may have columns.
func wide(data []byte) bool {
	cells, quoted := 0, false
	for _, c := range data {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\n':
			cells = 0
		case c == ',':
			if cells++; cells >= raw.MaxColumns {
				return true
			}
		}
	}
	return false
}
