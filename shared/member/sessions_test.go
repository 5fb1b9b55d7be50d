package member

import (
	"slices"
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

func TestOneSessionIsAllowedAtLeast(t *testing.T) {
	f := newFixture(t)
	f.Tokens.limits.PerMember = 0
	_, first, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.turn(time.Minute)
	if err := f.logIn(t, oldPassword); err != nil {
		t.Fatal(err)
	}
	if n := len(f.sessions(t)); n != 1 {
		t.Errorf("%d sessions", n)
	}
	if _, err := f.Authenticate(t.Context(), first); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("the first one: %v", err)
	}
}

func TestANewSessionKnowsTheTemplate(t *testing.T) {
	f := newFixture(t)
	m, _, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.store.SetTemplate(t.Context(), m, store.Template{Version: "v", Key: "models/1/v", Made: f.clock.now()}, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.logIn(t, oldPassword); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(f.sessions(t), func(s store.Session) bool { return s.TemplateKey == "models/1/v" }) {
		t.Errorf("%+v", f.sessions(t))
	}
}

// The list has the member's own sessions that are still valid. One that was
// handed over comes after the session that it came from, and only with it.
func TestOfTheSessionsThoseAreAliveThatGoOn(t *testing.T) {
	f := newFixture(t)
	now := f.clock.now()
	m := store.Member{Username: "a1", PK: 7}
	session := func(id byte, change func(*store.Session)) store.Session {
		s := store.Session{ID: store.TokenID{id}, Username: "a1", PK: 7, Issued: now, Used: now, Expires: now.Add(time.Hour)}
		change(&s)
		return s
	}
	all := []store.Session{
		session(2, func(s *store.Session) { s.HandedBy = store.TokenID{1} }),
		session(3, func(s *store.Session) { s.HandedBy = store.TokenID{5} }), // handed over by a session that has ended
		session(4, func(s *store.Session) { s.HandedBy = store.TokenID{9} }), // handed over by a session that is gone
		session(5, func(s *store.Session) { s.Expires = now }),
		session(6, func(s *store.Session) { s.PK = 8 }),
		session(7, func(s *store.Session) { s.Issued = now.Add(-1) }),
		session(8, func(s *store.Session) { s.Username = "A1" }),
		session(1, func(*store.Session) {}),
	}
	var ids []byte
	for _, s := range f.Alive(all, m) {
		ids = append(ids, s.ID[0])
	}
	if !slices.Equal(ids, []byte{7, 1, 2}) {
		t.Errorf("%v", ids)
	}
}
