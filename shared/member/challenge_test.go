package member

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// challenged returns a session with a nonce.
func challenged(t *testing.T) (f fixture, nonce string, session store.Session) {
	t.Helper()
	f = newFixture(t)
	_, token, err := f.SignUp(t.Context(), Registration{Username: "kim", Password: "tachy-cardia!", Name: "n"})
	if err != nil {
		t.Fatal(err)
	}
	if nonce, err = f.Challenge(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if session, err = f.tokens.Authenticate(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	return f, nonce, session
}

func TestANonceDiesOnTime(t *testing.T) {
	for after, want := range map[time.Duration]bool{0: true, ChallengeLifetime - 1: true, ChallengeLifetime: false, time.Hour: false} {
		f, nonce, session := challenged(t)
		f.clock.turn(after)
		err := f.tokens.ConsumeChallenge(t.Context(), session, nonce)
		if (err == nil) != want || !want && !fault.Is(err, fault.ChallengeInvalid) {
			t.Errorf("after %v: %v", after, err)
		}
	}
}

func TestOnlyTheSessionsOwnNonceServes(t *testing.T) {
	f, nonce, session := challenged(t)
	for _, wrong := range []string{"", "0" + nonce[1:] + "0", strings.Repeat("0", len(nonce))} {
		if err := f.tokens.ConsumeChallenge(t.Context(), session, wrong); !fault.Is(err, fault.ChallengeInvalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if err := f.tokens.ConsumeChallenge(t.Context(), session, nonce); err != nil {
		t.Errorf("after the wrong ones: %v", err)
	}
	session.Challenge = store.Challenge{}
	if err := f.tokens.ConsumeChallenge(t.Context(), session, ""); !fault.Is(err, fault.ChallengeInvalid) {
		t.Errorf("a session without a nonce: %v", err)
	}
}

func TestANonceDoesNotServeWhenTheStoreFails(t *testing.T) {
	f, nonce, session := challenged(t)
	f.store.fail["TakeChallenge"] = store.ErrUnavailable
	if err := f.tokens.ConsumeChallenge(t.Context(), session, nonce); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
}

func TestANonceServesOnceEvenAtOnce(t *testing.T) {
	f, nonce, session := challenged(t)
	var served atomic.Int32
	var done sync.WaitGroup
	for range 32 {
		done.Go(func() {
			err := f.tokens.ConsumeChallenge(t.Context(), session, nonce) // all of them have read the session before
			if err == nil {
				served.Add(1)
			} else if !fault.Is(err, fault.ChallengeInvalid) {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if served.Load() != 1 {
		t.Errorf("it served %d times", served.Load())
	}
}

func TestAVoidSessionIsGivenNoNonce(t *testing.T) {
	f := newFixture(t)
	_, token, err := f.SignUp(t.Context(), Registration{Username: "kim", Password: "tachy-cardia!", Name: "n"})
	if err != nil {
		t.Fatal(err)
	}
	m := f.member(t, "kim")
	if err := f.store.VoidTokens(t.Context(), "kim", m.PK, f.clock.now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Challenge(t.Context(), token); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("error %v", err)
	}
}
