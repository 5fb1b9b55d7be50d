package protect

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
)

const place = "models/7/a"

var (
	old, fresh = strings.Repeat("old-key.", 4), strings.Repeat("new-key.", 4)
	template   = []byte("a template")
)

func ring(t testing.TB, secrets ...string) Ring {
	t.Helper()
	r, err := NewRing(secrets[0], secrets[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seal(t testing.TB, r Ring) (sealed []byte, seed [32]byte) {
	t.Helper()
	sealed, err := r.Seal(place, rand.Reader, func(s [32]byte) ([]byte, error) { seed = s; return template, nil })
	if err != nil {
		t.Fatal(err)
	}
	return sealed, seed
}

func TestWhatIsSealedOpensWithItsSeed(t *testing.T) {
	r := ring(t, fresh)
	sealed, seed := seal(t, r)
	plain, got, stale, err := r.Open(place, sealed)
	if err != nil || stale || got != seed || !bytes.Equal(plain, template) {
		t.Errorf("%q, seed %x, stale %v, %v", plain, got, stale, err)
	}
	if bytes.Contains(sealed, template) {
		t.Error("the template can be read in what is sealed")
	}
}

func TestNoTwoSealedTemplatesShareAnything(t *testing.T) {
	r := ring(t, fresh)
	first, one := seal(t, r)
	second, two := seal(t, r)
	if one == two || bytes.Equal(first[headerLength:], second[headerLength:]) {
		t.Error("two of one template are alike")
	}
	_, third := seal(t, ring(t, old))
	if third == one || third == two {
		t.Error("two deployments share a seed")
	}
}

func TestAChangedByteAnotherPlaceOrAnotherKeyIsNoticed(t *testing.T) {
	r := ring(t, fresh)
	sealed, _ := seal(t, r)
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, _, _, err := r.Open(place, changed); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrKey) && !errors.Is(err, ErrLayout) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
	for n := range sealed {
		if _, _, _, err := r.Open(place, sealed[:n]); err == nil {
			t.Fatalf("the first %d bytes opened", n)
		}
	}
	if _, _, _, err := r.Open("models/8/a", sealed); !errors.Is(err, ErrDamaged) {
		t.Errorf("another place: %v", err)
	}
	if _, _, _, err := ring(t, old).Open(place, sealed); !errors.Is(err, ErrKey) {
		t.Errorf("another key: %v", err)
	}
	if _, _, _, err := (Ring{}).Open(place, sealed); !errors.Is(err, ErrKey) {
		t.Errorf("no key: %v", err)
	}
}

func TestAfterARotationOldTemplatesOpenAndAreStale(t *testing.T) {
	sealed, _ := seal(t, ring(t, old))
	rotated := ring(t, fresh, old)
	if plain, _, stale, err := rotated.Open(place, sealed); err != nil || !stale || !bytes.Equal(plain, template) {
		t.Errorf("%q, stale %v, %v", plain, stale, err)
	}
	again, _ := seal(t, rotated)
	if _, _, stale, err := ring(t, fresh).Open(place, again); err != nil || stale {
		t.Errorf("sealed anew: stale %v, %v", stale, err)
	}
}

func TestAShortSecretIsRefused(t *testing.T) {
	if _, err := NewRing(fresh, "too short"); err == nil {
		t.Error("taken")
	}
}

func FuzzOpen(f *testing.F) {
	r := ring(f, fresh)
	sealed, _ := seal(f, r)
	f.Add(sealed)
	f.Add([]byte(magic))
	f.Add(sealed[:headerLength])
	f.Fuzz(func(t *testing.T, b []byte) {
		if plain, _, _, err := r.Open(place, b); err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("%q opens as %q", b, plain)
		}
	})
}
