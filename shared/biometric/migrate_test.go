package biometric

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

// Engines before an algorithm exists, with it while a rollback is possible, and
// later.
var (
	before  = forgetful{stub{algorithm: "stub-1"}}
	fresh   = forgetful{stub{algorithm: "stub-2", older: []string{"stub-1"}, fresh: true}}
	settled = forgetful{stub{algorithm: "stub-2", older: []string{"stub-1"}}}
	without = forgetful{stub{algorithm: "stub-2"}} // the older algorithm is gone
)

// check sends a check of kim's, an hour after the one before.
func (h *fixture) check(t *testing.T, recording string) bool {
	t.Helper()
	h.now = h.now.Add(time.Hour)
	h.logIn(t)
	ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(recording))})
	must(t, err)
	return ok
}

// stored returns the template at kim's pointer, as the engine opens it.
func (h *fixture) stored(t *testing.T) reference {
	t.Helper()
	m := h.kim(t)
	object, err := h.objects.Get(t.Context(), m.Template.Key)
	must(t, err)
	ref, err := h.open(t.Context(), *m.Template, object)
	must(t, err)
	return ref
}

// says returns the templates in short form: the base's algorithm, and of the
// newer one the algorithm, days, weight and whether it decides.
func (t Templates) says() string {
	if t.Newer == nil {
		return t.Base.Algorithm()
	}
	return fmt.Sprintf("%s, %s of %d days and %g decides %v", t.Base.Algorithm(), t.Newer.Algorithm(), t.Newer.Days(), t.Newer.Weight(), t.Newer.Decides)
}

func TestMigration(t *testing.T) {
	type step struct {
		do   string // an engine, a checked recording, or a passed day
		want string
	}
	two, six := []string{enrolment, same}, []string{"kim 1", "kim 2", "kim 90", "kim 91", "kim 92", "kim 93"}
	for _, tt := range []struct {
		name  string
		files []string
		days  int
		steps []step
	}{
		{"the newer one decides after three checks in a row and a second day", two, 1, []step{
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"kim 4", "stub-1, stub-2 of 1 days and 2 decides false"},
			{"kim 5", "stub-1, stub-2 of 1 days and 3 decides false"},
			{"kim 6", "stub-1, stub-2 of 1 days and 4 decides false"},
			{"day", ""},
			{"kim 7", "stub-1, stub-2 of 2 days and 5 decides true"},
			{"kim 8", "stub-1, stub-2 of 2 days and 5 decides true"},
			{"kim 9 only stub-1", "refused"},
			{"settled", "stub-1, stub-2 of 2 days and 5 decides true"},
			{"kim 10", "stub-2"},
			{"without", "stub-2"},
			{"kim 11", "stub-2"},
		}},
		{"while the older one is no more, the newer one is alone", []string{enrolment}, 1, []step{
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 4", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"kim 5", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 6", "stub-1, stub-2 of 2 days and 4 decides true"},
			{"without", "stub-2"},
			{"kim 7", "stub-2"},
		}},
		{"two days don't stand for three checks", []string{enrolment}, 1, []step{
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 4", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"kim 5", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 6", "stub-1, stub-2 of 2 days and 4 decides true"},
		}},
		{"after as many days", []string{enrolment}, 3, []step{
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 4", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"kim 5", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 6", "stub-1, stub-2 of 2 days and 4 decides false"},
			{"day", ""},
			{"kim 7", "stub-1, stub-2 of 3 days and 5 decides true"},
		}},
		{"after as much weight", six, 1, []step{
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 4", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"kim 5", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 6", "stub-1, stub-2 of 2 days and 4 decides false"},
			{"kim 7", "stub-1, stub-2 of 2 days and 5 decides false"},
			{"kim 8", "stub-1, stub-2 of 2 days and 6 decides true"},
		}},
		{"after as many beats", two, 1, []step{
			{"kim 3 few", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 4 few", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"kim 5 few", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 6 few", "stub-1, stub-2 of 2 days and 4 decides false"},
			{"kim 7", "stub-1, stub-2 of 2 days and 5 decides false"},
			{"kim 8", "stub-1, stub-2 of 2 days and 6 decides true"},
		}},
		{"after as much quality", two, 1, []step{
			{"kim 3 poor", "stub-1, stub-2 of 1 days and 0 decides false"},
			{"day", ""},
			{"kim 4 poor", "stub-1, stub-2 of 2 days and 0 decides false"},
			{"kim 5 poor", "stub-1, stub-2 of 2 days and 0 decides false"},
			{"kim 6 poor", "stub-1, stub-2 of 2 days and 0 decides false"},
			{"kim 7", "stub-1, stub-2 of 2 days and 1 decides false"},
			{"kim 8", "stub-1, stub-2 of 2 days and 2 decides true"},
		}},
		{"a weak match, a stranger and a wrong rate change nothing", []string{enrolment}, 1, []step{
			{"kim 3 weak", "stub-1"},
			{"lee 1", "refused"},
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 4 weak", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"lee 1", "refused"},
			{"kim 5", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"lee 1", "refused"},
			{"kim 6", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 7", "stub-1, stub-2 of 2 days and 4 decides true"},
		}},
		{"begins anew until they agree once", []string{enrolment}, 1, []step{
			{"kim 4", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"kim 5 only stub-1", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 6 only stub-1", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"kim 7", "stub-1, stub-2 of 1 days and 2 decides false"},
		}},
		{"what it refuses joins it once they agreed, and ends the row", []string{enrolment}, 1, []step{
			{"kim 4", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"kim 5", "stub-1, stub-2 of 1 days and 2 decides false"},
			{"day", ""},
			{"kim 6", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 7 only stub-1", "stub-1, stub-2 of 2 days and 4 decides false"},
			{"kim 8 only stub-1", "stub-1, stub-2 of 2 days and 5 decides false"},
			{"kim 9", "stub-1, stub-2 of 2 days and 6 decides false"},
			{"kim 10", "stub-1, stub-2 of 2 days and 7 decides false"},
			{"kim 11", "stub-1, stub-2 of 2 days and 8 decides true"},
		}},
		{"the older one decides for ever where they don't agree", []string{enrolment}, 1, slices.Repeat([]step{
			{"kim 3 only stub-1", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"kim 4 only stub-1", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
		}, 12)},
		{"at once to one that is settled", []string{enrolment}, 1, []step{
			{"settled", "stub-1"},
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"kim 4", "stub-1, stub-2 of 1 days and 2 decides false"},
			{"day", ""},
			{"kim 5", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 6", "stub-2"},
		}},
		{"a rollback to a version without the newer algorithm, and on again", []string{enrolment}, 1, []step{
			{"kim 3", "stub-1, stub-2 of 1 days and 1 decides false"},
			{"day", ""},
			{"kim 4", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"before", "stub-1"},
			{"kim 5", "stub-1"},
			{"fresh", "stub-1, stub-2 of 2 days and 2 decides false"},
			{"kim 6", "stub-1, stub-2 of 2 days and 3 decides false"},
			{"kim 7", "stub-1, stub-2 of 2 days and 4 decides true"},
			{"before", "stub-1"},
			{"kim 8", "stub-1"},
			{"kim 9 only stub-1", "stub-1"},
			{"fresh", "stub-1, stub-2 of 2 days and 4 decides true"},
			{"kim 10", "stub-1, stub-2 of 2 days and 4 decides true"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t)
			h.engine = before
			var files [][]byte
			for _, f := range tt.files {
				files = append(files, []byte(f))
			}
			must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent(files...)}))
			for range tt.days - 1 {
				h.tomorrow(t)
				must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 9")), Add: true}))
			}
			h.engine = fresh
			for _, step := range tt.steps {
				switch step.do {
				case "before":
					h.engine = before
				case "fresh":
					h.engine = fresh
				case "settled":
					h.engine = settled
				case "without":
					h.engine = without
				case "day":
					h.tomorrow(t)
					continue
				default:
					if ok := h.check(t, step.do); ok != (step.want != "refused") {
						t.Fatalf("%s: accepted %v, want %s", step.do, ok, step.want)
					}
				}
				if got := h.stored(t).says(); step.want != "refused" && got != step.want {
					t.Fatalf("after %s: %s, want %s", step.do, got, step.want)
				}
			}
		})
	}
}

func TestAnEnrolmentIsOfANewAlgorithmAndOfOneThatEveryVersionHas(t *testing.T) {
	h := newFixture(t)
	h.engine = fresh
	h.enrolled(t)
	if got, want := h.stored(t).says(), "stub-1, stub-2 of 1 days and 1 decides true"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n := h.stored(t).Newer; !n.Begun.Equal(noon) || len(n.Added) != 1 || !n.Added[0].Equal(noon) {
		t.Errorf("the newer one's day began %v, its last recording is of %v", n.Begun, n.Added)
	}
	h.engine = before
	if !h.check(t, same) {
		t.Error("refused after a rollback")
	}
	h.engine = fresh
	if !h.check(t, "kim 3 only stub-2") {
		t.Error("refused when the new version is back")
	}
	h.tomorrow(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 4")), Add: true}))
	if got, want := h.stored(t).says(), "stub-1, stub-2 of 2 days and 2 decides true"; got != want || h.kim(t).Template.Days != 2 {
		t.Errorf("with another day: %s, want %s", got, want)
	}
	if _, err := h.removal(t).DeleteSince(t.Context(), kimsToken, h.now); err != nil {
		t.Fatal(err)
	}
	if got, want := h.stored(t).says(), "stub-1, stub-2 of 1 days and 1 decides true"; got != want {
		t.Errorf("without it: %s, want %s", got, want)
	}
}

// legacy rewrites the row as a version of the service without supplements would,
// which takes them for digests.
func legacy(t *testing.T, h *fixture, change func(m store.Member, c *content, pointer *store.Template)) {
	t.Helper()
	m := h.kim(t)
	ring := testKeys(t)
	object, err := h.objects.Get(t.Context(), m.Template.Key)
	must(t, err)
	b, seed, _, err := ring.Open(m.Template.Key, object)
	must(t, err)
	r := parts{rest: b}
	c := &content{template: r.part(), enrolled: r.list(), checked: r.list()}
	base, err := before.Open(c.template, seed)
	must(t, err)
	pointer := *m.Template
	pointer.Version, err = newVersion(h.now, h.rand)
	must(t, err)
	pointer.Key, pointer.Made = store.TemplateKey(m.PK, pointer.Version), h.now
	change(m, c, &pointer)
	sealed, err := ring.Seal(pointer.Key, h.rand, func(seed [32]byte) (_ []byte, err error) {
		c.template, err = base.Marshal(seed)
		return c.marshal(), err
	})
	must(t, err)
	must(t, h.objects.Put(t.Context(), pointer.Key, sealed))
	must(t, h.store.SetTemplate(t.Context(), m, pointer, nil))
}

// handedOver is the number of checks after which a migrating fixture's newer
// template decides.
const handedOver = 4

// migrating returns a fixture whose member was enrolled before the newer
// algorithm and has been checked a number of times since, once on the first day.
func migrating(t *testing.T, checks int) *fixture {
	t.Helper()
	h := newFixture(t)
	h.engine = before
	h.enrolled(t)
	h.engine = fresh
	for i := range checks {
		if i == 1 {
			h.tomorrow(t)
		}
		if !h.check(t, fmt.Sprint("kim ", 10+i)) {
			t.Fatal("refused")
		}
	}
	return h
}

func TestAVersionWithoutSupplementsKeepsThem(t *testing.T) {
	h := migrating(t, handedOver)
	legacy(t, h, func(m store.Member, c *content, _ *store.Template) {
		if len(c.enrolled) != 2 || !isSupplement(c.enrolled[1]) {
			t.Fatalf("%d entries", len(c.enrolled))
		}
		id := protect.KeyID(c.enrolled[1])
		if id != testKeys(t).IDs()[0] {
			t.Errorf("it counts the entry to another key, %x", id)
		}
		c.remember([]byte("a check"))
	})
	if got, want := h.stored(t).says(), "stub-1, stub-2 of 2 days and 4 decides true"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestAVersionThatDidNotKnowWhetherTheyAgreedLeavesTheRow: supplements without the field.
func TestAVersionThatDidNotKnowWhetherTheyAgreedLeavesTheRow(t *testing.T) {
	for checks, agreed := range map[int]bool{1: false, 2: true} {
		h := migrating(t, checks)
		legacy(t, h, func(_ store.Member, c *content, _ *store.Template) {
			last := len(c.enrolled) - 1
			c.enrolled[last] = bytes.ReplaceAll(c.enrolled[last], fmt.Appendf(nil, `"agreed":%v,`, agreed), nil)
		})
		if n := h.stored(t).Newer; n == nil || n.Agreed != agreed || n.Checks != checks-1 {
			t.Errorf("after %d checks: %+v", checks, n)
		}
	}
}

// TestAVersionWithoutDaysKeepsWhatItWritesAnew: it names no day in the pointer, and the
// weight of the template tells whether it is the same.
func TestAVersionWithoutDaysKeepsWhatItWritesAnew(t *testing.T) {
	h := migrating(t, handedOver)
	supplement := h.raw(t).supplement
	rewrite := func(_ store.Member, c *content, pointer *store.Template) {
		pointer.LastDay, pointer.Days = time.Time{}, 0
		c.enrolled = append(slices.DeleteFunc(c.enrolled, isSupplement), supplement)
	}
	h.now = h.now.Add(time.Hour)
	legacy(t, h, rewrite)
	if got, want := h.stored(t).says(), "stub-1, stub-2 of 2 days and 4 decides true"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	h.engine = before
	h.logIn(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 70"), []byte("kim 71"))}))
	h.now = h.now.Add(time.Hour)
	legacy(t, h, rewrite)
	h.engine = fresh
	if ref := h.stored(t); ref.says() != "stub-1" || !ref.lapsed {
		t.Errorf("enrolled again: %s, lapsed %v", ref.says(), ref.lapsed)
	}
}

func TestWhichTemplateASupplementBelongsTo(t *testing.T) {
	s := supplement{Base: noon.UnixNano(), Weight: 2}
	for _, tt := range []struct {
		name    string
		pointer store.Template
		base    Template
		want    bool
	}{
		{"of its day", store.Template{LastDay: noon, Made: noon.Add(time.Hour)}, of("stub-1", 9), true},
		{"of its day, which can't be opened", store.Template{LastDay: noon}, nil, true},
		{"of another day, and its weight", store.Template{LastDay: noon.Add(time.Hour)}, of("stub-1", 2), false},
		{"made when its day was", store.Template{Made: noon}, of("stub-1", 9), true},
		{"of no day, and its weight", store.Template{Made: noon.Add(time.Hour)}, of("stub-1", 2), true},
		{"of no day, and another weight", store.Template{Made: noon.Add(time.Hour)}, of("stub-1", 3), false},
		{"of no day, which can't be opened", store.Template{Made: noon.Add(time.Hour)}, nil, false},
	} {
		if got := s.belongs(tt.pointer, tt.base); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestASupplementLapsesWhenTheTemplateBesideItIsAnother(t *testing.T) {
	h := migrating(t, handedOver)
	legacy(t, h, func(m store.Member, c *content, pointer *store.Template) {
		pointer.LastDay = h.now // enrolled again, or a day added
	})
	ref := h.stored(t)
	if ref.says() != "stub-1" || !ref.lapsed {
		t.Errorf("%s, lapsed %v", ref.says(), ref.lapsed)
	}
	sealed, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t))
	if err != nil || !sealed || h.stored(t).lapsed {
		t.Errorf("sealed anew %v, %v, lapsed %v", sealed, err, h.stored(t).lapsed)
	}
	if again, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t)); again || err != nil {
		t.Errorf("a second time: %v, %v", again, err)
	}
}

// holds reports whether an object has a supplement.
func (h *fixture) holds(t *testing.T, key string) bool {
	t.Helper()
	object, err := h.objects.Get(t.Context(), key)
	must(t, err)
	return remembersTemplate(testKeys(t), key, object)
}

func TestADeletionLeavesNoNewerTemplate(t *testing.T) {
	h := migrating(t, handedOver)
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
	m := h.kim(t)
	if m.MemoryKey == "" || h.holds(t, m.MemoryKey) {
		t.Errorf("a newer template in %q", m.MemoryKey)
	}
}

func TestWhatADeletionByAVersionWithoutSupplementsLeavesIsSweptUp(t *testing.T) {
	h := migrating(t, handedOver)
	m := h.kim(t)
	object, err := h.objects.Get(t.Context(), m.Template.Key)
	must(t, err)
	b, _, _, err := testKeys(t).Open(m.Template.Key, object)
	must(t, err)
	r := parts{rest: b}
	c := content{}
	r.part()
	c.enrolled, c.checked = r.list(), r.list()
	memory := store.MemoryKey(m.PK, m.Template.Version)
	_, err = registry{h.objects, testKeys(t), h.rand}.write(t.Context(), memory, c)
	must(t, err)
	must(t, h.store.ClearTemplate(t.Context(), m, h.now, memory, nil))
	if !h.holds(t, memory) {
		t.Fatal("the older version dropped the supplement")
	}
	sealed, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t))
	if err != nil || !sealed || h.holds(t, h.kim(t).MemoryKey) {
		t.Errorf("sealed anew %v, %v, and it is still there: %v", sealed, err, h.holds(t, h.kim(t).MemoryKey))
	}
}

func TestASupplementMatchesNoRecordingAndIsNoDigest(t *testing.T) {
	h := migrating(t, handedOver)
	entry := h.raw(t).supplement
	if slices.ContainsFunc(h.stored(t).content.digests(), func(d []byte) bool { return bytes.Equal(d, entry) }) {
		t.Error("it is among the digests")
	}
	uses := map[protect.KeyID]Use{}
	must(t, h.Uses(t.Context(), h.kim(t), uses))
	// Sealed: the object, the newer template in it, and the digest in the row.
	if want := (Use{Sealed: 3, Digests: 1 + handedOver}); len(uses) != 1 || uses[testKeys(t).IDs()[0]] != want {
		t.Errorf("uses %v, want %v", uses, want)
	}
}

// raw returns the content of kim's object as it is stored.
func (h *fixture) raw(t *testing.T) *content {
	t.Helper()
	key := h.kim(t).Template.Key
	object, err := h.objects.Get(t.Context(), key)
	must(t, err)
	c, err := contentOf(testKeys(t), key, object)
	must(t, err)
	return c
}

func TestANewKeySealsBothTemplates(t *testing.T) {
	h := migrating(t, handedOver)
	ring, err := protect.NewRing("another secret of the tests, and of nobody", testSecret)
	must(t, err)
	h.Service.keys = ring
	if ref := h.stored(t); !ref.stale {
		t.Error("not known to be stale")
	}
	sealed, err := h.Reseal(t.Context(), NewDeletion(h.store, h.owners(), h.objects, ring, h.Service.now, h.rand), h.kim(t))
	if err != nil || !sealed {
		t.Fatal(sealed, err)
	}
	ref := h.stored(t)
	if ref.stale || !ref.handedOver() {
		t.Errorf("stale %v, %s", ref.stale, ref.says())
	}
	alone, err := protect.NewRing("another secret of the tests, and of nobody")
	must(t, err)
	h.Service.keys = alone
	if got := h.stored(t).says(); got != ref.says() {
		t.Errorf("without the old key: %s", got)
	}
}

func TestAFailedWriteOfAMigrationRefusesNobody(t *testing.T) {
	for _, call := range []string{"Put models", "SetTemplate", "TouchSession"} {
		h := migrating(t, 0)
		h.calls.before = func(made string) error {
			if made == call {
				return store.ErrUnavailable
			}
			return nil
		}
		if !h.check(t, same) || !h.check(t, third) {
			t.Errorf("refused while %s fails", call)
		}
		h.calls.reset()
		for i := range handedOver {
			h.tomorrow(t)
			if !h.check(t, fmt.Sprint("kim ", 4+i)) {
				t.Error("refused afterwards")
			}
		}
		if !h.stored(t).handedOver() {
			t.Errorf("later: %s", h.stored(t).says())
		}
	}
}

// TestMigrationsLoseAgainstWhatMembersDo makes checks, enrolments, added days and
// a deletion at once: the state is that of the last of them, and no check is
// refused because of the others.
func TestMigrationsLoseAgainstWhatMembersDo(t *testing.T) {
	for name, act := range map[string]func(ctx context.Context, h *fixture) error{
		"enrol again": func(ctx context.Context, h *fixture) error {
			return h.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 50"))})
		},
		"add a day": func(ctx context.Context, h *fixture) error {
			return h.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 51")), Add: true})
		},
		"delete": func(ctx context.Context, h *fixture) error {
			m, err := h.store.Member(ctx, "kim")
			if err != nil {
				return err
			}
			return NewDeletion(h.store, h.owners(), h.objects, h.Service.keys, h.Service.now, h.rand).DeleteOf(ctx, m)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := migrating(t, 1)
			h.tomorrow(t)
			var wg sync.WaitGroup
			for i := range 4 {
				wg.Go(func() {
					ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(fmt.Sprint("kim ", 20+i)))})
					if gone := name == "delete" && fault.Is(err, fault.NoModel); !ok && !gone {
						t.Errorf("a check: %v, %v", ok, err)
					}
				})
			}
			wg.Go(func() {
				if err := act(t.Context(), h); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			if name == "delete" {
				if m := h.kim(t); m.Template != nil || h.holds(t, m.MemoryKey) {
					t.Errorf("left: %+v", m.Template)
				}
				return
			}
			if !h.check(t, "kim 60") {
				t.Error("refused afterwards")
			}
			if ref := h.stored(t); ref.lapsed || name == "add a day" && ref.Base.Days() != 2 || name == "enrol again" && ref.Base.Weight() != 1 {
				t.Errorf("afterwards %s, lapsed %v", ref.says(), ref.lapsed)
			}
		})
	}
}

func TestATemplateWhoseAlgorithmIsGoneAndThatHasNoOtherIsObsolete(t *testing.T) {
	h := migrating(t, 1)
	h.engine = without
	if _, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); !fault.Is(err, fault.ModelObsolete) {
		t.Errorf("error %v", err)
	}
}

func FuzzSupplement(f *testing.F) {
	ring := testKeys(f)
	s := &Service{engine: fresh}
	newer := &Newer{Template: &stubTemplate{"stub-2", [][]string{{"kim"}}}, Added: []time.Time{noon}, Begun: noon, Checks: 2, Agreed: true, Decides: true}
	entry, err := supplementOf(ring, zeros{}, Templates{Base: of("stub-1", 1), Added: []time.Time{noon, noon}, Newer: newer}, noon)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(entry)
	f.Add(entry[:len(entry)-3])
	f.Add(append(entry[:20:20], "null"...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !isSupplement(b) {
			return
		}
		opened := s.openSupplement(ring, b, store.Template{LastDay: noon}, nil)
		if opened.newer != nil && (opened.kept || len(opened.newer.Added) != opened.newer.Days()) {
			t.Errorf("%+v", opened)
		}
	})
}

// zeros is a source of zeros in place of random numbers.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
