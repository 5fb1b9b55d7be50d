package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
	"systole/shared/store/storetest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// failed fails the test unless the error is one of the store itself.
func failed(t *testing.T, when, method string, err error) {
	t.Helper()
	for _, answer := range []error{store.ErrNotFound, store.ErrExists, store.ErrConflict} {
		if err == nil || errors.Is(err, answer) {
			t.Errorf("%s, %s: %v", when, method, err)
			return
		}
	}
}

func TestAStoreThatIsClosedFailsAndAnswersNothing(t *testing.T) {
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Furnish(t, s, "kim")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, methods := range []map[string]func() error{storetest.Reads(t, s, "kim"), storetest.Writes(t, s, "kim"), storetest.Indexes(t, s, "kim")} {
		for method, call := range methods {
			failed(t, "closed", method, call())
		}
	}
}

// A row that cannot be decoded is an error, not a missing row.
func TestRowsThatAreDamagedFail(t *testing.T) {
	for of := range map[string]bool{"reads": true, "writes": true} {
		s, _, err := Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		storetest.Furnish(t, s, "kim")
		if err := s.Note(t.Context(), "kim", store.Event{Kind: "k", At: noon, Expires: noon.Add(time.Hour), Within: 1}); err != nil {
			t.Fatal(err)
		}
		err = s.db.Update(func(tx *bolt.Tx) error {
			for _, name := range [][]byte{membersBucket, sessionsBucket, attemptsBucket, activityBucket, grantsBucket, registryBucket} {
				bucket := tx.Bucket(name)
				var keys [][]byte
				_ = bucket.ForEach(func(key, _ []byte) error { keys = append(keys, slices.Clone(key)); return nil })
				if len(keys) == 0 {
					t.Errorf("there is no row of %s", name)
				}
				for _, key := range keys {
					if err := bucket.Put(key, []byte("{")); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		methods := storetest.Reads(t, s, "kim")
		if of == "writes" {
			methods = storetest.Writes(t, s, "kim")
			delete(methods, "CreateSession") // of another session, with an event of another member
		}
		for method, call := range methods {
			failed(t, "damaged", method, call())
		}
	}
}

// A database refuses keys of more than 32 KB, and empty ones.
func TestAKeyThatTheDatabaseRefusesFails(t *testing.T) {
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	storetest.Furnish(t, s, "kim")
	long := strings.Repeat("k", bolt.MaxKeySize+1)
	methods := storetest.Writes(t, s, long)
	for _, method := range []string{"CreateMember", "CreateSession", "PutSession", "AdmitAttempt", "PutCount", "Note", "Note, of a flood", "PutEntry"} {
		failed(t, "a long key", method, methods[method]())
	}
	failed(t, "a long key", "NoteLeftover", s.NoteLeftover(t.Context(), noon, long))
	ctx := t.Context()
	almost := strings.Repeat("k", bolt.MaxKeySize-1) // the index's keys are longer
	failed(t, "a long key of the index", "NoteLeftover", s.NoteLeftover(ctx, noon, almost))
	failed(t, "a long key of the index", "AdmitAttempt", s.AdmitAttempt(ctx, almost, store.Backoff{Free: 9}, noon, noon))
	failed(t, "a long key of the index", "CreateMember", s.CreateMember(ctx, store.Member{Username: almost, PK: 9, Seen: noon}))
	if _, err := s.Member(ctx, almost); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a member without an entry on the lists: %v", err)
	}
	failed(t, "no key", "CreateMember", s.CreateMember(ctx, store.Member{PK: 9}))
}

func TestCursorsThatAreNoneFail(t *testing.T) {
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, _, err := s.SessionsPage(t.Context(), "x", 9); err == nil {
		t.Error("a page of sessions")
	}
	if _, _, err := s.DueUntil(t.Context(), store.DueSession, 0, noon, "x", 9); err == nil {
		t.Error("a page of what is due")
	}
}

func TestFilesThatAreInTheWayFail(t *testing.T) {
	dir := t.TempDir()
	s, o, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	if err := errors.Join(o.Put(ctx, "models/1/v", nil), o.Put(ctx, "uploads/1/v/0", nil)); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"Put below a file":         func() error { return o.Put(ctx, "models/1/v/0", nil) },
		"Replace below a file":     func() error { return o.Replace(ctx, "models/1/v/0", nil) },
		"Get of a folder":          func() error { _, err := o.Get(ctx, "models/1"); return err },
		"Get below a file":         func() error { _, err := o.Get(ctx, "models/1/v/0"); return err },
		"Replace of a folder":      func() error { return o.Replace(ctx, "uploads/1/v", nil) },
		"Delete of a folder":       func() error { return o.Delete(ctx, "uploads/1") },
		"Delete below a file":      func() error { return o.Delete(ctx, "models/1/v/0") },
		"List below a file":        func() error { _, _, err := o.List(ctx, "models/1/v/0/x", "", 9); return err },
		"Erase below a file":       func() error { return o.Erase(ctx, "models/1/v/0/x") },
		"List out of the folder":   func() error { _, _, err := o.List(ctx, "../x", "", 9); return err },
		"Erase out of the folder":  func() error { return o.Erase(ctx, "../x/") },
		"Delete out of the folder": func() error { return o.Delete(ctx, "../x") },
	} {
		if err := call(); err == nil || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrExists) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.RemoveAll(o.temp); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"Put":     func() error { return o.Put(ctx, "models/2/v", nil) },
		"Replace": func() error { return o.Replace(ctx, "models/2/v", nil) },
	} {
		if err := call(); err == nil {
			t.Errorf("%s with no room for what is being written", name)
		}
	}
	if err := syncFolder(filepath.Join(dir, "gone")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that isn't there is synced: %v", err)
	}
}

func TestAFolderThatCannotBeMadeOrReadIsNotOpened(t *testing.T) {
	for name, in := range map[string]string{"the folder": ".", "the database": "members.db/x", "the objects": "objects", "what is being written": "objects.part/../objects"} {
		dir := filepath.Join(t.TempDir(), "data")
		path := filepath.Join(dir, in)
		var err error
		if strings.HasSuffix(in, "/x") { // a folder instead of a file
			err = os.MkdirAll(path, 0o700)
		} else {
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, o, err := Open(dir); err == nil || s != nil || o != nil {
			t.Errorf("%s is in the way: %v", name, err)
		}
	}
}

func TestACopyIsTheFile(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	if err := errors.Join(os.WriteFile(from, []byte("content"), 0o600), os.WriteFile(to, []byte("what was there before"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(from, to); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(to); err != nil || string(b) != "content" {
		t.Errorf("%q, %v", b, err)
	}
	if err := copyFile(filepath.Join(dir, "gone"), to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a file that isn't there: %v", err)
	}
	if err := copyFile(from, filepath.Join(dir, "gone", "to")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into a folder that isn't there: %v", err)
	}
}

// Each write that may grow the database deletes some of what has expired.
func TestWhatHasExpiredIsSwept(t *testing.T) {
	s, _, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := func() (n int) {
		must(s.db.View(func(tx *bolt.Tx) error {
			for _, name := range [][]byte{attemptsBucket, activityBucket, grantsBucket} {
				n += tx.Bucket(name).Stats().KeyN
			}
			return nil
		}))
		return n
	}
	count := func(i byte, at time.Time) error {
		return s.AdmitAttempt(ctx, string(i), store.Backoff{Free: 9}, at, at.Add(time.Hour))
	}
	for name, write := range map[string]func(at time.Time) error{
		"a count": func(at time.Time) error { return count('z', at) },
		"a grant": func(at time.Time) error {
			return s.CreateGrant(ctx, store.Grant{ID: store.GrantID{9}, Made: at, Expires: at.Add(time.Hour)})
		},
		"an event": func(at time.Time) error {
			return s.Note(ctx, "z", store.Event{Kind: "k", At: at, Expires: at.Add(time.Hour)})
		},
	} {
		for i := range byte(sweepLimit + 1) {
			must(count('a'+i, noon))
		}
		must(write(noon.Add(time.Hour)))
		if n := rows(); n != sweepLimit+2 {
			t.Errorf("%s before anything expired: %d rows are left", name, n)
		}
		must(write(noon.Add(time.Hour + 1)))
		if n := rows(); n != 2 && n != 3 { // two events with one name are two rows
			t.Errorf("%s: %d rows are left", name, n)
		}
		must(s.ForgetActivity(ctx, "z"))
		for range 2 {
			must(count('y', noon.Add(9*time.Hour))) // and all of them
		}
		must(s.ClearAttempts(ctx, "y"))
		if n := rows(); n != 0 {
			t.Fatalf("%s: %d rows are left at the end", name, n)
		}
	}
}
