package biometric

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

func (h *fixture) deletion(t testing.TB) *Deletion {
	return NewDeletion(h.calls, h.owners(), h.calls, testKeys(t), func() time.Time { return h.now }, rand.Reader)
}

func TestDeleteRemovesTemplateFilesAndPointer(t *testing.T) {
	h := newFixture(t).enrolled(t)
	if err := h.deletion(t).DeleteTemplate(t.Context(), kimsToken); err != nil {
		t.Fatal(err)
	}
	if m := h.kim(t).Template; m != nil {
		t.Errorf("the pointer names %s", m.Key)
	}
	if keys := h.keys(t); !slices.Equal(keys, []string{h.kim(t).MemoryKey}) {
		t.Errorf("objects %q", keys)
	}
	if err := h.deletion(t).DeleteTemplate(t.Context(), kimsToken); codeOf(err) != fault.NoModel {
		t.Errorf("again: %v", err)
	}
	if _, f := h.try(t, same); f == nil || f.Code != fault.NoModel {
		t.Errorf("a check: %v", f)
	}
}

func TestAnEnrolmentBetweenReadAndDeletionIsDeletedToo(t *testing.T) {
	h := newFixture(t).enrolled(t)
	before := h.kim(t)
	h.enrolled(t)
	if err := h.deletion(t).DeleteOf(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if m := h.kim(t).Template; m != nil {
		t.Errorf("the pointer names %s", m.Key)
	}
	if keys := h.keys(t); !slices.Equal(keys, []string{h.kim(t).MemoryKey}) {
		t.Errorf("objects %q", keys)
	}
}

func TestDeleteLeavesNothingOfEarlierVersionsUploadsAndEnrolments(t *testing.T) {
	h := newFixture(t).enrolled(t).enrolled(t)
	upload, _ := store.UploadKey(7, "0123456789abcdef0123456789abcdef")
	for _, key := range []string{upload, store.TemplateKey(7, "019ca9450a00aaaa"), store.EnrolledKey(7, "019ca9450a00aaaa", 3)} {
		if err := h.objects.Put(t.Context(), key, []byte("left by somebody who died")); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.deletion(t).DeleteTemplate(t.Context(), kimsToken); err != nil {
		t.Fatal(err)
	}
	if keys := h.keys(t); !slices.Equal(keys, []string{h.kim(t).MemoryKey}) {
		t.Errorf("objects %q", keys)
	}
}

// An enrolment that begins after the removal stores its objects before the
// removal has erased the earlier ones.
func TestDeleteSparesAnEnrolmentThatBeganAfterIt(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.calls.after = func(call string) error {
		if call == "ClearTemplate" {
			h.calls.failNoMore()
			h.enrolled(t)
		}
		return nil
	}
	if err := h.deletion(t).DeleteTemplate(t.Context(), kimsToken); err != nil {
		t.Fatal(err)
	}
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("a check: %v, %v", ok, f)
	}
}

// during runs do within the nth call with this name, before the call takes
// effect.
func (h *fixture) during(call string, do func()) {
	h.calls.before = func(made string) error {
		if made == call {
			h.calls.failNoMore()
			do()
		}
		return nil
	}
}

func TestAnEnrolmentUnderWayLosesToARemovalAndLeavesNothing(t *testing.T) {
	for _, tt := range []struct {
		name    string
		before  func(h *fixture) // an enrolment; nil for none
		removal func(t *testing.T, h *fixture)
		want    fault.Code
	}{
		{"of the template", func(h *fixture) { h.enrolled(t) }, func(t *testing.T, h *fixture) {
			if err := h.deletion(t).DeleteTemplate(t.Context(), kimsToken); err != nil {
				t.Fatal(err)
			}
		}, fault.Conflict},
		{"of what was none yet", func(*fixture) {}, func(t *testing.T, h *fixture) {
			if err := h.deletion(t).DeleteOf(t.Context(), h.kim(t)); err != nil {
				t.Fatal(err)
			}
		}, fault.Conflict},
		{"of the consent", func(*fixture) {}, func(t *testing.T, h *fixture) {
			if err := h.store.SetConsent(t.Context(), "kim", 7, store.Consent{Version: "1", Given: noon, Withdrawn: noon}); err != nil {
				t.Fatal(err)
			}
		}, fault.ConsentMissing},
		{"of the account", func(h *fixture) { h.enrolled(t) }, func(t *testing.T, h *fixture) {
			err := errors.Join(h.deletion(t).Forget(t.Context(), h.kim(t)), h.store.DeleteMember(t.Context(), "kim", 7))
			if err != nil {
				t.Fatal(err)
			}
		}, fault.TokenInvalid},
		{"of the account, whose name another has", func(h *fixture) { h.enrolled(t) }, func(t *testing.T, h *fixture) {
			err := errors.Join(h.deletion(t).Forget(t.Context(), h.kim(t)), h.store.DeleteMember(t.Context(), "kim", 7),
				h.store.CreateMember(t.Context(), store.Member{Username: "kim", PK: 8, PasswordHash: "another"}))
			if err != nil {
				t.Fatal(err)
			}
		}, fault.TokenInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t, func(s *Settings) { s.Consent = "1" })
			if err := h.store.SetConsent(t.Context(), "kim", 7, store.Consent{Version: "1", Given: noon}); err != nil {
				t.Fatal(err)
			}
			tt.before(h)
			h.during("SetTemplate", func() { tt.removal(t, h) })
			if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte(enrolment))}); codeOf(err) != tt.want {
				t.Errorf("the enrolment: %v, want %s", err, tt.want)
			}
			m, err := h.store.Member(t.Context(), "kim")
			if err == nil && (m.Template != nil || m.PK == 8 && !m.Removed.IsZero()) {
				t.Errorf("left %+v", m)
			}
			for _, key := range h.keys(t) {
				if key != m.MemoryKey {
					t.Errorf("%s is left", key)
				}
			}
		})
	}
}

func TestADeletionThatNeverComesFirstIsAConflict(t *testing.T) {
	h := newFixture(t).enrolled(t)
	h.calls.before = func(call string) error {
		if call == "ClearTemplate" {
			return store.ErrConflict
		}
		return nil
	}
	if err := h.deletion(t).DeleteTemplate(t.Context(), kimsToken); codeOf(err) != fault.Conflict {
		t.Errorf("error %v", err)
	}
	moves := slices.DeleteFunc(h.calls.made, func(call string) bool { return call != "ClearTemplate" })
	if len(moves) != maxConflicts {
		t.Errorf("%d tries", len(moves))
	}
}

func TestADeletionThatFailedMidwayIsFinishedByTheNext(t *testing.T) {
	h := newFixture(t).enrolled(t)
	d := h.deletion(t)
	_, at, err := d.unlink(t.Context(), h.kim(t), d.remembered) // the first step only
	if err != nil || len(h.keys(t)) != 3 || !h.kim(t).Removed.Equal(at) {
		t.Fatalf("%q, %v", h.keys(t), err)
	}
	if err := d.DeleteTemplate(t.Context(), kimsToken); codeOf(err) != fault.NoModel {
		t.Errorf("again: %v", err)
	}
	if keys := h.keys(t); !slices.Equal(keys, []string{h.kim(t).MemoryKey}) {
		t.Errorf("objects %q", keys)
	}
}

func TestDigestsAreArchivedSoThatTheRowStaysSmall(t *testing.T) {
	h := newFixture(t).enrolled(t)
	most := 0
	for range 3 * archiveFrom {
		if ok, f := h.try(t, same); !ok || f != nil {
			t.Fatal(ok, f)
		}
		most = max(most, len(h.kim(t).Digests))
	}
	if most != archiveFrom { // the last check's own digest is not counted: it stays
		t.Errorf("%d digests beside the member, want %d", most, archiveFrom)
	}
}
