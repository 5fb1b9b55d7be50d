// Package archive unpacks files that hold other files. It asks a [raw.Budget]
// before it takes memory.
package archive

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

const (
	// MostTried bounds the files of an archive that are read to find the
	// recording.
	MostTried = 32
	// maxEntries bounds a zip's directory. Apple's export of a runner's data has
	// some thousand files beside the recordings.
	maxEntries = 20_000
)

// Entry is one of several files that were received together. The sender chooses
// its name: it may tell a format the file's role, and is never used as a path.
type Entry struct {
	Name     string
	Modified time.Time // zero if unknown
	Size     int64     // as stated, before unpacking
	Data     []byte    // set if it was received unpacked
	open     func() (io.ReadCloser, error)
	budget   *raw.Budget
}

var errDamaged = raw.Refuse(raw.Unreadable, 0, "a file in the zip can't be unpacked, it was damaged on its way: send it again")

// All returns the whole file, which may share its bytes with the upload.
func (e Entry) All() ([]byte, error) {
	if e.open == nil {
		return e.Data, nil
	}
	r, err := e.open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, raw.Refuse(raw.Unsupported, 0, "a file in the zip is packed in a way that isn't read: make the zip anew")
	}
	if err != nil {
		return nil, errDamaged
	}
	defer r.Close()
	data, err := e.budget.Unpack(r, e.Size)
	if err != nil && !errors.Is(err, raw.ErrTooLarge) && e.budget.Err() == nil {
		return nil, errDamaged
	}
	return data, err
}

// Packed reports whether the file is packed in an archive.
func (e Entry) Packed() bool { return e.open != nil }

// Base returns the last part of the name in lower case.
func (e Entry) Base() string { return Base(e.Name) }

// Base returns the last part of a path of any system, in lower case.
func Base(name string) string {
	return strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
}

// Picked returns the entries of a kind whose names contain pick, in any case.
func Picked(entries []Entry, is func(Entry) bool, pick string) (of []Entry) {
	for _, e := range entries {
		if is(e) && (pick == "" || strings.Contains(strings.ToLower(e.Name), strings.ToLower(pick))) {
			of = append(of, e)
		}
	}
	return of
}

// NewestFirst sorts by time, entries of the same time by name.
func NewestFirst(entries []Entry) []Entry {
	return slices.SortedFunc(slices.Values(entries), func(a, b Entry) int {
		if c := b.Modified.Compare(a.Modified); c != 0 {
			return c
		}
		return strings.Compare(b.Base(), a.Base())
	})
}

// IsZip reports whether the file is a zip, possibly an empty one.
func IsZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

// Zip lists the files of a zip, without those that operating systems add. Nothing
// is unpacked yet.
func Zip(data []byte, budget *raw.Budget) ([]Entry, error) {
	// Each entry of the directory begins with these bytes. They are counted before
	// the directory is read, which takes much more memory than its bytes.
	if bytes.Count(data, []byte("PK\x01\x02")) > maxEntries {
		return nil, raw.Refuse(raw.Unsupported, 0, "it is a zip of more than %d files: send the recording alone", maxEntries)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, raw.Refuse(raw.Unreadable, 0, "it is a zip whose directory is broken or cut off: send it again")
	}
	var entries []Entry
	for _, f := range archive.File {
		if f.Flags&1 != 0 {
			return nil, raw.Refuse(raw.Unsupported, 0, "it is a zip with a password: send it without one")
		}
		e := Entry{Name: f.Name, Modified: f.Modified, Size: int64(f.UncompressedSize64), open: f.Open, budget: budget}
		if !f.FileInfo().IsDir() && f.UncompressedSize64 > 0 && !leftBehind(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// leftBehind reports files that operating systems add to archives.
func leftBehind(e Entry) bool {
	return strings.HasPrefix(e.Name, "__MACOSX/") || strings.HasPrefix(e.Base(), ".") || e.Base() == "thumbs.db"
}

// IsGzip reports whether the file was packed with gzip.
func IsGzip(data []byte) bool { return bytes.HasPrefix(data, []byte("\x1f\x8b\x08")) }

// Gunzip unpacks a gzip file. Of a file that was cut off it returns the bytes
// before the cut, as of an unpacked one, and cut is true.
func Gunzip(data []byte, budget *raw.Budget) (inner []byte, cut bool, err error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, false, raw.Refuse(raw.Unreadable, 0, "its gzip header is broken: pack it again")
	}
	inner, err = budget.Unpack(unpacked, min(gzipSize(data), budget.Left()))
	cut = errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrHeader) // it ends early, or is followed by other bytes
	switch {
	case errors.Is(err, raw.ErrTooLarge), budget.Err() != nil:
		return nil, false, err
	case err != nil && !cut:
		return nil, false, raw.Refuse(raw.Unreadable, 0, "it can't be unpacked, it was damaged on its way: send it again")
	case len(bytes.TrimSpace(inner)) == 0:
		return nil, false, raw.Refuse(raw.Empty, 0, "there is nothing packed in it")
	}
	return inner, cut, nil
}

// gzipSize returns the unpacked length that the file states in its last four
// bytes.
func gzipSize(data []byte) int64 {
	if len(data) < 4 {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(data[len(data)-4:]))
}
