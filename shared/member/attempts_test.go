package member_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/memory"
)

// people is the service on a store in memory, with a clock that tests set.
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

// signUp signs kim up and returns a token.
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
	_, token, err := p.LogIn(t.Context(), name, password, member.Caller{Address: address})
	return token, faultIn(t, err)
}

// faultIn returns the refusal in err, nil for none.
func faultIn(t *testing.T, err error) *fault.Error {
	t.Helper()
	var f *fault.Error
	if err != nil && !errors.As(err, &f) {
		t.Fatal(err)
	}
	return f
}

// wantWait fails the test unless f states this wait; for 0 it must be no refusal,
// or that of wrong credentials.
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
			wantWait(t, f, 15*time.Minute) // and no longer after more attempts
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

// guess tries wrong passwords until there were n, each from a network of its own,
// and a day apart if it has to wait.
func (p *people) guess(t *testing.T, name string, n int) {
	t.Helper()
	for i := 0; i < n; {
		_, f := p.logIn(t, name, wrong, fmt.Sprintf("203.%d.%d.9", i/256, i%256))
		switch {
		case f != nil && f.Code == fault.CredentialsInvalid:
			i++
		case f != nil && f.Code == fault.TooManyLogIns:
			p.now = p.now.Add(f.RetryAfter)
		default:
			t.Fatal(f)
		}
	}
}

func TestStrangersWaitForEachOtherAtMostFiveMinutes(t *testing.T) {
	for _, name := range []string{"kim", "nobody"} {
		p := newPeople(t)
		p.signUp(t)
		p.guess(t, name, 20)
		for wait := time.Second; wait < 10*time.Minute; wait *= 2 {
			_, f := p.logIn(t, name, wrong, elsewhere)
			wantWait(t, f, min(wait, 5*time.Minute))
			p.guess(t, name, 1)
		}
	}
}

func TestWhoGotInBeforeIsKeptOutByNoStranger(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	token, f := p.logIn(t, "kim", right, home)
	if f != nil {
		t.Fatal(f)
	}
	p.guess(t, "kim", 100)
	if _, f := p.logIn(t, "kim", right, "192.0.2.200"); f != nil {
		t.Errorf("log-in in the network at home: %v", f)
	}
	if err := p.ChangePassword(t.Context(), token, right, "a-new-secret"); err != nil {
		t.Errorf("change of the password: %v", err)
	}
	if _, f := p.logIn(t, "kim", "a-new-secret", elsewhere); f != nil {
		t.Errorf("log-in elsewhere with another password, of which nothing was guessed: %v", f)
	}
}

func TestAfterAHundredGuessesThePasswordAloneIsNotEnoughElsewhere(t *testing.T) {
	for _, name := range []string{"kim", "nobody"} {
		p := newPeople(t)
		p.signUp(t)
		p.guess(t, name, 100)
		for _, password := range []string{right, wrong} {
			if _, f := p.logIn(t, name, password, elsewhere); f == nil || f.Code != fault.LogInElsewhere {
				t.Errorf("%s: %v", name, f)
			}
		}
		p.now = p.now.Add(30*24*time.Hour - time.Second)
		if _, f := p.logIn(t, name, wrong, elsewhere); f == nil || f.Code != fault.LogInElsewhere {
			t.Errorf("%s, within thirty days: %v", name, f)
		}
		p.now = p.now.Add(time.Second)
		_, f := p.logIn(t, name, wrong, elsewhere)
		wantWait(t, f, 0)
	}
}

func TestAMemberIsKnownFromAFewNetworks(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	network := func(i int) string { return fmt.Sprintf("10.0.%d.1", i) }
	for i := range 14 {
		if _, f := p.logIn(t, "kim", right, network(i)); f != nil {
			t.Fatal(f)
		}
		p.now = p.now.Add(time.Minute)
	}
	p.logIn(t, "kim", right, "2001:db8:1:2:3::4")
	p.logIn(t, "kim", right, "")
	p.guess(t, "kim", 100)
	for address, known := range map[string]bool{
		network(0): false, network(2): false, network(3): true, network(13): true, "2001:db8:1:2:ffff::1": true, "2001:db8:1:3::1": false, "": false,
	} {
		if _, f := p.logIn(t, "kim", right, address); (f == nil) != known {
			t.Errorf("from %q: %v", address, f)
		}
	}
}

func TestOfAThousandGuessesAtOnceTheFreeOnesAreCompared(t *testing.T) {
	for address, free := range map[string]int{elsewhere: 5, home: 10} {
		p := newPeople(t)
		p.signUp(t)
		p.logIn(t, "kim", right, home)
		var mu sync.Mutex
		answers := map[fault.Code]int{}
		var all sync.WaitGroup
		for range 1000 {
			all.Go(func() {
				_, _, err := p.LogIn(t.Context(), "kim", wrong, member.Caller{Address: address})
				var f *fault.Error
				errors.As(err, &f)
				mu.Lock()
				defer mu.Unlock()
				answers[f.Code]++
			})
		}
		all.Wait()
		if answers[fault.CredentialsInvalid] > free || answers[fault.CredentialsInvalid]+answers[fault.TooManyLogIns] != 1000 {
			t.Errorf("%s: %v", address, answers)
		}
	}
}

func TestThePasswordBesideATokenIsGuessedFiftyTimes(t *testing.T) {
	p := newPeople(t)
	token := p.signUp(t)
	for guesses := 0; guesses < 50; {
		err := p.ChangePassword(t.Context(), token, wrong, "a-new-secret")
		switch f := faultIn(t, err); f.Code {
		case fault.PasswordWrong:
			guesses++
		case fault.TooManyLogIns:
			p.now = p.now.Add(f.RetryAfter)
		default:
			t.Fatal(f)
		}
	}
	if err := p.ChangePassword(t.Context(), token, right, "a-new-secret"); !fault.Is(err, fault.LogInAgain) {
		t.Errorf("the right password: %v", err)
	}
	again, f := p.logIn(t, "kim", right, elsewhere)
	if f != nil {
		t.Fatalf("a log-in: %v", f)
	}
	if err := p.ChangePassword(t.Context(), again, right, "a-new-secret"); err != nil {
		t.Errorf("with the session of a new log-in: %v", err)
	}
}

func TestNeighboursAtOneAddressWaitBriefly(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	p.logIn(t, "kim", right, home)
	for i := range 300 { // one household guesses at others' names
		if _, f := p.logIn(t, fmt.Sprint("name", i), wrong, home); f.Code == fault.TooManyLogIns {
			p.now = p.now.Add(f.RetryAfter)
		}
	}
	if _, f := p.logIn(t, "kim", right, home); f != nil {
		t.Errorf("who is known there: %v", f)
	}
	if _, f := p.logIn(t, "another", wrong, home); f.Code == fault.TooManyLogIns && f.RetryAfter > 30*time.Second {
		t.Errorf("who is not: %+v", f)
	}
}

func TestASuccessForgivesItsOwnNameOnly(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	for i := range 99 {
		p.logIn(t, fmt.Sprint("name", i), wrong, elsewhere)
	}
	if _, f := p.logIn(t, "kim", right, elsewhere); f != nil {
		t.Fatal(f)
	}
	_, f := p.logIn(t, "another", wrong, elsewhere)
	wantWait(t, f, 0)
	_, f = p.logIn(t, "yet-another", wrong, elsewhere)
	wantWait(t, f, time.Second)
}

func TestImpossibleNamesCountToo(t *testing.T) {
	p := newPeople(t)
	for range 100 {
		_, f := p.logIn(t, "a b", wrong, elsewhere)
		wantWait(t, f, 0)
	}
	_, f := p.logIn(t, "a b", wrong, elsewhere)
	wantWait(t, f, time.Second)
	_, f = p.logIn(t, "a b", wrong, home)
	wantWait(t, f, 0)
}

func TestSignUpsFromOneAddressAreLimited(t *testing.T) {
	p := newPeople(t)
	signUp := func(i int, address string) *fault.Error {
		_, _, err := p.SignUp(t.Context(), member.Registration{Username: fmt.Sprint("kim", i), Password: right, Name: "Kim", Caller: member.Caller{Address: address}})
		return faultIn(t, err)
	}
	for i := range 100 {
		if f := signUp(i/2, elsewhere); f != nil && f.Code != fault.UsernameTaken {
			t.Fatal(f)
		}
	}
	if f := signUp(100, elsewhere); f == nil || f.Code != fault.TooManySignUps || f.RetryAfter != time.Second {
		t.Errorf("another: %+v", f)
	}
	if f := signUp(100, home); f != nil {
		t.Errorf("at another address: %v", f)
	}
	p.now = p.now.Add(time.Hour)
	if f := signUp(101, elsewhere); f != nil {
		t.Errorf("an hour later: %v", f)
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
	for range 10 {
		p.logIn(t, "kim", wrong, home)
	}
	for range 30 { // refused attempts do not extend the wait
		_, f := p.logIn(t, "kim", wrong, home)
		wantWait(t, f, time.Second)
	}
}

func TestFailuresAreForgottenADayAfterTheLast(t *testing.T) {
	p := newPeople(t)
	p.signUp(t)
	for range 5 {
		p.logIn(t, "kim", wrong, home)
	}
	p.now = p.now.Add(24*time.Hour - time.Second)
	_, f := p.logIn(t, "kim", wrong, home)
	wantWait(t, f, 0)
	_, f = p.logIn(t, "kim", wrong, home)
	wantWait(t, f, 2*time.Second)
	p.now = p.now.Add(24 * time.Hour)
	for range 5 {
		_, f := p.logIn(t, "kim", wrong, home)
		wantWait(t, f, 0)
	}
}
