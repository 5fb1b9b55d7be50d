package member

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/memory"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// old returns an account of another server, with two tokens.
func old(f fixture) Account {
	return Account{
		PK: 5000, PasswordHash: "hash", Joined: f.clock.now().Add(-1000 * time.Hour),
		Registration: Registration{Username: "a1", Name: "A"},
		Tokens: []Credential{
			{strings.Repeat("1", 40), f.clock.now().Add(-time.Hour)},
			{strings.Repeat("2", 40), f.clock.now().Add(-2 * time.Hour)},
		},
	}
}

func moves(f fixture) Moves { return NewMoves(f.Service, f.store) }

func TestAMemberMovesWithPKPasswordAndTokens(t *testing.T) {
	f := newFixture(t)
	a, now := old(f), f.clock.now()
	if err := moves(f).Move(t.Context(), a, false); err != nil {
		t.Fatal(err)
	}
	m := f.member(t, "a1")
	if m.PK != a.PK || m.PasswordHash != a.PasswordHash || !m.Created.Equal(a.Joined) || m.Name != "A" {
		t.Errorf("moved as %+v", m)
	}
	if n := len(f.sessions(t)); n != len(a.Tokens) {
		t.Errorf("%d sessions", n)
	}
	for _, c := range a.Tokens {
		s, err := f.Authenticate(t.Context(), c.Token)
		want := store.Session{
			ID: sha256.Sum256([]byte(c.Token)), Username: "a1", PK: a.PK, Issued: c.Issued, Used: now,
			Expires: now.Add(30 * 24 * time.Hour), Due: now.Add(7 * 24 * time.Hour), ValidFrom: m.TokensValidFrom,
		}
		if err != nil || fmt.Sprintf("%+v", s) != fmt.Sprintf("%+v", want) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, s, want)
		}
		if err := f.Confirm(s, m); err != nil {
			t.Errorf("a token that moved: %v", err)
		}
	}
	events, _, err := f.store.ActivityOf(t.Context(), "a1", "", 100)
	if err != nil || len(events) == 0 || events[0].Kind != MovedHere {
		t.Errorf("activity %+v, %v", events, err)
	}
}

func TestAMemberWithoutTokensMovesAndIsTold(t *testing.T) {
	f := newFixture(t)
	a := old(f)
	a.Tokens, a.Joined = nil, time.Time{}
	if err := moves(f).Move(t.Context(), a, false); err != nil {
		t.Fatal(err)
	}
	if m := f.member(t, "a1"); !m.Created.Equal(f.clock.now()) {
		t.Errorf("a member who joined nobody knows when is created %v", m.Created)
	}
	events, _, err := f.store.ActivityOf(t.Context(), "a1", "", 100)
	if err != nil || len(events) != 1 || events[0].Kind != MovedHere {
		t.Errorf("activity %+v, %v", events, err)
	}
}

func TestADryMoveWritesNothing(t *testing.T) {
	f := newFixture(t)
	f.store.take()
	if err := moves(f).Move(t.Context(), old(f), true); err != nil {
		t.Fatal(err)
	}
	for method := range f.store.take() {
		if method != "MemberWithAttempts" && method != "MemberByPK" {
			t.Errorf("%s is called", method)
		}
	}
}

func TestAMemberMovesOnce(t *testing.T) {
	f := newFixture(t)
	a := old(f)
	for i, dry := range []bool{false, false, true} {
		if err := moves(f).Move(t.Context(), a, dry); (i == 0) != (err == nil) || i > 0 && !errors.Is(err, ErrMoved) {
			t.Errorf("time %d: %v", i, err)
		}
	}
	if err := f.store.DeleteMember(t.Context(), "a1", a.PK); err != nil {
		t.Fatal(err)
	}
	f.clock.turn(50 * 365 * 24 * time.Hour)
	if err := moves(f).Move(t.Context(), a, false); !errors.Is(err, ErrMoved) {
		t.Errorf("a member who left is moved once more: %v", err)
	}
	if _, err := f.store.Member(t.Context(), "a1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the member who left is back: %v", err)
	}
}

func TestWhoMayNotMove(t *testing.T) {
	const most = pkBlocks * pkBlockSize
	for _, tt := range []struct {
		name   string
		before func(t *testing.T, f fixture)
		change func(a *Account)
		want   func(error) bool
	}{
		{"a name that another has", func(t *testing.T, f fixture) {
			if err := f.store.CreateMember(t.Context(), store.Member{Username: "a1", PK: 9}); err != nil {
				t.Fatal(err)
			}
		}, nil, func(err error) bool { return fault.Is(err, fault.UsernameTaken) }},
		{"a pk that another has", func(t *testing.T, f fixture) {
			if err := f.store.CreateMember(t.Context(), store.Member{Username: "b1", PK: 5000}); err != nil {
				t.Fatal(err)
			}
		}, nil, func(err error) bool { return errors.Is(err, ErrPKTaken) }},
		{"a pk of a block from which they are drawn here", func(t *testing.T, f fixture) {
			if err := f.store.ClaimPKBlock(t.Context(), 5000/pkBlockSize, "a process"); err != nil {
				t.Fatal(err)
			}
		}, nil, func(err error) bool { return errors.Is(err, ErrPKTaken) }},
		{"no pk", nil, func(a *Account) { a.PK = 0 }, invalidField("pk")},
		{"a pk below all", nil, func(a *Account) { a.PK = -1 }, invalidField("pk")},
		{"a pk beyond all", nil, func(a *Account) { a.PK = most }, invalidField("pk")},
		{"the least pk", nil, func(a *Account) { a.PK = 1 }, func(err error) bool { return err == nil }},
		{"the last pk", nil, func(a *Account) { a.PK = most - 1 }, func(err error) bool { return err == nil }},
		{"an impossible name", nil, func(a *Account) { a.Username = "a b" }, func(err error) bool { return err != nil }},
		{"an impossible detail", nil, func(a *Account) { a.Name = strings.Repeat("x", 10000) }, func(err error) bool { return err != nil }},
		{"no token", nil, func(a *Account) { a.Tokens[1].Token = "short" }, func(err error) bool { return err != nil }},
		{"the future", nil, func(a *Account) { a.Joined = a.Joined.Add(10000 * time.Hour) }, func(err error) bool { return err == nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			if tt.before != nil {
				tt.before(t, f)
			}
			a := old(f)
			if tt.change != nil {
				tt.change(&a)
			}
			err := moves(f).Move(t.Context(), a, false)
			if !tt.want(err) {
				t.Fatalf("got %v", err)
			}
			m, notThere := f.store.Member(t.Context(), "a1")
			if err != nil && notThere == nil && m.PK == a.PK || err == nil && m.Created.After(f.clock.now()) {
				t.Errorf("left %+v", m)
			}
			if err != nil && len(f.sessions(t)) > 0 {
				t.Error("a token is left")
			}
		})
	}
}

func invalidField(name string) func(error) bool {
	return func(err error) bool {
		var f *fault.Error
		return errors.As(err, &f) && f.Code == fault.FieldInvalid && f.Params["field"] == name
	}
}

// A move that fails midway reports it, and can be repeated.
func TestAMoveThatFailsMidwayIsRepeated(t *testing.T) {
	for name, change := range map[string]func(*Account){
		"with tokens":    func(*Account) {},
		"without tokens": func(a *Account) { a.Tokens = nil },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				calls, rows := newCalls(), new(memory.Store)
				calls.Store = &storetest.Hooked{Store: rows, Hook: hook}
				f := newFixtureOn(calls, &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, cheap)
				a := old(f)
				change(&a)
				return func(ctx context.Context) error {
					err := moves(f).Move(ctx, a, false)
					if errors.Is(err, ErrMoved) {
						t.Errorf("the first time: %v", err)
					}
					if err != nil {
						if again := moves(f).Move(ctx, a, false); again != nil && !errors.Is(again, ErrMoved) {
							t.Errorf("the second time: %v", again)
						}
					}
					sessions, err1 := rows.SessionsOf(ctx, "a1")
					m, marks, err2 := rows.MemberWithAttempts(ctx, "a1", []string{movedKey(a.PK)})
					if err1 != nil || err2 != nil || m == nil || m.PK != a.PK || len(sessions) != len(a.Tokens) || marks[0].Failures != 1 {
						t.Errorf("moved as %+v with %d sessions, marked %+v", m, len(sessions), marks)
					}
					return err
				}
			})
		})
	}
}

func TestLocksAreShownAndTakenAway(t *testing.T) {
	f := newFixture(t)
	const away = "198.51.100.9"
	_, token, err := f.SignUp(t.Context(), Registration{Username: "a1", Password: "tachy-cardia!", Name: "A", Caller: Caller{Address: home}})
	if err != nil {
		t.Fatal(err)
	}
	locks := func(addresses ...string) []Lock {
		t.Helper()
		all, err := f.Locks(t.Context(), f.member(t, "a1"), addresses...)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if got := locks(home, away); got != nil {
		t.Errorf("without a failure %+v", got)
	}
	for range 3 {
		if _, _, err := f.LogIn(t.Context(), "a1", "wrong", Caller{Address: home}); !fault.Is(err, fault.CredentialsInvalid) {
			t.Fatal(err)
		}
	}
	if _, _, err := f.LogIn(t.Context(), "a1", "wrong", Caller{Address: away}); !fault.Is(err, fault.CredentialsInvalid) {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(locks(home, away)), "[{ 1 0s false} {192.0.2.7 3 0s false} {198.51.100.9 1 0s false}]"; got != want {
		t.Errorf("locks %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(locks()), "[{ 1 0s false}]"; got != want {
		t.Errorf("without addresses %s, want %s", got, want)
	}
	free := knownCounter("a1", networkOf(home)).Free
	for range free - 3 {
		f.LogIn(t.Context(), "a1", "wrong", Caller{Address: home})
	}
	if got := locks(home); len(got) != 2 || got[1].Failures != free || got[1].Wait <= 0 || got[1].Exhausted {
		t.Errorf("after %d failures %+v", free, got)
	}
	if _, _, err := f.VerifyPassword(t.Context(), token, "wrong"); err == nil {
		t.Fatal("a wrong password is right")
	}
	session := sessionCounter(f.sessions(t)[0]).key
	counted := func() int {
		t.Helper()
		_, attempts, err := f.store.MemberWithAttempts(t.Context(), "a1", []string{session})
		if err != nil {
			t.Fatal(err)
		}
		return attempts[0].Failures
	}
	if counted() != 1 {
		t.Fatalf("the session counts %d", counted())
	}
	if err := f.Unlock(t.Context(), f.member(t, "a1"), home, away); err != nil {
		t.Fatal(err)
	}
	if got := locks(home, away); got != nil || counted() != 0 {
		t.Errorf("unlocked, and there are %+v, and %d of the session", got, counted())
	}
	f.LogIn(t.Context(), "a1", "wrong", Caller{Address: home})
	f.clock.turn(1000 * 24 * time.Hour)
	if got := locks(home); got != nil {
		t.Errorf("long after a failure %+v", got)
	}
}
