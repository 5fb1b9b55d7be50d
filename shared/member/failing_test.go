package member

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/memory"
	"systole/shared/store/storetest"
)

func TestNothingSucceedsWhenTheStoreFails(t *testing.T) {
	const name, password = "a1", "gudrms-cardia"
	from := Caller{Address: home}
	refused := func(err error, code fault.Code) error {
		if fault.Is(err, code) {
			return nil // the expected answer if no store fails
		}
		return err
	}
	for _, test := range []struct {
		name      string
		task      func(ctx context.Context, f fixture, token string) error
		tolerated []string
	}{
		{"sign up", func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.SignUp(ctx, Registration{Username: "b1", Password: "tachy-cardia!", Name: "B", Caller: from})
			return err
		}, nil},
		{"log in", func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.LogIn(ctx, name, password, from)
			return err
		}, nil},
		{"log in from another network", func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.LogIn(ctx, name, password, Caller{Address: "198.51.100.9"})
			return err
		}, nil},
		{"log in with a wrong password", func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.LogIn(ctx, name, "wrong", from)
			return refused(err, fault.CredentialsInvalid)
		}, nil},
		{"log in with an unknown name", func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.LogIn(ctx, "nobody", "wrong", from)
			return refused(err, fault.CredentialsInvalid)
		}, nil},
		{"log in with an impossible name", func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.LogIn(ctx, "a b", "wrong", from)
			return refused(err, fault.CredentialsInvalid)
		}, nil},
		{"verify the password", func(ctx context.Context, f fixture, token string) error {
			_, _, err := f.VerifyPassword(ctx, token, password)
			return err
		}, nil},
		{"change the password", func(ctx context.Context, f fixture, token string) error {
			return f.ChangePassword(ctx, token, password, "brady-cardia!")
		}, nil},
		{"list sessions", func(ctx context.Context, f fixture, token string) error {
			_, _, err := f.Sessions(ctx, token)
			return err
		}, nil},
		{"log out", func(ctx context.Context, f fixture, token string) error { return f.LogOut(ctx, token) }, nil},
		{"log out everywhere", func(ctx context.Context, f fixture, token string) error { return f.LogOutEverywhere(ctx, token) }, nil},
		{"end the other sessions", func(ctx context.Context, f fixture, token string) error { return f.EndOtherSessions(ctx, token) }, nil},
		{"read the activity", func(ctx context.Context, f fixture, token string) error {
			_, _, err := f.Activity(ctx, token, "")
			return err
		}, nil},
		{"read the whole activity", func(ctx context.Context, f fixture, _ string) error {
			m, err := f.store.Member(ctx, name)
			if err != nil {
				return err
			}
			_, err = WholeActivity(ctx, f.store, m, f.clock.now())
			return err
		}, nil},
		{"be given a nonce", func(ctx context.Context, f fixture, token string) error {
			_, err := f.Challenge(ctx, token)
			return err
		}, nil},
		{"read the consent", func(ctx context.Context, f fixture, token string) error {
			_, err := f.Consent(ctx, token)
			return err
		}, nil},
		{"give consent", func(ctx context.Context, f fixture, token string) error { return f.GiveConsent(ctx, token, "1") }, nil},
		{"make recovery codes", func(ctx context.Context, f fixture, token string) error {
			_, _, err := f.MakeRecoveryCodes(ctx, token, password)
			return err
		}, nil},
		{"prove", func(ctx context.Context, f fixture, token string) error {
			s, err := f.Authenticate(ctx, token)
			if err != nil {
				return err
			}
			return f.Prove(ctx, s)
		}, nil},
		{"keep a number", func(ctx context.Context, f fixture, _ string) error { return f.KeepPK(ctx, 5000) }, nil},
		{"see the locks", func(ctx context.Context, f fixture, _ string) error {
			m, err := f.store.Member(ctx, name)
			if err != nil {
				return err
			}
			_, err = f.Locks(ctx, m, home)
			return err
		}, nil},
		{"unlock", func(ctx context.Context, f fixture, _ string) error {
			m, err := f.store.Member(ctx, name)
			if err != nil {
				return err
			}
			return f.Unlock(ctx, m, home)
		}, nil},
		{"hand a session over", func(ctx context.Context, f fixture, token string) error {
			h := NewHandOffs(f.store, f.Tokens, f.store, f.clock.now)
			code, err := h.Make(ctx, token)
			if err != nil {
				return err
			}
			_, _, err = h.Take(ctx, code, from)
			if fault.Is(err, fault.HandOffInvalid) {
				t.Errorf("a failing store makes the code invalid: %v", err)
			}
			return err
		}, nil},
		{"recover", func(ctx context.Context, f fixture, token string) error {
			codes, _, err := f.MakeRecoveryCodes(ctx, token, password)
			if err != nil {
				return err
			}
			return f.Recover(ctx, name, codes[0], "brady-cardia!", from)
		}, nil},
		{"recover with a wrong code", func(ctx context.Context, f fixture, _ string) error {
			return refused(f.Recover(ctx, name, "0000-0000", "brady-cardia!", from), fault.RecoveryInvalid)
		}, nil},
		{"recover with an impossible name", func(ctx context.Context, f fixture, _ string) error {
			return refused(f.Recover(ctx, "a b", "0000-0000", "brady-cardia!", from), fault.RecoveryInvalid)
		}, nil},
		{"end a session", func(ctx context.Context, f fixture, token string) error {
			all, err := f.store.SessionsOf(ctx, name)
			if err != nil {
				return err
			}
			for _, s := range all {
				if s.ID != sha256.Sum256([]byte(token)) {
					return f.EndSession(ctx, token, SessionName(s.ID))
				}
			}
			return errors.New("there is no other session")
		}, nil},
		{"name the member to a third party", func(ctx context.Context, f fixture, _ string) error {
			m, err := f.store.Member(ctx, name)
			if err != nil {
				return err
			}
			_, err = NewSubjects(f.store, rand.Reader).Of(ctx, m, "shop.example")
			return err
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				calls := newCalls()
				calls.Store = &storetest.Hooked{Store: new(memory.Store), Hook: hook}
				f := newFixtureOn(calls, &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, cheap)
				_, token, err := f.SignUp(t.Context(), Registration{Username: name, Password: password, Name: "A", Caller: from})
				_, _, second := f.LogIn(t.Context(), name, password, from)
				if err := errors.Join(err, second); err != nil {
					t.Fatal(err)
				}
				return func(ctx context.Context) error { return test.task(ctx, f, token) }
			}, test.tolerated...)
		})
	}
}
