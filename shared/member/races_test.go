package member

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// raced is a store in which some attempts come too late.
type raced struct {
	storetest.Store
	late func(key string) bool
	back error // of taking an attempt back
}

func (r *raced) AdmitAttempt(ctx context.Context, key string, b store.Backoff, at, expires time.Time) error {
	if r.late(key) {
		return store.ErrConflict
	}
	return r.Store.AdmitAttempt(ctx, key, b, at, expires)
}

func (r *raced) TakeBackAttempt(ctx context.Context, key string) error {
	if r.back != nil {
		return r.back
	}
	return r.Store.TakeBackAttempt(ctx, key)
}

// An attempt that one of its counters no longer admits counts nowhere.
func TestAnAttemptThatComesTooLateIsTakenBack(t *testing.T) {
	f := newFixture(t)
	from := Caller{Address: home}
	counters := strangerCounters("kim", networkOf(home), home)
	failures := func(c counter) int {
		_, attempts, err := f.store.MemberWithAttempts(t.Context(), "kim", []string{c.key})
		if err != nil {
			t.Fatal(err)
		}
		return attempts[0].Failures
	}
	for _, c := range counters { // each has one from before
		if err := f.store.AdmitAttempt(t.Context(), c.key, c.Backoff, f.clock.now(), f.clock.now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	r := &raced{Store: f.store, late: func(key string) bool { return strings.HasPrefix(key, "name:") }}
	s := NewService(r, f.Tokens, f.hasher, f.clock.now, rand.Reader)
	_, _, err := s.LogIn(t.Context(), "kim", "wrong-password", from)
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Code != fault.TooManyLogIns || refused.RetryAfter != time.Second || refused.Params["seconds"] != 1 {
		t.Errorf("%v", err)
	}
	for _, c := range counters {
		if n := failures(c); n != 1 {
			t.Errorf("%s counts %d", c.key[:5], n)
		}
	}
	r.back = store.ErrUnavailable
	if _, _, err := s.LogIn(t.Context(), "kim", "wrong-password", from); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("not taken back: %v", err)
	}
	r.late = func(string) bool { return true }
	if err := s.Recover(t.Context(), "#", "code", "p", from); !fault.Is(err, fault.TooManyLogIns) {
		t.Errorf("an impossible name: %v", err)
	}
}

// An account or session that ends meanwhile, or a change that came first, is
// reported as such.
func TestWhatEndsMeanwhile(t *testing.T) {
	const name = "a1"
	for _, tt := range []struct {
		what, call string
		err        error
		do         func(ctx context.Context, f fixture, token string) error
		want       fault.Code
	}{
		{"consent", "SetConsent", store.ErrConflict, func(ctx context.Context, f fixture, token string) error { return f.GiveConsent(ctx, token, "1") }, fault.TokenInvalid},
		{"recovery codes", "SetRecoveryCodes", store.ErrConflict, func(ctx context.Context, f fixture, token string) error {
			_, _, err := f.MakeRecoveryCodes(ctx, token, oldPassword)
			return err
		}, fault.Conflict},
		{"password", "ReplacePassword", store.ErrConflict, func(ctx context.Context, f fixture, token string) error {
			return f.ChangePassword(ctx, token, oldPassword, newOne)
		}, fault.Conflict},
		{"own session, after the password", "KeepSession", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			return f.ChangePassword(ctx, token, oldPassword, newOne)
		}, ""},
		{"other sessions: account", "VoidTokens", store.ErrConflict, func(ctx context.Context, f fixture, token string) error { return f.EndOtherSessions(ctx, token) }, fault.TokenInvalid},
		{"other sessions: session", "KeepSession", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error { return f.EndOtherSessions(ctx, token) }, fault.TokenInvalid},
		{"a session", "EndSession", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			id, err := idOf(token)
			return errors.Join(err, f.EndSession(ctx, token, SessionName(id)))
		}, fault.SessionUnknown},
		{"nonce", "SetChallenge", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			_, err := f.Challenge(ctx, token)
			return err
		}, fault.TokenInvalid},
		{"member", "Member", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			_, err := f.Consent(ctx, token)
			return err
		}, fault.TokenInvalid},
		{"network", "RecordNetwork", store.ErrConflict, func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.LogIn(ctx, name, oldPassword, Caller{Address: "203.0.113.9"})
			return err
		}, ""},
		{"hand-off: used", "TakeGrant", store.ErrConflict, handOver, fault.HandOffInvalid},
		{"hand-off: unknown", "TakeGrant", store.ErrNotFound, handOver, fault.HandOffInvalid},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFixture(t)
			_, token, err := f.SignUp(t.Context(), registration(name))
			if err != nil {
				t.Fatal(err)
			}
			f.store.fail[tt.call] = tt.err
			if err := tt.do(t.Context(), f, token); codeOf(err) != tt.want {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestAMarkIsSetOnce(t *testing.T) {
	f := newFixture(t)
	for range 3 {
		if err := moves(f).mark(t.Context(), 5000); err != nil {
			t.Error(err)
		}
		f.clock.turn(time.Hour)
	}
	_, attempts, err := f.store.MemberWithAttempts(t.Context(), "a1", []string{movedKey(5000)})
	if err != nil || attempts[0].Failures != 1 {
		t.Errorf("%+v, %v", attempts, err)
	}
}

func TestAMoveMeetsAnother(t *testing.T) {
	f := newFixture(t)
	f.store.fail["CreateMember"] = store.ErrExists
	if err := moves(f).Move(t.Context(), old(f), false); !fault.Is(err, fault.UsernameTaken) {
		t.Errorf("a name that is taken meanwhile: %v", err)
	}
	clear(f.store.fail)
	if err := moves(f).Move(t.Context(), old(f), false); err != nil {
		t.Fatal(err)
	}
	f.store.take()
	if err := moves(f).Move(t.Context(), old(f), true); !errors.Is(err, ErrMoved) || f.store.take()["AdmitAttempt"] != 0 {
		t.Errorf("a dry move of a member who is here: %v", err)
	}
}
