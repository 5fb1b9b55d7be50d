package recording

import (
	"errors"
	"slices"
	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

// maxNesting bounds the levels of packing, such as a .csv.gz in a zip.
const maxNesting = 2

// unpack reads a file, packed or not, at a depth of files within files.
func unpack(data []byte, o raw.Options, depth int) (found, error) {
	gzipped, zipped := archive.IsGzip(data), archive.IsZip(data)
	if !gzipped && !zipped {
		return readFile(data, o)
	}
	if depth >= maxNesting {
		return found{}, raw.Refuse(raw.Unsupported, 0, "it is packed more than twice: unpack it and send the recording itself")
	}
	if zipped {
		entries, err := archive.Zip(data, o.Budget)
		if err != nil {
			return found{}, err
		}
		return readFiles(entries, o, depth)
	}
	inner, cut, err := archive.Gunzip(data, o.Budget)
	if err != nil {
		return found{}, err
	}
	r, err := unpack(inner, o, depth+1)
	if err != nil {
		return found{}, err
	}
	r.Notef("unpacked", "unpacked with gzip")
	if cut {
		r.Notef("cut_off", "the packed file doesn't end as it should: what came before was read")
	}
	return r, nil
}

// readFiles reads the recording in several files, at a depth of files within
// files.
func readFiles(entries []archive.Entry, o raw.Options, depth int) (found, error) {
	if len(entries) == 0 {
		return found{}, raw.Refuse(raw.Empty, 0, "there are no files in it")
	}
	entries, beside := setAside(entries)
	for _, c := range collections {
		if c.is(entries) {
			r, err := c.read(entries, o)
			if err == nil {
				beside.of(entries[0]).State(r)
			}
			return found{r, c.name}, err
		}
	}
	return readNewest(entries, beside, o, depth)
}

// readNewest tries the files, the last modified first, and returns the
// recording that began last.
func readNewest(entries []archive.Entry, beside sidecars, o raw.Options, depth int) (newest found, err error) {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b archive.Entry) int { return b.Modified.Compare(a.Modified) })
	var first error
	read := 0
	for _, e := range entries[:min(len(entries), archive.MostTried)] {
		o.Beside = beside.of(e)
		r, err := readEntry(e, o, depth)
		if errors.Is(err, raw.ErrTooLarge) || o.Budget.Err() != nil {
			return found{}, err
		}
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		o.Beside.State(r.Recording)
		read++
		if newest.Recording == nil || r.Start.After(newest.Start) {
			newest = r
		}
	}
	if newest.Recording == nil {
		return found{}, first
	}
	if entries[0].Packed() {
		newest.Notef("unpacked", "unpacked from a zip")
	}
	if read > 1 || len(entries) > archive.MostTried {
		newest.Notef("newest_taken", "the newest of %d recordings", read)
	}
	return newest, nil
}

func readEntry(e archive.Entry, o raw.Options, depth int) (found, error) {
	data, err := e.All()
	if err != nil {
		return found{}, err
	}
	return unpack(data, o, depth+1)
}
