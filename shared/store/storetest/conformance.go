// Package storetest is the conformance suite of stores: what every
// implementation of package store has to do, whatever keeps its data. Each runs
// the whole of it in its own tests:
//
//	func TestConformance(t *testing.T) {
//		s := memory.New()
//		storetest.Run(t, s)
//	}
//
// A store may be shared: every test uses rows of its own.
package storetest

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"testing"
	"time"

	"systole/shared/store"
)

// Store is a store of members, sessions and grants.
type Store interface {
	store.Members
	store.Sessions
	store.Grants
}

// Run runs the conformance tests of a store of members, sessions and grants.
func Run(t *testing.T, s Store) {
	t.Run("members", func(t *testing.T) { members(t, s) })
	t.Run("sessions", func(t *testing.T) { sessions(t, s) })
	t.Run("attempts", func(t *testing.T) { attempts(t, s) })
	t.Run("activity", func(t *testing.T) { activity(t, s) })
	t.Run("grants", func(t *testing.T) { grants(t, s) })
	t.Run("registry", func(t *testing.T) { registry(t, s) })
	t.Run("due", func(t *testing.T) { due(t, s) })
	t.Run("rules", func(t *testing.T) { ruled(t, s) })
}

// now is a time that every store can represent: whole seconds, in UTC.
var now = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// unique returns a word that no other test uses, as the store may be shared.
func unique(prefix string) string {
	var b [8]byte
	rand.Read(b[:])
	return prefix + hex.EncodeToString(b[:])
}

func newMember() store.Member {
	age := 26
	return store.Member{
		Username: unique("홍길동."), PK: randomPK(), Name: "길동 홍", Age: &age, Gender: store.Male,
		PasswordHash: unique("$argon2id$"), Created: now, TokensValidFrom: now.Add(-time.Hour),
	}
}

func randomPK() int64 {
	var b [6]byte
	rand.Read(b[:])
	var pk int64
	for _, x := range b {
		pk = pk<<8 | int64(x)
	}
	return pk + 1
}

func newModel() store.Template {
	version := unique("v")
	return store.Template{Version: version, Key: "models/1/" + version, Made: now, Used: now.Add(time.Hour), Algorithm: "mean-1", Quality: 0.875, Days: 2, LastDay: now}
}

func newSession(username string) store.Session {
	s := store.Session{
		Username: username, PK: 7, Issued: now, Used: now, Expires: now.Add(24 * time.Hour), TemplateKey: "models/7/a",
		ValidFrom: now.Add(-time.Hour), Client: store.Client{App: "Chrome", System: "Windows"}, Network: "0123456789abcdef",
		HandedBy: store.TokenID{1, 2, 3},
	}
	rand.Read(s.ID[:])
	return s
}

func newEvent(kind store.EventKind, at time.Time) store.Event {
	return store.Event{Kind: kind, At: at, Expires: at.Add(180 * 24 * time.Hour)}
}

func loggedIn() store.Event { return newEvent("logged_in", now) }

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantErr fails the test if err is not the expected one.
func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

// race runs n calls at once and returns how many succeeded; all others must have
// failed with lost.
func race(t *testing.T, n int, lost error, call func(i int) error) int {
	t.Helper()
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range n {
		done.Go(func() {
			ready.Wait()
			errs[i] = call(i)
		})
	}
	ready.Done()
	done.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, lost):
			t.Errorf("loser's error is %v, want %v", err, lost)
		}
	}
	return won
}

// eventually repeats check until it passes or a few seconds are over, for reads
// that may lag behind writes.
func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if check() {
			return
		}
	}
	t.Fatalf("not within 5 s: %s", what)
}
