// Package upload lets callers put files that are larger than a request into the
// object store by themselves.
package upload

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"systole/shared/biometric/request"
	"systole/shared/fault"
	"systole/shared/member"
)

// Presigner lets callers upload to the object store by themselves.
type Presigner interface {
	// PresignPut returns how to put an object of exactly this size at the key,
	// once, within the lifetime. The request's ID is left empty.
	PresignPut(ctx context.Context, key string, size int64, lifetime time.Duration) (request.Upload, error)
}

const (
	// MaxSize is the largest file that can be uploaded: an hour of twelve leads,
	// or a day of one, in most formats.
	MaxSize = 64 << 20
	// Lifetime is how long a caller has for it.
	Lifetime = 15 * time.Minute

	idBytes = 16
)

// Tokens is what this package needs of package member.
type Tokens interface {
	// Authenticate returns the session of a token, or fault.TokenInvalid.
	Authenticate(ctx context.Context, token string) (member.Session, error)
}

// Uploads hands out places for files that are larger than a request.
type Uploads struct {
	tokens    Tokens
	presigner Presigner
	rand      io.Reader
}

// New returns Uploads. random must be safe for concurrent use.
func New(tokens Tokens, p Presigner, random io.Reader) *Uploads {
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
	random := make([]byte, idBytes)
	if _, err := io.ReadFull(u.rand, random); err != nil {
		return request.Upload{}, fmt.Errorf("draw id: %w", err)
	}
	id := hex.EncodeToString(random)
	key, _ := Key(session.PK, id)
	upload, err := u.presigner.PresignPut(ctx, key, size, Lifetime)
	if err != nil {
		return request.Upload{}, fmt.Errorf("presign upload: %w", err)
	}
	upload.ID = id
	return upload, nil
}

// Key is where a member's file lies until it is used, and whether that is an
// id. Nobody reaches another member's: the pk is the session's.
func Key(pk int64, id string) (string, bool) {
	if len(id) != 2*idBytes || strings.Trim(id, "0123456789abcdef") != "" {
		return "", false
	}
	return "uploads/" + strconv.FormatInt(pk, 10) + "/incoming/" + id, true
}
