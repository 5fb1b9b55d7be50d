package biometric

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/biometric/request"
	"systole/shared/ecg/recording"
	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// maxUploads bounds the files of one request.
const maxUploads = 16

// recordings are those that a request brings: the files sent with it, and those
// that were uploaded. An id that isn't the member's is fault.UploadMissing.
func (s *Service) recordings(ctx context.Context, session store.Session, r request.Recording) ([][]byte, error) {
	if len(r.Uploads) > maxUploads {
		return nil, fault.New(fault.TooManyFiles)
	}
	uploaded := make([][]byte, len(r.Uploads))
	var gets []func() error
	for i, id := range r.Uploads {
		gets = append(gets, func() (err error) {
			uploaded[i], err = s.uploaded(ctx, session.PK, id)
			return err
		})
	}
	if err := parallel.Do(gets...); err != nil {
		return nil, err
	}
	files := append(append([][]byte(nil), r.Files...), uploaded...)
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

// discard deletes uploads that were used, whatever came of them. What stays for
// want of this is clean-up's.
func (s *Service) discard(ctx context.Context, session store.Session, ids []string) {
	var deletions []func(context.Context) error
	for _, id := range ids {
		if key, ok := store.UploadKey(session.PK, id); ok {
			deletions = append(deletions, func(ctx context.Context) error { return s.objects.Erase(ctx, key) })
		}
	}
	note(ctx, deletions...)
}

// one is the only recording among files.
func one(files [][]byte) ([]recording.Part, error) {
	groups := recording.Group(files)
	if len(groups) != 1 {
		return nil, fault.New(fault.TooManyFiles)
	}
	return groups[0], nil
}
