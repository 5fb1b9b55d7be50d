// Package cleanup deletes expired tokens, old uploads, and orphaned or unused
// templates.
//
// Each run looks at a bounded number of items of each kind and goes on from the
// cursor of the last one. Two runs at once do the same work twice, without
// harm: a deleted item never comes back under the same key.
package cleanup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"systole/shared/store"
)

// Sessions is the part of the store of sessions that this package needs.
type Sessions interface {
	store.ExpiredLister
	store.SessionDeleter
}

// Members is the part of the store of members that this package needs.
type Members interface {
	store.MemberLister
	store.TemplateRemover
}

// Objects is the part of the store of objects that this package needs.
type Objects interface {
	store.ObjectLister
	store.ObjectReader
	store.ObjectReplacer
	store.ObjectEraser
}

// IncomingKeep is the age from which a file that was uploaded, and that no request
// has used, is deleted. The bucket's life cycle says the same.
const IncomingKeep = 24 * time.Hour

// unawaitedKeep is the same for a file that its member doesn't wait for: account or
// template was deleted after its address was handed out. An empty object, which
// closes an address, stays beyond the address's end (biometric.UploadLifetime), and
// a new member's file until the index by pk shows the member.
const unawaitedKeep = 30 * time.Minute

// Settings bound what is kept.
type Settings struct {
	TokenIdle    time.Duration // time without use after which a token has ended
	UploadsKeep  time.Duration // age from which an upload is deleted
	OrphansAfter time.Duration // age from which a template without a pointer is deleted
	UnusedAfter  time.Duration // time without an accepted check after which a template is deleted
	PerKind      int           // items of each kind that one run looks at
}

// Report counts the items that a run deleted, or in a dry run would have deleted.
type Report struct {
	DryRun        bool `json:"dry_run"`
	ExpiredTokens int  `json:"expired_tokens"`
	OldUploads    int  `json:"old_uploads"`
	OrphanModels  int  `json:"orphan_models"`
	UnusedModels  int  `json:"unused_models"`
	Failed        int  `json:"failed"`   // deletions that didn't succeed; later runs try again
	Finished      bool `json:"finished"` // everything was looked at, to the end
}

// LogValue makes a report one group of fields in the log.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Bool("dry_run", r.DryRun),
		slog.Int("expired_tokens", r.ExpiredTokens),
		slog.Int("old_uploads", r.OldUploads),
		slog.Int("orphan_models", r.OrphanModels),
		slog.Int("unused_models", r.UnusedModels),
		slog.Int("failed", r.Failed),
		slog.Bool("finished", r.Finished),
	)
}

// Service cleans up.
type Service struct {
	sessions Sessions
	members  Members
	objects  Objects
	settings Settings
	now      func() time.Time
}

// NewService returns a Service.
func NewService(sessions Sessions, members Members, objects Objects, s Settings, now func() time.Time) *Service {
	s.PerKind = max(1, s.PerKind)
	return &Service{sessions: sessions, members: members, objects: objects, settings: s, now: now}
}

// reserve is the time before a run's deadline in which it saves its cursor: one
// write, with repetitions.
const reserve = 5 * time.Second

// Run cleans up once: tokens, uploads and templates at the same time, so that a
// slow kind does not delay the others. A dry run starts from the first item,
// deletes nothing and leaves the cursor alone. If one kind fails the others still
// run, and the report counts their deletions. A run near ctx's deadline ends early
// without an error.
func (s *Service) Run(ctx context.Context, dryRun bool) (Report, error) {
	w := &work{Service: s, now: s.now(), report: Report{DryRun: dryRun, Finished: true}}
	var at cursor
	if !dryRun {
		var err error
		if at, err = s.loadCursor(ctx); err != nil {
			return Report{}, err
		}
	}
	tokens := walk{kind: "expired tokens", at: &at.Tokens, clean: w.expiredTokens}
	uploads := walk{kind: "old uploads", at: &at.Uploads, clean: w.oldUploads}
	orphans := walk{kind: "orphan models", at: &at.Models, clean: w.orphanModels}
	unused := walk{kind: "unused models", at: &at.Members, clean: w.unusedModels}
	memories := walk{kind: "orphan memories", at: &at.Memories, clean: w.orphanMemories}
	incoming := walk{kind: "unused uploads", at: &at.Incoming, clean: w.unusedUploads}
	err := w.walkAll(ctx, []*walk{&tokens}, []*walk{&uploads, &incoming}, []*walk{&orphans, &memories, &unused})
	if !dryRun {
		err = errors.Join(err, s.saveCursor(ctx, at))
	}
	return w.report, err
}

// work is one run. Each kind has its own counts in the report.
type work struct {
	*Service
	now    time.Time
	report Report
}

// walkAll does the walks, those of different rows at once, and sums up how
// they went.
func (w *work) walkAll(ctx context.Context, rows ...[]*walk) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	var wg sync.WaitGroup
	for _, row := range rows {
		wg.Go(func() {
			for _, walk := range row {
				walk.do(ctx, w.settings.PerKind)
			}
		})
	}
	wg.Wait()
	var errs []error
	for _, walk := range slices.Concat(rows...) {
		w.report.Failed += walk.failed
		w.report.Finished = w.report.Finished && walk.finished
		if walk.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", walk.kind, walk.err))
		}
	}
	return errors.Join(errs...)
}
