package biometric

import (
	"slices"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

func (h *house) deletion() *Deletion {
	return NewDeletion(h.calls, h.owners(), h.objects, func() time.Time { return h.now })
}

func TestDeleteRemovesTemplateFilesAndPointer(t *testing.T) {
	h := newHouse(t).enrolled(t)
	if err := h.deletion().DeleteTemplate(t.Context(), kimsToken); err != nil {
		t.Fatal(err)
	}
	if m := h.kim(t).Template; m != nil {
		t.Errorf("the pointer names %s", m.Key)
	}
	if keys := h.keys(t); keys != nil {
		t.Errorf("objects %q", keys)
	}
	if err := h.deletion().DeleteTemplate(t.Context(), kimsToken); codeOf(err) != fault.NoModel {
		t.Errorf("again: %v", err)
	}
	if _, f := h.try(t, same); f == nil || f.Code != fault.NoModel {
		t.Errorf("a check: %v", f)
	}
}

func TestAnEnrolmentBetweenReadAndDeletionIsDeletedToo(t *testing.T) {
	h := newHouse(t).enrolled(t)
	before := h.kim(t)
	h.enrolled(t)
	if err := h.deletion().DeleteOf(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	if m := h.kim(t).Template; m != nil {
		t.Errorf("the pointer names %s", m.Key)
	}
	for _, key := range h.keys(t) { // the earlier one is clean-up's
		if key != before.Template.Key && key != "uploads/7/"+before.Template.Version+"/0" {
			t.Errorf("%s is left", key)
		}
	}
}

func TestADeletionThatNeverComesFirstIsAConflict(t *testing.T) {
	h := newHouse(t).enrolled(t)
	h.calls.before = func(call string) error {
		if call == "ClearTemplate" {
			return store.ErrConflict
		}
		return nil
	}
	if err := h.deletion().DeleteTemplate(t.Context(), kimsToken); codeOf(err) != fault.Conflict {
		t.Errorf("error %v", err)
	}
	moves := slices.DeleteFunc(h.calls.made, func(call string) bool { return call != "ClearTemplate" })
	if len(moves) != maxConflicts {
		t.Errorf("%d tries", len(moves))
	}
}
