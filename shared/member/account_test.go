package member_test

import (
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

func kinds(events []store.Event) (all []store.EventKind) {
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

func wantActivity(t *testing.T, p *people, token string, want ...store.EventKind) {
	t.Helper()
	events, _, err := p.Activity(t.Context(), token, "")
	if err != nil {
		t.Fatal(err)
	}
	got := kinds(events)
	if len(got) != len(want) {
		t.Fatalf("activity %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("activity %q, want %q", got, want)
		}
	}
}

func TestAChangedPasswordEndsTheOtherSessions(t *testing.T) {
	p := newPeople(t)
	own := p.signUp(t)
	p.now = p.now.Add(time.Minute)
	other, _ := p.logIn(t, "kim", right, home)
	p.now = p.now.Add(time.Minute)
	if err := p.ChangePassword(t.Context(), own, right, "a-new-secret"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Sessions(t.Context(), own); err != nil {
		t.Errorf("this session: %v", err)
	}
	if _, _, err := p.Sessions(t.Context(), other); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("the other session: %v", err)
	}
	if _, f := p.logIn(t, "kim", right, home); f == nil || f.Code != fault.CredentialsInvalid {
		t.Errorf("log-in with the old password: %v", f)
	}
	if _, f := p.logIn(t, "kim", "a-new-secret", home); f != nil {
		t.Errorf("log-in with the new password: %v", f)
	}
}

func TestAPasswordIsChangedOnlyByWhoKnowsItAndWithinTheRules(t *testing.T) {
	p := newPeople(t)
	token := p.signUp(t)
	for _, tt := range []struct {
		name, token, old, new string
		want                  fault.Code
	}{
		{"no session", "0123456789012345678901234567890123456789", right, "a-new-secret", fault.TokenInvalid},
		{"wrong password", token, wrong, "a-new-secret", fault.PasswordWrong},
		{"too short", token, right, "short", fault.PasswordTooShort},
		{"common", token, right, "password", fault.PasswordCommon},
	} {
		if err := p.ChangePassword(t.Context(), tt.token, tt.old, tt.new); !fault.Is(err, tt.want) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	for range 5 {
		p.ChangePassword(t.Context(), token, wrong, "a-new-secret")
	}
	if err := p.ChangePassword(t.Context(), token, right, "a-new-secret"); !fault.Is(err, fault.TooManyLogIns) {
		t.Errorf("after many wrong ones: %v", err)
	}
}

func TestSessionsAreListedAndEndedEverywhere(t *testing.T) {
	p := newPeople(t)
	first := p.signUp(t)
	p.now = p.now.Add(time.Minute)
	second, _ := p.logIn(t, "kim", right, home)
	own, all, err := p.Sessions(t.Context(), second)
	if err != nil || len(all) != 2 || all[1].ID != own.ID || all[0].ID == own.ID {
		t.Fatalf("sessions %+v, own %+v, %v", all, own, err)
	}
	if err := p.LogOutEverywhere(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{first, second} {
		if _, _, err := p.Sessions(t.Context(), token); !fault.Is(err, fault.TokenInvalid) {
			t.Errorf("afterwards: %v", err)
		}
	}
	if _, f := p.logIn(t, "kim", right, home); f != nil {
		t.Error(f)
	}
}

func TestWhatHappensToAnAccountIsNoted(t *testing.T) {
	p := newPeople(t)
	p.logIn(t, "kim", wrong, elsewhere) // before kim signed up
	p.now = p.now.Add(time.Second)
	token := p.signUp(t)
	steps := []func(){
		func() { p.logIn(t, "kim", wrong, home) },
		func() { p.logIn(t, "kim", right, home) },
		func() { p.GiveConsent(t.Context(), token, "2026-11") },
		func() { p.ChangePassword(t.Context(), token, right, "a-new-secret") },
	}
	for _, step := range steps {
		p.now = p.now.Add(time.Second)
		step()
	}
	wantActivity(t, p, token, member.PasswordChanged, member.ConsentGiven, member.LoggedIn, member.LogInFailed, member.SignedUp)
	c, err := p.Consent(t.Context(), token)
	if err != nil || !c.Holds("2026-11") || c.Holds("2027-01") {
		t.Errorf("consent %+v, %v", c, err)
	}
	p.now = p.now.Add(member.ActivityKeep)
	token, _ = p.logIn(t, "kim", "a-new-secret", home)
	wantActivity(t, p, token, member.LoggedIn)
}

func TestNothingThatAStrangerTypesIsKept(t *testing.T) {
	p := newPeople(t)
	const typed = "a-password-in-the-wrong-field"
	if _, f := p.logIn(t, typed, wrong, home); f == nil || f.Code != fault.CredentialsInvalid {
		t.Fatal(f)
	}
	if events, _, err := p.store.ActivityOf(t.Context(), typed, "", 10); err != nil || len(events) != 0 {
		t.Errorf("noted under what was typed: %v, %v", events, err)
	}
}

// Sessions end twice: the member's row voids them at once, and their own rows are
// deleted. The index that lists them may lag.
func TestEndedSessionsAreVoidAndGone(t *testing.T) {
	p := newPeople(t)
	own := p.signUp(t)
	p.logIn(t, "kim", right, home)
	left := func() int {
		t.Helper()
		all, err := p.store.SessionsOf(t.Context(), "kim")
		m, again := p.store.Member(t.Context(), "kim")
		if err != nil || again != nil || !m.TokensValidFrom.Equal(p.now) {
			t.Errorf("tokens are valid from %v, %v, %v", m.TokensValidFrom, err, again)
		}
		return len(all)
	}
	p.now = p.now.Add(time.Minute)
	if err := p.ChangePassword(t.Context(), own, right, "a-new-secret"); err != nil {
		t.Fatal(err)
	}
	if n := left(); n != 1 {
		t.Errorf("%d sessions after a change of the password, want 1", n)
	}
	p.now = p.now.Add(time.Minute)
	if err := p.LogOutEverywhere(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	if n := left(); n != 0 {
		t.Errorf("%d sessions after a log-out everywhere", n)
	}
}
