// Package store is the contract between the service and its stores: the stored
// types, the keys of objects, the errors, and the interfaces of the stores, each
// method documented once.
//
// Consumers name the methods that they use by embedding the small interfaces;
// an implementation has all of Members, Sessions and Objects. There is one in
// DynamoDB and S3 (shared/aws), one in a folder (shared/embedded) and one in
// maps (shared/memory). Each passes the conformance suite in storetest.
//
// Package rules holds the condition and the change of each conditional write.
package store

import "errors"

// Errors of stores. Implementations wrap them with %w and the operation; callers
// test with errors.Is.
var (
	// ErrNotFound: there is no such item or object.
	ErrNotFound = errors.New("not found")
	// ErrExists: the key is taken; nothing was written.
	ErrExists = errors.New("exists already")
	// ErrConflict: the item is not in the state that the caller expected; nothing
	// was written.
	ErrConflict = errors.New("changed meanwhile")
	// ErrUnavailable: the store did not answer in time or is throttling. The write
	// may or may not have happened; another try later may succeed.
	ErrUnavailable = errors.New("store unavailable")
)
