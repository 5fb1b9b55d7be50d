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

// MaxObjectBytes bounds the objects that are read: a full upload, the largest
// object that the service writes. A larger one from elsewhere can't exhaust the
// memory.
const MaxObjectBytes = 64 << 20

// ObjectReader reads objects.
type ObjectReader interface {
	// Get returns the whole object, or ErrNotFound. An object of more than
	// MaxObjectBytes is an error, and isn't read.
	Get(ctx context.Context, key string) ([]byte, error)
}

// ObjectWriter writes objects that are never overwritten.
type ObjectWriter interface {
	// Put writes an object whole or not at all; ErrExists if the key has other
	// content.
	Put(ctx context.Context, key string, data []byte) error
}

// ObjectReplacer writes objects that are overwritten.
type ObjectReplacer interface {
	// Replace writes an object whole or not at all, in place of the previous one.
	Replace(ctx context.Context, key string, data []byte) error
}

// ObjectLister lists objects.
type ObjectLister interface {
	// List returns up to limit objects whose keys begin with prefix and sort after
	// the key after, sorted by key, and the key for the next call, "" at the end.
	List(ctx context.Context, prefix, after string, limit int) ([]Object, string, error)
}

// ObjectDeleter deletes objects one by one.
type ObjectDeleter interface {
	// Delete deletes an object. Deleting a missing object succeeds.
	Delete(ctx context.Context, key string) error
}

// LastKey sorts after every key.
const LastKey = "\U0010FFFF"

// ObjectEraser deletes objects with all their versions.
type ObjectEraser interface {
	// Erase deletes all objects whose keys begin with prefix, with all older
	// versions of them.
	Erase(ctx context.Context, prefix string) error
	// EraseThrough is Erase of the keys up to prefix + last in sorted order.
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

// SignedPut is an HTTP request that puts an object directly, without the service
// in between.
type SignedPut struct {
	Method  string
	URL     string
	Headers map[string]string // to be sent unchanged
}

// Presigner lets callers write objects directly.
type Presigner interface {
	// PresignPut returns the request that puts an object of exactly size bytes at
	// the key, once, within the lifetime.
	PresignPut(ctx context.Context, key string, size int64, lifetime time.Duration) (SignedPut, error)
}
