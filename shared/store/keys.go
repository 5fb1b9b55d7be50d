package store

import (
	"strconv"
	"strings"
)

// Prefixes of the keys of objects. The bucket's life cycle and the permissions of
// the functions use the same prefixes: tests compare them with the template.
const (
	TemplatePrefix  = "models/"  // sealed templates
	RecordingPrefix = "uploads/" // recordings of enrolments, for a limited time
	// IncomingPrefix begins the keys of uploaded files that no request has used
	// yet. They have a prefix of their own for the bucket's life cycle.
	IncomingPrefix = "incoming/"
	MemoryPrefix   = "memory/" // digests of used recordings, without a template
)

// CursorKey is the key of the object that holds the position of clean-up's
// survey.
const CursorKey = "cleanup/cursor"

// TemplateKey is the key of a member's template of this version.
func TemplateKey(pk int64, version string) string { return TemplatesOf(pk) + version }

// TemplatesOf begins the keys of a member's templates.
func TemplatesOf(pk int64) string { return folder(TemplatePrefix, pk) }

// RecordingsOf begins the keys of the recordings that a member enrolled with.
func RecordingsOf(pk int64) string { return folder(RecordingPrefix, pk) }

// IncomingOf begins the keys of the files that a member uploaded and that no
// request has used yet.
func IncomingOf(pk int64) string { return folder(IncomingPrefix, pk) }

// MemoriesOf begins the keys of the objects that hold the digests of a member's
// used recordings.
func MemoriesOf(pk int64) string { return folder(MemoryPrefix, pk) }

// MemoryKey is the key of the object that holds the digests of a member's used
// recordings from the removal of a template on.
func MemoryKey(pk int64, version string) string { return MemoriesOf(pk) + version }

// EnrolledPrefix begins the keys of the recordings that a template was made of.
func EnrolledPrefix(pk int64, version string) string { return RecordingsOf(pk) + version + "/" }

// EnrolledKey is the key of the nth recording that a template was made of. It
// contains nothing that a client sent, such as a file name.
func EnrolledKey(pk int64, version string, n int) string {
	return EnrolledPrefix(pk, version) + strconv.Itoa(n)
}

// UploadIDBytes is the length of an upload's id in bytes; it is written in
// hexadecimal digits.
const UploadIDBytes = 16

// UploadKey is the key of a file that a member uploaded and no request has used
// yet. It reports false for an id of another form: the key never leaves the
// member's own folder.
func UploadKey(pk int64, id string) (key string, ok bool) {
	if len(id) != 2*UploadIDBytes || strings.Trim(id, "0123456789abcdef") != "" {
		return "", false
	}
	return IncomingOf(pk) + id, true
}

// Owner returns the pk of the member in whose folder the key lies, or false for a
// key outside every member's folder.
func Owner(key string) (pk int64, ok bool) {
	_, rest, _ := strings.Cut(key, "/")
	digits, _, _ := strings.Cut(rest, "/")
	pk, err := strconv.ParseInt(digits, 10, 64)
	return pk, err == nil && pk > 0
}

func folder(prefix string, pk int64) string { return prefix + strconv.FormatInt(pk, 10) + "/" }
