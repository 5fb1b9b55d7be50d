package recording

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

const (
	// mostSidecar bounds the size of a file that describes another.
	mostSidecar = 64 << 10
	// mostListed bounds the elements of a list of columns: a longer list has
	// samples.
	mostListed = raw.MaxColumns
)

// sidecars are the JSON files that describe others, by their names without
// extensions.
type sidecars map[string]raw.Beside

// setAside separates the JSON files that state a rate and hold no samples, as the
// Brain Imaging Data Structure puts them beside tables without a header, from the
// others.
func setAside(entries []archive.Entry) (others []archive.Entry, beside sidecars) {
	if len(entries) > archive.MostTried { // a phone's download has thousands of JSON files
		return entries, nil
	}
	beside = make(sidecars)
	for _, e := range entries {
		if says, ok := sidecar(e); ok {
			beside[stem(e)] = says
			continue
		}
		others = append(others, e)
	}
	if len(others) == 0 {
		return entries, nil
	}
	return others, beside
}

// of returns the description of a file: the sidecar with its name, else the only
// one.
func (s sidecars) of(e archive.Entry) raw.Beside {
	says, named := s[stem(e)]
	if !named && len(s) == 1 {
		for _, says = range s {
		}
	}
	return says
}

// stem returns a file's name without its folder and extensions.
func stem(e archive.Entry) string {
	name, _, _ := strings.Cut(e.Base(), ".")
	return name
}

// sidecar reads a file's description of another; ok is false for other files.
func sidecar(e archive.Entry) (says raw.Beside, ok bool) {
	if e.Size > mostSidecar || e.Packed() && !strings.HasSuffix(e.Base(), ".json") {
		return raw.Beside{}, false
	}
	data, err := e.All()
	if err != nil {
		return raw.Beside{}, false
	}
	return besideOf(data)
}

// besideOf reads a JSON object that describes samples in another file; ok is
// false if it states no rate.
func besideOf(data []byte) (says raw.Beside, ok bool) {
	var keys map[string]any
	if len(data) > mostSidecar || json.Unmarshal(data, &keys) != nil {
		return raw.Beside{}, false
	}
	unit := ""
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		switch value := keys[key].(type) {
		case float64:
			if hz, ok := raw.RateNamed(key, value); ok && says.RateHz == 0 {
				says.RateHz = hz
			}
		case string:
			if hz, ok := raw.RateOf(key, value); ok && says.RateHz == 0 {
				says.RateHz = hz
			}
			if isUnits(key) {
				unit = value
			}
		case []any:
			if len(value) > mostListed {
				return raw.Beside{}, false
			}
			if isColumns(key) {
				says.Names = namesIn(value)
			}
		}
	}
	for i, name := range says.Names {
		says.Names[i] = withUnit(name, unitOf(keys[name], unit))
	}
	return says, says.RateHz > 0
}

// isColumns reports whether a key names the list of columns, isUnits whether it
// names units.
func isColumns(key string) bool {
	switch strings.ToLower(key) {
	case "columns", "channels", "leads", "channel_names", "signals", "names", "sig_name":
		return true
	}
	return false
}

func isUnits(key string) bool {
	key = strings.ToLower(key)
	return key == "unit" || key == "units"
}

// namesIn returns the texts of a list, nil if it has other elements.
func namesIn(list []any) (names []string) {
	for _, value := range list {
		name, ok := value.(string)
		if !ok {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// unitOf returns the unit in the description of a column, or otherwise if there
// is none.
func unitOf(description any, otherwise string) string {
	keys, _ := description.(map[string]any)
	for key, value := range keys {
		if unit, ok := value.(string); ok && isUnits(key) {
			return unit
		}
	}
	return otherwise
}

// withUnit returns a name in the form of a table's header.
func withUnit(name, unit string) string {
	if sure, maybe := raw.NamesTime(name); sure || maybe || raw.PerMV(unit) == 0 {
		return name
	}
	return name + " (" + unit + ")"
}
