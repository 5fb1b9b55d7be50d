// Package cleanup removes what has had its time: tokens that expired, uploads,
// models that nobody points to, and models that nobody uses.
//
// Each run looks at a bounded number of items of each kind and goes on where
// the last one ended. Two runs at once do the same work twice and no harm:
// every deletion is of something that can't come back.
package cleanup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"systole/shared/member"
	"systole/shared/store"
)

// Sessions is what this package needs of the token store. Errors are those of
// package store.
type Sessions interface {
	// ExpiredSessions returns the sessions among the next limit after cursor
	// ("" for the start) that had expired at now, or had not been used for
	// idle, and where to go on, "" at the end.
	ExpiredSessions(ctx context.Context, now time.Time, idle time.Duration, cursor string, limit int) ([]member.TokenID, string, error)
	// DeleteSession deletes the session and returns it, or store.ErrNotFound.
	DeleteSession(ctx context.Context, id member.TokenID) (member.Session, error)
}

// Members is what this package needs of the member store. Errors are those of
// package store.
type Members interface {
	// MemberByPK returns the member with this pk as last written, or
	// store.ErrNotFound.
	MemberByPK(ctx context.Context, pk int64) (member.Member, error)
	// MembersPage returns the members among the next limit after cursor, and
	// where to go on, "" at the end.
	MembersPage(ctx context.Context, cursor string, limit int) ([]member.Member, string, error)
	// ClearModel removes the member's pointer if it still names the version,
	// else store.ErrConflict.
	ClearModel(ctx context.Context, username, version string) error
}

// Objects is what this package needs of the object store. Errors are those of
// package store.
type Objects interface {
	// List returns up to limit objects whose keys begin with prefix and come
	// after the key after, in order of their keys, and the key to go on after,
	// "" at the end.
	List(ctx context.Context, prefix, after string, limit int) ([]store.Object, string, error)
	// Get returns the whole object, or store.ErrNotFound.
	Get(ctx context.Context, key string) ([]byte, error)
	// Replace writes an object whole or not at all, whatever was there.
	Replace(ctx context.Context, key string, data []byte) error
	// Delete deletes an object. That there is none is no error.
	Delete(ctx context.Context, key string) error
}

// Settings say what has had its time.
type Settings struct {
	TokenIdle    time.Duration // time without use after which a token has ended
	UploadsKeep  time.Duration // age from which an upload goes
	OrphansAfter time.Duration // age from which a model that nobody points to goes
	UnusedAfter  time.Duration // time without an accepted check after which a model goes
	PerKind      int           // items of each kind that one run looks at
}

// Report says what a run removed, or in a dry run would have.
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

// reserve is kept back from the deadline of a run, to note how far it came.
const reserve = 5 * time.Second

// Run cleans up once. A dry run looks at everything from the start, as far as
// one run goes, removes nothing and leaves the cursor alone. One kind's failure
// doesn't keep the others from their turn; the report holds what was done all
// the same. A run that comes near ctx's deadline ends early without an error.
func (s *Service) Run(ctx context.Context, dryRun bool) (Report, error) {
	w := &work{Service: s, now: s.now(), report: Report{DryRun: dryRun, Finished: true}}
	var at cursor
	if !dryRun {
		var err error
		if at, err = s.loadCursor(ctx); err != nil {
			return w.report, err
		}
	}
	working, cancel := ctx, context.CancelFunc(func() {})
	if deadline, ok := ctx.Deadline(); ok {
		working, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
	}
	defer cancel()
	err := errors.Join(
		w.walk(working, "expired tokens", &at.Tokens, w.expiredTokens),
		w.walk(working, "old uploads", &at.Uploads, w.oldUploads),
		w.walk(working, "orphan models", &at.Models, w.orphanModels),
		w.walk(working, "unused models", &at.Members, w.unusedModels),
	)
	if !dryRun {
		err = errors.Join(err, s.saveCursor(ctx, at))
	}
	return w.report, err
}

// work is one run.
type work struct {
	*Service
	now    time.Time
	report Report
}

// pageSize is how many items are listed at once.
const pageSize = 100

// page cleans up among the next limit items after cursor, and returns where to
// go on. Deletions that fail are reported beside the cursor.
type page func(ctx context.Context, cursor string, limit int) (next string, err error)

// walk goes on from *at page by page until the end, the run's limit or the
// deadline. What can't be deleted doesn't stop it: the walk comes by again.
func (w *work) walk(ctx context.Context, kind string, at *string, clean page) error {
	var failures error
	for left := w.settings.PerKind; left > 0; left -= pageSize {
		next, err := clean(ctx, *at, min(left, pageSize))
		if ctx.Err() != nil {
			w.report.Finished = false
			return failures
		}
		var failed *deletionError
		if err != nil && !errors.As(err, &failed) {
			w.report.Finished = false
			if !errors.Is(err, store.ErrUnavailable) {
				*at = "" // it may be the cursor that the store doesn't take
			}
			return errors.Join(failures, fmt.Errorf("%s: %w", kind, err))
		}
		if failed != nil {
			w.report.Failed += failed.count
			failures = fmt.Errorf("%s: %w", kind, err)
		}
		*at = next
		if next == "" {
			return failures
		}
	}
	w.report.Finished = false
	return failures
}
