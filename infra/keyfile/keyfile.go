// Package keyfile keeps the keys of a local service in a file of its data folder.
// The stored templates reveal nothing without it.
package keyfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"systole/shared/biometric/protect"
)

// Name is the name of the file, beside the database.
const Name = "keys.json"

// Keys are the keys in one file. They are safe for concurrent use.
type Keys struct {
	path string

	mu   sync.Mutex
	ring protect.Ring
}

// Open reads the keys in the data folder, or draws them if the file is missing.
func Open(folder string) (*Keys, error) {
	k := &Keys{path: filepath.Join(folder, Name)}
	err := draw(k.path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make %s: %w", k.path, err)
	}
	b, err := Read(k.path)
	if err != nil {
		return nil, err
	}
	if k.ring, err = protect.ParseKeys(b); err != nil {
		return nil, fmt.Errorf("%s: %w: without it no model can be opened; bring it back from where it is kept safe", k.path, err)
	}
	return k, nil
}

// Read returns the text of a file of keys, or an error if others may read the
// file.
func Read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (%v): chmod 600 %s, and rotate the keys if they may have been", path, mode, path)
	}
	return os.ReadFile(path)
}

// Ring returns the keys.
func (k *Keys) Ring(context.Context) (protect.Ring, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.ring, nil
}

// Text returns the keys in their stored form.
func (k *Keys) Text(context.Context) ([]byte, error) { return Read(k.path) }

// Replace replaces the old keys by others, whole or not at all, and uses these
// from then on. The error says so if the stored keys are no longer the old ones.
func (k *Keys) Replace(_ context.Context, old, text []byte) error {
	ring, err := protect.ParseKeys(text)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now, err := Read(k.path)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return errors.New("the keys have changed meanwhile: run it again")
	}
	if err := write(k.path, text, os.Rename); err != nil {
		return fmt.Errorf("write %s: %w", k.path, err)
	}
	k.ring = ring
	return nil
}

// draw writes new keys, or returns fs.ErrExist.
func draw(path string) error {
	if _, err := os.Stat(path); err == nil {
		return fs.ErrExist
	}
	keys, err := protect.DrawKeys()
	if err != nil {
		return err
	}
	return write(path, append(keys, '\n'), os.Link)
}

// Write writes a new file of keys that only its owner may read, whole or not at
// all. It replaces none: the error is fs.ErrExist.
func Write(path string, text []byte) error { return write(path, text, os.Link) }

// write makes the text durable under a temporary name and moves it to path by
// place: os.Link fails where path exists, os.Rename replaces it.
func write(path string, text []byte, place func(from, to string) error) error {
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, Name) // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := place(file.Name(), path); err != nil {
		return err
	}
	entries, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(entries.Sync(), entries.Close())
}
