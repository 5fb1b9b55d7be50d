package rules

import (
	"bytes"

	"systole/shared/store"
)

// ReplaceRegistrations: see store.Registry.
func ReplaceRegistrations(old, text []byte) Rule[[]byte] {
	rule := Rule[[]byte]{
		Op:      "replace registrations",
		Holds:   func(row []byte) bool { return old != nil && bytes.Equal(row, old) },
		Change:  func(row *[]byte) { *row = text },
		Done:    func(row []byte) bool { return bytes.Equal(row, text) },
		Missing: store.ErrConflict,
	}
	if old == nil {
		rule.Creates = &text
	}
	return rule
}
