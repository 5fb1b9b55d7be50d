package biometric

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

func TestKeysAreCountedWhereverSomethingNeedsThem(t *testing.T) {
	h := newFixture(t)
	old, current := testKeys(t).IDs()[0], twoKeys(t).IDs()[0]
	uses := func() map[protect.KeyID]Use {
		got := make(map[protect.KeyID]Use)
		must(t, h.Uses(t.Context(), h.kim(t), got))
		return got
	}
	want := func(when string, want map[protect.KeyID]Use) {
		t.Helper()
		if got := uses(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", when, got, want)
		}
	}
	reseal := func(when string, wants bool) {
		t.Helper()
		if did, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t)); did != wants || err != nil {
			t.Errorf("%s: sealed anew %v, want %v; %v", when, did, wants, err)
		}
	}
	want("nothing is kept", map[protect.KeyID]Use{})
	reseal("nothing is kept", false)
	used(t, h)
	want("an enrolment and two checks", map[protect.KeyID]Use{old: {Sealed: 3, Digests: 3}})
	reseal("under the only key", false)

	h.Service.keys = twoKeys(t)
	h.now = h.now.Add(repeatWithin + time.Second)
	before, object := *h.kim(t).Template, h.kim(t).Template.Key
	reseal("after a rotation", true)
	want("sealed anew", map[protect.KeyID]Use{current: {Sealed: 1}, old: {Digests: 3}})
	after := *h.kim(t).Template
	if after.Version == before.Version || after.Key == before.Key || slices.Contains(h.keys(t), object) {
		t.Errorf("the object is where it was: %+v", after)
	}
	after.Version, after.Key = before.Version, before.Key
	if after != before || len(h.kim(t).Digests) != 0 {
		t.Errorf("the template is %+v, was %+v; %d digests in the row", after, before, len(h.kim(t).Digests))
	}
	reseal("again", false)
	must(t, h.intact())
}

func TestTheLastCheckStaysBesideTheMemberWhileItMayBeSentAgain(t *testing.T) {
	for later, left := range map[time.Duration]int{repeatWithin: 1, repeatWithin + time.Nanosecond: 0} {
		h := newFixture(t)
		used(t, h)
		h.Service.keys = twoKeys(t)
		h.now = h.now.Add(later)
		if did, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t)); !did || err != nil {
			t.Fatal(did, err)
		}
		if n := len(h.kim(t).Digests); n != left {
			t.Errorf("%v after the check %d digests are in the row, want %d", later, n, left)
		}
	}
}

func TestWhatARemovalLeftIsSealedAnew(t *testing.T) {
	h := newFixture(t)
	removed(t, h)
	h.Service.keys = twoKeys(t)
	before := h.kim(t)
	d := NewDeletion(h.calls, h.owners(), h.calls, twoKeys(t), func() time.Time { return h.now }, rand.Reader)
	if did, err := h.Reseal(t.Context(), d, before); !did || err != nil {
		t.Fatal(did, err)
	}
	after := h.kim(t)
	if after.MemoryKey == before.MemoryKey || slices.Contains(h.keys(t), before.MemoryKey) || !after.Removed.After(before.Removed) {
		t.Errorf("memory at %s, was at %s", after.MemoryKey, before.MemoryKey)
	}
	object, err := h.objects.Get(t.Context(), after.MemoryKey)
	must(t, err)
	if id, _ := protect.KeyOf(object); id != twoKeys(t).IDs()[0] {
		t.Error("it is sealed with the old key")
	}
	c, err := contentOf(twoKeys(t), after.MemoryKey, object)
	if err != nil || len(c.enrolled) != 1 || len(c.checked) != 2 {
		t.Errorf("%d and %d recordings are remembered, %v", len(c.enrolled), len(c.checked), err)
	}
	if did, err := h.Reseal(t.Context(), d, after); did || err != nil {
		t.Errorf("again: %v, %v", did, err)
	}
	if _, err := h.Reseal(t.Context(), d, withMemory(after, before.MemoryKey)); err == nil {
		t.Error("memory that moved is sealed anew from where it was")
	}
}

func withMemory(m store.Member, key string) store.Member {
	m.MemoryKey = key
	return m
}

func TestAResealThatLosesItsRaceLeavesNothing(t *testing.T) {
	h := newFixture(t)
	used(t, h)
	h.Service.keys = twoKeys(t)
	before := h.kim(t)
	h.during("SetTemplate", func() { h.enrolled(t) })
	did, err := h.Reseal(t.Context(), h.deletion(t), before)
	if did || !errors.Is(err, store.ErrConflict) {
		t.Errorf("%v, %v", did, err)
	}
	now := h.kim(t).Template.Key
	for _, key := range h.keys(t) {
		if strings.HasPrefix(key, store.TemplatesOf(7)) && key != now && key != before.Template.Key {
			t.Errorf("%s is left", key)
		}
	}
}

func TestExamineTellsWhatIsBroken(t *testing.T) {
	other, err := protect.NewRing(strings.Repeat("another's", 8))
	must(t, err)
	for name, state := range map[string]func(*testing.T, *fixture){"a template": used, "what a removal left": removed} {
		for what, break_ := range map[string]struct {
			do   func(h *fixture, key string, object []byte) error
			want func(error) bool
		}{
			"nothing": {func(*fixture, string, []byte) error { return nil }, func(err error) bool { return err == nil }},
			"missing": {func(h *fixture, key string, _ []byte) error { return h.objects.Delete(t.Context(), key) },
				func(err error) bool { return errors.Is(err, store.ErrNotFound) }},
			"one bit": {func(h *fixture, key string, object []byte) error {
				object = bytes.Clone(object)
				object[len(object)-3] ^= 4
				return h.objects.Replace(t.Context(), key, object)
			}, func(err error) bool { return codeOf(err) == fault.ModelDamaged }},
			"no content inside": {func(h *fixture, key string, _ []byte) error {
				return h.objects.Replace(t.Context(), key, sealed(t, testKeys(t), key, []byte{0xff}))
			}, func(err error) bool { return codeOf(err) == fault.ModelDamaged }},
			"sealed with another's key": {func(h *fixture, key string, object []byte) error {
				b, _, _, err := testKeys(t).Open(key, object)
				return errors.Join(err, h.objects.Replace(t.Context(), key, sealed(t, other, key, b)))
			}, func(err error) bool { return codeOf(err) == fault.Unavailable }},
		} {
			h := newFixture(t)
			state(t, h)
			key := h.kim(t).ObjectKey()
			object, err := h.objects.Get(t.Context(), key)
			must(t, err)
			must(t, break_.do(h, key, object))
			if err := h.Examine(t.Context(), h.kim(t)); !break_.want(err) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	if err := newFixture(t).Examine(t.Context(), store.Member{Username: "kim", PK: 7}); err != nil {
		t.Errorf("of a member without objects: %v", err)
	}
}
