// Package upload lets callers put files that are larger than a request into the
// object store by themselves.
package upload

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"systole/shared/biometric/request"
	"systole/shared/fault"
	"systole/shared/store"
)

const (
	// MaxSize is the largest file that can be uploaded: an hour of twelve leads,
	// or a day of one, in most formats.
	MaxSize = 64 << 20
	// Lifetime is how long a caller has for it.
	Lifetime = 15 * time.Minute
)

// Tokens is what this package needs of package member.
type Tokens interface {
	// Authenticate returns the session of a token, or fault.TokenInvalid.
	Authenticate(ctx context.Context, token string) (store.Session, error)
}

// Uploads hands out places for files that are larger than a request.
type Uploads struct {
	tokens    Tokens
	presigner store.Presigner
	rand      io.Reader
}

// New returns Uploads. random must be safe for concurrent use.
func New(tokens Tokens, p store.Presigner, random io.Reader) *Uploads {
	return &Uploads{tokens, p, random}
}

// Upload returns where the token's member may put a file of so many bytes. The
// id names it afterwards. The errors are fault.TokenInvalid and, for a size
// beyond MaxSize, fault.BodyTooLarge.
func (u *Uploads) Upload(ctx context.Context, token string, size int64) (request.Upload, error) {
	session, err := u.tokens.Authenticate(ctx, token)
	if err != nil {
		return request.Upload{}, err
	}
	if size <= 0 {
		return request.Upload{}, fault.New(fault.FieldInvalid, "field", "size")
	}
	if size > MaxSize {
		return request.Upload{}, fault.New(fault.BodyTooLarge, "limit_bytes", MaxSize)
	}
	random := make([]byte, store.UploadIDBytes)
	if _, err := io.ReadFull(u.rand, random); err != nil {
		return request.Upload{}, fmt.Errorf("draw id: %w", err)
	}
	id := hex.EncodeToString(random)
	key, _ := store.UploadKey(session.PK, id)
	put, err := u.presigner.PresignPut(ctx, key, size, Lifetime)
	if err != nil {
		return request.Upload{}, fmt.Errorf("presign upload: %w", err)
	}
	return request.Upload{ID: id, Method: put.Method, URL: put.URL, Headers: put.Headers}, nil
}
