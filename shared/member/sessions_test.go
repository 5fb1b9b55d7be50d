package member

import (
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// threeSessions returns a fixture with a member a1 who has logged in three times,
// from two networks, a second apart.
func threeSessions(t *testing.T) (f fixture, tokens []string) {
	t.Helper()
	f = newFixture(t)
	r := registration("a1")
	r.Caller = Caller{Address: home, Client: store.Client{App: "Chrome", System: "Windows"}}
	_, token, err := f.SignUp(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	tokens = []string{token}
	for _, from := range []Caller{{Address: home}, {Address: "203.0.113.9", Client: store.Client{App: "okhttp", System: "Android"}}} {
		f.clock.turn(time.Second)
		_, token, err := f.LogIn(t.Context(), "a1", oldPassword, from)
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	return f, tokens
}

func TestSessionsRememberTheirClientAndNetwork(t *testing.T) {
	f, _ := threeSessions(t)
	all := f.sessions(t)
	if all[0].Client.App != "Chrome" || all[1].Client != (store.Client{}) || all[2].Client.System != "Android" {
		t.Errorf("clients %v, %v, %v", all[0].Client, all[1].Client, all[2].Client)
	}
	if all[0].Network == "" || all[0].Network != all[1].Network || all[2].Network == all[0].Network {
		t.Errorf("networks %q, %q, %q", all[0].Network, all[1].Network, all[2].Network)
	}
}

func TestOneSessionIsEndedByItsName(t *testing.T) {
	f, tokens := threeSessions(t)
	all := f.sessions(t)
	if err := f.EndSession(t.Context(), tokens[0], SessionName(all[2].ID)); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, true, false} {
		if _, _, err := f.Sessions(t.Context(), tokens[i]); (err == nil) != want {
			t.Errorf("session %d: %v", i, err)
		}
	}
	for _, name := range []string{SessionName(all[2].ID), "", "0123456789abcdef", "others"} {
		if err := f.EndSession(t.Context(), tokens[0], name); !fault.Is(err, fault.SessionUnknown) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if n := f.kinds(t)[SessionEnded]; n != 1 {
		t.Errorf("activity tells of it %d times", n)
	}
}

func TestNobodyEndsAnothersSession(t *testing.T) {
	f, _ := threeSessions(t)
	_, stranger, err := f.SignUp(t.Context(), registration("b1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.sessions(t) {
		if err := f.EndSession(t.Context(), stranger, SessionName(s.ID)); !fault.Is(err, fault.SessionUnknown) {
			t.Errorf("%v", err)
		}
	}
	if left := f.sessions(t); len(left) != 3 {
		t.Errorf("%d sessions are left", len(left))
	}
}

func TestAllOtherSessionsEndAtOnce(t *testing.T) {
	f, tokens := threeSessions(t)
	f.clock.turn(time.Minute)
	if err := f.EndOtherSessions(t.Context(), tokens[1]); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, false} {
		if _, _, err := f.Sessions(t.Context(), tokens[i]); (err == nil) != want {
			t.Errorf("session %d: %v", i, err)
		}
	}
	if left := f.sessions(t); len(left) != 1 {
		t.Errorf("%d sessions are left", len(left))
	}
	if err := f.EndOtherSessions(t.Context(), tokens[0]); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("an ended session: %v", err)
	}
}
