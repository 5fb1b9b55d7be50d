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
	return w.old(ctx, store.RecordingPrefix, w.settings.UploadsKeep, cursor, limit)
}

// unusedUploads deletes files that were uploaded and that no request has used, and
// sooner those that no member waits for.
func (w *work) unusedUploads(ctx context.Context, cursor string, limit int) (string, error) {
	objects, next, err := w.objects.List(ctx, store.IncomingPrefix, cursor, limit)
	if err != nil {
		return cursor, err
	}
	d := deletions{dryRun: w.report.DryRun, done: &w.report.OldUploads}
	owner := owner{members: w.members}
	for _, o := range objects {
		age := w.now.Sub(o.Modified)
		if age < unawaitedKeep {
			continue
		}
		if age < IncomingKeep {
			m, err := owner.of(ctx, o.Key)
			if err != nil {
				return cursor, err
			}
			if m.Awaits(o.Key) {
				continue
			}
		}
		d.do(func() error { return w.objects.EraseThrough(ctx, o.Key, "") })
	}
	return next, d.err()
}

// old erases the objects of the prefix that are older than keep, with their older
// versions: those of an object that was only deleted would outlive it.
func (w *work) old(ctx context.Context, prefix string, keep time.Duration, cursor string, limit int) (string, error) {
	objects, next, err := w.objects.List(ctx, prefix, cursor, limit)
	if err != nil {
		return cursor, err
	}
	d := deletions{dryRun: w.report.DryRun, done: &w.report.OldUploads}
	for _, o := range objects {
		if w.now.Sub(o.Modified) < keep {
			continue
		}
		d.do(func() error { return w.objects.EraseThrough(ctx, o.Key, "") })
	}
	return next, d.err()
}

// orphanModels deletes templates that no member points to. It spares those
// younger than OrphansAfter: an enrolment writes the object before it moves the
// pointer.
func (w *work) orphanModels(ctx context.Context, cursor string, limit int) (string, error) {
	return w.orphans(ctx, store.TemplatePrefix, cursor, limit)
}

// orphanMemories does the same to the objects that remember recordings.
func (w *work) orphanMemories(ctx context.Context, cursor string, limit int) (string, error) {
	return w.orphans(ctx, store.MemoryPrefix, cursor, limit)
}

func (w *work) orphans(ctx context.Context, prefix, cursor string, limit int) (string, error) {
	objects, next, err := w.objects.List(ctx, prefix, cursor, limit)
	if err != nil {
		return cursor, err
	}
	d := deletions{dryRun: w.report.DryRun, done: &w.report.OrphanModels}
	owner := owner{members: w.members}
	for _, o := range objects {
		if w.now.Sub(o.Modified) < w.settings.OrphansAfter {
			continue
		}
		m, err := owner.of(ctx, o.Key)
		if err != nil {
			return cursor, err
		}
		if o.Key != m.ObjectKey() {
			d.do(func() error { return w.objects.EraseThrough(ctx, o.Key, "") })
		}
	}
	return next, d.err()
}

// owner remembers the member that was asked for last: a member's objects follow
// each other in a list.
type owner struct {
	members Members
	pk      int64
	member  store.Member
}

// of returns the object's member, or the zero Member, who points to no object and
// awaits none.
func (o *owner) of(ctx context.Context, key string) (store.Member, error) {
	pk, ok := store.Owner(key)
	if !ok {
		return store.Member{}, nil
	}
	if pk == o.pk {
		return o.member, nil
	}
	m, err := o.members.MemberByPK(ctx, pk)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Member{}, err
	}
	o.pk, o.member = pk, m
	return m, nil
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
			at := w.now
			if !at.After(m.Removed) {
				at = m.Removed.Add(time.Millisecond)
			}
			if err := w.members.ClearTemplate(ctx, m, at, "", nil); err != nil {
				return err
			}
			return w.objects.EraseThrough(ctx, m.Template.Key, "")
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
