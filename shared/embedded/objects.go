package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"systole/shared/store"
)

// Objects keeps each object as a file below a folder. A file appears whole or
// not at all: it is written and synced under another name, then linked.
type Objects struct {
	dir  string // folder of the objects
	temp string // folder of files that are being written
}

func openObjects(dir string) (*Objects, error) {
	o := &Objects{dir: dir, temp: dir + ".part"}
	// A file that a crash left incomplete was never answered with success.
	if err := os.RemoveAll(o.temp); err != nil {
		return nil, fmt.Errorf("open objects: %w", err)
	}
	for _, folder := range []string{o.dir, o.temp} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, fmt.Errorf("open objects: %w", err)
		}
	}
	return o, nil
}

// Put: see store.Objects.
func (o *Objects) Put(_ context.Context, key string, data []byte) error {
	path, err := o.path(key)
	if err != nil {
		return fmt.Errorf("put object: %w", err)
	}
	err = o.write(path, data, os.Link)
	if errors.Is(err, fs.ErrExist) {
		old, readErr := os.ReadFile(path)
		if readErr == nil && bytes.Equal(old, data) {
			return named("put object", syncFolder(filepath.Dir(path))) // the writer may have crashed before this
		}
		return fmt.Errorf("put object: %w", store.ErrExists)
	}
	return named("put object", err)
}

// Replace: see store.Objects.
func (o *Objects) Replace(_ context.Context, key string, data []byte) error {
	path, err := o.path(key)
	if err != nil {
		return fmt.Errorf("replace object: %w", err)
	}
	return named("replace object", o.write(path, data, os.Rename))
}

// write makes the file durable under a temporary name, moves it to path by
// place (os.Link fails where path exists, os.Rename replaces it), and makes its
// folders durable.
func (o *Objects) write(path string, data []byte, place func(from, to string) error) error {
	file, err := os.CreateTemp(o.temp, "")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if err := o.makeFolder(folder); err != nil {
		return err
	}
	if err := place(file.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// makeFolder makes a folder below o.dir, with each new directory entry durable.
func (o *Objects) makeFolder(folder string) error {
	if _, err := os.Stat(folder); err == nil || folder == o.dir {
		return err
	}
	parent := filepath.Dir(folder)
	if err := o.makeFolder(parent); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(parent)
}

func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Get: see store.Objects.
func (o *Objects) Get(_ context.Context, key string) ([]byte, error) {
	path, err := o.path(key)
	if err != nil {
		return nil, fmt.Errorf("get object: %w", err)
	}
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = store.ErrNotFound
	}
	return data, named("get object", err)
}

// readFile is os.ReadFile for files up to store.MaxObjectBytes.
func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > store.MaxObjectBytes {
		return nil, fmt.Errorf("it has %d bytes, at most %d are read", info.Size(), store.MaxObjectBytes)
	}
	data := make([]byte, info.Size()) // a file is written once, whole
	_, err = io.ReadFull(file, data)
	return data, err
}

// Delete: see store.Objects. Folders stay: a writer may be about to use them.
func (o *Objects) Delete(_ context.Context, key string) error {
	path, err := o.path(key)
	if err != nil {
		return fmt.Errorf("delete object: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete object: %w", err)
	}
	return nil
}

// Erase: see store.Objects. There are no older versions here.
func (o *Objects) Erase(ctx context.Context, prefix string) error {
	return o.EraseThrough(ctx, prefix, store.LastKey)
}

// EraseThrough: see store.Objects.
func (o *Objects) EraseThrough(ctx context.Context, prefix, last string) error {
	list, _, err := o.List(ctx, prefix, "", math.MaxInt)
	if err != nil {
		return err
	}
	for _, object := range list {
		if object.Key > prefix+last {
			break
		}
		if err := o.Delete(ctx, object.Key); err != nil {
			return err
		}
	}
	return nil
}

// List: see store.Objects. It reads only the folder that the prefix names.
func (o *Objects) List(_ context.Context, prefix, after string, limit int) ([]store.Object, string, error) {
	var list []store.Object
	folder, err := o.folder(prefix)
	if err != nil {
		return nil, "", fmt.Errorf("list objects: %w", err)
	}
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // no such folder, or deleted meanwhile
		}
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(o.dir, path)
		if err != nil {
			return err
		}
		key := filepath.ToSlash(relative)
		if !strings.HasPrefix(key, prefix) || key <= after {
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return err
		}
		list = append(list, store.Object{Key: key, Size: info.Size(), Modified: info.ModTime()})
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("list objects: %w", err)
	}
	slices.SortFunc(list, func(a, b store.Object) int { return strings.Compare(a.Key, b.Key) })
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], list[limit-1].Key, nil
}

// folder returns the lowest folder with every object whose key begins with the
// prefix.
func (o *Objects) folder(prefix string) (string, error) {
	i := strings.LastIndex(prefix, "/")
	if i < 0 {
		return o.dir, nil
	}
	return o.path(prefix[:i])
}

// path returns the path of the object's file. Keys are the service's own, never a
// caller's; a key that leaves the folder is a bug, and refused.
func (o *Objects) path(key string) (string, error) {
	local := filepath.FromSlash(key)
	if key == "" || !filepath.IsLocal(local) || filepath.ToSlash(filepath.Clean(local)) != key {
		return "", fmt.Errorf("bad key %q", key)
	}
	return filepath.Join(o.dir, local), nil
}
