package recording

import (
	"bytes"
	"slices"
	"strings"
)

// Samsung Health exports a table of ECGs without their samples, and beside it a
// folder of JSON files that have these, if the watch gave them away.

const (
	samsungECG    = "com.samsung.health.ecg"
	samsungRateHz = 500 // what the watches record at, where the table doesn't say
)

// isSamsungTable reports whether the file is the table alone.
func isSamsungTable(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte(samsungECG+","))
}

func refuseSamsungTable([]byte, Hints) (*Recording, error) {
	return nil, refuse(Unsupported, 0, "it is Samsung Health's table of ECGs, without their samples: send the whole download as a zip")
}

// isSamsungExport finds a JSON file of an ECG in a download of Samsung Health.
func isSamsungExport(entries []entry) bool {
	return slices.ContainsFunc(entries, isSamsungWave)
}

func isSamsungWave(e entry) bool {
	return strings.Contains(strings.ToLower(e.name), samsungECG) && strings.HasSuffix(e.base(), ".json")
}

// readSamsungExport reads the newest ECG that has samples, or the one picked.
func readSamsungExport(entries []entry, h Hints) (*Recording, error) {
	waves := picked(entries, isSamsungWave, h)
	if len(waves) == 0 {
		return nil, refuse(Unreadable, 0, "it has no ECG of the name that was asked for")
	}
	data, err := newestFirst(waves)[0].all()
	if err != nil {
		return nil, err
	}
	r, err := readJSON(data, h)
	if err != nil {
		return nil, err
	}
	if r.RateHz == 0 {
		r.RateHz = samsungRate(entries)
	}
	r.Device = "Samsung watch"
	return r, nil
}

// samsungRate is that of the table's newest row.
func samsungRate(entries []entry) float64 {
	i := slices.IndexFunc(entries, func(e entry) bool {
		return strings.HasPrefix(e.base(), samsungECG) && strings.HasSuffix(e.base(), ".csv")
	})
	if i < 0 {
		return samsungRateHz
	}
	data, err := entries[i].all()
	if err != nil {
		return samsungRateHz
	}
	lines := strings.SplitN(string(data), "\n", 4)
	if len(lines) < 3 {
		return samsungRateHz
	}
	column := slices.IndexFunc(strings.Split(lines[1], ","), func(name string) bool { return strings.HasSuffix(strings.TrimSpace(name), "sample_frequency") })
	fields := strings.Split(lines[2], ",")
	if column < 0 || column >= len(fields) {
		return samsungRateHz
	}
	if hz, ok := parseNumber([]byte(strings.TrimSpace(fields[column])), false); ok && hz > 0 {
		return hz
	}
	return samsungRateHz
}

// picked are the entries of a kind, of those the ones whose name was asked for.
func picked(entries []entry, is func(entry) bool, h Hints) (of []entry) {
	for _, e := range entries {
		if is(e) && (h.Pick == "" || strings.Contains(strings.ToLower(e.name), strings.ToLower(h.Pick))) {
			of = append(of, e)
		}
	}
	return of
}

// newestFirst sorts by time, and where that is the same by name.
func newestFirst(entries []entry) []entry {
	return slices.SortedFunc(slices.Values(entries), func(a, b entry) int {
		if c := b.modified.Compare(a.modified); c != 0 {
			return c
		}
		return strings.Compare(b.base(), a.base())
	})
}
