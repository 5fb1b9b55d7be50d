package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"systole/shared/biometric/protect"
)

// keysName is the file beside the database that holds the service's keys. The
// stored templates reveal nothing without it.
const keysName = "keys.json"

// openKeys reads the keys in the data folder, or draws them if the file is missing.
func openKeys(folder string) (protect.Ring, error) {
	path := filepath.Join(folder, keysName)
	err := drawKeys(path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return protect.Ring{}, fmt.Errorf("make %s: %w", path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return protect.Ring{}, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return protect.Ring{}, fmt.Errorf("%s can be read by others (%v): chmod 600 %s, and rotate the keys if they may have been", path, mode, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return protect.Ring{}, err
	}
	ring, err := protect.ParseKeys(b)
	if err != nil {
		return protect.Ring{}, fmt.Errorf("%s: %w: without it no model can be opened; bring it back from where it is kept safe", path, err)
	}
	return ring, nil
}

// drawKeys writes new keys, or returns fs.ErrExist. They are whole or not there
// at all.
func drawKeys(path string) error {
	if _, err := os.Stat(path); err == nil {
		return fs.ErrExist
	}
	keys, err := protect.DrawKeys()
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), keysName) // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	_, err = file.Write(append(keys, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Link(file.Name(), path)
}

// passingKeys are for a service that stores nothing.
func passingKeys() (protect.Ring, error) {
	b, err := protect.DrawKeys()
	if err != nil {
		return protect.Ring{}, err
	}
	return protect.ParseKeys(b)
}
