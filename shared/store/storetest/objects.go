package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"systole/shared/store"
)

// Objects runs the conformance tests of a store of objects.
func Objects(t *testing.T, o store.Objects) {
	t.Run("an object comes back as it was put", func(t *testing.T) {
		for _, size := range []int{0, 1, 3000, 5 << 20} {
			key, data := unique("uploads/9/"), bytes.Repeat([]byte{0, 0xff, 'a'}, size/3+1)[:size]
			must(t, o.Put(t.Context(), key, data))
			wantObject(t, o, key, data)
		}
	})
	t.Run("an unknown object is not found", func(t *testing.T) {
		_, err := o.Get(t.Context(), unique("uploads/9/"))
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("nothing is overwritten, the same content succeeds again", func(t *testing.T) {
		key := unique("models/9/")
		must(t, o.Put(t.Context(), key, []byte("first")))
		must(t, o.Put(t.Context(), key, []byte("first")))
		wantErr(t, o.Put(t.Context(), key, []byte("other")), store.ErrExists)
		wantObject(t, o, key, []byte("first"))
	})
	t.Run("of many writers of one key exactly one wins", func(t *testing.T) {
		key := unique("models/9/")
		won := race(t, 16, store.ErrExists, func(i int) error {
			return o.Put(t.Context(), key, fmt.Append(nil, "racer ", i))
		})
		if won != 1 {
			t.Errorf("%d writers won, want 1", won)
		}
	})
	t.Run("what is meant to be replaced is", func(t *testing.T) {
		key := unique("cleanup/")
		must(t, o.Replace(t.Context(), key, []byte("first")))
		must(t, o.Replace(t.Context(), key, []byte("second")))
		wantObject(t, o, key, []byte("second"))
	})
	t.Run("what begins with a prefix is erased, and nothing else", func(t *testing.T) {
		folder := unique("uploads/9/")
		for i := range 3 {
			must(t, o.Put(t.Context(), fmt.Sprintf("%s/%d", folder, i), []byte("x")))
		}
		must(t, o.Replace(t.Context(), folder+"/0", []byte("an older version lies below")))
		must(t, o.Put(t.Context(), folder+"x/0", []byte("x")))
		must(t, o.Erase(t.Context(), folder+"/"))
		must(t, o.Erase(t.Context(), folder+"/"))
		for i := range 3 {
			_, err := o.Get(t.Context(), fmt.Sprintf("%s/%d", folder, i))
			wantErr(t, err, store.ErrNotFound)
		}
		wantObject(t, o, folder+"x/0", []byte("x"))
	})
	t.Run("what begins with a prefix is erased up to a key", func(t *testing.T) {
		folder, before := unique("uploads/9b/")+"/", unique("uploads/9a/")+"/"
		for _, key := range []string{before + "1", folder + "1", folder + "2", folder + "20", folder + "3"} {
			must(t, o.Put(t.Context(), key, []byte("x")))
		}
		must(t, o.EraseThrough(t.Context(), folder, "2"))
		for key, stays := range map[string]bool{before + "1": true, folder + "1": false, folder + "2": false, folder + "20": true, folder + "3": true} {
			if _, err := o.Get(t.Context(), key); (err == nil) != stays {
				t.Errorf("%s: %v", key, err)
			}
		}
	})
	t.Run("a deleted object is gone, and may be deleted again", func(t *testing.T) {
		key := unique("uploads/9/")
		must(t, o.Put(t.Context(), key, []byte("x")))
		must(t, o.Delete(t.Context(), key))
		must(t, o.Delete(t.Context(), key))
		_, err := o.Get(t.Context(), key)
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("objects are listed in order, page by page, from where one left off", func(t *testing.T) { listing(t, o) })
}

func listing(t *testing.T, o store.Objects) {
	prefix := unique("models/") + "/"
	var keys []string
	for i := range 7 {
		key := fmt.Sprintf("%s%d/v", prefix, i)
		keys = append(keys, key)
		must(t, o.Put(t.Context(), key, []byte("12345")))
	}
	must(t, o.Put(t.Context(), unique("models/")+"/other", []byte("x")))
	var listed []string
	for after := ""; ; {
		page, next, err := o.List(t.Context(), prefix, after, 3)
		must(t, err)
		if len(page) > 3 {
			t.Errorf("a page has %d objects", len(page))
		}
		for _, object := range page {
			listed = append(listed, object.Key)
			if object.Size != 5 || time.Since(object.Modified).Abs() > time.Hour {
				t.Errorf("object is %+v", object)
			}
		}
		if next == "" {
			break
		}
		after = next
	}
	if fmt.Sprint(listed) != fmt.Sprint(keys) {
		t.Errorf("listed %v, want %v", listed, keys)
	}
	rest, next, err := o.List(t.Context(), prefix, keys[4], 100)
	must(t, err)
	if len(rest) != 2 || rest[0].Key != keys[5] || next != "" {
		t.Errorf("after %s come %v, and then what comes after %q", keys[4], rest, next)
	}
	if one, next, err := o.List(t.Context(), prefix, "", 1); err != nil || len(one) != 1 || next != keys[0] {
		t.Errorf("the first is %v, and on it goes after %q, %v", one, next, err)
	}
}

func wantObject(t *testing.T, o store.Objects, key string, want []byte) {
	t.Helper()
	got, err := o.Get(t.Context(), key)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s holds %d bytes, want %d", key, len(got), len(want))
	}
}
