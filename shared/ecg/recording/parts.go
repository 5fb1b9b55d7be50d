package recording

import "bytes"

// maxParts is how many files one recording may be sent as.
const maxParts = 16

// ReadParts reads a recording that was sent as several files, such as a WFDB
// header and its samples, in any order. The names may be missing; they are
// only believed where the files' content leaves a choice. A refusal is an
// *Error.
func ReadParts(parts []Part, h Hints) (*Recording, error) {
	if len(parts) == 1 {
		return ReadBytes(parts[0].Data, h)
	}
	if len(parts) > maxParts {
		return nil, refuse(Unsupported, 0, "it comes in %d files, at most %d are read", len(parts), maxParts)
	}
	total := 0
	for _, p := range parts {
		total += len(p.Data)
	}
	if total > MaxBytes {
		return nil, errTooManyBytes
	}
	u := newUnpacker(total)
	var entries []entry
	for _, p := range parts {
		if len(bytes.TrimSpace(p.Data)) == 0 {
			continue
		}
		entries = append(entries, entry{name: p.Name, size: int64(len(p.Data)), data: p.Data})
	}
	r, err := u.readEntries(entries, h, 0)
	if err != nil {
		return nil, err
	}
	return r.settle(h)
}

// Part is one of the files that a recording was sent as.
type Part struct {
	Name string // as the sender says, empty when not known
	Data []byte
}
