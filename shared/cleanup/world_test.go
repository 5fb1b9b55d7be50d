package cleanup_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/cleanup"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// A world is stores with items of every kind that stay and that go, and the
// outcome of a run on them.
type world struct {
	name    string
	furnish func(h *fixture)
	run     func(ctx context.Context, s *cleanup.Service, dryRun bool) (cleanup.Report, error)
	want    cleanup.Report
	changes bool // whether a dry run may save its position
}

var worlds = []world{
	{"what a survey finds", func(h *fixture) {
		h.furnish()
		h.put(start.Add(-25*time.Hour), "incoming/1/"+strings.Repeat("a", 32)) // no request waits for it
		h.put(start.Add(-time.Minute), "incoming/1/"+strings.Repeat("b", 32))
		h.put(start.Add(-2*day), "memory/3/m1")
		h.put(start.Add(-time.Hour), "memory/3/m2")
	}, survey, cleanup.Report{ExpiredTokens: 2, OldUploads: 2, OrphanModels: 5, UnusedModels: 1, Finished: true}, false},
	{"what is due on the lists", furnishLists, func(ctx context.Context, s *cleanup.Service, dryRun bool) (cleanup.Report, error) {
		r, _, err := s.RunShards(ctx, cleanup.AllShards(), dryRun)
		return r, err
	}, cleanup.Report{ExpiredTokens: 2, OldUploads: 2, OrphanModels: 2, UnusedModels: 1, OldActivity: 3, Finished: true}, false},
}

func survey(ctx context.Context, s *cleanup.Service, dryRun bool) (cleanup.Report, error) {
	return s.Survey(ctx, dryRun)
}

// furnishLists fills the lists as of a year and a half ago: for each kind an item
// that is due, one that was used meanwhile, and one that another process has
// removed.
func furnishLists(h *fixture) {
	ctx, t := h.t.Context(), h.t
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	begun := start.Add(-500 * day)
	session := func(id byte, used, expires time.Time) {
		s := store.Session{ID: store.TokenID{id}, Username: fmt.Sprint("u", id), Used: begun, Expires: expires, Due: begun.Add(7 * day)}
		must(h.store.CreateSession(ctx, s, store.Event{At: begun, Expires: begun.Add(180 * day)}, nil))
		must(h.store.TouchSession(ctx, s.ID, used, ""))
	}
	h.now = begun
	for pk, version := range map[int64]string{11: "unused", 12: "inuse"} {
		h.join(pk, time.Time{})
		h.enrol(fmt.Sprint("member", pk), version)
	}
	h.now = begun.Add(20 * day) // their recordings have gone
	_, err := h.service(settings).Run(ctx, false)
	must(err)
	session(1, start.Add(-time.Hour), start.Add(day)) // in use
	session(2, start.Add(-8*day), start.Add(day))     // idle too long
	session(3, start.Add(-time.Hour), start.Add(-1))  // expired
	must(h.store.RecordAcceptance(ctx, "member12", "inuse", start.Add(-100*day)))
	h.note(begun, "uploads/12/old/")
	h.put(begun.Add(time.Hour), "uploads/12/old/0")
	h.put(begun, "uploads/12/old/1")
	h.note(begun, "models/14/lost", "memory/14/lost")
	h.put(begun, "models/14/lost")
	h.put(begun, "memory/14/lost")
	h.note(begun, "incoming/12/"+strings.Repeat("c", 32))
	h.put(start.Add(-time.Minute), "incoming/12/"+strings.Repeat("c", 32)) // uploaded late: it is deleted later
	h.note(begun, "elsewhere/x")
	h.put(begun, "elsewhere/x") // a key that the clean-up leaves alone
	h.now = start
}

// state returns the content of all stores in words.
func (h *fixture) state() string {
	var b strings.Builder
	ctx := context.Background()
	fmt.Fprintln(&b, h.keys())
	for id := range byte(4) {
		s, err := h.store.Session(ctx, store.TokenID{id})
		fmt.Fprintln(&b, "session", id, s.Due, err)
	}
	members, _, err := h.store.MembersPage(ctx, "", 1000)
	fmt.Fprintln(&b, err)
	for _, m := range members {
		fmt.Fprintln(&b, m.Username, m.Template != nil, m.Seen, m.Removed, m.MemoryKey)
	}
	for _, kind := range []store.DueKind{store.DueSession, store.DueTemplate, store.DueLeftover, store.DueActivity} {
		for shard := range store.DueShards {
			due, _, err := h.store.DueUntil(ctx, kind, shard, start.Add(1000*day), "", 1000)
			if len(due) > 0 || err != nil {
				fmt.Fprintln(&b, due, err)
			}
		}
	}
	return b.String()
}

func TestARunDoesWhatIsDueAndADryRunOnlyCountsIt(t *testing.T) {
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			h := newFixture(t)
			w.furnish(h)
			before := h.state()
			dry := w.want
			dry.DryRun = strings.Contains(w.name, "lists")
			if got, err := w.run(t.Context(), h.service(settings), true); err != nil || got != dry {
				t.Errorf("a dry run: %+v, %v\nwant %+v", got, err, dry)
			}
			if after := h.state(); after != before {
				t.Errorf("a dry run changed\n%s\ninto\n%s", before, after)
			}
			if got, err := w.run(t.Context(), h.service(settings), false); err != nil || got != w.want {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, w.want)
			}
			if got, err := w.run(t.Context(), h.service(settings), false); err != nil || got != (cleanup.Report{Finished: true}) {
				t.Errorf("again: %+v, %v", got, err)
			}
		})
	}
}

// settle runs the clean-up again: within two hours it finds an object that was
// left without a pointer.
func (h *fixture) settle() {
	for range 2 {
		if _, err := h.service(settings).Run(context.Background(), false); err != nil {
			h.t.Error(err)
		}
		h.now = h.now.Add(2 * time.Hour)
	}
}

// A run in which any call fails reports it, and the next run ends where a run
// without a failure ends.
func TestARunThatMeetsAFailureSaysSoAndTheNextMakesItGood(t *testing.T) {
	for _, w := range worlds {
		t.Run(w.name, func(t *testing.T) {
			whole := newFixture(t)
			w.furnish(whole)
			if _, err := w.run(t.Context(), whole.service(settings), false); err != nil {
				t.Fatal(err)
			}
			whole.settle()
			want := whole.state()
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				h := newFixture(t)
				w.furnish(h)
				rows := &storetest.Hooked{Store: &h.store, Hook: hook}
				objects := &storetest.HookedObjects{Objects: &h.objects, Hook: hook}
				service := cleanup.NewService(rows, rows, objects, settings, func() time.Time { return h.now })
				return func(ctx context.Context) error {
					got, err := w.run(ctx, service, false)
					if err == nil && got != w.want {
						t.Errorf("no error and the report %+v, want %+v", got, w.want)
					}
					h.settle()
					if h.state() != want {
						t.Errorf("the next runs left\n%s\nwant\n%s", h.state(), want)
					}
					return err
				}
			})
		})
	}
}

// An item that another process used or removed meanwhile is no failure.
func TestWhatAnotherWasFasterWithIsNoFailure(t *testing.T) {
	for _, w := range worlds {
		for _, method := range []string{"ExpireSession", "PostponeSession", "ClearTemplate", "SetSeen", "Member", "Session"} {
			for _, faster := range []error{store.ErrNotFound, store.ErrConflict} {
				h := newFixture(t)
				w.furnish(h)
				rows := &storetest.Hooked{Store: &h.store, Hook: func(_ context.Context, called string, call func() error) error {
					if called == method {
						return faster
					}
					return call()
				}}
				got, err := w.run(t.Context(), cleanup.NewService(rows, rows, &h.objects, settings, func() time.Time { return h.now }), false)
				if err != nil || got.Failed != 0 || got.ExpiredTokens > w.want.ExpiredTokens || got.UnusedModels > w.want.UnusedModels {
					t.Errorf("%s, %s finds %v: %+v, %v", w.name, method, faster, got, err)
				}
			}
		}
	}
}

func TestListsHaveNumbers(t *testing.T) {
	h := newFixture(t)
	for _, shards := range [][]int{{-1}, {store.DueShards}, {0, store.DueShards}, {0, -1}} {
		if _, _, err := h.service(settings).RunShards(t.Context(), shards, false); err == nil || !strings.Contains(err.Error(), fmt.Sprint(store.DueShards-1)) {
			t.Errorf("lists %v: %v", shards, err)
		}
	}
	for _, shards := range [][]int{{0}, {store.DueShards - 1}, nil} {
		if _, left, err := h.service(settings).RunShards(t.Context(), shards, false); err != nil || left != nil {
			t.Errorf("lists %v: %v left, %v", shards, left, err)
		}
	}
	if all := cleanup.AllShards(); len(all) != store.DueShards || all[0] != 0 || all[len(all)-1] != store.DueShards-1 {
		t.Errorf("all are %v", all)
	}
}

// A list is read page by page, and processed up to the limit and no further.
func TestAListIsWorkedOnUpToTheLimit(t *testing.T) {
	const page = 100
	for _, n := range []int{page - 1, page, page + 1, 2 * page, 2*page + 1} {
		h := surveyed(t)
		shard := store.DueShard("models/1/v")
		for made, pk := 0, 1; made < n; pk++ {
			if key := fmt.Sprintf("models/%d/v", pk); store.DueShard(key) == shard {
				h.note(start.Add(-time.Duration(n-made)*time.Second), key)
				made++
			}
		}
		limited := settings
		limited.PerKind = 2 * page
		got, left, err := h.service(limited).RunShards(t.Context(), []int{shard}, false)
		want := cleanup.Report{OrphanModels: min(n, 2*page), Finished: n <= 2*page}
		if n > 2*page {
			want.Behind = 2
		}
		if err != nil || got != want || (len(left) == 1) == want.Finished {
			t.Errorf("%d due: %+v, left %v, %v; want %+v", n, got, left, err, want)
		}
	}
}

func TestALimitOfNothingIsOne(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	none := settings
	none.PerKind = 0
	got, err := h.service(none).Survey(t.Context(), false)
	// The first session is in use, the first recording is old, the first template
	// is not old enough, and the first member is in use.
	if want := (cleanup.Report{OldUploads: 1}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}

// A run whose time is over ends without an error and reports how far behind it
// is.
func TestARunWhoseTimeIsOverSaysWhatIsLeft(t *testing.T) {
	for _, method := range []string{"DueUntil", "EraseThrough", "ExpireActivity", "ExpireSession"} {
		t.Run(method, func(t *testing.T) {
			h := newFixture(t)
			furnishLists(h)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var mu sync.Mutex
			hook := func(_ context.Context, called string, call func() error) error {
				mu.Lock()
				defer mu.Unlock()
				if called == method {
					cancel()
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return call()
			}
			rows := &storetest.Hooked{Store: &h.store, Hook: hook}
			objects := &storetest.HookedObjects{Objects: &h.objects, Hook: hook}
			got, left, err := cleanup.NewService(rows, rows, objects, settings, func() time.Time { return h.now }).RunShards(ctx, cleanup.AllShards(), false)
			if got.Finished || len(left) == 0 || got.Failed != 0 || err != nil {
				t.Errorf("%+v, left %v, %v", got, left, err)
			}
			if want := int(100 * day / time.Second); method != "DueUntil" && got.Behind < want {
				t.Errorf("%d s behind, want %d at least", got.Behind, want)
			}
			if _, err := h.service(settings).Run(t.Context(), false); err != nil {
				t.Errorf("the next run: %v", err)
			}
		})
	}
}

func TestAReportIsLoggedWhole(t *testing.T) {
	r := cleanup.Report{DryRun: true, ExpiredTokens: 1, OldUploads: 2, OrphanModels: 3, UnusedModels: 4, OldActivity: 5, Failed: 6, Finished: true, Behind: 7}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("run", "report", r)
	want := "report.dry_run=true report.expired_tokens=1 report.old_uploads=2 report.orphan_models=3 report.unused_models=4 " +
		"report.old_activity=5 report.failed=6 report.finished=true report.behind_seconds=7"
	if !strings.Contains(b.String(), want) {
		t.Errorf("logged %s", b.String())
	}
}
