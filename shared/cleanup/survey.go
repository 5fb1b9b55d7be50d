package cleanup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"systole/shared/store"
)

// position is the place where the survey continues with one kind.
type position struct {
	After string `json:"after,omitempty"`
	Done  bool   `json:"done,omitempty"`
	// Failed reports that a deletion of this round failed, so that another round
	// is needed.
	Failed bool `json:"failed,omitempty"`
}

// positions are those of all kinds. Of two concurrent runs the last to end saves
// them: items may be looked at twice, or only in the next round.
type positions struct {
	Tokens     position `json:"surveyed_tokens"`
	Recordings position `json:"surveyed_recordings"`
	Incoming   position `json:"surveyed_incoming"`
	Templates  position `json:"surveyed_templates"`
	Memories   position `json:"surveyed_memories"`
	Members    position `json:"surveyed_members"`
}

func (p *positions) all() []*position {
	return []*position{&p.Tokens, &p.Recordings, &p.Incoming, &p.Templates, &p.Memories, &p.Members}
}

// Survey looks at everything that is stored, a bounded number of items of each
// kind per run, until it has reached the end once. It removes what is due and
// lists the rest. After that it costs one read.
func (s *Service) Survey(ctx context.Context, dryRun bool) (Report, error) {
	var at positions
	err := s.loadPositions(ctx, &at)
	if err != nil {
		return Report{}, err
	}
	if !slices.ContainsFunc(at.all(), func(p *position) bool { return !p.Done }) {
		return Report{Finished: true}, nil
	}
	if dryRun {
		at = positions{}
	}
	short, cancel := reserved(ctx)
	defer cancel()
	tour := &tour{run: run{Service: s, now: s.now(), dryRun: dryRun}}
	report, err := tour.walkAll(short, []*walk{
		{kind: "survey of tokens", at: &at.Tokens, page: tour.tokens},
	}, []*walk{
		{kind: "survey of recordings", at: &at.Recordings, page: tour.objectsOf(store.RecordingPrefix)},
		{kind: "survey of uploads", at: &at.Incoming, page: tour.objectsOf(store.IncomingPrefix)},
	}, []*walk{
		{kind: "survey of models", at: &at.Templates, page: tour.objectsOf(store.TemplatePrefix)},
		{kind: "survey of memories", at: &at.Memories, page: tour.objectsOf(store.MemoryPrefix)},
		{kind: "survey of members", at: &at.Members, page: tour.templates},
	})
	if !dryRun {
		err = errors.Join(err, s.savePositions(ctx, at))
	}
	return report, err
}

// loadPositions reads where the last run ended; positions that can't be read are
// the start.
func (s *Service) loadPositions(ctx context.Context, at *positions) error {
	b, err := s.objects.Get(ctx, store.CursorKey)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read positions: %w", err)
	}
	if json.Unmarshal(b, at) != nil {
		*at = positions{}
	}
	return nil
}

func (s *Service) savePositions(ctx context.Context, at positions) error {
	b, _ := json.Marshal(at) // texts and flags have no other form
	if err := s.objects.Replace(ctx, store.CursorKey, b); err != nil {
		return fmt.Errorf("save positions: %w", err)
	}
	return nil
}

// tour is one run of the survey.
type tour struct{ run }

// walkAll makes the walks, those of different rows concurrently, so that a slow
// kind does not delay the others.
func (t *tour) walkAll(ctx context.Context, rows ...[]*walk) (Report, error) {
	var wg sync.WaitGroup
	for _, row := range rows {
		wg.Go(func() {
			for _, walk := range row {
				walk.do(ctx, t.settings.PerKind)
			}
		})
	}
	wg.Wait()
	total := Report{Finished: true}
	var errs []error
	for _, walk := range slices.Concat(rows...) {
		walk.report.Finished = walk.at.Done
		total.add(walk.report)
		if walk.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", walk.kind, walk.err))
		}
	}
	return total, errors.Join(errs...)
}

// walk goes over the items of one kind.
type walk struct {
	kind string
	at   *position
	// page looks at the next limit items after the cursor, and returns the next
	// cursor.
	page   func(ctx context.Context, cursor string, limit int, w *walk) (next string, err error)
	report Report
	err    error
}

// do goes on page by page until the end, the limit, or the end of ctx. A failed
// deletion doesn't stop it: there is another round.
func (w *walk) do(ctx context.Context, limit int) {
	for left := limit; left > 0 && !w.at.Done; left -= pageSize {
		failed := w.report.Failed
		next, err := w.page(ctx, w.at.After, min(left, pageSize), w)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.err = err
			if !errors.Is(err, store.ErrUnavailable) {
				*w.at = position{} // the store may refuse the cursor
			}
			return
		}
		w.at.After, w.at.Failed = next, w.at.Failed || w.report.Failed > failed
		if next == "" {
			*w.at = position{Done: !w.at.Failed}
			return
		}
	}
}

// try does something to one item. store.ErrNotFound means that the item was
// already deleted, and store.ErrConflict that it is in use again: then there is
// another round.
func (w *walk) try(count *int, do func() error) {
	err := do()
	if errors.Is(err, store.ErrNotFound) {
		return
	}
	if errors.Is(err, store.ErrConflict) {
		w.at.Failed = true
		return
	}
	if err != nil {
		w.report.Failed++
		w.err = err
		return
	}
	if count != nil {
		*count++
	}
}

func (t *tour) tokens(ctx context.Context, cursor string, limit int, w *walk) (string, error) {
	sessions, next, err := t.sessions.SessionsPage(ctx, cursor, limit)
	if err != nil {
		return cursor, err
	}
	for _, s := range sessions {
		end := t.endOf(s)
		switch {
		case !s.Due.IsZero(): // already on a list
		case !t.now.Before(end):
			w.try(&w.report.ExpiredTokens, t.unlessDry(func() error { return t.sessions.ExpireSession(ctx, s.ID, t.now, t.settings.TokenIdle) }))
		default:
			w.try(nil, t.unlessDry(func() error { return t.sessions.PostponeSession(ctx, s.ID, end) }))
		}
	}
	return next, nil
}

func (t *tour) objectsOf(prefix string) func(ctx context.Context, cursor string, limit int, w *walk) (string, error) {
	return func(ctx context.Context, cursor string, limit int, w *walk) (string, error) {
		objects, next, err := t.objects.List(ctx, prefix, cursor, limit)
		if err != nil {
			return cursor, err
		}
		owner := owner{members: t.members}
		for _, o := range objects {
			var m store.Member
			if prefix != store.RecordingPrefix {
				if m, err = owner.of(ctx, o.Key); err != nil {
					return cursor, err
				}
			}
			t.visit(ctx, o, m, w)
		}
		return next, nil
	}
}

// visit erases an object whose time is over, or lists it for that time.
func (t *tour) visit(ctx context.Context, o store.Object, m store.Member, w *walk) {
	pointed := within(o.Key, store.TemplatePrefix, store.MemoryPrefix)
	if o.Key == m.ObjectKey() {
		return
	}
	count, keep, noted := &w.report.OldUploads, t.keep(o, m), o.Key
	switch {
	case pointed:
		count, keep = &w.report.OrphanModels, t.settings.OrphansAfter
	case within(o.Key, store.RecordingPrefix):
		noted = o.Key[:strings.LastIndex(o.Key, "/")+1]
	}
	end := o.Modified.Add(keep)
	if !t.now.Before(end) {
		w.try(count, func() error { return t.erase(ctx, o.Key) })
		return
	}
	w.try(nil, t.unlessDry(func() error { return t.members.NoteLeftover(ctx, end, noted) }))
}

// unlessDry returns do, or in a dry run a function that does nothing.
func (t *tour) unlessDry(do func() error) func() error {
	if t.dryRun {
		return func() error { return nil }
	}
	return do
}

// owner caches the last member: in a listing, a member's objects follow each
// other.
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

func (t *tour) templates(ctx context.Context, cursor string, limit int, w *walk) (string, error) {
	members, next, err := t.members.MembersPage(ctx, cursor, limit)
	if err != nil {
		return cursor, err
	}
	for _, m := range members {
		switch {
		case m.Template == nil || !m.Seen.IsZero(): // without a template, or on a list
		case t.unused(m):
			w.try(&w.report.UnusedModels, t.unlessDry(func() error { return t.removeTemplate(ctx, m) }))
		default:
			w.try(nil, t.unlessDry(func() error {
				return t.members.SetSeen(ctx, m.Username, m.Template.Version, lastUse(*m.Template))
			}))
		}
	}
	return next, nil
}
