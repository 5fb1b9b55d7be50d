package recording

import (
	"errors"
	"slices"
)

// collection is a kind of recording that lies in several files, or one that
// comes with many others.
type collection struct {
	name string
	// is reports whether the files are one, from their names and first bytes.
	is func(entries []entry) bool
	// read is as a format's.
	read func(entries []entry, h Hints) (*Recording, error)
}

// collections in the order in which they are asked. What none of them knows is
// taken for recordings that have nothing to do with each other.
var collections = []collection{
	{"apple", isAppleExport, readAppleExport},
	{"samsung", isSamsungExport, readSamsungExport},
	{"wfdb", isWFDB, readWFDB},
	{"numpy", isNumPyArchive, readNumPyArchive},
	{"excel", isWorkbook, refuseWorkbook},
}

// maxTried is how many files of a zip are read to find the recording.
const maxTried = 32

// readEntries reads the recording that several files hold.
func (u *unpacker) readEntries(entries []entry, h Hints, depth int) (*Recording, error) {
	if len(entries) == 0 {
		return nil, refuse(Empty, 0, "there are no files in it")
	}
	for _, c := range collections {
		if !c.is(entries) {
			continue
		}
		r, err := c.read(entries, h)
		if err != nil {
			return nil, err
		}
		r.Format = c.name
		return r, nil
	}
	return u.readNewest(entries, h, depth)
}

// readNewest tries the files, the last modified first, and returns the
// recording that began last.
func (u *unpacker) readNewest(entries []entry, h Hints, depth int) (*Recording, error) {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b entry) int { return b.modified.Compare(a.modified) })
	var newest *Recording
	var first error
	found := 0
	for _, e := range entries[:min(len(entries), maxTried)] {
		r, err := u.readEntry(e, h, depth)
		if errors.Is(err, errTooLarge) {
			return nil, err
		}
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		found++
		if newest == nil || r.Start.After(newest.Start) {
			newest = r
		}
	}
	if newest == nil {
		return nil, first
	}
	if entries[0].open != nil {
		newest.note("unpacked", "unpacked from a zip")
	}
	if found > 1 || len(entries) > maxTried {
		newest.note("newest_taken", "the newest of %d recordings", found)
	}
	return newest, nil
}

func (u *unpacker) readEntry(e entry, h Hints, depth int) (*Recording, error) {
	data, err := e.all()
	if err != nil {
		return nil, err
	}
	return u.read(data, h, depth+1)
}

// isWorkbook finds the table of contents that Excel's files have.
func isWorkbook(entries []entry) bool {
	return slices.ContainsFunc(entries, func(e entry) bool { return e.base() == "[content_types].xml" })
}

func refuseWorkbook([]entry, Hints) (*Recording, error) {
	return nil, refuse(Unsupported, 0, "it is a document of an office program: save the table as CSV")
}
