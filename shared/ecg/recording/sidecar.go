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
	// mostSidecar is more bytes than what a file says of another has.
	mostSidecar = 64 << 10
	// mostListed is more elements than a list of columns has: a longer one has samples.
	mostListed = raw.MaxColumns
)

// sidecars are the JSON files that say what is in others, by their names without
// extensions.
type sidecars map[string]raw.Beside

// setAside tells the JSON files that state a rate and hold no samples, as the Brain
// Imaging Data Structure writes them beside tables without a header, from the others.
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

// of is what is said of a file: by the sidecar of its name, else by the only one.
func (s sidecars) of(e archive.Entry) raw.Beside {
	says, named := s[stem(e)]
	if !named && len(s) == 1 {
		for _, says = range s {
		}
	}
	return says
}

// stem is a file's name without its folder and extensions.
func stem(e archive.Entry) string {
	name, _, _ := strings.Cut(e.Base(), ".")
	return name
}

// sidecar takes what a file says of another, if it is one of its kind.
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

// besideOf is what a JSON object says of samples in another file. The rate counts,
// without which it is none.
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

// isColumns reports whether a key is that of the names of columns, isUnits whether it
// is that of units.
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

// namesIn are the texts of a list, nil if it has others.
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

// unitOf is the unit that the description of a column states, else the other.
func unitOf(description any, otherwise string) string {
	keys, _ := description.(map[string]any)
	for key, value := range keys {
		if unit, ok := value.(string); ok && isUnits(key) {
			return unit
		}
	}
	return otherwise
}

// withUnit is a name as the header of a table would have it.
func withUnit(name, unit string) string {
	if sure, maybe := raw.NamesTime(name); sure || maybe || raw.PerMV(unit) == 0 {
		return name
	}
	return name + " (" + unit + ")"
}
