package biometric

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// Upload is a request by which a caller uploads a file that is larger than a
// request to the service may be.
type Upload struct {
	ID string // names the file in a Submission afterwards
	store.SignedPut
}

// UploadMembers is the part of the store of members that Uploads uses.
type UploadMembers interface {
	store.MemberReader
	store.UploadRegistry
}

// Uploads hands out uploads.
type Uploads struct {
	tokens    Owners
	members   UploadMembers
	presigner store.Presigner
	now       func() time.Time
	rand      io.Reader
}

// NewUploads returns Uploads. random must be safe for concurrent use.
func NewUploads(tokens Owners, members UploadMembers, p store.Presigner, now func() time.Time, random io.Reader) *Uploads {
	return &Uploads{tokens, members, p, now, random}
}

// Upload returns the upload of a file of size bytes for the token's member. It is
// valid for UploadLifetime. The errors are fault.TokenInvalid, fault.FieldInvalid,
// for a size beyond MaxUploadSize fault.BodyTooLarge, and fault.TooManyUploads.
func (u *Uploads) Upload(ctx context.Context, token string, size int64) (Upload, error) {
	_, m, err := u.tokens.Resolve(ctx, u.members, token)
	if err != nil {
		return Upload{}, err
	}
	if size <= 0 {
		return Upload{}, fault.New(fault.FieldInvalid, "field", "size")
	}
	if size > MaxUploadSize {
		return Upload{}, fault.New(fault.BodyTooLarge, "limit_bytes", MaxUploadSize)
	}
	random := make([]byte, store.UploadIDBytes)
	if _, err := io.ReadFull(u.rand, random); err != nil {
		return Upload{}, fmt.Errorf("draw id: %w", err)
	}
	id := hex.EncodeToString(random)
	if err := u.reserve(ctx, token, m, id, size); err != nil {
		return Upload{}, err
	}
	key, _ := store.UploadKey(m.PK, id)
	put, err := u.presigner.PresignPut(ctx, key, size, UploadLifetime)
	if err != nil {
		return Upload{}, fmt.Errorf("presign upload: %w", err)
	}
	return Upload{id, put}, nil
}

// files are those of a submission: sent with the request, then uploaded. An id
// that isn't the member's is fault.UploadMissing.
func (s *Service) files(ctx context.Context, session store.Session, submitted Submission) ([][]byte, error) {
	if len(submitted.Uploads) > maxUploads {
		return nil, fault.New(fault.TooManyFiles)
	}
	files := append([][]byte(nil), submitted.Files...)
	size := 0
	for _, id := range submitted.Uploads { // one after another: together they may be larger than a request may cost
		file, err := s.uploaded(ctx, session.PK, id)
		if err != nil {
			return nil, err
		}
		if size += len(file); size > MaxUploadSize {
			return nil, fault.New(fault.BodyTooLarge, "limit_bytes", MaxUploadSize)
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil, fault.New(fault.FileMissing)
	}
	return files, nil
}

func (s *Service) uploaded(ctx context.Context, pk int64, id string) ([]byte, error) {
	key, ok := store.UploadKey(pk, id)
	if !ok {
		return nil, fault.New(fault.UploadMissing)
	}
	b, err := s.objects.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fault.New(fault.UploadMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	return b, nil
}

// discard deletes uploads after the request that names them, whatever its
// outcome. Clean-up deletes those that stay.
func (s *Service) discard(ctx context.Context, session store.Session, ids []string) {
	var deletions []func(context.Context) error
	for _, id := range ids {
		if key, ok := store.UploadKey(session.PK, id); ok {
			deletions = append(deletions, func(ctx context.Context) error { return s.objects.EraseThrough(ctx, key, "") })
		}
	}
	if len(deletions) > 0 {
		deletions = append(deletions, func(ctx context.Context) error { return s.release(ctx, session, ids) })
	}
	bestEffort(ctx, deletions...)
}
