package cleanup

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"systole/shared/store"
)

// pageSize is the number of items listed in one call.
const pageSize = 100

// A run mostly waits for the stores, so it works on several lists concurrently,
// and on several entries of each.
const (
	atOnce        = 8
	entriesAtOnce = 8
)

// run is one run over lists.
type run struct {
	*Service
	now    time.Time
	dryRun bool
}

// shards works on the lists with these numbers, several concurrently.
func (r *run) shards(ctx context.Context, shards []int) (total Report, left []int, err error) {
	total = Report{DryRun: r.dryRun, Finished: true}
	next := make(chan int, len(shards))
	for _, shard := range shards {
		next <- shard
	}
	close(next)
	limit := max(1, r.settings.PerKind/max(1, len(shards)))
	var mu sync.Mutex
	var wg sync.WaitGroup
	var errs []error
	for range min(atOnce, len(shards)) {
		wg.Go(func() {
			for shard := range next {
				report, err := r.shard(ctx, shard, limit)
				mu.Lock()
				total.add(report)
				if !report.Finished {
					left = append(left, shard)
				}
				if err != nil {
					errs = append(errs, fmt.Errorf("list %d: %w", shard, err))
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total, left, errors.Join(errs...)
}

// shard works on one list of each kind.
func (r *run) shard(ctx context.Context, shard, limit int) (total Report, err error) {
	total = Report{Finished: true}
	grace := r.settings.TTLGrace
	lists := []*list{
		{kind: store.DueSession, from: r.sessions, until: r.now.Add(-grace), each: r.session},
		{kind: store.DueTemplate, from: r.members, until: r.now.Add(-r.settings.UnusedAfter), each: r.template},
		{kind: store.DueLeftover, from: r.members, until: r.now, each: r.leftover},
		{kind: store.DueActivity, from: r.members, until: r.now.Add(-grace), all: r.activity},
	}
	var errs []error
	for _, l := range lists {
		if err := l.do(ctx, shard, limit); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", l.kind, err))
		}
		total.add(l.report)
	}
	return total, errors.Join(errs...)
}

// list is the due entries of one kind, and the work on each, or on a page of
// them.
type list struct {
	kind   store.DueKind
	from   store.DueLister
	until  time.Time
	each   func(ctx context.Context, d store.Due, done *Report) error
	all    func(ctx context.Context, page []store.Due, done *Report) error
	report Report
}

// do works on the entries, oldest first, up to the limit. An entry whose work
// fails stays for a later run, and the others go on.
func (l *list) do(ctx context.Context, shard, limit int) (last error) {
	var cursor string
	var reached store.Due
	defer func() {
		if !l.report.Finished && !reached.At.IsZero() {
			l.behind(reached)
		}
	}()
	for left := limit; left > 0; left -= pageSize {
		page, next, err := l.from.DueUntil(ctx, l.kind, shard, l.until, cursor, min(left, pageSize))
		if ctx.Err() != nil {
			return last
		}
		if err != nil {
			return err
		}
		if l.all != nil && len(page) > 0 {
			err := l.all(ctx, page, &l.report)
			switch {
			case ctx.Err() != nil:
				l.behind(page[0])
			case err != nil:
				l.fail(len(page), page[0])
				last = err
			}
		}
		if err := l.entries(ctx, page); err != nil {
			last = err
		}
		if ctx.Err() != nil {
			return last
		}
		if cursor = next; next == "" {
			l.report.Finished = true
			return last
		}
		reached = page[len(page)-1]
	}
	return last
}

// entries works on each entry of a page, and returns one of the errors.
func (l *list) entries(ctx context.Context, page []store.Due) (last error) {
	if l.each == nil {
		return nil
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	next := make(chan store.Due, len(page))
	for _, d := range page {
		next <- d
	}
	close(next)
	for range min(entriesAtOnce, len(page)) {
		wg.Go(func() {
			for d := range next {
				var done Report
				err := ctx.Err()
				if err == nil {
					err = l.each(ctx, d, &done)
				}
				mu.Lock()
				l.report.add(done)
				switch {
				case ctx.Err() != nil:
					l.behind(d)
				case err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict):
					l.fail(1, d)
					last = err
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return last
}

func (l *list) fail(n int, d store.Due) {
	l.report.Failed += n
	l.behind(d)
}

// behind counts an entry that is left.
func (l *list) behind(d store.Due) {
	l.report.Behind = max(l.report.Behind, int(l.until.Sub(d.At)/time.Second))
}

// session deletes a session whose time is over. One that was used meanwhile is
// listed again for the time when it may have ended.
func (r *run) session(ctx context.Context, d store.Due, done *Report) error {
	b, err := hex.DecodeString(d.Key)
	if err != nil || len(b) != len(store.TokenID{}) {
		return fmt.Errorf("session of key %q", d.Key)
	}
	id := store.TokenID(b)
	if !r.dryRun {
		err := r.sessions.ExpireSession(ctx, id, r.now, r.settings.TokenIdle)
		if err == nil {
			done.ExpiredTokens++
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	s, err := r.sessions.Session(ctx, id)
	if err != nil {
		return err
	}
	if end := r.endOf(s); r.now.Before(end) {
		if r.dryRun {
			return nil
		}
		return r.sessions.PostponeSession(ctx, id, end)
	}
	done.ExpiredTokens++
	return nil
}

// endOf returns when the session ends unless it is used before.
func (s *Service) endOf(session store.Session) time.Time {
	if idle := session.Used.Add(s.settings.TokenIdle); idle.Before(session.Expires) {
		return idle
	}
	return session.Expires
}

// template deletes a template that was not used for UnusedAfter. One that was
// used is listed again for the time when that may be over.
func (r *run) template(ctx context.Context, d store.Due, done *Report) error {
	m, err := r.members.Member(ctx, d.Key)
	if err != nil {
		return err
	}
	if m.Template == nil || !m.Seen.Equal(d.At) {
		return nil
	}
	if !r.unused(m) {
		if r.dryRun {
			return nil
		}
		return r.members.SetSeen(ctx, m.Username, m.Template.Version, lastUse(*m.Template))
	}
	if !r.dryRun {
		if err := r.removeTemplate(ctx, m); err != nil {
			return err
		}
	}
	done.UnusedModels++
	return nil
}

func (r *run) unused(m store.Member) bool {
	return r.now.Sub(lastUse(*m.Template)) >= r.settings.UnusedAfter
}

func lastUse(m store.Template) time.Time {
	if m.Used.After(m.Made) {
		return m.Used
	}
	return m.Made
}

// removeTemplate clears the pointer first, as a pointer must never name a missing
// object. Before that it notes the object, in case the removal fails in between.
func (r *run) removeTemplate(ctx context.Context, m store.Member) error {
	at := r.now
	if !at.After(m.Removed) {
		at = m.Removed.Add(time.Millisecond)
	}
	noted := store.Due{Kind: store.DueLeftover, At: r.now.Add(time.Hour), Key: store.LeftoverKey([]string{m.Template.Key})}
	if err := r.members.NoteLeftover(ctx, noted.At, m.Template.Key); err != nil {
		return err
	}
	if err := r.members.ClearTemplate(ctx, m, at, "", nil); err != nil {
		return err
	}
	if err := r.objects.EraseThrough(ctx, m.Template.Key, ""); err != nil {
		return errors.Join(err, r.members.NoteLeftover(ctx, r.now, m.Template.Key)) // for the next run
	}
	return r.members.SettleLeftover(ctx, noted)
}

// leftover erases objects that no pointer came to name, or whose time is over,
// and notes the others again for a later time.
func (r *run) leftover(ctx context.Context, d store.Due, done *Report) error {
	var m store.Member
	if pk, ok := store.Owner(d.Key); ok {
		var err error
		if m, err = r.members.MemberByPK(ctx, pk); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	for _, key := range d.Leftovers() {
		later, err := r.object(ctx, key, m, done)
		if err != nil {
			return err
		}
		if !later.IsZero() && !r.dryRun {
			if err := r.members.NoteLeftover(ctx, later, key); err != nil {
				return err
			}
		}
	}
	if r.dryRun {
		return nil
	}
	return r.members.SettleLeftover(ctx, d)
}

// object erases an object, or those of a folder, unless the member points to it
// or it may still be kept, until the time that it returns.
func (r *run) object(ctx context.Context, key string, m store.Member, done *Report) (later time.Time, err error) {
	switch {
	case within(key, store.TemplatePrefix, store.MemoryPrefix):
		if key == m.ObjectKey() {
			return time.Time{}, nil
		}
		done.OrphanModels++
		return time.Time{}, r.erase(ctx, key)
	case !within(key, store.RecordingPrefix, store.IncomingPrefix):
		return time.Time{}, nil
	}
	objects, _, err := r.objects.List(ctx, key, "", pageSize)
	if len(objects) == 0 {
		return time.Time{}, err
	}
	for _, o := range objects {
		if end := o.Modified.Add(r.keep(o, m)); end.After(later) {
			later = end
		}
	}
	if r.now.Before(later) {
		return later, nil
	}
	done.OldUploads += len(objects)
	return time.Time{}, r.erase(ctx, key)
}

// keep returns the age up to which a recording or an upload is kept.
func (s *Service) keep(o store.Object, m store.Member) time.Duration {
	switch {
	case within(o.Key, store.RecordingPrefix):
		return s.settings.UploadsKeep
	case m.Awaits(o.Key):
		return IncomingKeep
	}
	return unawaitedKeep
}

// erase erases the object, or those of a folder, with older versions: the
// versions of a merely deleted object would outlive it.
func (r *run) erase(ctx context.Context, key string) error {
	switch {
	case r.dryRun:
		return nil
	case strings.HasSuffix(key, "/"):
		return r.objects.Erase(ctx, key)
	}
	return r.objects.EraseThrough(ctx, key, "")
}

// activity deletes expired entries of the audit trail.
func (r *run) activity(ctx context.Context, page []store.Due, done *Report) error {
	if !r.dryRun {
		if err := r.members.ExpireActivity(ctx, page); err != nil {
			return err
		}
	}
	done.OldActivity += len(page)
	return nil
}

func within(key string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}
