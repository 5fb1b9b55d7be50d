package biometric

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

// Earlier versions stored values under these names, so the names stay.
func TestNamesThatAreStoredStay(t *testing.T) {
	if got := digestPlace(1234567); got != "digests/1234567" {
		t.Errorf("digests are sealed for %s", got)
	}
	key := digestKeys(testKeys(t), 1234567)[0]
	if want := testKeys(t).Derive("prints of 1234567")[0]; key != want {
		t.Error("digests are made under another key")
	}
	at := time.UnixMilli(0x0123456789ab)
	version, err := newVersion(at, zeros{})
	if want := "0123456789ab" + strings.Repeat("0", 20); err != nil || version != want {
		t.Errorf("version %s, %v, want %s", version, err, want)
	}
	if last := versionsThrough(at); last != "0123456789abg" {
		t.Errorf("versions through the time end at %s", last)
	}
	c := Check{Submission: Submission{Files: [][]byte{[]byte("a file")}, Hints: Hints{Lead: "II"}}, FMR: 0.001}
	name, err := requestKey(key, store.Session{ID: sha256.Sum256([]byte(kimsToken))}, c)
	if want := "34e4f417b169a8df90e8882cd3ab58c9"; err != nil || name != want {
		t.Errorf("a request is named %s, %v, want %s: the version before would not know its repetition", name, err, want)
	}
}

func TestADigestsIDHasEightBytes(t *testing.T) {
	h := newFixture(t)
	used(t, h)
	for _, id := range h.kim(t).DigestIDs() {
		if b, err := hex.DecodeString(id); err != nil || len(b) != 8 {
			t.Errorf("id %s", id)
		}
	}
}

func TestACheckThatCannotBeNamedIsNone(t *testing.T) {
	h := newFixture(t).enrolled(t)
	c := request(same)
	c.RateHz = math.NaN()
	if ok, err := h.Verify(t.Context(), kimsToken, c); ok || err == nil {
		t.Errorf("%v, %v", ok, err)
	}
}

// keyed is an engine that records which digests it compares under which key.
type keyed struct {
	stub
	compared map[[32]byte][]string
}

func (e keyed) Replayed(_ Reading, key [32]byte, earlier [][]byte) bool {
	for _, digest := range earlier {
		e.compared[key] = append(e.compared[key], string(digest))
	}
	return false
}

func TestDigestsAreComparedUnderTheirOwnKeys(t *testing.T) {
	e := keyed{stub{algorithm: "stub-1"}, map[[32]byte][]string{}}
	s := &Service{engine: e}
	keys := digestKeys(twoKeys(t), 7)
	at := func(key protect.Derived, digest string) []byte { return append(key.ID[:], digest...) }
	s.replayed(&probe{keys: keys}, [][]byte{at(keys[0], "new"), at(keys[1], "old"), []byte("of no key"), nil})
	want := map[[32]byte][]string{keys[0].Secret: {"new"}, keys[1].Secret: {"old"}}
	if fmt.Sprint(e.compared) != fmt.Sprint(want) {
		t.Errorf("compared %q, want %q", e.compared, want)
	}
}

// A digest that was archived while its key was missing is still sealed for the
// row.
func TestASealedDigestInAnObjectIsOpened(t *testing.T) {
	ring := testKeys(t)
	digest := sealed(t, ring, digestPlace(7), []byte("a digest"))
	c := &content{checked: [][]byte{digest, []byte("an open one")}, enrolled: [][]byte{digest}}
	got := history(ring, c, store.Member{PK: 7}, nil)
	want := [][]byte{[]byte("a digest"), []byte("a digest"), []byte("an open one")}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAsManyDigestsAreArchivedAsOneWriteTakes(t *testing.T) {
	m := store.Member{Digests: map[string][]byte{}}
	for i := range 2*store.MaxArchived + 1 {
		m.Digests[fmt.Sprintf("%04d", i)] = nil
	}
	ids := archivable(m, "0000", "0002")
	if len(ids) != store.MaxArchived || ids[0] != "0001" || ids[1] != "0003" {
		t.Errorf("%d from %q", len(ids), ids[:2])
	}
}

func TestWhatChangesNoAnswerIsWaitedForForASecondAtMost(t *testing.T) {
	bestEffort(t.Context(), func(ctx context.Context) error {
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > time.Second {
			t.Errorf("it ends at %v", end)
		}
		return errors.New("dropped")
	})
}

func TestTheOldestPendingUploadSaysHowLongToWait(t *testing.T) {
	pending := slices.Repeat([]store.PendingUpload{{Size: 1, Expires: noon.Add(2 * time.Hour)}}, maxPending)
	pending[0].Expires = noon.Add(time.Hour)
	var f *fault.Error
	if err := withinQuota(pending, 1, noon); !errors.As(err, &f) || f.Code != fault.TooManyUploads || f.RetryAfter != time.Hour {
		t.Errorf("%v", err)
	}
}

func TestObjectAndRowAreSealedWithOneKey(t *testing.T) {
	ring := twoKeys(t)
	current := ring.IDs()[0]
	anew, old := sealed(t, ring, "p", nil), sealed(t, testKeys(t), "p", nil)
	for _, tt := range []struct {
		object  []byte
		digests [][]byte
		want    bool
	}{
		{anew, nil, true}, {old, nil, false}, {nil, nil, false},
		{anew, [][]byte{anew, anew}, true}, {anew, [][]byte{anew, old}, false}, {anew, [][]byte{[]byte("open")}, false}, {old, [][]byte{old}, false},
	} {
		m := store.Member{Digests: map[string][]byte{}}
		for i, digest := range tt.digests {
			m.Digests[fmt.Sprint(i)] = digest
		}
		if got := sealedWith(current, tt.object, m); got != tt.want {
			t.Errorf("%x beside %x: %v", tt.object, tt.digests, got)
		}
	}
}

func TestNothingIsSealedAnewThatCannotBeOpenedOrForWantOfAKey(t *testing.T) {
	for name, state := range map[string]func(*testing.T, *fixture){"a template": used, "what a removal left": removed} {
		h := newFixture(t)
		state(t, h)
		key := h.kim(t).ObjectKey()
		must(t, h.objects.Replace(t.Context(), key, sealed(t, testKeys(t), key, []byte{0xff})))
		if did, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t)); did || err != nil { // reported by Examine
			t.Errorf("%s that is damaged: %v, %v", name, did, err)
		}
		h.Service.keys = protect.Ring{}
		if did, err := h.Reseal(t.Context(), h.deletion(t), h.kim(t)); did || err != nil {
			t.Errorf("%s without a key: %v, %v", name, did, err)
		}
	}
}

func TestUsesOfKeysCountWhatHasOne(t *testing.T) {
	h := newFixture(t).enrolled(t)
	ring := testKeys(t)
	id := ring.IDs()[0]
	m := h.kim(t)
	m.Digests = map[string][]byte{
		"sealed": sealed(t, ring, digestPlace(7), append(id[:], "a digest"...)),
		"open":   append(id[:], "a digest"...), // as the first version stored it
		"bare":   id[:],
		"short":  id[:7],
	}
	uses := map[protect.KeyID]Use{}
	must(t, h.Uses(t.Context(), m, uses))
	// Sealed: the object and one digest. Digests: the enrolment's and three in the
	// row.
	if want := (Use{Sealed: 2, Digests: 4}); len(uses) != 1 || uses[id] != want {
		t.Errorf("uses %v, want %v", uses, want)
	}
	must(t, h.objects.Replace(t.Context(), m.Template.Key, []byte("of another layout")))
	uses = map[protect.KeyID]Use{}
	if err := h.Uses(t.Context(), m, uses); codeOf(err) != fault.ModelDamaged || len(uses) != 1 {
		t.Errorf("of a damaged template: %v, %v", uses, err)
	}
}

func TestWhatIsLostOrDamagedIsLeftOutOfWhatIsRemembered(t *testing.T) {
	down := protect.Source(func(context.Context) (protect.Ring, error) { return protect.Ring{}, store.ErrUnavailable })
	other, err := protect.NewRing(strings.Repeat("another's", 8))
	must(t, err)
	for name, tt := range map[string]struct {
		change func(h *fixture, key string)
		keys   Keys
		want   error
		code   fault.Code
	}{
		"lost":                      {func(h *fixture, key string) { must(t, h.objects.Delete(t.Context(), key)) }, testKeys(t), nil, ""},
		"damaged":                   {func(h *fixture, key string) { must(t, h.objects.Replace(t.Context(), key, []byte("x"))) }, testKeys(t), nil, ""},
		"keys that can't be read":   {func(*fixture, string) {}, down, store.ErrUnavailable, ""},
		"sealed with another's key": {func(*fixture, string) {}, other, nil, fault.Unavailable},
	} {
		h := newFixture(t)
		removed(t, h)
		m := h.kim(t)
		tt.change(h, m.MemoryKey)
		c, archived, err := registry{h.objects, tt.keys, rand.Reader}.of(t.Context(), m)
		if tt.code != "" && codeOf(err) != tt.code || tt.code == "" && !errors.Is(err, tt.want) || len(c.digests())+len(archived) > 0 {
			t.Errorf("%s: %+v, %q, %v", name, c, archived, err)
		}
	}
	none := registry{new(fixture).objects, down, rand.Reader}
	if c, archived, err := none.of(t.Context(), store.Member{PK: 7}); err != nil || len(c.digests())+len(archived) > 0 {
		t.Errorf("nothing to remember: %v", err)
	}
}

func TestARemovalOfWhatRemembersNothingLeavesNoObject(t *testing.T) {
	h := newFixture(t).enrolled(t)
	must(t, h.objects.Replace(t.Context(), h.kim(t).Template.Key, []byte("damaged")))
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
	if keys := h.keys(t); len(keys) != 0 || h.kim(t).MemoryKey != "" {
		t.Errorf("objects %q, remembered at %q", keys, h.kim(t).MemoryKey)
	}
}

// crowded returns a fixture whose row has a number of bytes of earlier checks'
// digests, the first of them of a used recording.
func crowded(t *testing.T, bytes int) *fixture {
	t.Helper()
	h := strict(t)
	for h.kim(t).Template.Failures < 2 {
		h.try(t, others[0])
	}
	ring := testKeys(t)
	reading, err := stubRecording(third).Read(Hints{})
	must(t, err)
	digest, err := digestAtRest(digestKeys(ring, 7), reading)
	must(t, err)
	digest = sealed(t, ring, digestPlace(7), digest)
	session := store.Session{Username: "kim", PK: 7}
	must(t, h.store.RememberProbe(t.Context(), session, "a", digest))
	must(t, h.store.RememberProbe(t.Context(), session, "b", make([]byte, bytes-len(digest))))
	return h
}

func TestACheckIsRefusedWhileItsDigestHasNoRoom(t *testing.T) {
	h := crowded(t, besideBytes-1)
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("with a byte of room: %v, %v", ok, f)
	}
	h = crowded(t, besideBytes)
	before := *h.kim(t).Template
	if ok, f := h.try(t, same); ok || f == nil || f.Code != fault.Unavailable {
		t.Fatalf("without room: %v, %v", ok, f)
	}
	m := h.kim(t)
	if m.Template.Version == before.Version || len(m.Digests) != 0 || m.Template.Failures != before.Failures || !m.Template.FailedAt.Equal(before.FailedAt) {
		t.Errorf("%d digests are in the row; the template is %+v, was %+v", len(m.Digests), *m.Template, before)
	}
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("when there is room: %v, %v", ok, f)
	}
	h.wantReplay(t, third)
}

// A recovery code stands for the password alone. A check that only makes room must
// not make the template younger than the recovery: it proves nothing.
func TestMakingRoomForACheckProvesNoHeart(t *testing.T) {
	h := crowded(t, besideBytes)
	h.now = h.now.Add(time.Minute)
	must(t, h.store.RecoverPassword(t.Context(), h.kim(t), "another", nil, h.now))
	h.now = h.now.Add(time.Minute)
	must(t, h.store.CreateSession(t.Context(), store.Session{
		ID: sha256.Sum256([]byte(kimsToken)), Username: "kim", PK: 7,
		Issued: h.now, Used: h.now, Expires: h.now.Add(time.Hour), ValidFrom: h.kim(t).TokensValidFrom,
	}, store.Event{}, nil))
	if err := h.enrol(t, others[0]); codeOf(err) != fault.CheckFirst {
		t.Fatalf("after a recovery: %v", err)
	}
	if ok, f := h.try(t, others[0]); ok || f == nil || f.Code != fault.Unavailable {
		t.Fatalf("a check without room: %v, %v", ok, f)
	}
	if err := h.enrol(t, others[0]); codeOf(err) != fault.CheckFirst {
		t.Errorf("after a check that made room: %v", err)
	}
}
