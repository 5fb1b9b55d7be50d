package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
)

// cloneName is the name of a clone's folder, beside the database file.
const cloneName = "clone"

// cloneTries bounds the snapshots for one clone. Another snapshot is needed only
// if an object was made and removed between a snapshot and the listing of the
// objects.
const cloneTries = 5

// Clone returns a folder with a consistent copy of the store, made while requests
// go on: the rows, and the objects that the rows point to. remove deletes it.
// There is one clone at a time.
func (s *Store) Clone(ctx context.Context, objects *Objects) (folder string, remove func() error, err error) {
	folder = filepath.Join(filepath.Dir(s.db.Path()), cloneName)
	if err := os.Mkdir(folder, 0o700); errors.Is(err, fs.ErrExist) {
		return "", nil, errors.New("a backup is under way")
	} else if err != nil {
		return "", nil, fmt.Errorf("clone: %w", err)
	}
	remove = func() error { return os.RemoveAll(folder) }
	if err := s.clone(ctx, objects, folder, func() {}); err != nil {
		return "", nil, errors.Join(fmt.Errorf("clone: %w", err), remove())
	}
	return folder, remove, nil
}

// clone lists the objects before and after the snapshot of the rows: an object
// that a row points to is in the first list if it was removed since, and in the
// second if it was made since. meanwhile is called between the steps, for tests.
func (s *Store) clone(ctx context.Context, objects *Objects, folder string, meanwhile func()) error {
	if err := objects.linkTo(filepath.Join(folder, "objects")); err != nil {
		return err
	}
	meanwhile()
	for range cloneTries {
		if err := s.snapshot(filepath.Join(folder, "members.db")); err != nil {
			return err
		}
		meanwhile()
		if err := objects.linkTo(filepath.Join(folder, "objects")); err != nil {
			return err
		}
		whole, err := prune(ctx, folder)
		if whole || err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: objects are removed faster than they can be copied", store.ErrUnavailable)
}

// snapshot writes a copy of the database file at one moment. Its transaction ends
// with the copy: a longer one would block writes for which the file has to grow.
func (s *Store) snapshot(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = s.db.View(func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(file)
		return err
	})
	return errors.Join(err, file.Close())
}

// linkTo gives each object a second name below the folder, as objects are never
// written in place. If the file system has no links, they are copied.
func (o *Objects) linkTo(folder string) error {
	return filepath.WalkDir(o.dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(o.dir, path)
		if err != nil {
			return err
		}
		to := filepath.Join(folder, relative)
		if entry.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		err = os.Link(path, to)
		if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
			return nil // linked before, or deleted meanwhile
		}
		if err != nil {
			err = copyFile(path, to)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// prune removes the clone's objects that no row points to, and reports whether
// all objects that rows point to are there.
func prune(ctx context.Context, folder string) (whole bool, err error) {
	rows, objects, err := Open(folder)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	all, _, err := objects.List(ctx, "", "", int(^uint(0)>>1))
	if err != nil {
		return false, err
	}
	there := make(map[string]bool, len(all))
	for _, object := range all {
		there[object.Key] = true
	}
	keep := map[string]bool{store.CursorKey: true}
	owners := map[int64]bool{}
	for cursor := ""; ; {
		page, next, err := rows.MembersPage(ctx, cursor, 1000)
		if err != nil {
			return false, err
		}
		for _, m := range page {
			owners[m.PK] = true
			if key := m.ObjectKey(); key != "" {
				if !there[key] {
					return false, nil
				}
				keep[key] = true
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	for key := range there {
		if keep[key] || pending(key, owners) {
			continue
		}
		if err := objects.Delete(ctx, key); err != nil {
			return false, err
		}
	}
	return true, nil
}

// pending reports whether an object is a member's without the row pointing to it:
// a recording of an enrolment, or an upload that is not used yet.
func pending(key string, owners map[int64]bool) bool {
	pk, ok := store.Owner(key)
	return ok && owners[pk] && (strings.HasPrefix(key, store.RecordingPrefix) || strings.HasPrefix(key, store.IncomingPrefix))
}
