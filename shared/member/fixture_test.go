package member

import (
	"context"
	"crypto/rand"
	"maps"
	"sync"
	"testing"
	"time"

	"systole/shared/member/argon2id"
	"systole/shared/memory"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// calls is a store in memory that counts the calls of each method and makes some
// of them fail before they take effect.
type calls struct {
	storetest.Store
	mu   sync.Mutex
	made map[string]int
	fail map[string]error // by method
}

func newCalls() *calls {
	c := &calls{made: map[string]int{}, fail: map[string]error{}}
	c.Store = &storetest.Hooked{Store: new(memory.Store), Hook: c.call}
	return c
}

func (c *calls) call(_ context.Context, method string, do func() error) error {
	c.mu.Lock()
	c.made[method]++
	err := c.fail[method]
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return do()
}

// take returns the calls since the last take.
func (c *calls) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	made := maps.Clone(c.made)
	clear(c.made)
	return made
}

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

const home = "192.0.2.7"

// cheap is a cost that keeps tests fast; argon2id.DefaultCost is tested in its
// own package.
var cheap = argon2id.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

// fixture is a service on a store in memory and a clock.
type fixture struct {
	*Service
	*Tokens
	store *calls
	clock *clock
}

func newFixture(t testing.TB) fixture {
	t.Helper()
	return newFixtureOn(newCalls(), &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, cheap)
}

func newFixtureOn(s *calls, c *clock, cost argon2id.Cost) fixture {
	tokens := NewTokens(s, TokenLimits{PerMember: 3, Lifetime: 30 * 24 * time.Hour, Idle: 7 * 24 * time.Hour}, c.now, rand.Reader)
	return fixture{
		Service: NewService(s, tokens, argon2id.New(cost, 4, rand.Reader), c.now, rand.Reader),
		Tokens:  tokens,
		store:   s,
		clock:   c,
	}
}

// member returns a member's row as it is stored.
func (f fixture) member(t *testing.T, username string) store.Member {
	t.Helper()
	m, err := f.store.Member(t.Context(), username)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sessions returns the sessions of the member a1.
func (f fixture) sessions(t *testing.T) []store.Session {
	t.Helper()
	all, err := f.store.SessionsOf(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	return all
}
