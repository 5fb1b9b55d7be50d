package biometric

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// counting returns a hook that counts the calls by method and passes them to
// another hook, if there is one.
func counting(made map[string]int, next storetest.Hook) storetest.Hook {
	return func(ctx context.Context, method string, call func() error) error {
		made[method]++
		if next != nil {
			return next(ctx, method, call)
		}
		return call()
	}
}

// losing returns a hook under which the first calls of a method, times of them,
// lose a race.
func losing(method string, times int, next storetest.Hook) storetest.Hook {
	return func(ctx context.Context, called string, call func() error) error {
		if called == method && times > 0 {
			times--
			return store.ErrConflict
		}
		return next(ctx, called, call)
	}
}

// After a lost race a task reads the row again and continues. A failure after
// that is reported as that failure.
func TestNothingSucceedsWhenACallFailsAfterALostRace(t *testing.T) {
	for _, test := range []struct {
		name      string
		states    []func(*testing.T, *fixture)
		lost      string
		task      func(ctx context.Context, h *fixture, f *failing) error
		tolerated []string
	}{
		{"enrol again", []func(*testing.T, *fixture){used}, "SetTemplate", func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5"))})
		}, []string{"TouchSession", "EraseThrough", "Erase"}}, // clean-up erases what no row names
		{"add a day", []func(*testing.T, *fixture){used, another}, "SetTemplate", func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5")), Add: true})
		}, []string{"TouchSession", "EraseThrough", "Erase"}},
		{"take a day back", []func(*testing.T, *fixture){used, second}, "SetTemplate", func(ctx context.Context, h *fixture, f *failing) error {
			days, err := f.removal.DeleteSince(ctx, kimsToken, noon.Add(time.Hour))
			if err == nil && days != 1 {
				t.Errorf("%d days are left", days)
			}
			return err
		}, []string{"EraseThrough", "Erase"}},
		{"delete the template", []func(*testing.T, *fixture){used, pending}, "ClearTemplate", func(ctx context.Context, h *fixture, f *failing) error {
			return f.deletion.DeleteTemplate(ctx, kimsToken)
		}, []string{"EraseThrough"}},
		{"be given an address for a file", []func(*testing.T, *fixture){pending}, "SetUploads", func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.uploads.Upload(ctx, kimsToken, 1000)
			return err
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				h := newFixture(t)
				for _, state := range test.states {
					state(t, h)
				}
				f := h.failing(t.Context(), losing(test.lost, 1, hook))
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

// moves are the tasks that write an object and then move the pointer to it.
var moves = map[string]struct {
	states []func(*testing.T, *fixture)
	task   func(ctx context.Context, h *fixture, f *failing) error
}{
	"take a day back": {[]func(*testing.T, *fixture){used, second}, func(ctx context.Context, h *fixture, f *failing) error {
		_, err := f.removal.DeleteSince(ctx, kimsToken, noon.Add(time.Hour))
		return err
	}},
	"seal anew": {[]func(*testing.T, *fixture){used, rotated}, reseal},
	"check that seals anew": {[]func(*testing.T, *fixture){used, rotated}, func(ctx context.Context, h *fixture, f *failing) error {
		_, err := f.Verify(ctx, kimsToken, Check{Submission: sent([]byte(same))})
		return err
	}},
	"enrol again": {[]func(*testing.T, *fixture){used}, func(ctx context.Context, h *fixture, f *failing) error {
		return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5"))})
	}},
}

// If the reply to the write that moved the pointer is lost, the object that the
// row now names stays.
func TestALostReplyErasesNothing(t *testing.T) {
	for name, move := range moves {
		h := newFixture(t)
		for _, state := range move.states {
			state(t, h)
		}
		before := h.kim(t).Template.Version
		f := h.failing(t.Context(), func(_ context.Context, called string, call func() error) error {
			err := call()
			if called == "SetTemplate" && err == nil {
				return store.ErrUnavailable
			}
			return err
		})
		_ = move.task(t.Context(), h, f)
		if h.kim(t).Template.Version == before {
			t.Errorf("%s: the pointer didn't move", name)
		}
		if err := h.intact(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The object of a lost race is erased, and the earlier one stays.
func TestALostRaceLeavesNoObject(t *testing.T) {
	for name, move := range moves {
		h := newFixture(t)
		for _, state := range move.states {
			state(t, h)
		}
		before := h.keys(t)
		key := h.kim(t).Template.Key
		f := h.failing(t.Context(), losing("SetTemplate", maxConflicts, func(_ context.Context, _ string, call func() error) error { return call() }))
		_ = move.task(t.Context(), h, f)
		if now := h.keys(t); h.kim(t).Template.Key != key || !slices.Equal(now, before) {
			t.Errorf("%s: objects %q, before %q", name, now, before)
		}
	}
}

func TestARemovalThatLosesItsRaceErasesNoMemoryInUse(t *testing.T) {
	h := newFixture(t)
	removed(t, h)
	memory := h.kim(t).MemoryKey
	f := h.failing(t.Context(), losing("ClearTemplate", 1, func(_ context.Context, _ string, call func() error) error { return call() }))
	must(t, f.deletion.DeleteOf(t.Context(), h.kim(t)))
	if now := h.kim(t).MemoryKey; now != memory || h.intact() != nil {
		t.Errorf("remembered at %s, before %s: %v", now, memory, h.intact())
	}
}

func TestARemovalWhoseAccountEndsMeanwhileIsAConflict(t *testing.T) {
	for name, end := range map[string]func(h *fixture) error{
		"deleted": func(h *fixture) error { return h.store.DeleteMember(context.Background(), "kim", 7) },
		"another's name": func(h *fixture) error {
			return errors.Join(h.store.DeleteMember(context.Background(), "kim", 7),
				h.store.CreateMember(context.Background(), store.Member{Username: "kim", PK: 8, PasswordHash: "h"}))
		},
	} {
		h := newFixture(t).enrolled(t)
		h.during("ClearTemplate", func() { must(t, end(h)) })
		if err := h.deletion(t).DeleteOf(t.Context(), h.kim(t)); codeOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// rotatedDeletion returns a deletion with the keys after a rotation.
func (h *fixture) rotatedDeletion(t *testing.T) *Deletion {
	return NewDeletion(h.calls, h.owners(), h.calls, twoKeys(t), func() time.Time { return h.now }, rand.Reader)
}

func TestWhatRemembersIsNotSealedAnewFromWhereItWas(t *testing.T) {
	h := newFixture(t)
	removed(t, h)
	rotated(t, h)
	before := h.kim(t)
	h.during("ClearTemplate", func() {
		h.now = h.now.Add(time.Second)
		h.enrolled(t)
		must(t, h.rotatedDeletion(t).DeleteOf(t.Context(), h.kim(t)))
	})
	if _, err := h.Reseal(t.Context(), h.rotatedDeletion(t), before); !errors.Is(err, store.ErrConflict) {
		t.Errorf("error %v", err)
	}
	must(t, h.intact())
}

// between runs do after a check has read the member's row and before it reads the
// object that the row named.
func (h *fixture) between(do func()) {
	admitted := make(chan struct{})
	h.calls.after = func(call string) error {
		if call == "RegisterProbe" {
			close(admitted)
		}
		return nil
	}
	h.calls.before = func(call string) error {
		if call == "Get" {
			<-admitted
			h.calls.failNoMore()
			do()
		}
		return nil
	}
}

func TestATemplateThatMovesAfterTheMemberWasReadIsFollowed(t *testing.T) {
	down := func(h *fixture, call string) {
		h.calls.before = func(made string) error {
			if made == call {
				return store.ErrUnavailable
			}
			return nil
		}
	}
	for name, tt := range map[string]struct {
		move func(h *fixture)
		want string
	}{
		"replaced": {func(h *fixture) {
			old := h.kim(t).Template.Key
			h.enrolled(t)
			must(t, h.objects.Delete(t.Context(), old))
		}, "true"},
		"removed": {func(h *fixture) { must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t))) }, string(fault.NoModel)},
		"lost":    {func(h *fixture) { must(t, h.objects.Delete(t.Context(), h.kim(t).Template.Key)) }, "read model: get object: not found"},
		"gone, and its row can't be read": {func(h *fixture) {
			must(t, h.objects.Delete(t.Context(), h.kim(t).Template.Key))
			down(h, "Member")
		}, "read model: read member: " + store.ErrUnavailable.Error()},
	} {
		h := newFixture(t).enrolled(t)
		h.between(func() { tt.move(h) })
		if got := h.send(t, request(same)); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// A day is added only to the template that was read at the request.
func TestADayIsNotAddedToAnotherTemplateThanItWasAskedFor(t *testing.T) {
	for name, tt := range map[string]struct {
		meanwhile func(h *fixture)
		want      fault.Code
	}{
		"removed and made again": {func(h *fixture) {
			must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
			h.enrolled(t)
		}, fault.Conflict},
		"made again today": {func(h *fixture) {
			old := h.kim(t).Template.Key
			h.enrolled(t)
			must(t, h.objects.Delete(t.Context(), old))
		}, fault.DayTooSoon},
	} {
		h := newFixture(t).enrolled(t)
		h.tomorrow(t)
		h.during("Get", func() { tt.meanwhile(h) })
		if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 5")), Add: true}); codeOf(err) != tt.want {
			t.Errorf("%s: %v", name, err)
		}
		if n := h.kim(t).Template.Days; n != 1 {
			t.Errorf("%s: %d days", name, n)
		}
	}
}

// shifting are members whose row refuses probes because it has changed since it
// was read.
type shifting struct {
	Members
	refusals, asked int
}

func (m *shifting) RegisterProbe(ctx context.Context, session store.Session, p store.Probe) (store.Member, error) {
	if m.asked++; m.asked > m.refusals {
		return m.Members.RegisterProbe(ctx, session, p)
	}
	kim, err := m.Members.Member(ctx, session.Username)
	return kim, errors.Join(err, store.ErrConflict)
}

func TestAnAdmissionIsTriedThreeTimes(t *testing.T) {
	for refusals, want := range map[int]bool{0: true, 1: true, 2: true, 3: false} {
		h := newFixture(t).enrolled(t)
		members := &shifting{Members: h.members, refusals: refusals}
		h.members = members
		ok, f := h.try(t, same)
		if ok != want || (f == nil) != want || members.asked != min(refusals+1, 3) {
			t.Errorf("after %d refusals: %v, %v, asked %d times", refusals, ok, f, members.asked)
		}
		if f != nil && (f.Code != fault.TooManyChecks || f.RetryAfter != time.Second) {
			t.Errorf("after %d refusals: %v after %v", refusals, f, f.RetryAfter)
		}
	}
}

// The template moves between the admission of a probe and its failure: the new
// template's counts stay, and the digest is removed all the same.
func TestAProbeThatWasNotComparedLeavesNoDigest(t *testing.T) {
	h := newFixture(t).enrolled(t)
	rotated(t, h)
	h.between(func() {
		_, err := h.Reseal(t.Context(), h.rotatedDeletion(t), h.kim(t))
		must(t, err)
		h.calls.before = func(call string) error {
			if call == "Get" {
				return store.ErrUnavailable
			}
			return nil
		}
	})
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); ok || err == nil {
		t.Fatal(ok, err)
	}
	if n := len(h.kim(t).Digests); n != 0 {
		t.Errorf("%d digests are left", n)
	}
}

func TestAnAddressWhereAFileComesAgainIsClosed(t *testing.T) {
	for comes, want := range map[int]fault.Code{0: "", 1: "", maxConflicts - 1: "", maxConflicts: fault.Unavailable} {
		h := newFixture(t)
		pending(t, h)
		key, _ := store.UploadKey(7, h.kim(t).Uploads[0].ID)
		made, left := map[string]int{}, comes
		f := h.failing(t.Context(), counting(made, func(ctx context.Context, method string, call func() error) error {
			if method == "Put" && left > 0 {
				left--
				return store.ErrExists
			}
			return call()
		}))
		if err := f.deletion.eraseUploads(t.Context(), h.kim(t)); codeOf(err) != want {
			t.Errorf("%d times: %v", comes, err)
		}
		if made["Put"] != min(comes+1, maxConflicts) || made["EraseThrough"] != comes {
			t.Errorf("%d times: calls %v", comes, made)
		}
		if at := h.due(t)[key]; at != lookAtUpload {
			t.Errorf("clean-up looks after %v", at)
		}
		broken := h.failing(t.Context(), func(_ context.Context, method string, call func() error) error {
			switch method {
			case "Put":
				return store.ErrExists
			case "EraseThrough":
				return store.ErrUnavailable
			}
			return call()
		})
		if err := broken.deletion.eraseUploads(t.Context(), h.kim(t)); !errors.Is(err, store.ErrUnavailable) || codeOf(err) == fault.Unavailable {
			t.Errorf("a file that can't be erased: %v", err)
		}
	}
}

// A call in vain costs money and time.
func TestTasksMakeNoCallInVain(t *testing.T) {
	for _, tt := range []struct {
		name   string
		states []func(*testing.T, *fixture)
		task   func(ctx context.Context, h *fixture, f *failing) error
		want   string
	}{
		{"delete what never was", nil, func(ctx context.Context, _ *fixture, f *failing) error {
			return f.deletion.DeleteTemplate(ctx, kimsToken)
		}, "Member 1, Session 1"},
		{"unlock without failures", []func(*testing.T, *fixture){func(t *testing.T, h *fixture) { h.enrolled(t) }}, func(ctx context.Context, h *fixture, f *failing) error {
			m, _ := h.store.Member(ctx, "kim")
			return f.Unlock(ctx, m)
		}, ""},
		{"add a day", []func(*testing.T, *fixture){used, another}, func(ctx context.Context, _ *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte("kim 5")), Add: true})
		}, "AddDay 1, Digest 1, Get 2, Marshal 1, Member 1, Note 1, NoteLeftover 1, Open 1, Put 2, Read 1, Ring 5, Session 1, SetTemplate 1, TouchSession 1, random 3"},
		{"check that has to wait", []func(*testing.T, *fixture){used, func(t *testing.T, h *fixture) {
			for range checkLimit.Free {
				h.try(t, "lee 1")
			}
		}}, func(ctx context.Context, _ *fixture, f *failing) error {
			_, err := f.Verify(ctx, kimsToken, Check{Submission: sent([]byte(same))})
			return err
		}, "Digest 1, Get 1, Read 1, RegisterProbe 1, Ring 1, Session 1, random 2"},
		{"check without consent", []func(*testing.T, *fixture){used, func(_ *testing.T, h *fixture) { h.settings.Consent = "2" }}, func(ctx context.Context, _ *fixture, f *failing) error {
			_, err := f.Verify(ctx, kimsToken, Check{Submission: sent([]byte(same))})
			return err
		}, "Digest 1, Get 1, Open 1, Read 1, RegisterProbe 1, Ring 2, Session 1, WithdrawProbe 1, random 2"},
		{"check that seals anew", []func(*testing.T, *fixture){used, rotated}, func(ctx context.Context, _ *fixture, f *failing) error {
			_, err := f.Verify(ctx, kimsToken, Check{Submission: sent([]byte(same))})
			return err
		}, "Digest 1, Get 1, Marshal 1, NoteLeftover 1, Open 1, Put 1, Read 1, RegisterProbe 1, Ring 3, Session 1, SetTemplate 1, TouchSession 1, Verify 1, random 4"},
		{"check with ids of no uploads", []func(*testing.T, *fixture){used}, func(ctx context.Context, _ *fixture, f *failing) error {
			_, err := f.Verify(ctx, kimsToken, Check{Submission: Submission{Uploads: []string{"../8"}}})
			return err
		}, "Member 1, Session 1"},
		{"enrol where nothing is remembered", nil, func(ctx context.Context, _ *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
		}, "Digest 1, Enrol 1, Marshal 1, Member 1, Note 1, NoteLeftover 1, Put 2, Read 1, Ring 2, Session 1, SetTemplate 1, TouchSession 1, random 2"},
	} {
		h := newFixture(t)
		for _, state := range tt.states {
			state(t, h)
		}
		made := map[string]int{}
		var mu = make(chan struct{}, 1)
		f := h.failing(t.Context(), func(_ context.Context, method string, call func() error) error {
			mu <- struct{}{}
			made[method]++
			<-mu
			return call()
		})
		_ = tt.task(t.Context(), h, f)
		var calls []string
		for method, n := range made {
			calls = append(calls, fmt.Sprint(method, " ", n))
		}
		slices.Sort(calls)
		if got := strings.Join(calls, ", "); got != tt.want {
			t.Errorf("%s:\n%s, want\n%s", tt.name, got, tt.want)
		}
	}
}

// A used upload leaves the quota by one write, never by two.
func TestAnUploadIsReleasedByOneWrite(t *testing.T) {
	for name, tt := range map[string]struct {
		hook  func(h *fixture, method string, call func() error) error
		tries int
	}{
		"nothing fails":         {func(_ *fixture, _ string, call func() error) error { return call() }, 1},
		"the store is down":     {func(_ *fixture, method string, call func() error) error { return store.ErrUnavailable }, 1},
		"it never stands still": {func(_ *fixture, method string, call func() error) error { return store.ErrConflict }, maxConflicts},
	} {
		h := newFixture(t)
		id := h.uploadedFile(t, enrolment)
		tries := 0
		f := h.failing(t.Context(), func(_ context.Context, method string, call func() error) error {
			if method != "SetUploads" {
				return call()
			}
			tries++
			return tt.hook(h, method, call)
		})
		session := store.Session{Username: "kim", PK: 7}
		_ = f.release(t.Context(), session, []string{id})
		if tries != tt.tries {
			t.Errorf("%s: %d tries, want %d", name, tries, tt.tries)
		}
		tries = 0
		_ = f.release(t.Context(), session, []string{"another"})
		if tries != 0 {
			t.Errorf("%s: %d writes for an upload that isn't awaited", name, tries)
		}
	}
}

func TestAnAcceptedCheckIsNotedWhereItsTemplateCannotBeReplaced(t *testing.T) {
	h := migrating(t, 0)
	h.tomorrow(t)
	h.calls.before = func(call string) error {
		if call == "SetTemplate" {
			return store.ErrUnavailable
		}
		return nil
	}
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Fatal(ok, f)
	}
	if m := h.kim(t).Template; !m.Used.Equal(h.now) || m.Failures != 0 {
		t.Errorf("used %v, %d failures", m.Used, m.Failures)
	}
	if got := h.noted(t); !strings.Contains(got, string(member.Recognised)) {
		t.Errorf("noted %s", got)
	}
}

func TestAFirstCheckOfADayIsNotedOnTheTemplate(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.tomorrow(t)
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Fatal(ok, f)
	}
	if used := h.kim(t).Template.Used; !used.Equal(h.now) {
		t.Errorf("used %v", used)
	}
}

// A session knows the version that its own check gave the template.
func TestASessionKnowsTheTemplateThatItsCheckMoved(t *testing.T) {
	h := migrating(t, 0)
	h.tomorrow(t)
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Fatal(ok, f)
	}
	sessions, err := h.store.SessionsOf(t.Context(), "kim")
	if err != nil || len(sessions) != 1 || sessions[0].TemplateKey != h.kim(t).Template.Key {
		t.Errorf("%+v, %v; the template is at %s", sessions, err, h.kim(t).Template.Key)
	}
}
