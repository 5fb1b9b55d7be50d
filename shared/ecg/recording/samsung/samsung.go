// Package samsung reads the ECGs of Samsung Health.
package samsung

import (
	"bytes"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/jsonfile"
)

// Samsung Health exports a table of ECGs without their samples, and beside it a
// folder of JSON files with the samples, if the watch released them.

const (
	tableName   = "com.samsung.health.ecg"
	usualRateHz = 500 // the watches' rate, if the table doesn't state it
)

// IsTable reports whether the file is the table alone.
func IsTable(data []byte) bool {
	return bytes.HasPrefix(data, []byte(tableName+","))
}

// ReadTable refuses the table.
func ReadTable([]byte, raw.Options) (*raw.Recording, error) {
	return nil, raw.Refuse(raw.Unsupported, 0, "it is Samsung Health's table of ECGs, without their samples: send the whole download as a zip")
}

// IsExport finds a JSON file of an ECG in a download of Samsung Health.
func IsExport(entries []archive.Entry) bool {
	return slices.ContainsFunc(entries, isWave)
}

func isWave(e archive.Entry) bool {
	return strings.Contains(strings.ToLower(e.Name), tableName) && strings.HasSuffix(e.Base(), ".json")
}

// ReadExport reads the newest ECG that has samples, or the one picked.
func ReadExport(entries []archive.Entry, o raw.Options) (*raw.Recording, error) {
	waves := archive.Picked(entries, isWave, o.Pick)
	if len(waves) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has no ECG of the name that was asked for")
	}
	data, err := archive.NewestFirst(waves)[0].All()
	if err != nil {
		return nil, err
	}
	text, ok := raw.Text(data)
	if !ok {
		return nil, raw.Refuse(raw.Unreadable, 0, "its ECG is no text: export it again")
	}
	r, err := jsonfile.Read(text, o)
	if err != nil {
		return nil, err
	}
	if r.RateHz == 0 {
		r.RateHz = rateOf(entries)
	}
	r.Device = "Samsung watch"
	return r, nil
}

// rateOf returns the rate in the table's newest row.
func rateOf(entries []archive.Entry) float64 {
	i := slices.IndexFunc(entries, func(e archive.Entry) bool {
		return strings.HasPrefix(e.Base(), tableName) && strings.HasSuffix(e.Base(), ".csv")
	})
	if i < 0 {
		return usualRateHz
	}
	data, err := entries[i].All()
	if err != nil {
		return usualRateHz
	}
	const head = 16 << 10 // bytes that contain its first rows
	lines := strings.SplitN(string(data[:min(len(data), head)]), "\n", 4)
	if len(lines) < 3 {
		return usualRateHz
	}
	column := slices.IndexFunc(strings.Split(lines[1], ","), func(name string) bool {
		return strings.HasSuffix(strings.TrimSpace(name), "sample_frequency")
	})
	fields := strings.Split(lines[2], ",")
	if column < 0 || column >= len(fields) {
		return usualRateHz
	}
	if hz, ok := raw.ParseNumber([]byte(strings.TrimSpace(fields[column])), false); ok && hz > 0 {
		return hz
	}
	return usualRateHz
}
