package raw

import "fmt"

// Reason is a stable word for the reason why a file can't be read.
type Reason string

// The reasons.
const (
	Empty       Reason = "recording_empty"
	Unreadable  Reason = "recording_unreadable"
	Unsupported Reason = "recording_unsupported"
	RateUnknown Reason = "rate_unknown"
)

// Error is the reason why a file can't be read. Detail never holds personal data
// from the file.
type Error struct {
	Reason Reason
	Line   int // of a text, from 1; 0 if it doesn't apply
	Detail string
	// Kind is a stable word for a known kind of file that isn't read, else empty.
	Kind string
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s: line %d: %s", e.Reason, e.Line, e.Detail)
	}
	return fmt.Sprintf("%s: %s", e.Reason, e.Detail)
}

// Refuse returns the refusal of a file, or of a line of it unless line is 0.
func Refuse(reason Reason, line int, format string, args ...any) *Error {
	return &Error{Reason: reason, Line: line, Detail: fmt.Sprintf(format, args...)}
}
