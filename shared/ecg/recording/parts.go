package recording

import (
	"bytes"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

// maxParts bounds the files of one recording.
const maxParts = 16

// ReadParts reads a recording in several files, such as a WFDB header and its
// samples, in any order. Names may be missing; they only decide if the files'
// content doesn't. A refusal is an *Error.
func ReadParts(parts []Part, h Hints) (*Recording, error) {
	if len(parts) == 1 {
		return ReadBytes(parts[0].Data, h)
	}
	if len(parts) > maxParts {
		return nil, raw.Refuse(Unsupported, 0, "it comes in %d files, at most %d are read", len(parts), maxParts)
	}
	total := 0
	for _, p := range parts {
		total += len(p.Data)
	}
	if total > MaxBytes {
		return nil, errTooManyBytes
	}
	var entries []archive.Entry
	for _, p := range parts {
		if len(bytes.TrimSpace(p.Data)) == 0 {
			continue
		}
		entries = append(entries, archive.Entry{Name: p.Name, Size: int64(len(p.Data)), Data: p.Data})
	}
	return readWithin(h, total, func(o raw.Options) (found, error) { return readFiles(entries, o, 0) })
}

// Part is one of the files of a recording.
type Part struct {
	Name string // as the sender states it, empty if unknown
	Data []byte
}
