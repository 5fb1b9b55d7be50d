package member

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// The note of a failed attempt has its network, if known. For a name without a
// member one of 256 entries is written.
func TestAFailureIsNotedWithItsNetwork(t *testing.T) {
	for address, networks := range map[string]int{home: 1, "": 0, "unknown": 0} {
		f := newFixture(t)
		if _, _, err := f.SignUp(t.Context(), registration("a1")); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a1", "nobody"} {
			if _, _, err := f.LogIn(t.Context(), name, "wrong-password", Caller{Address: address}); !fault.Is(err, fault.CredentialsInvalid) {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"a1", "#nobody:63"} { // the first byte of a SHA-256
			events, _, err := f.store.ActivityOf(t.Context(), name, "", 100)
			failed := slices.IndexFunc(events, func(e store.Event) bool { return e.Kind == LogInFailed })
			if err != nil || failed < 0 || len(events[failed].Networks) != networks {
				t.Errorf("from %q, %s: %+v, %v", address, name, events, err)
			}
		}
	}
}

// The time of the last log-in from a network is exact to a day.
func TestANetworkIsRecordedOnceADay(t *testing.T) {
	f := newFixture(t)
	if _, _, err := f.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: Caller{Address: home}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		wait    time.Duration
		address string
		writes  int
	}{
		{24*time.Hour - 1, home, 0}, {1, home, 1}, {23 * time.Hour, home, 0}, {time.Hour, home, 1},
		{0, "198.51.100.9", 1}, {0, "198.51.100.77", 0}, {0, "", 0},
	} {
		f.clock.turn(tt.wait)
		f.store.take()
		if _, _, err := f.LogIn(t.Context(), "a1", oldPassword, Caller{Address: tt.address}); err != nil {
			t.Fatal(err)
		}
		if writes := f.store.take()["RecordNetwork"]; writes != tt.writes {
			t.Errorf("after %v from %q: %d writes", tt.wait, tt.address, writes)
		}
	}
}

// kept notes until when attempts are kept, by the kind of their counter.
type kept struct {
	storetest.Store
	mu    *sync.Mutex // counters are asked side by side
	until map[string]time.Duration
}

func (k kept) AdmitAttempt(ctx context.Context, key string, b store.Backoff, at, expires time.Time) error {
	kind, _, _ := strings.Cut(key, ":")
	k.mu.Lock()
	k.until[kind] = expires.Sub(at)
	k.mu.Unlock()
	return k.Store.AdmitAttempt(ctx, key, b, at, expires)
}

func TestAttemptsAreKeptUntilTheyAreForgotten(t *testing.T) {
	f := newFixture(t)
	k := kept{f.store, new(sync.Mutex), make(map[string]time.Duration)}
	s := NewService(k, f.Tokens, f.hasher, f.clock.now, rand.Reader)
	from := Caller{Address: home}
	_, token, err := s.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: from})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		second(s.LogIn(t.Context(), "a1", oldPassword, from)), second(s.VerifyPassword(t.Context(), token, oldPassword)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := second(s.LogIn(t.Context(), "nobody", oldPassword, from)); !fault.Is(err, fault.CredentialsInvalid) {
		t.Fatal(err)
	}
	if err := (Moves{s, f.store}).mark(t.Context(), 5000); err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Duration{
		"known": 30 * days, "both": 24 * time.Hour, "name": 30 * days, "address": time.Hour, "session": 30 * days, "sign-ups": time.Hour, "moved": 36500 * days,
	}
	if !maps.Equal(k.until, want) {
		t.Errorf("got %v, want %v", k.until, want)
	}
}

func TestALockEndsWhenItIsForgotten(t *testing.T) {
	f := newFixture(t)
	m, _, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	f.LogIn(t.Context(), "a1", "wrong-password", Caller{Address: "198.51.100.9"})
	for _, tt := range []struct {
		wait  time.Duration
		locks int
	}{{0, 1}, {30*days - 1, 1}, {1, 0}} {
		f.clock.turn(tt.wait)
		if locks, err := f.Locks(t.Context(), m); err != nil || len(locks) != tt.locks {
			t.Errorf("%v later: %+v, %v", tt.wait, locks, err)
		}
	}
}

// A session whose member is gone, or that was voided, verifies no password.
func TestThePasswordBesideATokenThatIsNone(t *testing.T) {
	f := newFixture(t)
	m, token, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.turn(time.Second)
	if err := f.store.VoidTokens(t.Context(), "a1", m.PK, f.clock.now()); err != nil {
		t.Fatal(err)
	}
	if err := second(f.VerifyPassword(t.Context(), token, oldPassword)); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("voided: %v", err)
	}
	if err := f.store.DeleteMember(t.Context(), "a1", m.PK); err != nil {
		t.Fatal(err)
	}
	if err := second(f.VerifyPassword(t.Context(), token, oldPassword)); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("without a member: %v", err)
	}
}

func TestTheTenthFailureAtAKnownNetworkIsTheLastFreeOne(t *testing.T) {
	f := newFixture(t)
	from := Caller{Address: home}
	if _, _, err := f.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: from}); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := second(f.LogIn(t.Context(), "a1", "wrong-password", from)); !fault.Is(err, fault.CredentialsInvalid) {
			t.Fatal(err)
		}
	}
	f.store.take()
	if err := second(f.LogIn(t.Context(), "a1", oldPassword, from)); !fault.Is(err, fault.TooManyLogIns) || f.store.take()["AdmitAttempt"] != 0 {
		t.Errorf("%v", err)
	}
}

func TestANetworkThatIsKnownPushesNoneOut(t *testing.T) {
	f := newFixture(t)
	for i := range maxNetworks {
		address := "10.0." + strconv.Itoa(i) + ".1"
		f.clock.turn(time.Minute)
		var err error
		if i == 0 {
			_, _, err = f.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: Caller{Address: address}})
		} else {
			_, _, err = f.LogIn(t.Context(), "a1", oldPassword, Caller{Address: address})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f.clock.turn(48 * time.Hour)
	if _, _, err := f.LogIn(t.Context(), "a1", oldPassword, Caller{Address: "10.0.5.1"}); err != nil {
		t.Fatal(err)
	}
	if n := len(f.member(t, "a1").Networks); n != 12 {
		t.Errorf("%d networks", n)
	}
}
