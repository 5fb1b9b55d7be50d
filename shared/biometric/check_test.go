package biometric

import (
	"errors"
	"testing"

	"systole/shared/biometric/request"
	"systole/shared/fault"
)

func TestWithoutAUsableModelThereIsNoVerdict(t *testing.T) {
	const internal = "an internal error"
	tests := []struct {
		name string
		// object is what lies where the pointer of an enrolled member points.
		object func(key string, good []byte) []byte
		want   fault.Code
	}{
		{"obsolete", func(key string, _ []byte) []byte { return seal(key, []byte("an-older-algorithm\x00\x01\x02")) }, fault.ModelObsolete},
		{"empty", func(string, []byte) []byte { return nil }, internal},
		{"cut off", func(_ string, good []byte) []byte { return good[:len(good)-1] }, internal},
		{"one bit changed", func(_ string, good []byte) []byte { good[len(good)-3] ^= 4; return good }, internal},
		{"another layout", func(_ string, good []byte) []byte { good[len(magic)]++; return good }, internal},
		{"of another key", func(key string, good []byte) []byte {
			template, err := open(key, good)
			if err != nil {
				panic(err)
			}
			return seal("models/8/x", template)
		}, internal},
		{"no template inside", func(key string, _ []byte) []byte { return seal(key, nil) }, internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t).enrolled(t)
			key := h.kim(t).Model.Key
			good, err := h.objects.Get(t.Context(), key)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.objects.Replace(t.Context(), key, tt.object(key, good)); err != nil {
				t.Fatal(err)
			}
			ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{File: recordingOf(t, same)})
			if ok || err == nil {
				t.Fatalf("%v, %v", ok, err)
			}
			code := fault.Code(internal)
			var f *fault.Error
			if errors.As(err, &f) {
				code = f.Code
			}
			if code != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		h := newHouse(t)
		if ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{File: recordingOf(t, same)}); ok || codeOf(err) != fault.NoModel {
			t.Errorf("%v, %v", ok, err)
		}
	})
	t.Run("missing", func(t *testing.T) {
		h := newHouse(t).enrolled(t)
		if err := h.objects.Delete(t.Context(), h.kim(t).Model.Key); err != nil {
			t.Fatal(err)
		}
		if ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{File: recordingOf(t, same)}); ok || err == nil {
			t.Errorf("%v, %v", ok, err)
		}
	})
}

func TestAModelReplacedBetweenTwoReadsIsFollowed(t *testing.T) {
	h := newHouse(t).enrolled(t)
	old := h.kim(t).Model.Key
	h.calls.after = func(call string) error {
		if call == "Session" { // the rest of the check comes after this
			h.calls.after = nil
			h.enrolled(t)
			return h.objects.Delete(t.Context(), old)
		}
		return nil
	}
	if ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{File: recordingOf(t, same)}); !ok || err != nil {
		t.Errorf("%v, %v", ok, err)
	}
}

func FuzzOpen(f *testing.F) {
	const key = "models/1/a"
	f.Add(seal(key, []byte("template")))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		template, err := open(key, b)
		if err == nil && string(seal(key, template)) != string(b) {
			t.Errorf("%q opens, and is sealed otherwise", b)
		}
	})
}
