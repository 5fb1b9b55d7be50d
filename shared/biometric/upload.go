package biometric

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"systole/shared/fault"
	"systole/shared/parallel"
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
	store.LeftoverWriter
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
	key, _ := store.UploadKey(m.PK, id)
	err = parallel.Do(
		func() error { return u.reserve(ctx, token, m, id, size) },
		func() error { return u.members.NoteLeftover(ctx, u.now().Add(lookAtUpload), key) },
	)
	if err != nil {
		return Upload{}, err
	}
	put, err := u.presigner.PresignPut(ctx, key, size, UploadLifetime)
	if err != nil {
		return Upload{}, fmt.Errorf("presign upload: %w", err)
	}
	return Upload{id, put}, nil
}

// fewUploads returns fault.TooManyFiles for more uploads than one request may
// name.
func fewUploads(ids []string) error {
	if len(ids) > maxUploads {
		return fault.New(fault.TooManyFiles, "uploads", maxUploads)
	}
	return nil
}

// awaited returns fault.UploadMissing for an id that isn't among the member's
// pending uploads, and fault.TooManyFiles or fault.BodyTooLarge if the uploads
// exceed what one request may have. Their sizes are known before any is fetched:
// each address takes a file of the size that it was handed out for.
func awaited(m store.Member, ids []string, now time.Time) error {
	if err := fewUploads(ids); err != nil {
		return err
	}
	pending := alive(m.Uploads, now)
	var size int64
	for _, id := range ids {
		i := slices.IndexFunc(pending, func(u store.PendingUpload) bool { return u.ID == id })
		if i < 0 {
			return fault.New(fault.UploadMissing)
		}
		size += pending[i].Size
	}
	if size > MaxUploadSize {
		return fault.New(fault.BodyTooLarge, "limit_bytes", MaxUploadSize)
	}
	return nil
}

// files returns the files of a submission: those sent with the request, then the
// uploaded ones. An upload that isn't there is fault.UploadMissing.
func (s *Service) files(ctx context.Context, session store.Session, submitted Submission) ([][]byte, error) {
	files := append([][]byte(nil), submitted.Files...)
	for _, id := range submitted.Uploads {
		file, err := s.uploaded(ctx, session.PK, id)
		if err != nil {
			return nil, err
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
