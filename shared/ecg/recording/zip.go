package recording

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
	"time"
)

// maxEntries bounds a zip's directory. Apple's export of a runner has some
// thousand files beside the recordings.
const maxEntries = 20_000

// entry is one of several files that came together. Its name is what somebody
// wrote there: it may tell what the file is to its format, and is never a path.
type entry struct {
	name     string
	modified time.Time // zero when not known
	size     int64     // as stated, before it is unpacked
	data     []byte    // where it came unpacked
	open     func() (io.ReadCloser, error)
	unpacker *unpacker
}

var errDamaged = refuse(Unreadable, 0, "a file in the zip can't be unpacked, it was damaged on its way: send it again")

// all returns the whole file, which may be part of what was sent.
func (e entry) all() ([]byte, error) {
	if e.open == nil {
		return e.data, nil
	}
	r, err := e.open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, refuse(Unsupported, 0, "a file in the zip is packed in a way that isn't read: make the zip anew")
	}
	if err != nil {
		return nil, errDamaged
	}
	defer r.Close()
	data, err := e.unpacker.take(r, e.size)
	if err != nil && !errors.Is(err, errTooLarge) {
		return nil, errDamaged
	}
	return data, err
}

// base is the last part of the name in lower case.
func (e entry) base() string {
	return strings.ToLower(path.Base(strings.ReplaceAll(e.name, `\`, "/")))
}

func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// readZip reads the recording among a zip's files.
func (u *unpacker) readZip(data []byte, h Hints, depth int) (*Recording, error) {
	// Each entry of the directory begins with this; counted before the
	// directory is read, which takes much more memory than it has bytes.
	if bytes.Count(data, []byte("PK\x01\x02")) > maxEntries {
		return nil, refuse(Unsupported, 0, "it is a zip of more than %d files: send the recording alone", maxEntries)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, refuse(Unreadable, 0, "it is a zip whose directory is broken or cut off: send it again")
	}
	var entries []entry
	for _, f := range archive.File {
		if f.Flags&1 != 0 {
			return nil, refuse(Unsupported, 0, "it is a zip with a password: send it without one")
		}
		e := entry{name: f.Name, modified: f.Modified, size: int64(f.UncompressedSize64), open: f.Open, unpacker: u}
		if !f.FileInfo().IsDir() && f.UncompressedSize64 > 0 && !leftBehind(e) {
			entries = append(entries, e)
		}
	}
	return u.readEntries(entries, h, depth)
}

// leftBehind tells what systems put beside a person's files.
func leftBehind(e entry) bool {
	return strings.HasPrefix(e.name, "__MACOSX/") || strings.HasPrefix(e.base(), ".") || e.base() == "thumbs.db"
}
