package recording

import (
	"bytes"

	"systole/shared/ecg/recording/internal/archive"
)

// lightBytes bounds the size of light files: more than two minutes as the app
// writes them. The most expensive text of this size costs about as much as
// hashing a password.
const lightBytes = 128 << 10

// Light reports whether the files cost little to read, by their size and first
// bytes: they are short, and plain text. A packed, binary or markup file may hold
// far more than its size suggests.
func Light(files [][]byte) bool {
	size := 0
	for _, data := range files {
		if size += len(data); size > lightBytes {
			return false
		}
		if archive.IsGzip(data) || archive.IsZip(data) || bytes.IndexByte(data, 0) >= 0 || bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")) {
			return false
		}
	}
	return true
}
