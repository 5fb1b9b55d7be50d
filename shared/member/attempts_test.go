package member_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/memory"
)

// people are the service on a store in memory, with a clock that tests turn.
type people struct {
	*member.Service
	tokens *member.Tokens
	store  *memory.Store
	now    time.Time
}

const home, elsewhere = "192.0.2.7", "198.51.100.9"

func newPeople(t *testing.T) *people {
	t.Helper()
	p := &people{store: new(memory.Store), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	clock := func() time.Time { return p.now }
	p.tokens = member.NewTokens(p.store, member.DefaultTokenLimits, clock, rand.Reader)
	cheap := argon2id.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}
	p.Service = member.NewService(p.store, p.tokens, argon2id.New(cheap, 4, rand.Reader), clock, rand.Reader)
	return p
}

const right, wrong = "correct-horse", "incorrect-horse"

// signUp returns a token of kim's.
func (p *people) signUp(t *testing.T) string {
	t.Helper()
	_, token, err := p.SignUp(t.Context(), member.Registration{Username: "kim", Password: right, Name: "Kim"})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (p *people) logIn(t *testing.T, name, password, address string) (string, *fault.Error) {
	t.Helper()
	_, token, err := p.LogIn(t.Context(), name, password, address)
	return token, faultIn(t, err)
}

// faultIn is the refusal that err is, nil for none.
func faultIn(t *testing.T, err error) *fault.Error {
	t.Helper()
	var f *fault.Error
	if err != nil && !errors.As(err, &f) {
		t.Fatal(err)
	}
	return f
}

// wantWait fails the test unless f asks to wait for so long, 0 for no refusal
// but for wrong credentials.
func wantWait(t *testing.T, f *fault.Error, wait time.Duration) {
	t.Helper()
	switch {
	case wait == 0 && (f == nil || f.Code == fault.CredentialsInvalid):
	case wait > 0 && f != nil && f.Code == fault.TooManyLogIns && f.RetryAfter == wait:
	default:
		t.Fatalf("refusal %+v, want a wait of %v", f, wait)
	}
}

func TestAfterFiveWrongPasswordsEachNextLogInWaitsLonger(t *testing.T) {
	for _, name := range []string{"kim", "nobody"} {
		t.Run(name, func(t *testing.T) {
			p := newPeople(t)
			p.signUp(t)
			for range 5 {
				_, f := p.logIn(t, name, wrong, home)
				wantWait(t, f, 0)
			}
			for wait := time.Second; wait < 15*time.Minute; wait *= 2 {
				_, f := p.logIn(t, name, right, home)
				wantWait(t, f, min(wait, 15*time.Minute))
				p.now = p.now.Add(wait)
				_, f = p.logIn(t, name, wrong, home)
				wantWait(t, f, 0)
			}
			_, f := p.logIn(t, name, right, home)
			wantWait(t, f, 15*time.Minute) // and no longer, however many
		})
	}
}

func TestTheRightPasswordInTimeEndsTheWaiting(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	for range 5 {
		p.logIn(t, "kim", wrong, home)
	}
	p.now = p.now.Add(time.Second)
	if _, f := p.logIn(t, "kim", right, home); f != nil {
		t.Fatal(f)
	}
	for range 5 {
		_, f := p.logIn(t, "kim", wrong, home)
		wantWait(t, f, 0)
	}
}

func TestWhoGuessesElsewhereDoesNotKeepAMemberOut(t *testing.T) {
	p := newPeople(t)
	token := p.signUp(t)
	for range 19 {
		p.logIn(t, "kim", wrong, elsewhere)
		p.now = p.now.Add(15 * time.Minute)
	}
	if _, f := p.logIn(t, "kim", right, home); f != nil {
		t.Errorf("log-in at home: %v", f)
	}
	for i := range 60 { // from many places: the member waits too, but never longer than five minutes
		p.logIn(t, "kim", wrong, fmt.Sprint("203.0.113.", i))
	}
	if _, f := p.logIn(t, "kim", right, home); f == nil || f.Code != fault.TooManyLogIns || f.RetryAfter > 5*time.Minute {
		t.Errorf("log-in while many guess: %+v", f)
	}
	if _, _, err := p.Sessions(t.Context(), token); err != nil {
		t.Errorf("the session there was: %v", err)
	}
	p.now = p.now.Add(5 * time.Minute)
	if _, f := p.logIn(t, "kim", right, home); f != nil {
		t.Errorf("log-in after five minutes: %v", f)
	}
}

func TestWhoTriesManyNamesFromOneNetworkWaits(t *testing.T) {
	p := newPeople(t)
	for i := range 100 {
		_, f := p.logIn(t, fmt.Sprint("name", i), wrong, elsewhere)
		wantWait(t, f, 0)
	}
	_, f := p.logIn(t, "another", wrong, elsewhere)
	wantWait(t, f, time.Second)
	_, f = p.logIn(t, "another", wrong, home)
	wantWait(t, f, 0)
}

func TestOnlyWrongCredentialsCount(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	for range 30 { // at once and one after the other
		if _, f := p.logIn(t, "kim", right, home); f != nil {
			t.Fatal(f)
		}
	}
	for range 5 {
		p.logIn(t, "kim", wrong, home)
	}
	for range 30 { // refused ones make the wait no longer
		_, f := p.logIn(t, "kim", wrong, home)
		wantWait(t, f, time.Second)
	}
}

func TestFailuresAreForgottenADayAfterTheLast(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	for range 4 {
		p.logIn(t, "kim", wrong, home)
	}
	p.now = p.now.Add(24 * time.Hour)
	for range 5 {
		_, f := p.logIn(t, "kim", wrong, home)
		wantWait(t, f, 0)
	}
}
