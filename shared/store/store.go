// Package store holds the few words that the domain and its stores share:
// what can go wrong with a stored item, whatever keeps it.
//
// Implementations live in the folders below, named after their technology.
// Each passes the conformance suite in shared/store/storetest.
package store

import (
	"errors"
	"time"
)

// What a store reports. Implementations wrap these with %w and their own
// operation; callers ask with errors.Is.
var (
	// ErrNotFound: there is no such item or object.
	ErrNotFound = errors.New("not found")
	// ErrExists: the key is taken, nothing was written.
	ErrExists = errors.New("exists already")
	// ErrConflict: the item is not in the state that the caller expected,
	// nothing was written.
	ErrConflict = errors.New("changed meanwhile")
	// ErrUnavailable: the store did not answer in time or is throttling; the
	// write may or may not have happened. Worth another try later.
	ErrUnavailable = errors.New("store unavailable")
)

// Object describes a stored object without its content.
type Object struct {
	Key      string
	Size     int64 // bytes
	Modified time.Time
}
