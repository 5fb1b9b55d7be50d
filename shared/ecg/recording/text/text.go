// Package text reads numbers in columns with any delimiter, from any device, and
// text of no other format.
package text

import (
	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// Is returns true: text of no other format is read as a table.
func Is([]byte) bool { return true }

// Read reads a table in UTF-8.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	if begin, rateHz, body, ok := empatica(data); ok {
		r, err := read(body, nil, rateHz, o)
		if err == nil {
			r.Start = begin
		}
		return r, err
	}
	if samples, rateHz, rows, ok := cells(data, o); ok {
		r, err := read(samples, nil, rateHz, o)
		if err == nil && rows > 1 {
			r.Notef("newest_taken", "the last of %d recordings", rows)
		}
		return r, err
	}
	if log, ok := monitored(data); ok {
		data = log
	}
	names := acqKnowledge(data)
	if names == nil {
		names = o.Beside.Names
	}
	return read(data, names, 0, o)
}

// read reads a table with these names of columns and this rate, unless it states
// its own.
func read(data []byte, names []string, rateHz float64, o raw.Options) (*raw.Recording, error) {
	t, err := table.Parse(data, o)
	if err != nil {
		return nil, err
	}
	if names != nil && len(names)+1 == len(t.Columns) && t.Names != nil { // names of the columns after one of times
		names = append(t.Names[:1:1], names...)
	}
	if len(names) == len(t.Columns) {
		t.Names = names
		dropCounts(t)
	}
	if rateHz > 0 {
		t.RateHz = rateHz
	}
	return t.Recording()
}
