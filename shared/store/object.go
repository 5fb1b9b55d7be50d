package store

import (
	"context"
	"time"
)

// Object describes a stored object without its content.
type Object struct {
	Key      string
	Size     int64 // bytes
	Modified time.Time
}

// MaxObjectBytes is the largest object that is read: a full upload, the largest
// that is ever written. A foreign one can't fill the memory.
const MaxObjectBytes = 64 << 20

// ObjectReader reads objects.
type ObjectReader interface {
	// Get returns the whole object, or ErrNotFound. One of more than MaxObjectBytes
	// is an error before it is read.
	Get(ctx context.Context, key string) ([]byte, error)
}

// ObjectWriter writes objects that are never overwritten.
type ObjectWriter interface {
	// Put writes an object whole or not at all; ErrExists when the key is taken
	// by other content.
	Put(ctx context.Context, key string, data []byte) error
}

// ObjectReplacer writes objects that are overwritten.
type ObjectReplacer interface {
	// Replace writes an object whole or not at all, in place of the one that was
	// there.
	Replace(ctx context.Context, key string, data []byte) error
}

// ObjectLister lists objects.
type ObjectLister interface {
	// List returns up to limit objects whose keys begin with prefix and come
	// after the key after, in order of their keys, and the key to go on after,
	// "" at the end.
	List(ctx context.Context, prefix, after string, limit int) ([]Object, string, error)
}

// ObjectDeleter deletes objects one by one.
type ObjectDeleter interface {
	// Delete deletes an object. Deleting a missing object succeeds.
	Delete(ctx context.Context, key string) error
}

// LastKey comes after every key there is.
const LastKey = "\U0010FFFF"

// ObjectEraser deletes objects so that nothing of them is left.
type ObjectEraser interface {
	// Erase deletes all objects whose keys begin with prefix, with all older
	// versions of them.
	Erase(ctx context.Context, prefix string) error
	// EraseThrough is Erase of the keys up to prefix + last, in their order.
	EraseThrough(ctx context.Context, prefix, last string) error
}

// Objects is the whole store of objects.
type Objects interface {
	ObjectReader
	ObjectWriter
	ObjectReplacer
	ObjectLister
	ObjectDeleter
	ObjectEraser
}

// SignedPut is a request that puts an object without passing through the
// service.
type SignedPut struct {
	Method  string
	URL     string
	Headers map[string]string // to send along as they are
}

// Presigner lets callers write objects by themselves.
type Presigner interface {
	// PresignPut returns how to put an object of exactly this size in bytes at
	// the key, once, within the lifetime.
	PresignPut(ctx context.Context, key string, size int64, lifetime time.Duration) (SignedPut, error)
}
