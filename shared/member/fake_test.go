package member

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"systole/shared/member/argon2id"
	"systole/shared/store"
)

// fakeStore keeps members, sessions and attempts, counts calls, and fails when
// told to. What else there is of a store is not called in these tests.
type fakeStore struct {
	Store
	store.SessionStore
	mu       sync.Mutex
	calls    map[string]int
	members  map[string]store.Member
	sessions map[store.TokenID]store.Session
	blocks   map[int64]string
	attempts map[string]store.Attempts
	fail     map[string]error // by method
}

func newFakeStore() *fakeStore {
	return &fakeStore{
		calls:    map[string]int{},
		members:  map[string]store.Member{},
		sessions: map[store.TokenID]store.Session{},
		blocks:   map[int64]string{},
		attempts: map[string]store.Attempts{},
		fail:     map[string]error{},
	}
}

// call locks, counts, and returns what the method is to fail with.
func (f *fakeStore) call(method string) (unlock func(), err error) {
	f.mu.Lock()
	f.calls[method]++
	return f.mu.Unlock, f.fail[method]
}

// takeCalls returns the calls since the last time.
func (f *fakeStore) takeCalls() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.calls = map[string]int{}
	return calls
}

func (f *fakeStore) CreateMember(_ context.Context, m store.Member) error {
	unlock, err := f.call("CreateMember")
	defer unlock()
	if err != nil {
		return err
	}
	if _, taken := f.members[m.Username]; taken {
		return store.ErrExists
	}
	f.members[m.Username] = m
	return nil
}

func (f *fakeStore) Member(_ context.Context, username string) (store.Member, error) {
	unlock, err := f.call("Member")
	defer unlock()
	if err != nil {
		return store.Member{}, err
	}
	m, ok := f.members[username]
	if !ok {
		return store.Member{}, store.ErrNotFound
	}
	return m, nil
}

func (f *fakeStore) MemberWithAttempts(_ context.Context, username string, keys []string) (*store.Member, []store.Attempts, error) {
	unlock, err := f.call("MemberWithAttempts")
	defer unlock()
	if err != nil {
		return nil, nil, err
	}
	attempts := make([]store.Attempts, len(keys))
	for i, key := range keys {
		attempts[i] = f.attempts[key]
	}
	m, ok := f.members[username]
	if !ok {
		return nil, attempts, nil
	}
	return &m, attempts, nil
}

func (f *fakeStore) CountAttempt(_ context.Context, key string, at, _ time.Time) error {
	unlock, err := f.call("CountAttempt")
	defer unlock()
	if err != nil {
		return err
	}
	f.attempts[key] = store.Attempts{Failures: f.attempts[key].Failures + 1, FailedAt: at}
	return nil
}

func (f *fakeStore) ClearAttempts(_ context.Context, key string) error {
	unlock, err := f.call("ClearAttempts")
	defer unlock()
	if err != nil {
		return err
	}
	delete(f.attempts, key)
	return nil
}

func (f *fakeStore) Note(context.Context, string, store.Event) error {
	unlock, err := f.call("Note")
	defer unlock()
	return err
}

func (f *fakeStore) ReplacePassword(_ context.Context, username, old, new string, _ time.Time) error {
	unlock, err := f.call("ReplacePassword")
	defer unlock()
	if err != nil {
		return err
	}
	m := f.members[username]
	if m.PasswordHash != old {
		return store.ErrConflict
	}
	m.PasswordHash = new
	f.members[username] = m
	return nil
}

func (f *fakeStore) ClaimPKBlock(_ context.Context, block int64, claimant string) error {
	unlock, err := f.call("ClaimPKBlock")
	defer unlock()
	if err != nil {
		return err
	}
	if owner, taken := f.blocks[block]; taken && owner != claimant {
		return store.ErrExists
	}
	f.blocks[block] = claimant
	return nil
}

func (f *fakeStore) CreateSession(_ context.Context, s store.Session, _ store.Event, evict []store.TokenID) error {
	unlock, err := f.call("CreateSession")
	defer unlock()
	if err != nil {
		return err
	}
	f.sessions[s.ID] = s
	for _, id := range evict {
		delete(f.sessions, id)
	}
	return nil
}

func (f *fakeStore) Session(_ context.Context, id store.TokenID) (store.Session, error) {
	unlock, err := f.call("Session")
	defer unlock()
	if err != nil {
		return store.Session{}, err
	}
	s, ok := f.sessions[id]
	if !ok {
		return store.Session{}, store.ErrNotFound
	}
	return s, nil
}

func (f *fakeStore) SessionsOf(_ context.Context, username string) ([]store.Session, error) {
	unlock, err := f.call("SessionsOf")
	defer unlock()
	if err != nil {
		return nil, err
	}
	var found []store.Session
	for _, s := range f.sessions {
		if s.Username == username {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b store.Session) int { return a.Issued.Compare(b.Issued) })
	return found, nil
}

func (f *fakeStore) TouchSession(_ context.Context, id store.TokenID, used time.Time, modelKey string) error {
	unlock, err := f.call("TouchSession")
	defer unlock()
	if err != nil {
		return err
	}
	s, ok := f.sessions[id]
	if !ok {
		return store.ErrNotFound
	}
	s.Used, s.TemplateKey = used, modelKey
	f.sessions[id] = s
	return nil
}

func (f *fakeStore) DeleteSession(_ context.Context, id store.TokenID) (store.Session, error) {
	unlock, err := f.call("DeleteSession")
	defer unlock()
	if err != nil {
		return store.Session{}, err
	}
	s, ok := f.sessions[id]
	if !ok {
		return store.Session{}, store.ErrNotFound
	}
	delete(f.sessions, id)
	return s, nil
}

// clock is one that tests turn.
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

// cheap makes tests quick; what a hash costs is argon2id.DefaultCost's business.
var cheap = argon2id.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

// house is a service on a fake store and a clock.
type house struct {
	*Service
	*Tokens
	store *fakeStore
	clock *clock
}

func newHouse(t testing.TB) house {
	t.Helper()
	return newHouseOn(newFakeStore(), &clock{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, cheap)
}

func newHouseOn(s *fakeStore, c *clock, cost argon2id.Cost) house {
	tokens := NewTokens(s, TokenLimits{PerMember: 3, Lifetime: 30 * 24 * time.Hour, Idle: 7 * 24 * time.Hour}, c.now, rand.Reader)
	return house{
		Service: NewService(s, tokens, argon2id.New(cost, 4, rand.Reader), c.now, rand.Reader),
		Tokens:  tokens,
		store:   s,
		clock:   c,
	}
}
