// Package cleanup deletes ended tokens, old uploads, orphaned or unused
// templates, and expired activity.
//
// The stores list by time what a run looks at (store.DueLister): a run costs what
// it removes, however much is stored. Two concurrent runs do some work twice,
// without harm: a deleted item never comes back under the same key. Data from
// before there were such lists is found by a survey of everything, which
// continues from run to run until it has reached the end once.
package cleanup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"systole/shared/store"
)

// Sessions is the part of the store of sessions that this package needs.
type Sessions interface {
	Session(ctx context.Context, id store.TokenID) (store.Session, error)
	store.DueLister
	store.SessionExpirer
	store.SessionLister
}

// Members is the part of the store of members that this package needs.
type Members interface {
	store.MemberReader
	store.MemberLister
	store.TemplateRemover
	store.DueLister
	store.LeftoverWriter
	store.LeftoverSettler
	store.UseIndexer
	store.ActivityExpirer
}

// Objects is the part of the store of objects that this package needs.
type Objects interface {
	store.ObjectLister
	store.ObjectReader
	store.ObjectReplacer
	store.ObjectEraser
}

// IncomingKeep is the age at which an uploaded file that no request has used is
// deleted. The bucket's life cycle has the same age.
const IncomingKeep = 24 * time.Hour

// unawaitedKeep is that age for a file that its member doesn't await, because the
// account or template was deleted after the address was handed out. It is longer
// than an address is valid (biometric.UploadLifetime), so that an empty object
// that closes an address stays until then; and than the index by pk lags, so that
// a new member's file isn't deleted.
const unawaitedKeep = 30 * time.Minute

// Settings bound the time for which data is kept, and a run's work.
type Settings struct {
	TokenIdle    time.Duration // time without use after which a token has ended
	UploadsKeep  time.Duration // age from which an upload is deleted
	OrphansAfter time.Duration // age from which a template without a pointer is deleted
	UnusedAfter  time.Duration // time without an accepted check after which a template is deleted
	PerKind      int           // items of each kind that one run looks at
	// TTLGrace is the time for which expired tokens and activity are left to the
	// store, which deletes them free of charge (DynamoDB's TTL); 0 for a store
	// that doesn't.
	TTLGrace time.Duration
}

// Report counts the items that a run deleted, or in a dry run would have deleted.
type Report struct {
	DryRun        bool `json:"dry_run"`
	ExpiredTokens int  `json:"expired_tokens"`
	OldUploads    int  `json:"old_uploads"`
	OrphanModels  int  `json:"orphan_models"` // including some that were gone already
	UnusedModels  int  `json:"unused_models"`
	OldActivity   int  `json:"old_activity"`
	Failed        int  `json:"failed"`   // deletions that failed; later runs try again
	Finished      bool `json:"finished"` // nothing due is left
	// Behind is the time that the oldest item left has been due, in seconds.
	Behind int `json:"behind_seconds"`
}

// LogValue makes a report one group of fields in the log.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Bool("dry_run", r.DryRun),
		slog.Int("expired_tokens", r.ExpiredTokens),
		slog.Int("old_uploads", r.OldUploads),
		slog.Int("orphan_models", r.OrphanModels),
		slog.Int("unused_models", r.UnusedModels),
		slog.Int("old_activity", r.OldActivity),
		slog.Int("failed", r.Failed),
		slog.Bool("finished", r.Finished),
		slog.Int("behind_seconds", r.Behind),
	)
}

// add adds the report of a part of the run.
func (r *Report) add(part Report) {
	r.ExpiredTokens += part.ExpiredTokens
	r.OldUploads += part.OldUploads
	r.OrphanModels += part.OrphanModels
	r.UnusedModels += part.UnusedModels
	r.OldActivity += part.OldActivity
	r.Failed += part.Failed
	r.Finished = r.Finished && part.Finished
	r.Behind = max(r.Behind, part.Behind)
}

// Service deletes data whose time is over.
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

// reserve is the time before a run's deadline in which it ends the work under
// way, and saves or sends the rest.
const reserve = 5 * time.Second

// Run cleans up once: all lists, then a part of the survey. A dry run deletes
// nothing, and surveys from the start. If one list fails, the others still run,
// and the report counts their deletions. A run near ctx's deadline ends early
// without an error.
func (s *Service) Run(ctx context.Context, dryRun bool) (Report, error) {
	r, _, err := s.RunAll(ctx, dryRun)
	return r, err
}

// RunAll is Run that also returns the lists with items due that are left.
func (s *Service) RunAll(ctx context.Context, dryRun bool) (r Report, left []int, err error) {
	r, left, err = s.RunShards(ctx, AllShards(), dryRun)
	surveyed, surveyErr := s.Survey(ctx, dryRun)
	r.add(surveyed)
	return r, left, errors.Join(err, surveyErr)
}

// RunShards is Run for the lists with these numbers, without the survey. left are
// the lists with items due that are left.
func (s *Service) RunShards(ctx context.Context, shards []int, dryRun bool) (r Report, left []int, err error) {
	if slices.ContainsFunc(shards, func(n int) bool { return n < 0 || n >= store.DueShards }) {
		return Report{}, nil, fmt.Errorf("lists %v: there are those from 0 to %d", shards, store.DueShards-1)
	}
	ctx, cancel := reserved(ctx)
	defer cancel()
	return (&run{Service: s, now: s.now(), dryRun: dryRun}).shards(ctx, shards)
}

// AllShards returns the numbers of all lists.
func AllShards() []int {
	all := make([]int, store.DueShards)
	for i := range all {
		all[i] = i
	}
	return all
}

// reserved returns a context that ends before ctx, by reserve.
func reserved(ctx context.Context) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-reserve))
	}
	return context.WithCancel(ctx)
}
