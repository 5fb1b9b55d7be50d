package recording

import (
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
