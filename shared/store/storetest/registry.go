package storetest

import (
	"bytes"
	"fmt"
	"testing"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// registry runs the conformance tests of a registry. As there is one row, each
// test starts from what another one left.
func registry(t *testing.T, s store.Registry) {
	read := func() []byte {
		t.Helper()
		text, err := s.Registrations(t.Context())
		must(t, err)
		return text
	}
	t.Run("each write is its rule", func(t *testing.T) {
		before := read()
		a, b, none := []byte(unique("a")), []byte(unique("b")), []byte(nil)
		for _, w := range []struct{ old, text []byte }{
			{a, b}, {before, a}, {before, a}, {before, b}, {none, b}, {none, a}, {b, a}, {a, b}, {a, b}, {a, a}, {b, b},
		} {
			var row *[]byte
			if now := read(); now != nil {
				row = &now
			}
			left, _, want := rules.ReplaceRegistrations(w.old, w.text).Apply(row)
			if got := s.ReplaceRegistrations(t.Context(), w.old, w.text); sentinel(got) != sentinel(want) {
				t.Errorf("%q for %q: %v, want %v", w.text, w.old, got, want)
			}
			if now := read(); left == nil && now != nil || left != nil && !bytes.Equal(now, *left) {
				t.Errorf("%q for %q leaves %q", w.text, w.old, now)
			}
		}
	})
	t.Run("of many at once one succeeds", func(t *testing.T) {
		before := read()
		won := race(t, 16, store.ErrConflict, func(i int) error {
			return s.ReplaceRegistrations(t.Context(), before, []byte(fmt.Sprint(unique("text "), i)))
		})
		if won != 1 {
			t.Errorf("%d won", won)
		}
	})
}
