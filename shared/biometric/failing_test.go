package biometric

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// failing is the fixture's service on ports whose calls a hook may fail: the
// stores, the keys, random numbers, the signer of addresses and the engine.
type failing struct {
	*Service
	tokens   *member.Tokens
	deletion *Deletion
	removal  Removal
	uploads  *Uploads
	has      *References
}

func (h *fixture) failing(ctx context.Context, hook storetest.Hook) *failing {
	members := &storetest.Hooked{Store: h.store, Hook: hook}
	objects := &storetest.HookedObjects{Objects: h.objects, Hook: hook}
	call := func(name string, do func() error) error { return hook(ctx, name, do) }
	keys, random, now := hookedKeys{h.Service.keys, call}, hookedRandom{call}, func() time.Time { return h.now }
	tokens := member.NewTokens(members, member.DefaultTokenLimits, now, random)
	service := NewService(tokens, members, objects, keys, hookedEngine{h.engine, call}, h.settings, now, random)
	deletion := NewDeletion(members, tokens, objects, keys, now, random)
	return &failing{
		Service:  service,
		tokens:   tokens,
		deletion: deletion,
		removal:  NewRemoval(deletion, service),
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

// hookedEngine has recordings, readings and templates whose calls may fail, too.
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

// bare returns the readings without their hooks, as the engine made them.
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

func (t hookedTemplate) Join(n Need, readings []Reading) (more Template, err error) {
	err = t.call("Join", func() error { more, err = t.Template.Join(n, bare(readings)); return err })
	return hookedTemplate{more, t.call}, err
}

func (t hookedTemplate) First(days int) Template {
	return hookedTemplate{t.Template.First(days), t.call}
}

func (t hookedTemplate) Verify(probe Reading, at FMR) (ok bool, err error) {
	err = t.call("Verify", func() error { ok, err = t.Template.Verify(probe.(hookedReading).Reading, at); return err })
	return ok, err
}

func (t hookedTemplate) Marshal(seed [32]byte) (b []byte, err error) {
	err = t.call("Marshal", func() error { b, err = t.Template.Marshal(seed); return err })
	return b, err
}

// States of a member before a task.
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
	another = func(t *testing.T, h *fixture) { h.tomorrow(t) }
	second  = func(t *testing.T, h *fixture) { // a second day, with further ones to come
		h.tomorrow(t)
		must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 7")), Add: true}))
		h.tomorrow(t)
	}
	newest  = func(t *testing.T, h *fixture) { h.engine = fresh } // the engine has a newer algorithm
	pending = func(t *testing.T, h *fixture) {                    // an upload's address is open and nothing was uploaded
		_, err := h.uploads().Upload(t.Context(), kimsToken, 5)
		must(t, err)
	}
)

// twoKeys returns the tests' key behind a newer one.
func twoKeys(t testing.TB) protect.Ring {
	t.Helper()
	ring, err := protect.NewRing(newSecret, testSecret)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

const newSecret = "the key that came after that of the tests"

// uploadedFile puts a file of kim's into the bucket and returns its id.
func (h *fixture) uploadedFile(t *testing.T, content string) (id string) {
	t.Helper()
	up, err := h.uploads().Upload(t.Context(), kimsToken, int64(len(content)))
	must(t, err)
	must(t, h.objects.Put(t.Context(), up.URL, []byte(content)))
	return up.ID
}

// intact returns an error if kim's row or objects are damaged: whatever fails,
// the row names objects that exist and can be opened.
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
	done := func(err error, code fault.Code) error { // the expected answer if nothing fails
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
	// If the notes on an accepted check fail, the next check makes them again.
	noted := []string{"TouchSession", "RecordAcceptance", "Note"}
	for _, test := range []struct {
		name      string
		states    []func(*testing.T, *fixture)
		task      func(ctx context.Context, h *fixture, f *failing) error
		tolerated []string
	}{
		{"enrol", nil, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
		}, []string{"TouchSession"}}, // the token stays valid for the time it had
		{"enrol again", []func(*testing.T, *fixture){used}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment + " again"))})
		}, []string{"TouchSession"}},
		{"enrol after a removal", []func(*testing.T, *fixture){removed}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5"))})
		}, []string{"TouchSession", "EraseThrough"}}, // clean-up erases what has lost its pointer
		{"add a day", []func(*testing.T, *fixture){used, func(t *testing.T, h *fixture) { h.tomorrow(t) }}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5")), Add: true})
		}, []string{"TouchSession"}},
		{"enrol with two algorithms", []func(*testing.T, *fixture){newest}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
		}, []string{"TouchSession"}},
		{"add a day to two templates", []func(*testing.T, *fixture){newest, used, another}, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5")), Add: true})
		}, []string{"TouchSession", "Open"}}, // a newer template that cannot be opened is begun anew
		{"take a day back", []func(*testing.T, *fixture){used, second}, func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.removal.DeleteSince(ctx, kimsToken, noon.Add(time.Hour))
			return err
		}, nil},
		{"take all days back", []func(*testing.T, *fixture){used, second}, func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.removal.DeleteSince(ctx, kimsToken, noon)
			return err
		}, nil},
		{"take back what is removed", []func(*testing.T, *fixture){removed}, func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.removal.DeleteSince(ctx, kimsToken, noon)
			return done(err, fault.NoModel)
		}, nil},
		{"check", []func(*testing.T, *fixture){used}, check(same), nil},
		{"check that a newer algorithm learns of", []func(*testing.T, *fixture){used, newest}, check(same),
			append([]string{"Verify", "Enrol", "NoteLeftover", "Put", "SetTemplate", "random", "Marshal", "Ring"}, noted...)},
		{"check that a newer algorithm learns more of", []func(*testing.T, *fixture){used, newest, func(t *testing.T, h *fixture) { h.check(t, third) }}, check(same),
			append([]string{"Open", "Verify", "Join", "NoteLeftover", "Put", "SetTemplate", "random", "Marshal", "Ring"}, noted...)},
		{"check that a newer algorithm learns another day of", []func(*testing.T, *fixture){used, newest, func(t *testing.T, h *fixture) { h.check(t, third) }, another}, check(same),
			append([]string{"Open", "Verify", "AddDay", "Enrol", "NoteLeftover", "Put", "SetTemplate", "random", "Marshal", "Ring"}, noted...)},
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

// The calls that read and use up an upload happen within other tasks.
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
			}, "TouchSession", "EraseThrough", "SetUploads", "Member") // clean-up deletes used uploads within a day
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
