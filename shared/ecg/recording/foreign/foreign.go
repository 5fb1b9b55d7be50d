// Package foreign knows files that people send and that hold no samples to
// read, and says how to export these instead.
package foreign

import (
	"bytes"
	"slices"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

// magics are the first bytes of files that are no recording.
var magics = [...]struct{ magic, name string }{
	{"%PDF", "PDF"}, {"\x89PNG", "picture"}, {"\xff\xd8\xff", "picture"}, {"GIF8", "picture"},
}

// Is reports whether the file is a known one without samples.
func Is(data []byte) bool { return name(data) != "" }

// Read refuses the file by what it is.
func Read(data []byte, _ raw.Options) (*raw.Recording, error) {
	return nil, raw.Refuse(raw.Unsupported, 0, "it is a %s, not the recording itself: export the samples from the device's app", name(data))
}

func name(data []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(data, []byte(m.magic)) {
			return m.name
		}
	}
	return ""
}

// IsWorkbook finds the table of contents that Excel's files have.
func IsWorkbook(entries []archive.Entry) bool {
	return slices.ContainsFunc(entries, func(e archive.Entry) bool { return e.Base() == "[content_types].xml" })
}

// ReadWorkbook refuses a document of an office program.
func ReadWorkbook([]archive.Entry, raw.Options) (*raw.Recording, error) {
	return nil, raw.Refuse(raw.Unsupported, 0, "it is a document of an office program: save the table as CSV")
}
