package protect

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// written returns keys in a short form, with a letter for each.
func written(t *testing.T, b []byte) string {
	t.Helper()
	var f keysFile
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	short := func(secret string) string { return secret[:min(1, len(secret))] }
	var previous []string
	for _, secret := range f.Previous {
		previous = append(previous, short(secret))
	}
	return fmt.Sprintf("next %q current %q previous %q before %q", short(f.Next), short(f.Current), previous, short(f.Before))
}

func secretOf(letter string) string { return strings.Repeat(letter, MinSecret) }

// file returns a key file with the next, the current and the previous keys.
func file(t *testing.T, next, current, before string, drawn time.Time, previous ...string) []byte {
	t.Helper()
	f := keysFile{Current: secretOf(current), Drawn: drawn, Previous: []string{}}
	if next != "" {
		f.Next = secretOf(next)
	}
	if before != "" {
		f.Before = secretOf(before)
	}
	for _, letter := range previous {
		f.Previous = append(f.Previous, secretOf(letter))
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestARotationGoesStepByStep(t *testing.T) {
	keys, err := DrawKeys()
	if err != nil || !bytes.Contains(keys, []byte(`"previous":[]`)) {
		t.Fatalf("drawn %s, %v", keys, err)
	}
	var f keysFile
	if err := json.Unmarshal(keys, &f); err != nil || len(f.Current) != 2*MinSecret {
		t.Errorf("a secret of %d hexadecimal digits, %v", len(f.Current), err)
	}
	drawn, err := ParseKeys(keys)
	if err != nil || len(drawn.IDs()) != 1 {
		t.Fatal(err)
	}
	first := drawn.IDs()[0]
	if _, next, err := NextKey(keys); next || err != nil {
		t.Errorf("a next key at the start: %v", err)
	}
	if _, err := PromoteKey(keys, noon); err == nil {
		t.Error("none is promoted")
	}
	added, err := AddKey(keys, noon)
	if err != nil {
		t.Fatal(err)
	}
	ring, _ := ParseKeys(added)
	second, next, err := NextKey(added)
	if ids := ring.IDs(); !next || err != nil || len(ids) != 2 || ids[0] != first || ids[1] != second || second == first {
		t.Errorf("added %v, %v", ids, err)
	}
	if _, err := AddKey(added, noon.Add(Settle)); err == nil {
		t.Error("a second next one is added")
	}
	if _, err := PromoteKey(added, noon.Add(Settle-1)); err == nil {
		t.Error("it is promoted before everybody knows it")
	}
	promoted, err := PromoteKey(added, noon.Add(Settle))
	if err != nil {
		t.Fatal(err)
	}
	if before, after := written(t, added), written(t, promoted); !strings.HasSuffix(after, "before "+strings.Fields(strings.SplitAfter(before, "current ")[1])[0]) {
		t.Errorf("promoted from %s to %s", before, after)
	}
	ring, _ = ParseKeys(promoted)
	if ids := ring.IDs(); len(ids) != 2 || ids[0] != second || ids[1] != first {
		t.Errorf("promoted %v", ids)
	}
	if _, next, _ := NextKey(promoted); next {
		t.Error("it is the next one still")
	}
	if _, err := RetireKeys(promoted, noon.Add(2*Settle-1), func(KeyID) bool { return false }); err == nil {
		t.Error("the old one is retired while it may be in use")
	}
	for keep, want := range map[bool]int{true: 2, false: 1} {
		left, err := RetireKeys(promoted, noon.Add(2*Settle), func(id KeyID) bool { return id != first || keep })
		ring, _ := ParseKeys(left)
		if err != nil || len(ring.IDs()) != want || ring.IDs()[0] != second {
			t.Errorf("retired to %d, %v", len(ring.IDs()), err)
		}
	}
}

func TestKeysOfTwoServicesAreJoined(t *testing.T) {
	joined, err := JoinKeys(file(t, "", "a", "", noon, "b"), file(t, "n", "c", "", noon, "b", "a", "d"))
	if want := `next "" current "a" previous ["b" "c" "d"] before ""`; err != nil || written(t, joined) != want {
		t.Errorf("%s, %v; want %s", written(t, joined), err, want)
	}
}

func TestWhatIsNoKeysIsRefusedByAll(t *testing.T) {
	good := file(t, "", "a", "", noon)
	for _, bad := range []string{"", "{", `{"current":"short"}`, `{"current":"` + secretOf("a")[1:] + `"}`, `{"current":"` + secretOf("a") + `","previous":["x"]}`, `{"current":"` + secretOf("a") + `","next":"x"}`, `{"current":"` + secretOf("a") + `","previous":"x"}`} {
		for name, do := range map[string]func(b []byte) error{
			"parse":     func(b []byte) error { _, err := ParseKeys(b); return err },
			"next":      func(b []byte) error { _, _, err := NextKey(b); return err },
			"add":       func(b []byte) error { _, err := AddKey(b, noon); return err },
			"promote":   func(b []byte) error { _, err := PromoteKey(b, noon); return err },
			"join":      func(b []byte) error { _, err := JoinKeys(b, good); return err },
			"be joined": func(b []byte) error { _, err := JoinKeys(good, b); return err },
			"retire": func(b []byte) error {
				_, err := RetireKeys(b, noon.Add(time.Hour), func(KeyID) bool { return true })
				return err
			},
		} {
			_, want := ParseKeys([]byte(bad))
			if err := do([]byte(bad)); err == nil || err.Error() != want.Error() || strings.Contains(err.Error(), "aaaa") {
				t.Errorf("%s %q: %v", name, bad, err)
			}
		}
	}
}

func TestSignaturesAreGoodOfTheCurrentTheNextAndForADayTheOneBefore(t *testing.T) {
	names := func(b []byte, at time.Time) string {
		t.Helper()
		ring, err := ParseKeys(b)
		if err != nil {
			t.Fatal(err)
		}
		letters := map[KeyID]string{}
		for _, letter := range []string{"a", "b", "c", "n"} {
			letters[newKey(secretOf(letter)).id] = letter
		}
		var all string
		seen := map[[32]byte]bool{}
		for _, d := range ring.DeriveSigners("a purpose", at) {
			if d.Secret == ([32]byte{}) || seen[d.Secret] {
				t.Error("a secret is empty or comes twice")
			}
			seen[d.Secret] = true
			all += letters[d.ID]
		}
		return all
	}
	for _, tt := range []struct {
		keys []byte
		at   time.Time
		want string
	}{
		{file(t, "", "a", "", noon), noon, "a"},
		{file(t, "n", "a", "", noon, "b"), noon, "an"},
		{file(t, "n", "a", "b", noon, "c", "b"), noon.Add(verifiable - 1), "anb"},
		{file(t, "n", "a", "b", noon, "c", "b"), noon.Add(verifiable), "an"},
		{file(t, "", "a", "b", noon, "b", "c"), noon.Add(verifiable - 1), "ab"},
		{file(t, "", "a", "b", noon, "b", "c"), noon.Add(verifiable), "a"},
		{file(t, "", "a", "c", noon, "b"), noon, "a"}, // it was retired
		{file(t, "", "a", "c", noon, "b"), noon.Add(2 * verifiable), "a"},
		{file(t, "", "a", "", time.Time{}, "b"), noon, "a"},
		{file(t, "n", "a", "", noon), noon.AddDate(5000, 0, 0), "an"},
	} {
		if got := names(tt.keys, tt.at); got != tt.want {
			t.Errorf("%s at %v: %q, want %q", written(t, tt.keys), tt.at, got, tt.want)
		}
	}
	if verifiable != 24*time.Hour {
		t.Errorf("for %v, and the documents say a day", verifiable)
	}
}

func TestSecretsOfAPurposeDifferByKeyAndPurpose(t *testing.T) {
	r := ring(t, fresh, old)
	first, second := r.Derive("one"), r.Derive("two")
	if len(first) != 2 || first[0].ID != r.IDs()[0] || first[1].ID != r.IDs()[1] {
		t.Fatalf("derived %d", len(first))
	}
	all := map[[32]byte]bool{{}: true}
	for _, d := range append(first, second...) {
		if all[d.Secret] {
			t.Error("a secret comes twice")
		}
		all[d.Secret] = true
	}
}

func TestKeyOfNeedsAWholeHeader(t *testing.T) {
	r := ring(t, fresh)
	sealed, _ := seal(t, r)
	for n, want := range map[int]bool{headerLength - 1: false, headerLength: true, headerLength + 1: true, 0: false} {
		if id, ok := KeyOf(sealed[:n]); ok != want || ok && id != r.IDs()[0] {
			t.Errorf("of %d bytes: %v", n, ok)
		}
	}
	other := bytes.Clone(sealed)
	other[0]++
	if _, ok := KeyOf(other); ok {
		t.Error("of another layout")
	}
}

func TestNothingIsSealedWithoutKeyOrRandomNumbers(t *testing.T) {
	marshal := func([32]byte) ([]byte, error) { return template, nil }
	if _, err := (Ring{}).Seal(place, rand.Reader, marshal); !errors.Is(err, ErrKey) {
		t.Errorf("without a key: %v", err)
	}
	r := ring(t, fresh)
	if b, err := r.Seal(place, io.LimitReader(rand.Reader, saltLength-1), marshal); err == nil || b != nil {
		t.Errorf("with too few random numbers: %d bytes, %v", len(b), err)
	}
	broken := errors.New("broken")
	if b, err := r.Seal(place, rand.Reader, func([32]byte) ([]byte, error) { return template, broken }); !errors.Is(err, broken) || b != nil {
		t.Errorf("of what can't be marshalled: %d bytes, %v", len(b), err)
	}
	for length, want := range map[int]bool{MinSecret - 1: false, MinSecret: true} {
		if _, err := NewRing(strings.Repeat("x", length)); (err == nil) != want {
			t.Errorf("of %d bytes: %v", length, err)
		}
	}
	if _, err := NewRing("short"); err == nil || !strings.Contains(err.Error(), "5 bytes") || !strings.Contains(err.Error(), "32") {
		t.Errorf("of 5 bytes: %v", err)
	}
}

func TestARingIsASourceOfItself(t *testing.T) {
	r := ring(t, fresh, old)
	got, err := r.Ring(t.Context())
	if err != nil || len(got.IDs()) != 2 {
		t.Errorf("%d keys, %v", len(got.IDs()), err)
	}
	down := errors.New("down")
	if got, err := Source(func(context.Context) (Ring, error) { return r, down }).Ring(t.Context()); !errors.Is(err, down) || len(got.IDs()) != 2 {
		t.Errorf("%d keys, %v", len(got.IDs()), err)
	}
}

func TestWhatCannotBeOpenedIsNotStale(t *testing.T) {
	sealed, _ := seal(t, ring(t, old))
	damaged := bytes.Clone(sealed)
	damaged[len(damaged)-1]++
	for _, b := range [][]byte{nil, damaged} {
		if plain, _, stale, err := ring(t, old).Open(place, b); err == nil || stale || plain != nil {
			t.Errorf("%d bytes, stale %v, %v", len(plain), stale, err)
		}
	}
	if plain, _, stale, err := ring(t, fresh).Open(place, sealed); !errors.Is(err, ErrKey) || stale || plain != nil {
		t.Errorf("%d bytes, stale %v, %v", len(plain), stale, err)
	}
}
