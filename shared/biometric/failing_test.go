package biometric

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// failing is the fixture's service on ports whose calls a hook may fail: the stores,
// the keys, random numbers, the signer of addresses and the engine.
type failing struct {
	*Service
	tokens   *member.Tokens
	deletion *Deletion
	uploads  *Uploads
	has      *References
}

func (h *fixture) failing(ctx context.Context, hook storetest.Hook) *failing {
	members := &storetest.Hooked{Store: h.store, Hook: hook}
	objects := &storetest.HookedObjects{Objects: h.objects, Hook: hook}
	call := func(name string, do func() error) error { return hook(ctx, name, do) }
	keys, random, now := hookedKeys{h.Service.keys, call}, hookedRandom{call}, func() time.Time { return h.now }
	tokens := member.NewTokens(members, member.DefaultTokenLimits, now, random)
	return &failing{
		Service:  NewService(tokens, members, objects, keys, hookedEngine{h.engine, call}, h.settings, now, random),
		tokens:   tokens,
		deletion: NewDeletion(members, tokens, objects, keys, now, random),
		uploads:  NewUploads(tokens, members, hookedSigner{call}, now, random),
		has:      NewReferences(members, tokens),
	}
}

// caller makes a call of a port, or fails in its place.
type caller func(name string, do func() error) error

type hookedKeys struct {
	Keys
	call caller
}

func (k hookedKeys) Ring(ctx context.Context) (r protect.Ring, err error) {
	err = k.call("Ring", func() error { r, err = k.Keys.Ring(ctx); return err })
	return r, err
}

type hookedRandom struct{ call caller }

func (r hookedRandom) Read(b []byte) (n int, err error) {
	err = r.call("random", func() error { n, err = rand.Read(b); return err })
	return n, err
}

type hookedSigner struct{ call caller }

func (s hookedSigner) PresignPut(ctx context.Context, key string, size int64, lifetime time.Duration) (put store.SignedPut, err error) {
	err = s.call("PresignPut", func() error { put, err = anywhere{}.PresignPut(ctx, key, size, lifetime); return err })
	return put, err
}

// hookedEngine has recordings, readings and templates whose work may fail, too.
type hookedEngine struct {
	Engine
	call caller
}

func (e hookedEngine) Group(ctx context.Context, files [][]byte) (all []Recording) {
	for _, r := range e.Engine.Group(ctx, files) {
		all = append(all, hookedRecording{r, e.call})
	}
	return all
}

func (e hookedEngine) Enrol(algorithm string, n Need, readings []Reading) (t Template, err error) {
	err = e.call("Enrol", func() error { t, err = e.Engine.Enrol(algorithm, n, bare(readings)); return err })
	return hookedTemplate{t, e.call}, err
}

func (e hookedEngine) Open(b []byte, seed [32]byte) (t Template, err error) {
	err = e.call("Open", func() error { t, err = e.Engine.Open(b, seed); return err })
	return hookedTemplate{t, e.call}, err
}

func (e hookedEngine) Replayed(probe Reading, key [32]byte, earlier [][]byte) bool {
	return e.Engine.Replayed(probe.(hookedReading).Reading, key, earlier)
}

// bare are readings as the engine made them.
func bare(readings []Reading) (all []Reading) {
	for _, r := range readings {
		all = append(all, r.(hookedReading).Reading)
	}
	return all
}

type hookedRecording struct {
	Recording
	call caller
}

func (r hookedRecording) Read(h Hints) (read Reading, err error) {
	err = r.call("Read", func() error { read, err = r.Recording.Read(h); return err })
	return hookedReading{read, r.call}, err
}

type hookedReading struct {
	Reading
	call caller
}

func (r hookedReading) Digest(key [32]byte) (d []byte, err error) {
	err = r.call("Digest", func() error { d, err = r.Reading.Digest(key); return err })
	return d, err
}

type hookedTemplate struct {
	Template
	call caller
}

func (t hookedTemplate) AddDay(n Need, readings []Reading) (more Template, left int, err error) {
	err = t.call("AddDay", func() error { more, left, err = t.Template.AddDay(n, bare(readings)); return err })
	return hookedTemplate{more, t.call}, left, err
}

func (t hookedTemplate) First(days int) Template {
	return hookedTemplate{t.Template.First(days), t.call}
}

func (t hookedTemplate) Verify(probe Reading, at FMR) (ok bool, err error) {
	err = t.call("Verify", func() error { ok, err = t.Template.Verify(probe.(hookedReading).Reading, at); return err })
	return ok, err
}

func (t hookedTemplate) Adapt(probe Reading, at FMR) (more Template, ok bool, err error) {
	more, ok, err = t.Template.Adapt(probe.(hookedReading).Reading, at)
	return hookedTemplate{more, t.call}, ok, err
}

func (t hookedTemplate) Marshal(seed [32]byte) (b []byte, err error) {
	err = t.call("Marshal", func() error { b, err = t.Template.Marshal(seed); return err })
	return b, err
}

// States that a member may be in before a task.
var (
	used = func(t *testing.T, h *fixture) { // with digests in the object and in the row
		h.enrolled(t)
		for _, recording := range []string{"kim 8", "kim 9"} {
			if ok, f := h.try(t, recording); !ok || f != nil {
				t.Fatal(ok, f)
			}
		}
	}
	removed = func(t *testing.T, h *fixture) {
		used(t, h)
		must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
		h.logIn(t)
	}
	rotated = func(t *testing.T, h *fixture) { h.Service.keys = twoKeys(t) }
	pending = func(t *testing.T, h *fixture) { // an address handed out, and nothing there
		_, err := h.uploads().Upload(t.Context(), kimsToken, 5)
		must(t, err)
	}
)

// twoKeys are the tests' key behind a newer one.
func twoKeys(t testing.TB) protect.Ring {
	t.Helper()
	ring, err := protect.NewRing(newSecret, testSecret)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

const newSecret = "the key that came after that of the tests"

// uploadedFile is kim's file that lies in the bucket.
func (h *fixture) uploadedFile(t *testing.T, content string) (id string) {
	t.Helper()
	up, err := h.uploads().Upload(t.Context(), kimsToken, int64(len(content)))
	must(t, err)
	must(t, h.objects.Put(t.Context(), up.URL, []byte(content)))
	return up.ID
}

// intact reports what is broken of kim's row and objects: whatever fails, the row
// names what is there and can be opened.
func (h *fixture) intact() error {
	ctx := context.Background()
	m, err := h.store.Member(ctx, "kim")
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil || m.ObjectKey() == "" {
		return err
	}
	if err := h.Examine(ctx, m); err != nil {
		return fmt.Errorf("the row of %s is broken: %w", m.Username, err)
	}
	return nil
}

func TestNothingSucceedsWhenACallFails(t *testing.T) {
	done := func(err error, code fault.Code) error { // the answer that is due when nothing fails
		if fault.Is(err, code) {
			return nil
		}
		return err
	}
	check := func(recording string) func(context.Context, *fixture, *failing) error {
		return func(ctx context.Context, _ *fixture, f *failing) error {
			_, err := f.Verify(ctx, kimsToken, Check{Submission: sent([]byte(recording))})
			return err
		}
	}
	// What is noted of an accepted check is repeated with the next.
	noted := []string{"TouchSession", "RecordAcceptance", "Note"}
	for _, test := range []struct {
		name      string
		states    []func(*testing.T, *fixture)
		task      func(ctx context.Context, h *fixture, f *failing) error
		tolerated []string
	}{
		{"enrol", nil, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
		}, []string{"TouchSession"}}, // the token stays valid as long as it was
		{"enrol again", []func(*testing.T, *fixture){used}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment + " again"))})
		}, []string{"TouchSession"}},
		{"enrol after a removal", []func(*testing.T, *fixture){removed}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5"))})
		}, []string{"TouchSession", "EraseThrough"}}, // clean-up erases what has lost its pointer
		{"add a day", []func(*testing.T, *fixture){used, func(t *testing.T, h *fixture) { h.tomorrow(t) }}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5")), Add: true})
		}, []string{"TouchSession"}},
		{"check", []func(*testing.T, *fixture){used}, check(same), nil},
		{"check a day later", []func(*testing.T, *fixture){used, func(t *testing.T, h *fixture) { h.tomorrow(t) }}, check(same), noted},
		{"check of a stranger", []func(*testing.T, *fixture){used}, check("lee 1"), nil},
		{"check that archives and seals anew", []func(*testing.T, *fixture){used, rotated}, check(same),
			[]string{"NoteLeftover", "Put", "SetTemplate", "TouchSession", "random", "Marshal", "Ring"}},
		{"check as a proof", []func(*testing.T, *fixture){used}, func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.Verify(ctx, kimsToken, Check{Submission: sent([]byte(same)), Prove: true})
			return err
		}, nil},
		{"ask whether there is a template", nil, func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.has.Has(ctx, kimsToken)
			return err
		}, nil},
		{"be given an address for a file", []func(*testing.T, *fixture){pending}, func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.uploads.Upload(ctx, kimsToken, 1000)
			return err
		}, nil},
		{"delete the template", []func(*testing.T, *fixture){used, pending}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.deletion.DeleteTemplate(ctx, kimsToken)
		}, nil},
		{"delete what is deleted", []func(*testing.T, *fixture){removed}, func(ctx context.Context, h *fixture, f *failing) error {
			return done(f.deletion.DeleteTemplate(ctx, kimsToken), fault.NoModel)
		}, nil},
		{"delete the template for another", []func(*testing.T, *fixture){used, pending}, func(ctx context.Context, h *fixture, f *failing) error {
			m, err := h.store.Member(ctx, "kim")
			return errors.Join(err, f.deletion.DeleteOf(ctx, m))
		}, nil},
		{"forget", []func(*testing.T, *fixture){used, pending}, func(ctx context.Context, h *fixture, f *failing) error {
			m, err := h.store.Member(ctx, "kim")
			return errors.Join(err, f.deletion.Forget(ctx, m))
		}, nil},
		{"reseal a template", []func(*testing.T, *fixture){used, rotated}, reseal, nil},
		{"reseal what a removal left", []func(*testing.T, *fixture){removed, rotated}, reseal, nil},
		{"examine a template", []func(*testing.T, *fixture){used}, examine, nil},
		{"examine what a removal left", []func(*testing.T, *fixture){removed}, examine, nil},
		{"count the uses of keys", []func(*testing.T, *fixture){used}, func(ctx context.Context, h *fixture, f *failing) error {
			m, err := h.store.Member(ctx, "kim")
			return errors.Join(err, f.Uses(ctx, m, make(map[protect.KeyID]Use)))
		}, nil},
		{"unlock", []func(*testing.T, *fixture){used, func(t *testing.T, h *fixture) { h.try(t, "lee 1") }}, func(ctx context.Context, h *fixture, f *failing) error {
			m, err := h.store.Member(ctx, "kim")
			return errors.Join(err, f.Unlock(ctx, m))
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				h := newFixture(t)
				for _, state := range test.states {
					state(t, h)
				}
				f := h.failing(t.Context(), hook)
				return func(ctx context.Context) error {
					err := test.task(ctx, h, f)
					if broken := h.intact(); broken != nil {
						t.Error(broken)
					}
					return err
				}
			}, test.tolerated...)
		})
	}
}

func reseal(ctx context.Context, h *fixture, f *failing) error {
	m, err := h.store.Member(ctx, "kim")
	if err != nil {
		return err
	}
	if again, err := f.Reseal(ctx, f.deletion, m); !again || err != nil {
		return errors.Join(err, errors.New("nothing was sealed"))
	}
	return nil
}

func examine(ctx context.Context, h *fixture, f *failing) error {
	m, err := h.store.Member(ctx, "kim")
	return errors.Join(err, f.Examine(ctx, m))
}

// What an upload is read from and used up by is called within other tasks.
func TestNothingSucceedsWhenACallForAnUploadFails(t *testing.T) {
	for name, task := range map[string]func(ctx context.Context, f *failing, id string) error{
		"enrol": func(ctx context.Context, f *failing, id string) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: Submission{Uploads: []string{id}}})
		},
		"check": func(ctx context.Context, f *failing, id string) error {
			_, err := f.Verify(ctx, kimsToken, Check{Submission: Submission{Uploads: []string{id}}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				h := newFixture(t).enrolled(t)
				id, f := h.uploadedFile(t, same), h.failing(t.Context(), hook)
				return func(ctx context.Context) error {
					err := task(ctx, f, id)
					if errors.Is(err, fault.New(fault.UploadMissing)) {
						t.Errorf("an upload that can't be read is called missing: %v", err)
					}
					return err
				}
			}, "TouchSession", "EraseThrough", "SetUploads", "Member") // used uploads go in a day at the latest
		})
	}
}

func TestARepetitionThatCannotBeRememberedIsNotAccepted(t *testing.T) {
	storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
		h := strict(t)
		c := request(same)
		if got := h.send(t, c); got != "true" {
			t.Fatal(got)
		}
		f := h.failing(t.Context(), hook)
		return func(ctx context.Context) error {
			v, err := f.Verify(ctx, kimsToken, c)
			if err == nil && !v.Accepted {
				t.Error("the repetition has another verdict")
			}
			return err
		}
	})
}

func TestKeysAreCountedWhereverSomethingNeedsThem(t *testing.T) {
	h := newFixture(t)
	old, current := testKeys(t).IDs()[0], twoKeys(t).IDs()[0]
	uses := func() map[protect.KeyID]Use {
		got := make(map[protect.KeyID]Use)
		must(t, h.Uses(t.Context(), h.kim(t), got))
		return got
	}
	want := func(when string, want map[protect.KeyID]Use) {
		t.Helper()
		if got := uses(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	reseal := func(when string, wants bool) {
		t.Helper()
		if did, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t)); did != wants || err != nil {
			t.Errorf("%s: sealed anew %v, want %v; %v", when, did, wants, err)
		}
	}
	want("nothing is kept", map[protect.KeyID]Use{})
	reseal("nothing is kept", false)
	used(t, h)
	want("an enrolment and two checks", map[protect.KeyID]Use{old: {Sealed: 3, Digests: 3}})
	reseal("under the only key", false)

	h.Service.keys = twoKeys(t)
	h.now = h.now.Add(repeatWithin + time.Second)
	before, object := *h.kim(t).Template, h.kim(t).Template.Key
	reseal("after a rotation", true)
	want("sealed anew", map[protect.KeyID]Use{current: {Sealed: 1}, old: {Digests: 3}})
	after := *h.kim(t).Template
	if after.Version == before.Version || after.Key == before.Key || slices.Contains(h.keys(t), object) {
		t.Errorf("the object is where it was: %+v", after)
	}
	after.Version, after.Key = before.Version, before.Key
	if after != before || len(h.kim(t).Digests) != 0 {
		t.Errorf("the template is %+v, was %+v; %d digests in the row", after, before, len(h.kim(t).Digests))
	}
	reseal("again", false)
	must(t, h.intact())
}

func TestTheLastCheckStaysBesideTheMemberWhileItMayBeSentAgain(t *testing.T) {
	for later, left := range map[time.Duration]int{repeatWithin: 1, repeatWithin + time.Nanosecond: 0} {
		h := newFixture(t)
		used(t, h)
		h.Service.keys = twoKeys(t)
		h.now = h.now.Add(later)
		if did, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t)); !did || err != nil {
			t.Fatal(did, err)
		}
		if n := len(h.kim(t).Digests); n != left {
			t.Errorf("%v after the check %d digests are in the row, want %d", later, n, left)
		}
	}
}

func TestWhatARemovalLeftIsSealedAnew(t *testing.T) {
	h := newFixture(t)
	removed(t, h)
	h.Service.keys = twoKeys(t)
	before := h.kim(t)
	d := NewDeletion(h.calls, h.owners(), h.calls, twoKeys(t), func() time.Time { return h.now }, rand.Reader)
	if did, err := h.Reseal(t.Context(), d, before); !did || err != nil {
		t.Fatal(did, err)
	}
	after := h.kim(t)
	if after.MemoryKey == before.MemoryKey || slices.Contains(h.keys(t), before.MemoryKey) || !after.Removed.After(before.Removed) {
		t.Errorf("memory at %s, was at %s", after.MemoryKey, before.MemoryKey)
	}
	object, err := h.objects.Get(t.Context(), after.MemoryKey)
	must(t, err)
	if id, _ := protect.KeyOf(object); id != twoKeys(t).IDs()[0] {
		t.Error("it is sealed with the old key")
	}
	c, err := contentOf(twoKeys(t), after.MemoryKey, object)
	if err != nil || len(c.enrolled) != 1 || len(c.checked) != 2 {
		t.Errorf("%d and %d recordings are remembered, %v", len(c.enrolled), len(c.checked), err)
	}
	if did, err := h.Reseal(t.Context(), d, after); did || err != nil {
		t.Errorf("again: %v, %v", did, err)
	}
	if _, err := h.Reseal(t.Context(), d, withMemory(after, before.MemoryKey)); err == nil {
		t.Error("memory that moved is sealed anew from where it was")
	}
}

func withMemory(m store.Member, key string) store.Member {
	m.MemoryKey = key
	return m
}

func TestAResealThatLosesItsRaceLeavesNothing(t *testing.T) {
	h := newFixture(t)
	used(t, h)
	h.Service.keys = twoKeys(t)
	before := h.kim(t)
	h.during("SetTemplate", func() { h.enrolled(t) })
	did, err := h.Reseal(t.Context(), h.deletion(t), before)
	if did || !errors.Is(err, store.ErrConflict) {
		t.Errorf("%v, %v", did, err)
	}
	now := h.kim(t).Template.Key
	for _, key := range h.keys(t) {
		if strings.HasPrefix(key, store.TemplatesOf(7)) && key != now && key != before.Template.Key {
			t.Errorf("%s is left", key)
		}
	}
}

func TestExamineTellsWhatIsBroken(t *testing.T) {
	other, err := protect.NewRing(strings.Repeat("another's", 8))
	must(t, err)
	for name, state := range map[string]func(*testing.T, *fixture){"a template": used, "what a removal left": removed} {
		for what, break_ := range map[string]struct {
			do   func(h *fixture, key string, object []byte) error
			want func(error) bool
		}{
			"nothing": {func(*fixture, string, []byte) error { return nil }, func(err error) bool { return err == nil }},
			"missing": {func(h *fixture, key string, _ []byte) error { return h.objects.Delete(t.Context(), key) },
				func(err error) bool { return errors.Is(err, store.ErrNotFound) }},
			"one bit": {func(h *fixture, key string, object []byte) error {
				object = bytes.Clone(object)
				object[len(object)-3] ^= 4
				return h.objects.Replace(t.Context(), key, object)
			}, func(err error) bool { return codeOf(err) == fault.ModelDamaged }},
			"no content inside": {func(h *fixture, key string, _ []byte) error {
				return h.objects.Replace(t.Context(), key, sealed(t, testKeys(t), key, []byte{0xff}))
			}, func(err error) bool { return codeOf(err) == fault.ModelDamaged }},
			"sealed with another's key": {func(h *fixture, key string, object []byte) error {
				b, _, _, err := testKeys(t).Open(key, object)
				return errors.Join(err, h.objects.Replace(t.Context(), key, sealed(t, other, key, b)))
			}, func(err error) bool { return codeOf(err) == fault.Unavailable }},
		} {
			h := newFixture(t)
			state(t, h)
			key := h.kim(t).ObjectKey()
			object, err := h.objects.Get(t.Context(), key)
			must(t, err)
			must(t, break_.do(h, key, object))
			if err := h.Examine(t.Context(), h.kim(t)); !break_.want(err) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	if err := newFixture(t).Examine(t.Context(), store.Member{Username: "kim", PK: 7}); err != nil {
		t.Errorf("of a member without objects: %v", err)
	}
}

func TestWaitsAndUnlocking(t *testing.T) {
	last := checkLimit.Most - 1
	for _, tt := range []struct {
		failures int
		after    time.Duration
		wait     time.Duration
		disabled bool
		unlocked int // failures that stay
	}{
		{0, 0, 0, false, 0},
		{1, 0, 0, false, 0},
		{checkLimit.Free - 1, 0, 0, false, 0},
		{checkLimit.Free, 0, checkLimit.First, false, 0},
		{checkLimit.Free, checkLimit.First - 1, 1, false, 0},
		{checkLimit.Free, checkLimit.First, 0, false, 0},
		{checkLimit.Free, time.Hour, 0, false, 0},
		{last, 0, checkLimit.Longest, false, 0},
		{checkLimit.Most, 0, 0, true, checkLimit.Most},
	} {
		h := newFixture(t).enrolled(t)
		now := *h.kim(t).Template
		now.Failures, now.FailedAt = tt.failures, h.now
		must(t, h.store.SetTemplate(t.Context(), h.kim(t), now, nil))
		if wait, disabled := Waits(h.kim(t), h.now.Add(tt.after)); wait != tt.wait || disabled != tt.disabled {
			t.Errorf("%d failures, %v ago: waits %v, disabled %v", tt.failures, tt.after, wait, disabled)
		}
		used := h.kim(t).Template.Used
		must(t, h.Unlock(t.Context(), h.kim(t)))
		if m := h.kim(t).Template; m.Failures != tt.unlocked || !m.Used.Equal(used) {
			t.Errorf("%d failures: %d after unlocking, used %v", tt.failures, m.Failures, m.Used)
		}
	}
	if wait, disabled := Waits(store.Member{}, noon); wait != 0 || disabled {
		t.Errorf("without a template: %v, %v", wait, disabled)
	}
	h := newFixture(t)
	must(t, h.Unlock(t.Context(), h.kim(t)))
	h.enrolled(t)
	h.try(t, "lee 1")
	older := h.kim(t)
	h.enrolled(t) // another template by now
	must(t, h.Unlock(t.Context(), older))
}

func TestNeedsOfARecording(t *testing.T) {
	if want := (Need{Seconds: 10, CleanBeats: 6}); EnrolmentNeed != want {
		t.Errorf("an enrolment needs %+v, and the documents say %+v", EnrolmentNeed, want)
	}
	if want := (Need{Seconds: 8, CleanBeats: 4}); ProbeNeed != want {
		t.Errorf("a probe needs %+v, and the documents say %+v", ProbeNeed, want)
	}
}

func TestStrictnessAtItsBounds(t *testing.T) {
	s := Settings{FMR: 0.01}
	for asked, want := range map[FMR]FMR{0: 0.01, 0.01: 0.01, 1e-12: 1e-12, 0.005: 0.005} {
		if got, err := s.strictness(asked); got != want || err != nil {
			t.Errorf("asked for %g: %g, %v", asked, got, err)
		}
	}
	for _, asked := range []FMR{0.0100001, 1, -0.001} {
		if got, err := s.strictness(asked); got != 0 || codeOf(err) != fault.FieldInvalid {
			t.Errorf("asked for %g: %g, %v", asked, got, err)
		}
	}
}

func TestUploadsOfOneRequestAtTheirBounds(t *testing.T) {
	pending := func(sizes ...int64) (m store.Member, ids []string) {
		for i, size := range sizes {
			id := fmt.Sprintf("%032d", i)
			m.Uploads = append(m.Uploads, store.PendingUpload{ID: id, Size: size, Expires: noon})
			ids = append(ids, id)
		}
		return m, ids
	}
	for _, tt := range []struct {
		name  string
		sizes []int64
		now   time.Time
		want  fault.Code
	}{
		{"as many as may be", make([]int64, maxUploads), noon.Add(-1), ""},
		{"one more", make([]int64, maxUploads+1), noon.Add(-1), fault.TooManyFiles},
		{"as large as may be", []int64{MaxUploadSize - 1, 1}, noon.Add(-1), ""},
		{"a byte more", []int64{MaxUploadSize, 1}, noon.Add(-1), fault.BodyTooLarge},
		{"expired", []int64{1}, noon, fault.UploadMissing},
	} {
		m, ids := pending(tt.sizes...)
		err := awaited(m, ids, tt.now)
		if codeOf(err) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
		var f *fault.Error
		if errors.As(err, &f) && f.Code == fault.BodyTooLarge && fmt.Sprint(f.Params["limit_bytes"]) != fmt.Sprint(MaxUploadSize) {
			t.Errorf("%s: the limit is told as %v", tt.name, f.Params)
		}
	}
	m, ids := pending(1)
	m.Uploads = nil
	if err := awaited(m, ids, noon); codeOf(err) != fault.UploadMissing {
		t.Errorf("an upload that isn't awaited: %v", err)
	}
}

func TestVersionsFollowARemoval(t *testing.T) {
	for _, tt := range []struct{ removed, at, want time.Time }{
		{time.Time{}, noon, noon},
		{noon, noon.Add(-time.Hour), noon.Add(time.Millisecond)},
		{noon, noon, noon.Add(time.Millisecond)},
		{noon, noon.Add(time.Millisecond), noon.Add(time.Millisecond)},
		{noon, noon.Add(time.Second), noon.Add(time.Second)},
		{time.Time{}, time.Time{}.Add(-time.Hour), time.Time{}.Add(-time.Hour)},
	} {
		if got := following(tt.removed, tt.at); !got.Equal(tt.want) {
			t.Errorf("removed %v, made %v: %v", tt.removed, tt.at, got)
		}
	}
}

func TestARequestIsNamedByAllOfIt(t *testing.T) {
	key := digestKeys(testKeys(t), 7)[0]
	session := store.Session{ID: sha256.Sum256([]byte(kimsToken))}
	base := Check{Submission: Submission{Files: [][]byte{[]byte("a"), []byte("b")}}, FMR: 0.001}
	name := func(s store.Session, c Check) string {
		t.Helper()
		got, err := requestKey(key, s, c)
		must(t, err)
		return got
	}
	first := name(session, base)
	if len(first) != 32 || first != name(session, base) {
		t.Errorf("%q isn't 16 bytes that stay the same", first)
	}
	for what, c := range map[string]Check{
		"another file":  {Submission: Submission{Files: [][]byte{[]byte("a"), []byte("c")}}, FMR: 0.001},
		"other bounds":  {Submission: Submission{Files: [][]byte{[]byte("ab")}}, FMR: 0.001},
		"another rate":  {Submission: Submission{Files: base.Files}, FMR: 0.002},
		"another hint":  {Submission: Submission{Files: base.Files, Hints: Hints{Lead: "II"}}, FMR: 0.001},
		"an upload":     {Submission: Submission{Files: base.Files, Uploads: []string{"x"}}, FMR: 0.001},
		"another nonce": {Submission: base.Submission, FMR: 0.001, Nonce: "n"},
	} {
		if name(session, c) == first {
			t.Errorf("%s is the same request", what)
		}
	}
	if name(store.Session{}, base) == first {
		t.Error("another session sends the same request")
	}
}
