package embedded_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"systole/shared/embedded"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

func open(t testing.TB, dir string) (*embedded.Store, *embedded.Objects) {
	t.Helper()
	s, o, err := embedded.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, o
}

func TestConformance(t *testing.T) {
	s, o := open(t, t.TempDir())
	defer s.Close()
	storetest.Run(t, s)
	t.Run("moves", func(t *testing.T) { storetest.Moves(t, s) })
	t.Run("objects", func(t *testing.T) { storetest.Objects(t, o) })
}

func TestWhatWasWrittenIsThereAfterAReopen(t *testing.T) {
	dir := t.TempDir()
	s, o := open(t, dir)
	want := store.Member{Username: "u", PK: 5, Name: "n", PasswordHash: "h", Created: time.Unix(0, 0).UTC()}
	if err := s.CreateMember(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := o.Put(t.Context(), "models/5/v", []byte("m")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, o = open(t, dir)
	defer s.Close()
	if got, err := s.Member(t.Context(), "u"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("member is %+v, %v", got, err)
	}
	if got, err := o.Get(t.Context(), "models/5/v"); err != nil || string(got) != "m" {
		t.Errorf("object is %q, %v", got, err)
	}
}

func TestASecondProcessIsToldThatTheFolderIsInUse(t *testing.T) {
	dir := t.TempDir()
	s, _ := open(t, dir)
	defer s.Close()
	if _, _, err := embedded.Open(dir); err == nil || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("error is %v", err)
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, o := open(t, dir)
	defer s.Close()
	if err := o.Put(t.Context(), "uploads/1/a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHalfWrittenObjectsAreSweptAtOpen(t *testing.T) {
	dir := t.TempDir()
	part := filepath.Join(dir, "objects.part")
	if err := os.MkdirAll(part, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(part, "1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, o := open(t, dir)
	defer s.Close()
	list, _, err := o.List(t.Context(), "", "", 10)
	left, _ := os.ReadDir(part)
	if err != nil || len(list) != 0 || len(left) != 0 {
		t.Errorf("listed %v, left %v, %v", list, left, err)
	}
}

func TestKeysCannotLeaveTheFolder(t *testing.T) {
	s, o := open(t, t.TempDir())
	defer s.Close()
	for _, key := range []string{"", "../x", "a/../../x", "/etc/x", "a//b", "a/./b", "a/"} {
		if err := o.Put(t.Context(), key, []byte("x")); err == nil {
			t.Errorf("key %q was taken", key)
		}
		if _, err := o.Get(t.Context(), key); err == nil {
			t.Errorf("key %q was read", key)
		}
	}
}

func BenchmarkStore(b *testing.B) {
	s, o := open(b, b.TempDir())
	defer s.Close()
	session := store.Session{Username: "u", ID: store.TokenID{1}}
	if err := s.CreateSession(b.Context(), session, store.Event{}, nil); err != nil {
		b.Fatal(err)
	}
	if err := o.Put(b.Context(), "models/1/v", make([]byte, 4096)); err != nil {
		b.Fatal(err)
	}
	b.Run("read a session", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Session(b.Context(), session.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("touch a session", func(b *testing.B) {
		for b.Loop() {
			if err := s.TouchSession(b.Context(), session.ID, time.Time{}, ""); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read a model", func(b *testing.B) {
		for b.Loop() {
			if _, err := o.Get(b.Context(), "models/1/v"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestAnObjectThatIsTooLargeIsNotRead(t *testing.T) {
	dir := t.TempDir()
	s, objects := open(t, dir)
	defer s.Close()
	if err := objects.Put(t.Context(), "models/1/v1", []byte("m")); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "objects", "models", "1", "v1"), store.MaxObjectBytes+1); err != nil {
		t.Fatal(err)
	}
	if b, err := objects.Get(t.Context(), "models/1/v1"); err == nil || errors.Is(err, store.ErrNotFound) || len(b) > 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
