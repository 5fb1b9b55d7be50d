package argon2id

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"systole/shared/fault"
	"systole/shared/measure"
)

// cheap is a cost that keeps tests fast.
var cheap = Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}

func TestHashAndVerify(t *testing.T) {
	h := New(cheap, 1, rand.Reader)
	stored, err := h.Hash(t.Context(), "gudrms12")
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.Hash(t.Context(), "gudrms12")
	if err != nil || again == stored {
		t.Errorf("two hashes of one password: %q and %q, %v", stored, again, err)
	}
	dearer := New(Cost{MemoryKiB: 128, Passes: 1, Lanes: 1}, 1, rand.Reader)
	tests := []struct {
		name      string
		hasher    *Hasher
		password  string
		ok, stale bool
	}{
		{"right", h, "gudrms12", true, false},
		{"wrong", h, "gudrms13", false, false},
		{"right at another cost", dearer, "gudrms12", true, true},
	}
	for _, tt := range tests {
		ok, stale, err := tt.hasher.Verify(t.Context(), stored, tt.password)
		if err != nil || ok != tt.ok || stale != tt.stale {
			t.Errorf("%s: %v, %v, %v", tt.name, ok, stale, err)
		}
	}
}

// TestVerifyReference checks a hash that argon2's reference implementation
// made: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 (its test.c).
func TestVerifyReference(t *testing.T) {
	const stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, stale, err := New(DefaultCost, 1, rand.Reader).Verify(t.Context(), stored, "password")
	if err != nil || !ok || !stale {
		t.Errorf("%v, %v, %v", ok, stale, err)
	}
}

func TestStoredHashesAreBounded(t *testing.T) {
	const salt, hash = "c29tZXNhbHQ", "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	bad := []string{
		"",
		"password",
		"$argon2i$v=19$m=65536,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=16$m=65536,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$m=65536,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=262145,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=17,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=2,p=9$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=2,p=257$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=0,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=2,p=0$" + salt + "$" + hash,
		"$argon2id$v=19$m=15,t=2,p=2$" + salt + "$" + hash,
		"$argon2id$v=19$m=-1,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=065536,t=2,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$t=2,m=65536,p=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=2,p=1,x=1$" + salt + "$" + hash,
		"$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$" + hash,
		"$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$CTFhFdXP",
		"$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + hash + "=",
		"$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + strings.Repeat("A", 88),
		"$argon2id$v=19$m=65536,t=2,p=1$" + salt + "$" + hash + "$",
	}
	h := New(cheap, 1, rand.Reader)
	for _, stored := range bad {
		if _, _, err := h.Verify(t.Context(), stored, "password"); !errors.Is(err, errHash) {
			t.Errorf("%q: %v", stored, err)
		}
	}
}

// A stored hash may have the cost and the length of the bounds.
func TestStoredHashesUpToTheBoundsAreKnown(t *testing.T) {
	bytes := func(n int) string { return base64.RawStdEncoding.EncodeToString(make([]byte, n)) }
	stored := func(cost string, salt, hash int) string {
		return "$argon2id$v=19$" + cost + "$" + bytes(salt) + "$" + bytes(hash)
	}
	for _, tt := range []struct {
		stored string
		known  bool
	}{
		{stored("m=262144,t=16,p=8", 16, 32), true},
		{stored("m=64,t=1,p=8", 16, 32), true},
		{stored("m=63,t=1,p=8", 16, 32), false},
		{stored("m=8,t=1,p=1", 8, 16), true},
		{stored("m=8,t=1,p=1", 7, 16), false},
		{stored("m=8,t=1,p=1", 8, 15), false},
		{stored("m=8,t=1,p=1", 64, 64), true},
		{stored("m=8,t=1,p=1", 65, 64), false},
		{stored("m=8,t=1,p=1", 64, 65), false},
		{"x" + stored("m=8,t=1,p=1", 16, 32), false},
		{stored("m=8,t=1,p=1", 16, 32) + "\n", false},
		{stored("m=8,t=1,p=1", 16, 32) + "\r", false},
		{stored("m=8,t=1,p=1\r", 16, 32), false},
		{stored("m=8,t=1", 16, 32), false},
		{stored("m=,t=1,p=1", 16, 32), false},
		{stored("8,t=1,p=1", 16, 32), false},
		{stored("m=4294967304,t=1,p=1", 16, 32), false}, // 8 above 2^32
		{"$argon2id$v=19$m=8,t=1,p=1$" + bytes(16) + "*$" + bytes(32), false},
		{"$argon2id$v=19$m=8,t=1,p=1$" + bytes(16) + "$" + bytes(32) + "*", false},
	} {
		if got := Known(tt.stored); got != tt.known {
			t.Errorf("%q: known %v, want %v", tt.stored, got, tt.known)
		}
	}
}

// A hash is stale if it differs in anything from a new one.
func TestAHashOfOtherLengthsIsStale(t *testing.T) {
	h := New(cheap, 1, rand.Reader)
	for _, tt := range []struct {
		name       string
		salt, hash int
		stale      bool
	}{{"as today", 16, 32, false}, {"a short salt", 15, 32, true}, {"a long hash", 16, 33, true}} {
		p := phc{cost: cheap, salt: make([]byte, tt.salt)}
		p.hash = argon2.IDKey([]byte("gudrms12"), p.salt, cheap.Passes, cheap.MemoryKiB, cheap.Lanes, uint32(tt.hash))
		ok, stale, err := h.Verify(t.Context(), p.String(), "gudrms12")
		if !ok || stale != tt.stale || err != nil {
			t.Errorf("%s: %v, stale %v, %v", tt.name, ok, stale, err)
		}
	}
}

// A hash of another kind is accepted if a parser for it is given, and is stale.
func TestAHashOfAnotherKindIsVerifiedByItsParser(t *testing.T) {
	reversed := func(stored string) (func(string) bool, bool) {
		return func(password string) bool { return stored == "plain:"+password }, strings.HasPrefix(stored, "plain:")
	}
	h := New(cheap, 1, rand.Reader).Also(reversed)
	for _, tt := range []struct {
		stored    string
		ok, stale bool
		err       error
	}{{"plain:gudrms12", true, true, nil}, {"plain:gudrms13", false, true, nil}, {"md5:gudrms12", false, false, errHash}} {
		ok, stale, err := h.Verify(t.Context(), tt.stored, "gudrms12")
		if ok != tt.ok || stale != tt.stale || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, %v, %v", tt.stored, ok, stale, err)
		}
	}
	stored, err := h.Hash(t.Context(), "gudrms12")
	if ok, stale, verifyErr := h.Verify(t.Context(), stored, "gudrms12"); err != nil || !ok || stale || verifyErr != nil {
		t.Errorf("a hash of its own: %v, %v, %v, %v", ok, stale, err, verifyErr)
	}
}

func TestWithoutChanceThereIsNoHash(t *testing.T) {
	if _, err := New(cheap, 1, strings.NewReader("fifteen bytes..")).Hash(t.Context(), "gudrms12"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v", err)
	}
}

// The time of a hash is measured, whether it is made, compared, or computed for
// an unknown name.
func TestEveryHashIsMeasured(t *testing.T) {
	h := New(cheap, 1, rand.Reader)
	stored, err := h.Hash(t.Context(), "gudrms12")
	if err != nil {
		t.Fatal(err)
	}
	var at time.Time
	clock := func() time.Time { at = at.Add(time.Millisecond); return at }
	for name, hash := range map[string]func(context.Context) error{
		"made":       func(ctx context.Context) error { _, err := h.Hash(ctx, "gudrms12"); return err },
		"compared":   func(ctx context.Context) error { _, _, err := h.Verify(ctx, stored, "gudrms12"); return err },
		"for nobody": func(ctx context.Context) error { return h.VerifyNone(ctx, "gudrms12") },
	} {
		ctx, measured := measure.With(t.Context(), clock)
		if err := hash(ctx); err != nil {
			t.Fatal(err)
		}
		if all := measured.All(); len(all) != 1 || all[0].Name != "hash_ms" || all[0].Value != 1 {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=16,t=2,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if c := p.cost; c.MemoryKiB > maxCost.MemoryKiB || c.Passes > maxCost.Passes || c.Lanes > maxCost.Lanes {
			t.Fatalf("%q costs %+v", s, c)
		}
		if p.String() != s {
			t.Fatalf("%q is written %q", s, p.String())
		}
	})
}

func BenchmarkHash(b *testing.B) {
	h := New(DefaultCost, 1, rand.Reader)
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "gudrms12"); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWaitingForASlotEndsWithTheContext(t *testing.T) {
	h := New(cheap, 1, rand.Reader)
	if _, ok := h.slots.TryEnter(); !ok {
		t.Fatal("no slot is free")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, hashErr := h.Hash(ctx, "gudrms12")
	_, _, verifyErr := h.Verify(ctx, "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "gudrms12")
	_, _, otherErr := h.Also(func(string) (func(string) bool, bool) { return nil, true }).Verify(ctx, "other", "gudrms12")
	for name, err := range map[string]error{"hash": hashErr, "verify": verifyErr, "verify another kind": otherErr, "verify none": h.VerifyNone(ctx, "gudrms12")} {
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Unavailable || f.RetryAfter != 5*time.Second || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A hundred callers wait for each slot; the next one is refused at once and told
// to come back in five seconds.
func TestAFullQueueRefusesAtOnce(t *testing.T) {
	for slots, callers := range map[int]int{-1: 101, 1: 101, 2: 202} {
		h := New(cheap, slots, rand.Reader)
		var leave func()
		for range callers {
			var ok bool
			if leave, ok = h.queue.TryEnter(); !ok {
				t.Fatal("the queue is shorter than it says")
			}
		}
		var f *fault.Error
		if err := h.VerifyNone(t.Context(), "password"); !errors.As(err, &f) || f.Code != fault.Unavailable || f.RetryAfter != 5*time.Second {
			t.Errorf("%v", err)
		}
		leave()
		for range 2 { // a caller who is served leaves the queue
			if err := h.VerifyNone(t.Context(), "password"); err != nil {
				t.Errorf("with room: %v", err)
			}
		}
	}
}
