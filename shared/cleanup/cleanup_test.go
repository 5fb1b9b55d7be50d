package cleanup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/cleanup"
	"systole/shared/memory"
	"systole/shared/store"
)

const day = 24 * time.Hour

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

var settings = cleanup.Settings{
	TokenIdle:    7 * day,
	UploadsKeep:  7 * day,
	OrphansAfter: day,
	UnusedAfter:  365 * day,
	PerKind:      1000,
}

// fixture is a service with its stores and its clock.
type fixture struct {
	t       *testing.T
	now     time.Time
	store   memory.Store
	objects memory.Objects
}

func newFixture(t *testing.T) *fixture {
	h := &fixture{t: t, now: start}
	h.objects.Now = func() time.Time { return h.now }
	return h
}

func (h *fixture) service(s cleanup.Settings) *cleanup.Service {
	return cleanup.NewService(&h.store, &h.store, &h.objects, s, func() time.Time { return h.now })
}

// put writes an object as of a time.
func (h *fixture) put(at time.Time, key string) {
	h.t.Helper()
	now := h.now
	h.now = at
	defer func() { h.now = now }()
	if err := h.objects.Put(h.t.Context(), key, []byte(key)); err != nil {
		h.t.Fatal(err)
	}
}

// join adds a member. Unless used is zero, they have a model that was last used
// then.
func (h *fixture) join(pk int64, used time.Time) {
	h.t.Helper()
	m := store.Member{Username: fmt.Sprint("member", pk), PK: pk, PasswordHash: "hash"}
	if !used.IsZero() {
		key := fmt.Sprintf("models/%d/current", pk)
		h.put(used, key)
		m.Template = &store.Template{Version: "current", Key: key, Made: used, Used: used}
	}
	if err := h.store.CreateMember(h.t.Context(), m); err != nil {
		h.t.Fatal(err)
	}
}

func (h *fixture) session(id byte, used, expires time.Time) {
	h.t.Helper()
	s := store.Session{ID: store.TokenID{id}, Used: used, Expires: expires}
	if err := h.store.CreateSession(h.t.Context(), s, store.Event{}, nil); err != nil {
		h.t.Fatal(err)
	}
}

// keys lists all objects except the cursor.
func (h *fixture) keys() []string {
	h.t.Helper()
	list, _, err := h.objects.List(h.t.Context(), "", "", 10000)
	if err != nil {
		h.t.Fatal(err)
	}
	var keys []string
	for _, o := range list {
		if !strings.HasPrefix(o.Key, "cleanup/") {
			keys = append(keys, o.Key)
		}
	}
	return keys
}

// furnish adds one or two of every kind of item that stays and that goes.
func (h *fixture) furnish() {
	h.session(1, start.Add(-time.Hour), start.Add(time.Hour))
	h.session(2, start.Add(-time.Hour), start)            // expired now
	h.session(3, start.Add(-7*day), start.Add(time.Hour)) // idle too long
	h.put(start.Add(-7*day), "uploads/1/a/0")
	h.put(start.Add(-7*day+time.Second), "uploads/1/b/0")
	h.join(1, start.Add(-30*day))
	h.join(2, start.Add(-365*day)) // unused too long
	h.join(3, time.Time{})
	h.put(start.Add(-2*day), "models/1/replaced")
	h.put(start.Add(-day+time.Second), "models/1/being-written")
	h.put(start.Add(-day), "models/3/nobodys")
	h.put(start.Add(-day), "models/4/of-no-member")
	h.put(start.Add(-day), "models/stray")
}

func TestWhatHadItsTimeGoesAndTheRestStays(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	got, err := h.service(settings).Run(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	want := cleanup.Report{ExpiredTokens: 2, OldUploads: 1, OrphanModels: 4, UnusedModels: 1, Finished: true}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	left := []string{"models/1/being-written", "models/1/current", "uploads/1/b/0"}
	if keys := h.keys(); !slices.Equal(keys, left) {
		t.Errorf("left %q, want %q", keys, left)
	}
	for id, stays := range map[byte]bool{1: true, 2: false, 3: false} {
		if _, err := h.store.Session(t.Context(), store.TokenID{id}); (err == nil) != stays {
			t.Errorf("session %d: %v", id, err)
		}
	}
	for name, has := range map[string]bool{"member1": true, "member2": false, "member3": false} {
		m, err := h.store.Member(t.Context(), name)
		if err != nil || (m.Template != nil) != has {
			t.Errorf("%s has model %+v, %v", name, m.Template, err)
		}
	}
	again, err := h.service(settings).Run(t.Context(), false)
	if err != nil || again != (cleanup.Report{Finished: true}) {
		t.Errorf("the second run did %+v, %v", again, err)
	}
}

func TestADryRunOnlyReports(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	before := h.keys()
	got, err := h.service(settings).Run(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	want := cleanup.Report{DryRun: true, ExpiredTokens: 2, OldUploads: 1, OrphanModels: 4, UnusedModels: 1, Finished: true}
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if keys := h.keys(); !slices.Equal(keys, before) {
		t.Errorf("left %q, want %q", keys, before)
	}
	if _, err := h.objects.Get(t.Context(), "cleanup/cursor"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the cursor: %v", err)
	}
	if _, err := h.store.Session(t.Context(), store.TokenID{2}); err != nil {
		t.Errorf("an expired session: %v", err)
	}
}

func TestARunIsBoundedAndTheNextGoesOn(t *testing.T) {
	h := newFixture(t)
	for i := range 250 {
		h.session(byte(i), start.Add(-8*day), start.Add(-day))
		h.put(start, fmt.Sprintf("uploads/%03d/young/0", i))
		h.put(start.Add(-8*day), fmt.Sprintf("uploads/%03d/old/0", i))
		h.put(start.Add(-8*day), fmt.Sprintf("models/%d/orphan", 1000+i))
		h.join(int64(1+i), start.Add(-366*day))
	}
	s := settings
	s.PerKind = 110
	var total cleanup.Report
	runs := 0
	for !total.Finished && runs < 50 {
		r, err := h.service(s).Run(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{r.ExpiredTokens, r.OldUploads, r.OrphanModels, r.UnusedModels} {
			if n > s.PerKind {
				t.Errorf("a run removed %d of a kind: %+v", n, r)
			}
		}
		runs++
		total.ExpiredTokens += r.ExpiredTokens
		total.OldUploads += r.OldUploads
		total.OrphanModels += r.OrphanModels
		total.UnusedModels += r.UnusedModels
		total.Finished = total.OldUploads == 250 && total.OrphanModels == 250 && total.UnusedModels == 250
	}
	want := cleanup.Report{ExpiredTokens: 250, OldUploads: 250, OrphanModels: 250, UnusedModels: 250, Finished: true}
	if total != want || runs < 3 {
		t.Errorf("after %d runs %+v, want %+v", runs, total, want)
	}
}

func TestTwoRunsAtOnceDoNoHarm(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	service := h.service(settings)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := service.Run(t.Context(), false); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	left := []string{"models/1/being-written", "models/1/current", "uploads/1/b/0"}
	if keys := h.keys(); !slices.Equal(keys, left) {
		t.Errorf("left %q, want %q", keys, left)
	}
}

func TestADamagedCursorIsTheStart(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	if err := h.objects.Replace(t.Context(), "cleanup/cursor", []byte("\x00{")); err != nil {
		t.Fatal(err)
	}
	got, err := h.service(settings).Run(t.Context(), false)
	if err != nil || got.OrphanModels != 4 || !got.Finished {
		t.Errorf("%+v, %v", got, err)
	}
}

// faulty is a store whose calls fail as its fields say.
type faulty struct {
	*memory.Store
	*memory.Objects
	list   error            // of List below uploads/
	delete map[string]error // of EraseThrough, by key
	clear  error            // of ClearTemplate
}

func (f faulty) List(ctx context.Context, prefix, after string, limit int) ([]store.Object, string, error) {
	if prefix == "uploads/" && f.list != nil {
		return nil, "", f.list
	}
	return f.Objects.List(ctx, prefix, after, limit)
}

func (f faulty) EraseThrough(ctx context.Context, key, last string) error {
	if err := f.delete[key]; err != nil {
		return err
	}
	return f.Objects.EraseThrough(ctx, key, last)
}

func (f faulty) ClearTemplate(ctx context.Context, from store.Member, at time.Time, memory string, archived []string) error {
	if f.clear != nil {
		return f.clear
	}
	return f.Store.ClearTemplate(ctx, from, at, memory, archived)
}

func TestOneFailureStopsNothingElse(t *testing.T) {
	down := fmt.Errorf("out of order: %w", store.ErrUnavailable)
	tests := []struct {
		name   string
		faults faulty
		want   cleanup.Report
		err    error
		stays  string // an object that must still exist
	}{
		{"a listing", faulty{list: down},
			cleanup.Report{ExpiredTokens: 2, OrphanModels: 4, UnusedModels: 1}, down, "uploads/1/a/0"},
		{"a deletion", faulty{delete: map[string]error{"models/1/replaced": down}},
			cleanup.Report{ExpiredTokens: 2, OldUploads: 1, OrphanModels: 3, UnusedModels: 1, Failed: 1}, down, "models/1/replaced"},
		{"a pointer that moved meanwhile", faulty{clear: store.ErrConflict},
			cleanup.Report{ExpiredTokens: 2, OldUploads: 1, OrphanModels: 4}, nil, "models/2/current"},
		{"a pointer that can't be cleared", faulty{clear: down},
			cleanup.Report{ExpiredTokens: 2, OldUploads: 1, OrphanModels: 4, Failed: 1}, down, "models/2/current"},
		{"an object left behind its pointer", faulty{delete: map[string]error{"models/2/current": down}},
			cleanup.Report{ExpiredTokens: 2, OldUploads: 1, OrphanModels: 4, Failed: 1}, down, "models/2/current"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t)
			h.furnish()
			tt.faults.Store, tt.faults.Objects = &h.store, &h.objects
			got, err := cleanup.NewService(&h.store, tt.faults, tt.faults, settings, func() time.Time { return h.now }).Run(t.Context(), false)
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if got != tt.want {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
			if !slices.Contains(h.keys(), tt.stays) {
				t.Errorf("%s is gone", tt.stays)
			}
			if _, err := h.service(settings).Run(t.Context(), false); err != nil {
				t.Errorf("the next run: %v", err)
			}
			left := []string{"models/1/being-written", "models/1/current", "uploads/1/b/0"}
			if keys := h.keys(); !slices.Equal(keys, left) {
				t.Errorf("the next run left %q, want %q", keys, left)
			}
		})
	}
}

func TestARunEndsBeforeItsDeadline(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	before := h.keys()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second) // less than the reserve
	defer cancel()
	got, err := h.service(settings).Run(ctx, false)
	if err != nil || got.Finished {
		t.Errorf("%+v, %v", got, err)
	}
	if len(h.keys()) > len(before) || got.OldUploads > 1 {
		t.Errorf("left %q of %q", h.keys(), before)
	}
}

func BenchmarkRun(b *testing.B) {
	h := &fixture{now: start}
	h.objects.Now = func() time.Time { return h.now }
	for i := range 1000 {
		if err := h.objects.Put(b.Context(), fmt.Sprintf("uploads/%d/young/0", i), nil); err != nil {
			b.Fatal(err)
		}
	}
	service := h.service(settings)
	for b.Loop() {
		if _, err := service.Run(b.Context(), false); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

func TestAnUploadThatNobodyWaitsForGoesWithinTheHour(t *testing.T) {
	h := newFixture(t)
	id := func(n int) string { return fmt.Sprintf("%032x", n) }
	m := store.Member{Username: "kim", PK: 7, PasswordHash: "hash", Uploads: []store.PendingUpload{{ID: id(1), Size: 5, Expires: start.Add(day)}}}
	if err := h.store.CreateMember(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	awaited, late, gone := "incoming/7/"+id(1), "incoming/7/"+id(2), "incoming/8/"+id(3)
	for _, key := range []string{awaited, late, gone} {
		h.put(start, key)
	}
	for _, tt := range []struct {
		after time.Duration
		want  []string
	}{
		{29 * time.Minute, []string{awaited, late, gone}}, // an open address could still write it
		{30 * time.Minute, []string{awaited}},
		{day, nil},
	} {
		h.now = start.Add(tt.after)
		if _, err := h.service(settings).Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		list, _, err := h.objects.List(t.Context(), store.IncomingPrefix, "", 10)
		var left []string
		for _, o := range list {
			left = append(left, o.Key)
		}
		if err != nil || !slices.Equal(left, tt.want) {
			t.Errorf("after %v: %q, %v, want %q", tt.after, left, err, tt.want)
		}
	}
}
