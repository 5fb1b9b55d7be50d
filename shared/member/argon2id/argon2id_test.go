package argon2id

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"systole/shared/fault"
)

// cheap makes tests quick.
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
	for name, err := range map[string]error{"hash": hashErr, "verify none": h.VerifyNone(ctx, "gudrms12")} {
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Unavailable || f.RetryAfter <= 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFullQueueRefusesAtOnce(t *testing.T) {
	h := New(Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}, 1, rand.Reader)
	var leave func()
	for range 1 + maxQueue {
		var ok bool
		if leave, ok = h.queue.TryEnter(); !ok {
			t.Fatal("the queue is shorter than it says")
		}
	}
	if err := h.VerifyNone(t.Context(), "password"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	leave()
	if err := h.VerifyNone(t.Context(), "password"); err != nil {
		t.Errorf("with room: %v", err)
	}
}
