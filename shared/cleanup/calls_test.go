package cleanup_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/cleanup"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

var errDown = fmt.Errorf("out of order: %w", store.ErrUnavailable)

// watched are the fixture's stores. A function sees each call before it is made
// and may make it fail.
type watched struct {
	*storetest.Hooked
	*storetest.HookedObjects
	mu      sync.Mutex
	calls   map[string]int
	notes   []store.Due // noted leftovers
	settled []store.Due
	stale   []store.Due // by kind, in place of the lists' own entries
}

func (h *fixture) watch(before func(ctx context.Context, method string, nth int) error) *watched {
	w := &watched{calls: map[string]int{}}
	hook := func(ctx context.Context, method string, call func() error) error {
		w.mu.Lock()
		w.calls[method]++
		nth := w.calls[method]
		w.mu.Unlock()
		if before != nil {
			if err := before(ctx, method, nth); err != nil {
				return err
			}
		}
		return call()
	}
	w.Hooked = &storetest.Hooked{Store: &h.store, Hook: hook}
	w.HookedObjects = &storetest.HookedObjects{Objects: &h.objects, Hook: hook}
	return w
}

func (w *watched) NoteLeftover(ctx context.Context, at time.Time, keys ...string) error {
	w.mu.Lock()
	w.notes = append(w.notes, store.Due{Kind: store.DueLeftover, At: at, Key: store.LeftoverKey(keys)})
	w.mu.Unlock()
	return w.Hooked.NoteLeftover(ctx, at, keys...)
}

func (w *watched) SettleLeftover(ctx context.Context, d store.Due) error {
	w.mu.Lock()
	w.settled = append(w.settled, d)
	w.mu.Unlock()
	return w.Hooked.SettleLeftover(ctx, d)
}

func (w *watched) DueUntil(ctx context.Context, kind store.DueKind, shard int, until time.Time, cursor string, limit int) ([]store.Due, string, error) {
	if len(w.stale) > 0 {
		return slices.DeleteFunc(slices.Clone(w.stale), func(d store.Due) bool { return d.Kind != kind || shard != 0 }), "", nil
	}
	return w.Hooked.DueUntil(ctx, kind, shard, until, cursor, limit)
}

func (h *fixture) over(w *watched, s cleanup.Settings) *cleanup.Service {
	return cleanup.NewService(w, w, w, s, func() time.Time { return h.now })
}

// lists runs the clean-up over all lists.
func (h *fixture) lists(ctx context.Context, w *watched, dryRun bool) (cleanup.Report, error) {
	r, _, err := h.over(w, settings).RunShards(ctx, cleanup.AllShards(), dryRun)
	return r, err
}

func TestARemovalIsNotedBeforeAndSettledAfter(t *testing.T) {
	for _, tt := range []struct {
		name    string
		fails   string
		removed time.Time // time of the template before
		notes   []time.Duration
		settled int
		at      time.Time // of the removal
	}{
		{"nothing fails", "", time.Time{}, []time.Duration{time.Hour}, 1, start},
		{"after an earlier removal", "", start.Add(-1), []time.Duration{time.Hour}, 1, start},
		{"after a removal by a clock that is ahead", "", start, []time.Duration{time.Hour}, 1, start.Add(time.Millisecond)},
		{"the pointer can't be cleared", "ClearTemplate", time.Time{}, []time.Duration{time.Hour}, 0, time.Time{}},
		{"the object can't be erased", "EraseThrough", time.Time{}, []time.Duration{time.Hour, 0}, 0, start},
	} {
		h := newFixture(t)
		h.join(1, start.Add(-366*day))
		m, _ := h.store.Member(t.Context(), "member1")
		if !tt.removed.IsZero() {
			if err := errors.Join(h.store.ClearTemplate(t.Context(), m, tt.removed, "", nil),
				h.store.SetTemplate(t.Context(), store.Member{Username: "member1", PK: 1, Removed: tt.removed}, *m.Template, nil)); err != nil {
				t.Fatal(err)
			}
			if err := h.store.SetSeen(t.Context(), "member1", "current", time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		w := h.watch(func(_ context.Context, method string, _ int) error {
			if method == tt.fails {
				return errDown
			}
			return nil
		})
		_, err := h.over(w, settings).Survey(t.Context(), false)
		if errors.Is(err, store.ErrUnavailable) != (tt.fails != "") {
			t.Errorf("%s: %v", tt.name, err)
		}
		var want []store.Due
		for _, after := range tt.notes {
			want = append(want, store.Due{Kind: store.DueLeftover, At: start.Add(after), Key: "models/1/current"})
		}
		if !slices.Equal(w.notes, want) || len(w.settled) != tt.settled || tt.settled == 1 && w.settled[0] != want[0] {
			t.Errorf("%s: noted %v, settled %v, want %v", tt.name, w.notes, w.settled, want)
		}
		if m, _ := h.store.Member(t.Context(), "member1"); tt.fails != "ClearTemplate" && !m.Removed.Equal(tt.at) {
			t.Errorf("%s: removed at %v, want %v", tt.name, m.Removed, tt.at)
		}
	}
}

func TestAFolderGoesWithTheLastOfItsFiles(t *testing.T) {
	h := surveyed(t)
	h.note(start, "uploads/1/v/")
	h.put(start.Add(-time.Hour), "uploads/1/v/0")
	h.put(start.Add(-8*day), "uploads/1/v/1")
	h.run(cleanup.Report{Finished: true})
	h.wantKeys("uploads/1/v/0", "uploads/1/v/1")
	h.now = start.Add(7*day - time.Hour)
	h.run(cleanup.Report{OldUploads: 2, Finished: true})
	h.wantKeys()
}

// A listed item may have moved since it was listed.
func TestWhatMovedSinceItWasListedIsLeft(t *testing.T) {
	h := newFixture(t)
	h.join(1, start.Add(-400*day))
	h.join(2, time.Time{})
	w := h.watch(nil)
	odd := store.Member{Username: "odd", PK: 3, Seen: start.Add(-400 * day)}
	if err := h.store.CreateMember(t.Context(), odd); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"member1", "member2", "odd"} {
		w.stale = append(w.stale, store.Due{Kind: store.DueTemplate, At: start.Add(-400 * day), Key: name})
	}
	before := h.state()
	got, err := h.lists(t.Context(), w, false)
	if want := (cleanup.Report{Finished: true}); err != nil || got != want || h.state() != before {
		t.Errorf("%+v, %v; before\n%safter\n%s", got, err, before, h.state())
	}
}

func TestAnEntryThatNamesNoSessionIsAFailure(t *testing.T) {
	for _, key := range []string{"no digits", "00", strings.Repeat("0", 64) + "x0"} {
		h := newFixture(t)
		w := h.watch(nil)
		w.stale = []store.Due{{Kind: store.DueSession, At: start, Key: key}}
		got, err := h.lists(t.Context(), w, false)
		if err == nil || got.Failed != 1 || got.ExpiredTokens != 0 || w.calls["ExpireSession"]+w.calls["Session"] > 0 {
			t.Errorf("%q: %+v, %v, calls %v", key, got, err, w.calls)
		}
	}
}

func TestEachFailedCallOfAListIsOneFailedEntry(t *testing.T) {
	for method, failed := range map[string]int{
		"PostponeSession": 1, "ExpireSession": 3, "Session": 1, "SetSeen": 1, "Member": 2, "MemberByPK": 3, "ExpireActivity": 3, "SettleLeftover": 5,
	} {
		h := newFixture(t)
		furnishLists(h)
		w := h.watch(func(_ context.Context, called string, _ int) error {
			if called == method {
				return errDown
			}
			return nil
		})
		got, err := h.lists(t.Context(), w, false)
		if !errors.Is(err, store.ErrUnavailable) || got.Failed != failed || got.Behind == 0 {
			t.Errorf("%s: %+v, %v, want %d failures", method, got, err, failed)
		}
	}
	h := newFixture(t)
	furnishLists(h)
	w := h.watch(nil)
	if _, err := h.lists(t.Context(), w, false); err != nil {
		t.Fatal(err)
	}
	w.calls["DueUntil"] = 0
	for method, want := range map[string]int{ // no call is in vain
		"ExpireSession": 3, "Session": 1, "PostponeSession": 1, "Member": 2, "SetSeen": 1, "ClearTemplate": 1, "MemberByPK": 3,
		"EraseThrough": 3, "Erase": 1, "List": 2, "ExpireActivity": w.calls["ExpireActivity"], "NoteLeftover": 2, "SettleLeftover": 5, "DueUntil": 0,
	} {
		if w.calls[method] != want {
			t.Errorf("%d calls of %s, want %d", w.calls[method], method, want)
		}
		delete(w.calls, method)
	}
	if len(w.calls) > 0 {
		t.Errorf("further calls: %v", w.calls)
	}
}

func TestAListThatCannotBeReadIsNotBehind(t *testing.T) {
	h := newFixture(t)
	w := h.watch(func(_ context.Context, method string, _ int) error {
		if method == "DueUntil" {
			return errDown
		}
		return nil
	})
	if got, err := h.lists(t.Context(), w, false); !errors.Is(err, store.ErrUnavailable) || got != (cleanup.Report{}) {
		t.Errorf("%+v, %v", got, err)
	}
}

// many notes a number of leftovers on one list, and returns the list's number.
func (h *fixture) many(n int) (shard int) {
	shard = store.DueShard("models/1/v")
	for made, pk := 0, 1; made < n; pk++ {
		if key := fmt.Sprintf("models/%d/v", pk); store.DueShard(key) == shard {
			h.note(start.Add(-time.Duration(n-made)*time.Second), key)
			made++
		}
	}
	return shard
}

// If the time of a run ends on the second page of a list, after an entry of the
// first failed, the run reports the failure.
func TestAFailureIsToldThoughTheTimeIsOver(t *testing.T) {
	for _, over := range []struct {
		method string
		nth    int
	}{{"DueUntil", 2}, {"EraseThrough", 150}} {
		h := surveyed(t)
		shard := h.many(250)
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		leftovers := 0
		w := h.watch(func(_ context.Context, method string, nth int) error {
			mu.Lock()
			defer mu.Unlock()
			if method == "EraseThrough" && nth == 1 {
				return errDown
			}
			if method == over.method {
				if method == "DueUntil" {
					if leftovers++; leftovers < 4 { // sessions, templates, and the first page
						return nil
					}
				} else if nth < over.nth {
					return nil
				}
				cancel()
				return ctx.Err()
			}
			return nil
		})
		got, _, err := h.over(w, settings).RunShards(ctx, []int{shard}, false)
		cancel()
		if !errors.Is(err, store.ErrUnavailable) || got.Failed != 1 || got.Finished {
			t.Errorf("%s: %+v, %v", over.method, got, err)
		}
		if got.Behind < 100 {
			t.Errorf("%s: %d s behind", over.method, got.Behind)
		}
	}
	h := surveyed(t)
	shard := h.many(150)
	w := h.watch(func(_ context.Context, method string, nth int) error {
		if method == "EraseThrough" && nth == 1 {
			return errDown
		}
		return nil
	})
	few := settings
	few.PerKind = 100
	if got, _, err := h.over(w, few).RunShards(t.Context(), []int{shard}, false); !errors.Is(err, store.ErrUnavailable) || got.Failed != 1 || got.Finished {
		t.Errorf("at the limit: %+v, %v", got, err)
	}
}

func TestNoEntryIsBegunWhenTheTimeIsOver(t *testing.T) {
	h := surveyed(t)
	shard := h.many(90)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w := h.watch(func(_ context.Context, method string, _ int) error {
		if method == "EraseThrough" {
			cancel()
			return ctx.Err()
		}
		return nil
	})
	got, _, err := h.over(w, settings).RunShards(ctx, []int{shard}, false)
	if err != nil || got.Failed != 0 || w.calls["EraseThrough"] > 16 {
		t.Errorf("%+v, %v, calls %v", got, err, w.calls)
	}
}

func TestARunEndsFiveSecondsBeforeItsDeadline(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	whole, _ := ctx.Deadline()
	w := h.watch(func(ctx context.Context, method string, _ int) error {
		end, ok := ctx.Deadline()
		if saves := method == "Get" || method == "Replace"; ok && !saves && whole.Sub(end) != 5*time.Second {
			t.Errorf("%s has until %v before the deadline", method, whole.Sub(end))
		}
		return nil
	})
	if _, err := h.over(w, settings).Run(ctx, false); err != nil {
		t.Error(err)
	}
}

// positions returns the stored positions at which the survey continues.
func (h *fixture) positions() (p map[string]struct {
	After        string
	Done, Failed bool
}) {
	h.t.Helper()
	b, err := h.objects.Get(h.t.Context(), store.CursorKey)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func TestADryRunSurveysFromTheStart(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	few := settings
	few.PerKind = 3
	if _, err := h.service(few).Survey(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	left := h.positions()["surveyed_templates"].After
	if left == "" {
		t.Fatal("the survey has ended")
	}
	h.put(start.Add(-9*day), "models/1/a") // behind the survey's position
	got, err := h.service(settings).Survey(t.Context(), true)
	if err != nil || got.OrphanModels != 4 { // this one, and the three behind the first page
		t.Errorf("after %s: %+v, %v", left, got, err)
	}
}

func TestPositionsThatCannotBeReadAreTheStart(t *testing.T) {
	for _, damaged := range []string{"\x00{", `{"surveyed_tokens":{"done":true},"surveyed_templates":5}`} {
		h := newFixture(t)
		h.furnish()
		if err := h.objects.Replace(t.Context(), store.CursorKey, []byte(damaged)); err != nil {
			t.Fatal(err)
		}
		if got, err := h.service(settings).Survey(t.Context(), false); err != nil || got.ExpiredTokens != 2 || got.OrphanModels != 4 {
			t.Errorf("%q: %+v, %v", damaged, got, err)
		}
	}
}

func TestASurveyGoesOnWhereItWasAndLooksAtNothingTwice(t *testing.T) {
	h := newFixture(t)
	for i := range 150 {
		h.session(byte(i), start.Add(-time.Hour), start.Add(day))
	}
	few := settings
	few.PerKind = 100
	for round, want := range []int{1, 1, 0} {
		w := h.watch(nil)
		got, err := h.over(w, few).Survey(t.Context(), false)
		if err != nil || w.calls["SessionsPage"] != want || got.Finished != (round > 0) {
			t.Errorf("round %d: %+v, %v, calls %v", round+1, got, err, w.calls)
		}
	}
	// A finished survey is not repeated; the other kinds are still surveyed.
	if err := h.objects.Replace(t.Context(), store.CursorKey, []byte(`{"surveyed_tokens":{"done":true}}`)); err != nil {
		t.Fatal(err)
	}
	w := h.watch(nil)
	if got, err := h.over(w, few).Survey(t.Context(), false); err != nil || !got.Finished || w.calls["SessionsPage"] != 0 || w.calls["MembersPage"] != 1 {
		t.Errorf("%+v, %v, calls %v", got, err, w.calls)
	}
}

func TestASurveyThatCannotGoOnBeginsAnewUnlessTheStoreIsDown(t *testing.T) {
	for name, tt := range map[string]struct {
		fails error
		ends  bool // the time of the run ends
		want  string
	}{
		"the store is down":        {errDown, false, "u0"},
		"it refuses the cursor":    {errors.New("no such cursor"), false, ""},
		"the run's time is over":   {context.Canceled, true, "u0"},
		"it is over while it goes": {nil, true, "u0"},
	} {
		h := newFixture(t)
		if err := h.objects.Replace(t.Context(), store.CursorKey, []byte(`{"surveyed_members":{"after":"u0"}}`)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		w := h.watch(func(_ context.Context, method string, _ int) error {
			if method != "MembersPage" {
				return nil
			}
			if tt.ends {
				cancel()
			}
			return tt.fails
		})
		_, err := h.over(w, settings).Survey(ctx, false)
		cancel()
		if at := h.positions()["surveyed_members"]; at.After != tt.want || at.Done || (err != nil) == tt.ends {
			t.Errorf("%s: at %+v, %v", name, at, err)
		}
	}
}

// After the survey, the items that stay are on the lists with the time at which
// they are due; items that were listed before are unchanged.
func TestWhatASurveyLeavesIsOnTheLists(t *testing.T) {
	h := newFixture(t)
	h.furnish()
	listed := store.Session{ID: store.TokenID{9}, Used: start.Add(-time.Hour), Expires: start.Add(day), Due: start.Add(time.Minute)}
	if err := h.store.CreateSession(t.Context(), listed, store.Event{}, nil); err != nil {
		t.Fatal(err)
	}
	h.join(8, start.Add(-400*day)) // unused, and on a list that is due
	h.join(9, start)
	for name, seen := range map[string]time.Time{"member8": start.Add(-400 * day), "member9": start.Add(-200 * day)} {
		if err := h.store.SetSeen(t.Context(), name, "current", seen); err != nil {
			t.Fatal(err)
		}
	}
	made := store.Member{Username: "adapted", PK: 10, Template: &store.Template{Version: "v", Key: "models/10/v", Made: start.Add(-day), Used: start.Add(-400 * day)}}
	if err := h.store.CreateMember(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	w := h.watch(nil)
	got, err := h.over(w, settings).Survey(t.Context(), false)
	if err != nil || got.UnusedModels != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	due := map[string]time.Time{}
	for _, kind := range []store.DueKind{store.DueSession, store.DueTemplate, store.DueLeftover} {
		for shard := range store.DueShards {
			all, _, err := h.store.DueUntil(t.Context(), kind, shard, start.Add(1000*day), "", 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range all {
				due[d.Key] = d.At
			}
		}
	}
	want := map[string]time.Time{
		fmt.Sprintf("01%062d", 0): start.Add(time.Hour), fmt.Sprintf("09%062d", 0): start.Add(time.Minute),
		"member1": start.Add(-30 * day), "member8": start.Add(-400 * day), "member9": start.Add(-200 * day), "adapted": start.Add(-day),
		"uploads/1/b/": start.Add(time.Second), "models/1/being-written": start.Add(time.Second),
	}
	if fmt.Sprint(due) != fmt.Sprint(want) {
		t.Errorf("due\n%v, want\n%v", due, want)
	}
	// A member's row is read once for all of their objects, and not for a
	// recording or a stray object.
	if w.calls["MemberByPK"] != 6 {
		t.Errorf("%d members were read", w.calls["MemberByPK"])
	}
}
