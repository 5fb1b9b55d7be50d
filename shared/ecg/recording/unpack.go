package recording

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
)

// Bounds on what a packed file may cost. Recordings, text or binary, shrink to
// a third or a tenth; a file that shrinks far more was made to hurt.
const (
	maxUnpackRatio = 25
	freeToUnpack   = 4 << 20 // bytes, whatever the ratio
	maxNesting     = 2       // such as a .csv.gz in a zip
)

// unpacker reads files of files. What may still be unpacked is counted over
// all of them, so that many small bombs are no better than a large one.
type unpacker struct {
	left int64 // bytes
}

func newUnpacker(packed int) *unpacker {
	return &unpacker{left: min(MaxBytes, freeToUnpack+maxUnpackRatio*int64(packed))}
}

var errTooLarge = refuse(Unsupported, 0, "it unpacks to far more than it should: send the recording alone, or not packed")

// read reads a file at a depth of files within files.
func (u *unpacker) read(data []byte, h Hints, depth int) (*Recording, error) {
	gzipped, zipped := isGzip(data), isZip(data)
	if !gzipped && !zipped {
		h.unpacker = u
		return readFormat(data, h)
	}
	if depth >= maxNesting {
		return nil, refuse(Unsupported, 0, "it is packed more than twice: unpack it and send the recording itself")
	}
	if gzipped {
		return u.readGzip(data, h, depth)
	}
	return u.readZip(data, h, depth)
}

// take unpacks from r, at most what is left. The stated size, 0 for none, is
// taken in one piece and counts as unpacked even where fewer bytes come.
func (u *unpacker) take(r io.Reader, stated int64) ([]byte, error) {
	if stated > u.left {
		return nil, errTooLarge
	}
	var data bytes.Buffer
	data.Grow(int(max(stated, 0)) + bytes.MinRead)
	n, err := data.ReadFrom(io.LimitReader(r, u.left+1))
	if n > u.left {
		return nil, errTooLarge
	}
	u.left -= max(n, stated)
	return data.Bytes(), err
}

func isGzip(data []byte) bool { return bytes.HasPrefix(data, []byte("\x1f\x8b\x08")) }

// readGzip reads what was packed with gzip. A file that was cut off gives what
// came before the cut, as it does when it isn't packed.
func (u *unpacker) readGzip(data []byte, h Hints, depth int) (*Recording, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, refuse(Unreadable, 0, "its gzip header is broken: pack it again")
	}
	inner, err := u.take(unpacked, min(gzipSize(data), u.left))
	cut := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrHeader) // ends early, or other bytes follow
	switch {
	case errors.Is(err, errTooLarge):
		return nil, err
	case err != nil && !cut:
		return nil, refuse(Unreadable, 0, "it can't be unpacked, it was damaged on its way: send it again")
	case len(bytes.TrimSpace(inner)) == 0:
		return nil, refuse(Empty, 0, "there is nothing packed in it")
	}
	r, err := u.read(inner, h, depth+1)
	if err != nil {
		return nil, err
	}
	r.note("unpacked", "unpacked with gzip")
	if cut {
		r.note("cut_off", "the packed file doesn't end as it should: what came before was read")
	}
	return r, nil
}

// gzipSize is how long the unpacked file says it is, in its last four bytes.
func gzipSize(data []byte) int64 {
	if len(data) < 4 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(data[len(data)-4:]))
}
