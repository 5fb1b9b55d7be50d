package cleanup_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"systole/shared/cleanup"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// surveyed returns a fixture whose survey is complete: all later items are found
// by the lists.
func surveyed(t *testing.T) *fixture {
	h := newFixture(t)
	h.run(cleanup.Report{Finished: true})
	return h
}

// run runs the clean-up and fails the test unless it reports this.
func (h *fixture) run(want cleanup.Report) {
	h.t.Helper()
	got, err := h.service(settings).Run(h.t.Context(), false)
	if err != nil || got != want {
		h.t.Errorf("at %v\ngot  %+v, %v\nwant %+v", h.now, got, err, want)
	}
}

func (h *fixture) note(at time.Time, keys ...string) {
	h.t.Helper()
	if err := h.store.NoteLeftover(h.t.Context(), at, keys...); err != nil {
		h.t.Fatal(err)
	}
}

// enrol gives the member a template, as package biometric does.
func (h *fixture) enrol(username, version string) {
	h.t.Helper()
	m, err := h.store.Member(h.t.Context(), username)
	if err != nil {
		h.t.Fatal(err)
	}
	keys := []string{store.TemplateKey(m.PK, version)}
	if old := m.ObjectKey(); old != "" {
		keys = append(keys, old)
	}
	h.note(h.now.Add(settings.OrphansAfter), append(keys, store.EnrolledPrefix(m.PK, version))...)
	h.put(h.now, keys[0])
	h.put(h.now, store.EnrolledKey(m.PK, version, 0))
	t := store.Template{Version: version, Key: keys[0], Made: h.now, Used: h.now}
	if err := h.store.SetTemplate(h.t.Context(), m, t, nil); err != nil {
		h.t.Fatal(err)
	}
}

func (h *fixture) wantKeys(want ...string) {
	h.t.Helper()
	if keys := h.keys(); !slices.Equal(keys, want) {
		h.t.Errorf("left %q, want %q", keys, want)
	}
}

func TestAnEnrolmentLeavesItsTemplateAndForAWhileItsRecordings(t *testing.T) {
	h := surveyed(t)
	h.join(7, time.Time{})
	h.enrol("member7", "v1")
	h.now = h.now.Add(day)
	h.run(cleanup.Report{Finished: true})
	h.wantKeys("models/7/v1", "uploads/7/v1/0")
	h.now = h.now.Add(time.Hour)
	h.enrol("member7", "v2")
	h.now = start.Add(7 * day)
	h.run(cleanup.Report{OldUploads: 1, OrphanModels: 1, Finished: true})
	h.wantKeys("models/7/v2", "uploads/7/v2/0")
	h.now = h.now.Add(25 * time.Hour)
	h.run(cleanup.Report{OldUploads: 1, Finished: true})
	h.wantKeys("models/7/v2")
	h.now = h.now.Add(300 * day)
	h.run(cleanup.Report{Finished: true})
}

func TestWhatAnEnrolmentLeftThatDiedIsFoundWithoutListingTheBucket(t *testing.T) {
	h := surveyed(t)
	h.note(start.Add(day), "models/7/v1", "uploads/7/v1/")
	h.put(start, "models/7/v1")
	h.put(start, "uploads/7/v1/0")
	var listed []string
	objects := &storetest.HookedObjects{Objects: &h.objects, Hook: func(_ context.Context, method string, call func() error) error { return call() }}
	service := cleanup.NewService(&h.store, &h.store, lists{objects, &listed}, settings, func() time.Time { return h.now })
	for _, after := range []time.Duration{day - 1, day, 7 * day} {
		h.now = start.Add(after)
		if _, err := service.Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	h.wantKeys()
	for _, prefix := range listed {
		if prefix != "uploads/7/v1/" {
			t.Errorf("%q was listed", prefix)
		}
	}
}

// lists records the items that are listed.
type lists struct {
	*storetest.HookedObjects
	listed *[]string
}

func (l lists) List(ctx context.Context, prefix, after string, limit int) ([]store.Object, string, error) {
	*l.listed = append(*l.listed, prefix)
	return l.HookedObjects.List(ctx, prefix, after, limit)
}

func TestAnAccountsObjectsGoWhereItsDeletionStopped(t *testing.T) {
	h := surveyed(t)
	h.join(7, time.Time{})
	h.enrol("member7", "v1")
	h.note(start.Add(time.Hour), "memory/7/m1", "models/7/v1")
	if err := h.store.DeleteMember(t.Context(), "member7", 7); err != nil {
		t.Fatal(err)
	}
	h.now = start.Add(time.Hour)
	h.run(cleanup.Report{OrphanModels: 2, Finished: true}) // one of them was never written
	h.wantKeys("uploads/7/v1/0")
	h.now = start.Add(7 * day)
	h.run(cleanup.Report{OldUploads: 1, OrphanModels: 1, Finished: true})
	h.wantKeys()
}

func TestASessionInUseIsLookedAtAgainWhenItMayHaveEnded(t *testing.T) {
	h := surveyed(t)
	s := store.Session{ID: store.TokenID{1}, Used: start, Expires: start.Add(30 * day), Due: start.Add(7 * day)}
	if err := h.store.CreateSession(t.Context(), s, store.Event{Expires: start.Add(1000 * day)}, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.store.TouchSession(t.Context(), s.ID, start.Add(6*day), ""); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		after time.Duration
		ended int
		calls int // that read a session
	}{{7*day - 1, 0, 0}, {7 * day, 0, 3}, {8 * day, 0, 0}, {13 * day, 1, 1}, {40 * day, 0, 0}} {
		h.now = start.Add(tt.after)
		calls := 0
		sessions := &storetest.Hooked{Store: &h.store, Hook: func(_ context.Context, method string, call func() error) error {
			if method != "DueUntil" {
				calls++
			}
			return call()
		}}
		got, err := cleanup.NewService(sessions, &h.store, &h.objects, settings, func() time.Time { return h.now }).Run(t.Context(), false)
		if err != nil || got.ExpiredTokens != tt.ended || calls != tt.calls {
			t.Errorf("after %v: %+v, %v, with %d calls; want %d ended with %d", tt.after, got, err, calls, tt.ended, tt.calls)
		}
	}
}

func TestATemplateInUseIsLookedAtOnceAYear(t *testing.T) {
	h := surveyed(t)
	h.join(7, time.Time{})
	h.enrol("member7", "v1")
	used := start.Add(200 * day)
	if err := h.store.RecordAcceptance(t.Context(), "member7", "v1", used); err != nil {
		t.Fatal(err)
	}
	h.now = start.Add(365 * day)
	h.run(cleanup.Report{OldUploads: 1, Finished: true})
	if m, err := h.store.Member(t.Context(), "member7"); err != nil || !m.Seen.Equal(used) {
		t.Errorf("seen %v, %v; want %v", m.Seen, err, used)
	}
	h.now = used.Add(365 * day)
	h.run(cleanup.Report{UnusedModels: 1, Finished: true})
	h.wantKeys()
}

func TestActivityGoesWhenItsTimeIsOver(t *testing.T) {
	h := surveyed(t)
	for i := range 250 {
		e := store.Event{Kind: "logged_in", At: start, Expires: start.Add(time.Duration(1+i%2) * day)}
		if err := h.store.Note(t.Context(), fmt.Sprint("u", i), e); err != nil {
			t.Fatal(err)
		}
	}
	h.now = start.Add(day - 1)
	h.run(cleanup.Report{Finished: true})
	h.now = start.Add(day)
	h.run(cleanup.Report{OldActivity: 125, Finished: true})
	h.now = start.Add(2 * day)
	h.run(cleanup.Report{OldActivity: 125, Finished: true})
}

func TestTheStoreHasItsGraceToDeleteWhatExpired(t *testing.T) {
	h := surveyed(t)
	s := store.Session{ID: store.TokenID{1}, Used: start, Expires: start.Add(day), Due: start.Add(day)}
	if err := h.store.CreateSession(t.Context(), s, store.Event{Expires: start.Add(day)}, nil); err != nil {
		t.Fatal(err)
	}
	late := settings
	late.TTLGrace = 6 * time.Hour
	for after, want := range map[time.Duration]int{day: 0, day + 6*time.Hour - 1: 0} {
		h.now = start.Add(after)
		if got, err := h.service(late).Run(t.Context(), false); err != nil || got.ExpiredTokens+got.OldActivity != want {
			t.Errorf("after %v: %+v, %v", after, got, err)
		}
	}
	h.now = start.Add(day + 6*time.Hour)
	if got, err := h.service(late).Run(t.Context(), false); err != nil || got.ExpiredTokens != 1 || got.OldActivity != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestARunTellsWhatIsLeftAndHowFarBehindItIs(t *testing.T) {
	h := surveyed(t)
	for i := range 200 {
		h.note(start.Add(time.Duration(i)*time.Second), fmt.Sprintf("models/%d/v", 1+i))
	}
	h.now = start.Add(time.Hour)
	few := settings
	few.PerKind = store.DueShards // one of each list
	got, left, err := h.service(few).RunShards(t.Context(), cleanup.AllShards(), false)
	if err != nil || got.Finished || len(left) == 0 || got.OrphanModels > store.DueShards {
		t.Errorf("%+v, left %v, %v", got, left, err)
	}
	if got.Behind < 3000 || got.Behind > 3600 {
		t.Errorf("%d s behind", got.Behind)
	}
	for rounds := 0; len(left) > 0; rounds++ {
		if rounds > 200 {
			t.Fatalf("lists %v have no end", left)
		}
		if got, left, err = h.service(few).RunShards(t.Context(), left, false); err != nil {
			t.Fatal(err)
		}
	}
	if !got.Finished || got.Behind != 0 {
		t.Errorf("at the end %+v", got)
	}
}

func TestAnEntryThatFailsStaysAndKeepsNoOtherBack(t *testing.T) {
	h := surveyed(t)
	h.note(start, "models/1/bad")
	h.note(start.Add(time.Second), "models/2/good")
	h.put(start, "models/1/bad")
	h.put(start, "models/2/good")
	h.now = start.Add(time.Hour)
	down := fmt.Errorf("out of order: %w", store.ErrUnavailable)
	bad := faulty{Store: &h.store, Objects: &h.objects, delete: map[string]error{"models/1/bad": down}}
	got, err := cleanup.NewService(&h.store, bad, bad, settings, func() time.Time { return h.now }).Run(t.Context(), false)
	if !errors.Is(err, down) || got.Failed != 1 || got.Behind != 3600 {
		t.Errorf("%+v, %v", got, err)
	}
	h.wantKeys("models/1/bad")
	h.run(cleanup.Report{OrphanModels: 1, Finished: true})
	h.wantKeys()
}

// TestARunCostsWhatItRemoves counts the calls for a fixed number of due items,
// among more and more items that are not due.
func TestARunCostsWhatItRemoves(t *testing.T) {
	cost := func(members int) map[string]int {
		h := surveyed(t)
		for i := range members {
			h.join(int64(i+1), time.Time{})
			h.enrol(fmt.Sprint("member", i+1), "v1")
			s := store.Session{ID: store.TokenID{1, byte(i), byte(i >> 8)}, Used: start, Expires: start.Add(30 * day), Due: start.Add(30 * day)}
			if err := h.store.CreateSession(t.Context(), s, store.Event{At: start, Expires: start.Add(180 * day)}, nil); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 50 {
			h.note(start, fmt.Sprintf("models/%d/lost", i+1))
			s := store.Session{ID: store.TokenID{2, byte(i)}, Used: start, Expires: start, Due: start}
			if err := h.store.CreateSession(t.Context(), s, store.Event{At: start, Expires: start.Add(180 * day)}, nil); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		calls := map[string]int{}
		hook := func(_ context.Context, method string, call func() error) error {
			mu.Lock()
			calls[method]++
			mu.Unlock()
			return call()
		}
		rows := &storetest.Hooked{Store: &h.store, Hook: hook}
		objects := &storetest.HookedObjects{Objects: &h.objects, Hook: hook}
		got, err := cleanup.NewService(rows, rows, objects, settings, func() time.Time { return h.now }).Run(t.Context(), false)
		if want := (cleanup.Report{ExpiredTokens: 50, OrphanModels: 50, Finished: true}); err != nil || got != want {
			t.Fatalf("%+v, %v", got, err)
		}
		return calls
	}
	few, many := cost(60), cost(1000)
	if !maps.Equal(few, many) {
		t.Errorf("among 60 members it makes the calls\n%v, among 1,000\n%v", few, many)
	}
	if few["Get"] != 1 || few["Replace"] != 0 || few["List"] != 0 || few["MembersPage"] != 0 || few["SessionsPage"] != 0 {
		t.Errorf("it looks at what isn't due: %v", few)
	}
}
