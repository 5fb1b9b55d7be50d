package biometric

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// reserve notes in the row of the token's member that an upload is handed out.
// Beyond the quota it returns fault.TooManyUploads with the time until the oldest
// pending upload expires.
func (u *Uploads) reserve(ctx context.Context, token string, m store.Member, id string, size int64) error {
	for range maxUploads { // the addresses for the files of one enrolment may be asked for at once
		now := u.now()
		pending := alive(m.Uploads, now)
		if err := withinQuota(pending, size, now); err != nil {
			return err
		}
		pending = append(pending, store.PendingUpload{ID: id, Size: size, Expires: now.Add(pendingLifetime)})
		err := u.members.SetUploads(ctx, m, pending)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("reserve upload: %w", err)
		}
		if _, m, err = u.tokens.Resolve(ctx, u.members, token); err != nil {
			return err
		}
	}
	return fault.New(fault.Conflict)
}

// alive returns the uploads that have not expired.
func alive(uploads []store.PendingUpload, now time.Time) []store.PendingUpload {
	return slices.DeleteFunc(slices.Clone(uploads), func(u store.PendingUpload) bool { return !now.Before(u.Expires) })
}

// withinQuota returns fault.TooManyUploads if another upload of this size exceeds
// the quota beside the pending ones.
func withinQuota(pending []store.PendingUpload, size int64, now time.Time) error {
	for _, p := range pending {
		size += p.Size
	}
	if len(pending) < maxPending && size <= maxPendingBytes {
		return nil
	}
	wait := pending[0].Expires.Sub(now)
	return fault.New(fault.TooManyUploads).After(wait)
}

// release takes uploads that were used out of the member's quota. If that fails,
// they leave it when they expire.
func (s *Service) release(ctx context.Context, session store.Session, ids []string) error {
	for range maxConflicts {
		m, err := s.owner(ctx, session)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(alive(m.Uploads, s.now()), func(u store.PendingUpload) bool { return slices.Contains(ids, u.ID) })
		if len(left) == len(m.Uploads) {
			return nil
		}
		if err = s.members.SetUploads(ctx, m, left); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}
