package cleanup

import (
	"context"
	"errors"
	"time"

	"systole/shared/store"
)

func (w *work) expiredTokens(ctx context.Context, cursor string, limit int) (string, error) {
	ids, next, err := w.sessions.ExpiredSessions(ctx, w.now, w.settings.TokenIdle, cursor, limit)
	if err != nil {
		return cursor, err
	}
	d := deletions{dryRun: w.report.DryRun, done: &w.report.ExpiredTokens}
	for _, id := range ids {
		d.do(func() error {
			_, err := w.sessions.DeleteSession(ctx, id)
			return err
		})
	}
	return next, d.err()
}

func (w *work) oldUploads(ctx context.Context, cursor string, limit int) (string, error) {
	objects, next, err := w.objects.List(ctx, store.RecordingPrefix, cursor, limit)
	if err != nil {
		return cursor, err
	}
	d := deletions{dryRun: w.report.DryRun, done: &w.report.OldUploads}
	for _, o := range objects {
		if w.now.Sub(o.Modified) < w.settings.UploadsKeep {
			continue
		}
		d.do(func() error { return w.objects.Delete(ctx, o.Key) })
	}
	return next, d.err()
}

// orphanModels deletes templates that no member points to. It spares those
// younger than OrphansAfter: an enrolment writes the object before it moves the
// pointer.
func (w *work) orphanModels(ctx context.Context, cursor string, limit int) (string, error) {
	objects, next, err := w.objects.List(ctx, store.TemplatePrefix, cursor, limit)
	if err != nil {
		return cursor, err
	}
	d := deletions{dryRun: w.report.DryRun, done: &w.report.OrphanModels}
	owner := owner{members: w.members}
	for _, o := range objects {
		if w.now.Sub(o.Modified) < w.settings.OrphansAfter {
			continue
		}
		current, err := owner.modelKey(ctx, o.Key)
		if err != nil {
			return cursor, err
		}
		if o.Key != current {
			d.do(func() error { return w.objects.Delete(ctx, o.Key) })
		}
	}
	return next, d.err()
}

// owner remembers the member that was asked for last: a member's templates follow
// each other in a list.
type owner struct {
	members Members
	pk      int64
	current string
}

// modelKey returns the key that the object's member points to, "" for no such
// member or no template.
func (o *owner) modelKey(ctx context.Context, key string) (string, error) {
	pk, ok := store.TemplateOwner(key)
	if !ok {
		return "", nil
	}
	if pk == o.pk {
		return o.current, nil
	}
	m, err := o.members.MemberByPK(ctx, pk)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	o.pk, o.current = pk, ""
	if err == nil && m.Template != nil {
		o.current = m.Template.Key
	}
	return o.current, nil
}

// unusedModels deletes templates without an accepted check for UnusedAfter. It
// clears the pointer first: a pointer never names a missing object.
func (w *work) unusedModels(ctx context.Context, cursor string, limit int) (string, error) {
	members, next, err := w.members.MembersPage(ctx, cursor, limit)
	if err != nil {
		return cursor, err
	}
	d := deletions{dryRun: w.report.DryRun, done: &w.report.UnusedModels}
	for _, m := range members {
		if m.Template == nil || w.now.Sub(lastUse(*m.Template)) < w.settings.UnusedAfter {
			continue
		}
		d.do(func() error {
			if err := w.members.ClearTemplate(ctx, m.Username, m.Template.Version, m.DigestIDs()); err != nil {
				return err
			}
			return w.objects.Delete(ctx, m.Template.Key)
		})
	}
	return next, d.err()
}

func lastUse(m store.Template) time.Time {
	if m.Used.After(m.Made) {
		return m.Used
	}
	return m.Made
}
