package biometric

import (
	"context"
	"errors"
	"testing"

	"systole/shared/store"
	"systole/shared/store/storetest"
)

// migrateKept migrates kim's template from kept recordings, as the operator's
// program does.
func (h *fixture) migrateKept(t *testing.T) bool {
	t.Helper()
	did, err := h.MigrateKept(t.Context(), h.objects, h.kim(t))
	must(t, err)
	return did
}

func TestANewerTemplateIsMadeOfTheRecordingsThatAreKept(t *testing.T) {
	const none = "stub-1"
	enrol := func(recordings ...string) func(*testing.T, *fixture) {
		return func(t *testing.T, h *fixture) {
			t.Helper()
			var files [][]byte
			for _, r := range recordings {
				files = append(files, []byte(r))
			}
			must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent(files...)}))
		}
	}
	add := func(t *testing.T, h *fixture) {
		t.Helper()
		h.tomorrow(t)
		must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 9")), Add: true}))
	}
	forget := func(t *testing.T, h *fixture) { // as clean-up does when UPLOADS_KEEP is over
		t.Helper()
		must(t, h.objects.Erase(t.Context(), store.RecordingsOf(7)))
	}
	forgetLast := func(t *testing.T, h *fixture) {
		t.Helper()
		listed, _, err := h.objects.List(t.Context(), store.RecordingsOf(7), "", 100)
		must(t, err)
		must(t, h.objects.Erase(t.Context(), listed[len(listed)-1].Key))
	}
	check := func(recordings ...string) func(*testing.T, *fixture) {
		return func(t *testing.T, h *fixture) {
			t.Helper()
			h.engine = fresh
			for _, r := range recordings {
				if !h.check(t, r) {
					t.Fatalf("%s is refused", r)
				}
			}
		}
	}
	for _, tt := range []struct {
		name   string
		before []func(*testing.T, *fixture)
		want   string
	}{
		{"one day", []func(*testing.T, *fixture){enrol("kim 1", "kim 2")}, "stub-1, stub-2 of 1 days and 2 decides false"},
		{"each day", []func(*testing.T, *fixture){enrol("kim 1", "kim 2"), add, add}, "stub-1, stub-2 of 3 days and 4 decides false"},
		{"the days of which they are kept", []func(*testing.T, *fixture){enrol("kim 1", "kim 2"), forget, add}, "stub-1, stub-2 of 1 days and 1 decides false"},
		{"none is kept", []func(*testing.T, *fixture){enrol("kim 1"), forget}, none},
		{"too little is kept", []func(*testing.T, *fixture){enrol("kim 1 half", "kim 2"), forgetLast}, none},
		{"too little is kept of one day", []func(*testing.T, *fixture){enrol("kim 1 half", "kim 2"), forgetLast, add}, "stub-1, stub-2 of 1 days and 1 decides false"},
		{"not of an enrolment before", []func(*testing.T, *fixture){enrol("kim 1", "kim 2", "kim 3"), func(t *testing.T, h *fixture) { h.tomorrow(t) }, enrol("kim 4")},
			"stub-1, stub-2 of 1 days and 1 decides false"},
		{"not what the older template refuses", []func(*testing.T, *fixture){enrol("kim 1", "kim 2 only stub-2")}, "stub-1, stub-2 of 1 days and 1 decides false"},
		{"nothing that the older template accepts", []func(*testing.T, *fixture){enrol("kim 1 weak")}, none},
		{"in place of one that never agreed", []func(*testing.T, *fixture){enrol("kim 1", "kim 2"), check("kim 3")}, "stub-1, stub-2 of 1 days and 2 decides false"},
		{"not in place of one that agreed", []func(*testing.T, *fixture){enrol("kim 1"), check("kim 3", "kim 4", "kim 5")}, "stub-1, stub-2 of 1 days and 3 decides false"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t)
			h.engine = before
			for _, f := range tt.before {
				f(t, h)
			}
			h.engine = fresh
			was, key := h.stored(t).says(), h.kim(t).Template.Key
			pointer := *h.kim(t).Template
			if did := h.migrateKept(t); did != (was != tt.want) {
				t.Errorf("it says %v", did)
			}
			if got := h.stored(t).says(); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			now := *h.kim(t).Template
			_, err := h.objects.Get(t.Context(), key)
			if gone := errors.Is(err, store.ErrNotFound); gone != (was != tt.want) || gone == (now.Key == key) {
				t.Errorf("the object before: %v", err)
			}
			if pointer.Version, pointer.Key = now.Version, now.Key; pointer != now {
				t.Errorf("the row says %+v, and said %+v", now, pointer)
			}
			if h.migrateKept(t) {
				t.Error("made once more")
			}
		})
	}
}

func TestWhatWasMadeOfKeptRecordingsDecidesByTheSameRule(t *testing.T) {
	h := newFixture(t)
	h.engine = before
	h.enrolled(t)
	h.engine = fresh
	h.migrateKept(t)
	h.tomorrow(t)
	for i, want := range []string{
		"stub-1, stub-2 of 2 days and 2 decides false",
		"stub-1, stub-2 of 2 days and 3 decides false",
		"stub-1, stub-2 of 2 days and 4 decides true",
	} {
		if ok := h.check(t, []string{"kim 3", "kim 4", "kim 5"}[i]); !ok || h.stored(t).says() != want {
			t.Errorf("accepted %v, %s, want %s", ok, h.stored(t).says(), want)
		}
	}
}

func TestACheckOfTheSameDayJoinsTheDayThatWasKept(t *testing.T) {
	h := newFixture(t)
	h.engine = before
	h.enrolled(t)
	h.engine = fresh
	h.migrateKept(t)
	if ok, got, want := h.check(t, same), h.stored(t).says(), "stub-1, stub-2 of 1 days and 2 decides false"; !ok || got != want {
		t.Errorf("accepted %v, %s, want %s", ok, got, want)
	}
}

func TestMembersWithoutAnOlderTemplateAreLeftAlone(t *testing.T) {
	h := newFixture(t)
	if h.migrateKept(t) {
		t.Error("made of no template")
	}
	h.engine = settled
	h.enrolled(t)
	if h.migrateKept(t) {
		t.Error("made beside one by the newest algorithm")
	}
	h.engine = fresh
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 2"))}))
	if h.migrateKept(t) || !h.stored(t).handedOver() {
		t.Errorf("beside one that decides: %s", h.stored(t).says())
	}
}

// TestKeptRecordingsWhileStoresFail: an error, and the template of before.
func TestKeptRecordingsWhileStoresFail(t *testing.T) {
	storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
		h := newFixture(t)
		h.engine = before
		h.enrolled(t)
		h.engine = fresh
		m := h.kim(t)
		h.calls.before = func(method string) error { return hook(t.Context(), method, func() error { return nil }) }
		return func(ctx context.Context) error {
			_, err := h.MigrateKept(ctx, h.objects, m)
			return err
		}
	})
}

func TestKeptRecordingsWhileACheckComesFirst(t *testing.T) {
	h := newFixture(t)
	h.engine = before
	h.enrolled(t)
	h.engine = fresh
	m := h.kim(t)
	if !h.check(t, same) {
		t.Fatal("refused")
	}
	did, err := h.MigrateKept(t.Context(), h.objects, m)
	if did || !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
		t.Errorf("did %v, %v", did, err)
	}
	if got, want := h.stored(t).says(), "stub-1, stub-2 of 1 days and 1 decides false"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// stale lists a page at a time, with objects that are deleted by now.
type stale struct{ store.ObjectLister }

func (s stale) List(ctx context.Context, prefix, after string, _ int) ([]store.Object, string, error) {
	page, next, err := s.ObjectLister.List(ctx, prefix, after, 1)
	if len(page) == 1 {
		page = append(page, store.Object{Key: page[0].Key + "0"})
	}
	return page, next, err
}

func TestRecordingsAreListedPageByPageAndMayGoMeanwhile(t *testing.T) {
	h := newFixture(t)
	h.engine = before
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 1"), []byte("kim 2"), []byte("kim 3"))}))
	h.engine = fresh
	if did, err := h.MigrateKept(t.Context(), stale{h.objects}, h.kim(t)); !did || err != nil {
		t.Fatal(did, err)
	}
	if got, want := h.stored(t).says(), "stub-1, stub-2 of 1 days and 3 decides false"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestKeptRecordingsTakeThePlaceOfAnAlgorithmBetween(t *testing.T) {
	h := migrating(t, 3)
	h.engine = forgetful{stub{algorithm: "stub-3", older: []string{"stub-1", "stub-2"}, fresh: true}}
	if did, got, want := h.migrateKept(t), h.stored(t).says(), "stub-1, stub-3 of 1 days and 1 decides false"; !did || got != want {
		t.Errorf("did %v, %s, want %s", did, got, want)
	}
}

func TestATemplateOfAnAlgorithmThatARollbackTookAwayIsNotOverwritten(t *testing.T) {
	h := newFixture(t)
	h.engine = before
	h.enrolled(t)
	h.engine = forgetful{stub{algorithm: "stub-3", older: []string{"stub-1"}, fresh: true}}
	h.migrateKept(t)
	h.engine = fresh
	if h.migrateKept(t) || h.raw(t).supplement == nil {
		t.Error("it is gone")
	}
}
