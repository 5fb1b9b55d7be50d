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
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/memory"
	"systole/shared/store"
)

const kimsToken = "0123456789abcdef0123456789abcdef01234567"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// sent returns a submission whose ECG differs from every other: the stub's
// readings do not depend on it.
func sent(files ...[]byte) Submission {
	return Submission{Files: files, Hints: Hints{Pick: fmt.Sprint(submissions.Add(1))}}
}

var submissions atomic.Int64

const testSecret = "a secret of the tests, and of nobody else"

func testKeys(t testing.TB) protect.Ring {
	t.Helper()
	ring, err := protect.NewRing(testSecret)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// sealed returns a template sealed for the object at key.
func sealed(t testing.TB, ring protect.Ring, key string, template []byte) []byte {
	t.Helper()
	b, err := ring.Seal(key, rand.Reader, func([32]byte) ([]byte, error) { return template, nil })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fixture is a service with one member who is logged in.
type fixture struct {
	*Service
	now     time.Time
	store   *memory.Store
	objects *memory.Objects
	calls   *calls
}

// Verify returns only the outcome of the service's verdict.
func (h *fixture) Verify(ctx context.Context, token string, c Check) (bool, error) {
	v, err := h.Service.Verify(ctx, token, c)
	return v.Accepted, err
}

func newFixture(t testing.TB, change ...func(*Settings)) *fixture {
	t.Helper()
	h := &fixture{now: noon, store: new(memory.Store)}
	clock := func() time.Time { return h.now }
	h.objects = &memory.Objects{Now: clock}
	h.calls = &calls{Store: h.store, Objects: h.objects}
	h.join(t, store.Member{Username: "kim", PK: 7, PasswordHash: "hash"}, kimsToken)
	s := Settings{FMR: 0.01, KeepUploads: true, Parallel: 2}
	for _, f := range change {
		f(&s)
	}
	tokens := member.NewTokens(h.calls, member.DefaultTokenLimits, clock, rand.Reader)
	h.Service = NewService(tokens, h.calls, h.calls, testKeys(t), forgetful{stub{algorithm: "stub-1"}}, s, clock, rand.Reader)
	return h
}

// join adds a member with a session that a token opens.
func (h *fixture) join(t testing.TB, m store.Member, token string) {
	t.Helper()
	s := store.Session{ID: sha256.Sum256([]byte(token)), Username: m.Username, PK: m.PK, Issued: h.now, Used: h.now, Expires: h.now.Add(time.Hour)}
	err := errors.Join(h.store.CreateMember(t.Context(), m), h.store.CreateSession(t.Context(), s, store.Event{}, nil))
	if err != nil {
		t.Fatal(err)
	}
}

func (h *fixture) enrolled(t testing.TB) *fixture {
	t.Helper()
	if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *fixture) kim(t testing.TB) store.Member {
	t.Helper()
	m, err := h.store.Member(t.Context(), "kim")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (h *fixture) keys(t testing.TB) []string {
	t.Helper()
	list, _, err := h.objects.List(t.Context(), "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, o := range list {
		keys = append(keys, o.Key)
	}
	return keys
}

// calls passes calls on, records them and makes some of them fail.
type calls struct {
	*memory.Store
	*memory.Objects
	mu     sync.Mutex
	made   []string
	before func(call string) error // fails it before it takes effect
	after  func(call string) error // fails it after it took effect
}

func (c *calls) call(name string, do func() error) error {
	c.mu.Lock()
	c.made = append(c.made, name)
	before := c.before
	c.mu.Unlock()
	if before != nil {
		if err := before(name); err != nil {
			return err
		}
	}
	if err := do(); err != nil {
		return err
	}
	c.mu.Lock()
	after := c.after
	c.mu.Unlock()
	if after != nil {
		return after(name)
	}
	return nil
}

// failNoMore lets all calls succeed from now on. Calls may be in progress.
func (c *calls) failNoMore() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before, c.after = nil, nil
}

func (c *calls) reset() { c.made, c.before, c.after = nil, nil, nil }

func (c *calls) Session(ctx context.Context, id store.TokenID) (s store.Session, err error) {
	err = c.call("Session", func() error { s, err = c.Store.Session(ctx, id); return err })
	return s, err
}

func (c *calls) TouchSession(ctx context.Context, id store.TokenID, used time.Time, key string) error {
	return c.call("TouchSession", func() error { return c.Store.TouchSession(ctx, id, used, key) })
}

func (c *calls) Member(ctx context.Context, username string) (m store.Member, err error) {
	err = c.call("Member", func() error { m, err = c.Store.Member(ctx, username); return err })
	return m, err
}

func (c *calls) RegisterProbe(ctx context.Context, session store.Session, p store.Probe) (m store.Member, err error) {
	err = c.call("RegisterProbe", func() error { m, err = c.Store.RegisterProbe(ctx, session, p); return err })
	return m, err
}

func (c *calls) RemoveProbe(ctx context.Context, username, id string) error {
	return c.call("RemoveProbe", func() error { return c.Store.RemoveProbe(ctx, username, id) })
}

func (c *calls) Note(ctx context.Context, username string, e store.Event) error {
	return c.call("Note", func() error { return c.Store.Note(ctx, username, e) })
}

func (c *calls) RecordAcceptance(ctx context.Context, username, version string, used time.Time) error {
	return c.call("RecordAcceptance", func() error { return c.Store.RecordAcceptance(ctx, username, version, used) })
}

func (c *calls) SetTemplate(ctx context.Context, from store.Member, t store.Template, digests []string) error {
	return c.call("SetTemplate", func() error { return c.Store.SetTemplate(ctx, from, t, digests) })
}

func (c *calls) ClearTemplate(ctx context.Context, from store.Member, at time.Time, memory string, digests []string) error {
	return c.call("ClearTemplate", func() error { return c.Store.ClearTemplate(ctx, from, at, memory, digests) })
}

func (c *calls) Put(ctx context.Context, key string, data []byte) error {
	return c.call("Put "+key[:strings.IndexByte(key, '/')], func() error { return c.Objects.Put(ctx, key, data) })
}

func (c *calls) Get(ctx context.Context, key string) (b []byte, err error) {
	err = c.call("Get", func() error { b, err = c.Objects.Get(ctx, key); return err })
	return b, err
}

// codeOf returns the code of a fault, "" for no error, or the error's text.
func codeOf(err error) fault.Code {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return fault.Code(err.Error())
	}
	return ""
}

func TestAMemberIsRecognisedAndOthersAreNot(t *testing.T) {
	h := newFixture(t).enrolled(t)
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); !ok || err != nil {
		t.Errorf("the member: %v, %v", ok, err)
	}
	for _, name := range others {
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(name))}); ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
}

func TestAnEnrolmentWritesModelUploadsAndPointer(t *testing.T) {
	h := newFixture(t)
	files := [][]byte{[]byte(enrolment), []byte(same)}
	if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent(files...)}); err != nil {
		t.Fatal(err)
	}
	m := h.kim(t).Template
	if m == nil || m.Key != "models/7/"+m.Version || !m.Made.Equal(noon) || !m.Used.Equal(noon) || m.Algorithm == "" || m.Quality <= 0 || m.Quality > 1 {
		t.Fatalf("model %+v", m)
	}
	want := []string{m.Key, "uploads/7/" + m.Version + "/0", "uploads/7/" + m.Version + "/1"}
	if keys := h.keys(t); !slices.Equal(keys, want) {
		t.Errorf("objects %q, want %q", keys, want)
	}
	if b, err := h.objects.Get(t.Context(), want[2]); err != nil || !bytes.Equal(b, files[1]) {
		t.Errorf("the second upload: %d bytes, %v", len(b), err)
	}
	s, err := h.store.Session(t.Context(), sha256.Sum256([]byte(kimsToken)))
	if err != nil || s.TemplateKey != m.Key {
		t.Errorf("the session saw %q, %v", s.TemplateKey, err)
	}
}

func TestUploadsAreKeptOnlyWhereTheSettingSaysSo(t *testing.T) {
	h := newFixture(t, func(s *Settings) { s.KeepUploads = false }).enrolled(t)
	if keys := h.keys(t); !slices.Equal(keys, []string{h.kim(t).Template.Key}) {
		t.Errorf("objects %q", keys)
	}
}

func TestVersionsSortByTime(t *testing.T) {
	var versions []string
	for i := range 100 {
		v, err := newVersion(noon.Add(time.Duration(i)*time.Millisecond), rand.Reader)
		if err != nil || len(v) != 32 {
			t.Fatalf("%q, %v", v, err)
		}
		versions = append(versions, v)
	}
	if !slices.IsSorted(versions) {
		t.Errorf("%q", versions)
	}
}

func TestRoundTrips(t *testing.T) {
	h := newFixture(t)
	probe := []byte(same)
	check := func() {
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent(probe)}); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	steps := []struct {
		name string
		do   func()
		want []string // sorted
	}{
		{"enrolment", func() { h.enrolled(t) },
			[]string{"Member", "Note", "Put models", "Put uploads", "Session", "SetTemplate", "TouchSession"}},
		{"check", check, []string{"Get", "RegisterProbe", "Session"}},
		{"check with a hint out of date", func() {
			if err := h.store.TouchSession(t.Context(), sha256.Sum256([]byte(kimsToken)), h.now, "models/7/gone"); err != nil {
				t.Fatal(err)
			}
			check()
		}, []string{"Get", "Get", "RecordAcceptance", "RegisterProbe", "Session", "TouchSession"}},
		{"check after that", check, []string{"Get", "RegisterProbe", "Session"}},
		{"check a day later", func() {
			h.now = h.now.Add(24 * time.Hour)
			h.join(t, store.Member{Username: "kim", PK: 7, PasswordHash: "hash"}, kimsToken)
			if err := h.store.TouchSession(t.Context(), sha256.Sum256([]byte(kimsToken)), h.now, h.kim(t).Template.Key); err != nil {
				t.Fatal(err)
			}
			check()
		}, []string{"Get", "Note", "RecordAcceptance", "RegisterProbe", "Session"}},
		{"check after that", check, []string{"Get", "RegisterProbe", "Session"}},
	}
	for _, step := range steps {
		h.calls.reset()
		step.do()
		made := slices.Sorted(slices.Values(h.calls.made))
		if !slices.Equal(made, step.want) {
			t.Errorf("%s: %q, want %q", step.name, made, step.want)
		}
	}
}

func TestNoFailureLeavesAPointerToNothing(t *testing.T) {
	steps := []string{"Session", "Member", "Note", "Put models", "Put uploads", "SetTemplate", "TouchSession"}
	for _, step := range steps {
		for _, when := range []string{"before", "after"} {
			t.Run(step+" fails "+when, func(t *testing.T) {
				h := newFixture(t)
				fail := func(call string) error {
					if call == step {
						return fmt.Errorf("out of order: %w", store.ErrUnavailable)
					}
					return nil
				}
				if when == "before" {
					h.calls.before = fail
				} else {
					h.calls.after = fail
				}
				err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
				if step != "TouchSession" && !errors.Is(err, store.ErrUnavailable) || step == "TouchSession" && err != nil {
					t.Errorf("error %v", err)
				}
				h.calls.reset()
				if m := h.kim(t).Template; m != nil {
					if _, err := h.objects.Get(t.Context(), m.Key); err != nil {
						t.Errorf("the pointer names %s: %v", m.Key, err)
					}
				}
				h.enrolled(t)
				if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); !ok || err != nil {
					t.Errorf("after another try: %v, %v", ok, err)
				}
			})
		}
	}
}

func TestEnrolmentsAtOnceAllSucceedAndOneModelStays(t *testing.T) {
	h := newFixture(t)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, err := h.objects.Get(t.Context(), h.kim(t).Template.Key); err != nil {
		t.Error(err)
	}
}

func TestAPointerThatNeverStandsStillIsAConflict(t *testing.T) {
	h := newFixture(t)
	h.calls.before = func(call string) error {
		if call == "SetTemplate" {
			return store.ErrConflict
		}
		return nil
	}
	err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
	if codeOf(err) != fault.Conflict {
		t.Errorf("error %v", err)
	}
	moves := slices.DeleteFunc(h.calls.made, func(call string) bool { return call != "SetTemplate" })
	if len(moves) != maxConflicts {
		t.Errorf("%d tries", len(moves))
	}
}

func TestOnlyATokenOfTheMemberCounts(t *testing.T) {
	tests := []struct {
		name   string
		member store.Member
	}{
		{"all were voided", store.Member{Username: "lee", PK: 8, TokensValidFrom: noon.Add(time.Second)}},
		{"the user name is somebody else's now", store.Member{Username: "lee", PK: 9}},
		{"no such member", store.Member{}},
	}
	const lees = "fedcba9876543210fedcba9876543210fedcba98"
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t)
			s := store.Session{ID: sha256.Sum256([]byte(lees)), Username: "lee", PK: 8, Issued: noon, Used: noon, Expires: noon.Add(time.Hour)}
			if err := h.store.CreateSession(t.Context(), s, store.Event{}, nil); err != nil {
				t.Fatal(err)
			}
			if tt.member.Username != "" {
				if err := h.store.CreateMember(t.Context(), tt.member); err != nil {
					t.Fatal(err)
				}
			}
			err := h.Enrol(t.Context(), lees, Enrolment{Submission: sent([]byte(enrolment))})
			if codeOf(err) != fault.TokenInvalid {
				t.Errorf("make model: %v", err)
			}
			if _, err := h.Verify(t.Context(), lees, Check{Submission: sent([]byte(same))}); codeOf(err) != fault.TokenInvalid {
				t.Errorf("check: %v", err)
			}
			if keys := h.keys(t); keys != nil {
				t.Errorf("written: %q", keys)
			}
		})
	}
}

func TestNothingIsStoredForACallerWhoIsGone(t *testing.T) {
	h := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.calls.after = func(call string) error {
		cancel() // after the first call, Session
		return nil
	}
	if err := h.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))}); codeOf(err) != fault.Unavailable {
		t.Errorf("error %v", err)
	}
	if keys := h.keys(t); keys != nil {
		t.Errorf("written: %q", keys)
	}
}

func TestWorkIsBounded(t *testing.T) {
	h := newFixture(t, func(s *Settings) { s.Parallel = 1 })
	if _, ok := h.light.TryEnter(); !ok { // one is working and does not end
		t.Fatal("no slot is free at first")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	err := h.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
	if codeOf(err) != fault.Unavailable {
		t.Errorf("error %v", err)
	}
}

func TestACallerCanOnlyAskForMoreStrictness(t *testing.T) {
	h := newFixture(t).enrolled(t)
	probe := []byte(same)
	for _, fmr := range []FMR{0.011, 0.5, 2, -0.001} {
		if _, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent(probe), FMR: fmr}); codeOf(err) != fault.FieldInvalid {
			t.Errorf("fmr %v: %v", fmr, err)
		}
	}
	if _, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent(probe), FMR: 0.0001}); err != nil {
		t.Error(err)
	}
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent(probe), FMR: 1e-300}); ok || err != nil {
		t.Errorf("at a false match rate of nothing: %v, %v", ok, err)
	}
}
