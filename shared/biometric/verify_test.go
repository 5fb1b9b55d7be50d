package biometric

import (
	"strings"
	"testing"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
)

func TestWithoutAUsableModelThereIsNoVerdict(t *testing.T) {
	tests := []struct {
		name string
		// object returns the object that an enrolled member's pointer leads to.
		object func(t *testing.T, key string, good []byte) []byte
		want   fault.Code
	}{
		{"obsolete", func(t *testing.T, key string, _ []byte) []byte {
			older := content{template: []byte("an-older-algorithm\x00\x01\x02")}
			return sealed(t, testKeys(t), key, older.marshal())
		}, fault.ModelObsolete},
		{"empty", func(*testing.T, string, []byte) []byte { return nil }, fault.ModelDamaged},
		{"cut off", func(_ *testing.T, _ string, good []byte) []byte { return good[:len(good)-1] }, fault.ModelDamaged},
		{"one bit changed", func(_ *testing.T, _ string, good []byte) []byte { good[len(good)-3] ^= 4; return good }, fault.ModelDamaged},
		{"another layout", func(_ *testing.T, _ string, good []byte) []byte { good[13]++; return good }, fault.ModelDamaged},
		{"of another key", func(t *testing.T, key string, good []byte) []byte {
			template, _, _, err := testKeys(t).Open(key, good)
			if err != nil {
				t.Fatal(err)
			}
			return sealed(t, testKeys(t), "models/8/x", template)
		}, fault.ModelDamaged},
		{"of another deployment", func(t *testing.T, key string, good []byte) []byte {
			template, _, _, err := testKeys(t).Open(key, good)
			if err != nil {
				t.Fatal(err)
			}
			other, err := protect.NewRing(strings.Repeat("another's", 8))
			if err != nil {
				t.Fatal(err)
			}
			return sealed(t, other, key, template)
		}, fault.Unavailable},
		{"no template inside", func(t *testing.T, key string, _ []byte) []byte {
			return sealed(t, testKeys(t), key, nil)
		}, fault.ModelDamaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t).enrolled(t)
			key := h.kim(t).Template.Key
			good, err := h.objects.Get(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.objects.Replace(t.Context(), key, tt.object(t, key, good)); err != nil {
				t.Fatal(err)
			}
			ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))})
			if ok || err == nil {
				t.Fatalf("%v, %v", ok, err)
			}
			if !fault.Is(err, tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		h := newFixture(t)
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); ok || codeOf(err) != fault.NoModel {
			t.Errorf("%v, %v", ok, err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		h := newFixture(t).enrolled(t)
		if err := h.objects.Delete(t.Context(), h.kim(t).Template.Key); err != nil {
			t.Fatal(err)
		}
		if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); ok || err == nil {
			t.Errorf("%v, %v", ok, err)
		}
	})
}

func TestAModelReplacedBetweenTwoReadsIsFollowed(t *testing.T) {
	h := newFixture(t).enrolled(t)
	old := h.kim(t).Template.Key
	h.calls.after = func(call string) error {
		if call == "Session" { // later calls of the check follow this one
			h.calls.failNoMore()
			h.enrolled(t)
			return h.objects.Delete(t.Context(), old)
		}
		return nil
	}
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestAModelOfAnOldKeyIsSealedAnewWhenItIsNextUsed(t *testing.T) {
	h := newFixture(t).enrolled(t)
	before := *h.kim(t).Template
	rotated, err := protect.NewRing(strings.Repeat("rotated.", 8), testSecret)
	if err != nil {
		t.Fatal(err)
	}
	h.Service.keys = rotated
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); !ok || err != nil {
		t.Fatalf("with the old key in the ring: %v, %v", ok, err)
	}
	after := *h.kim(t).Template
	object, err := h.objects.Get(t.Context(), after.Key)
	if err != nil || after.Version == before.Version {
		t.Fatalf("the model stayed where it was: %v", err)
	}
	only, err := protect.NewRing(strings.Repeat("rotated.", 8))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, stale, err := only.Open(after.Key, object); stale || err != nil {
		t.Errorf("sealed anew: stale %v, %v", stale, err)
	}
}
