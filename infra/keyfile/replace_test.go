package keyfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"systole/shared/biometric/protect"
)

// drawn are keys as a program has drawn them.
func drawn(t *testing.T) []byte {
	t.Helper()
	keys, err := protect.DrawKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestKeysAreReplacedByWhoReadThem(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	k, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	first, err := k.Text(ctx)
	if err != nil || !strings.Contains(string(first), "current") {
		t.Fatalf("%q, %v", first, err)
	}
	ring, err := k.Ring(ctx)
	if err != nil || len(ring.IDs()) != 1 {
		t.Fatal(err)
	}
	before := ring.IDs()[0]
	if err := k.Replace(ctx, first, []byte("no keys")); err == nil || !strings.Contains(err.Error(), "not written as") {
		t.Errorf("by what is no keys: %v", err)
	}
	if err := k.Replace(ctx, []byte("others"), drawn(t)); err == nil || !strings.Contains(err.Error(), "changed meanwhile") {
		t.Errorf("by who read others: %v", err)
	}
	if ring, _ := k.Ring(ctx); ring.IDs()[0] != before {
		t.Error("what was refused is used")
	}
	next := drawn(t)
	if err := k.Replace(ctx, first, next); err != nil {
		t.Fatal(err)
	}
	want, err := protect.ParseKeys(next)
	if err != nil {
		t.Fatal(err)
	}
	if ring, _ := k.Ring(ctx); ring.IDs()[0] != want.IDs()[0] {
		t.Error("the old ones are in use still")
	}
	if text, err := k.Text(ctx); err != nil || string(text) != string(next) {
		t.Errorf("stored %q, %v", text, err)
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(left) != 1 {
		t.Errorf("in the folder: %q, %v", left, err)
	}
	if err := os.Chmod(filepath.Join(folder, Name), 0o604); err != nil {
		t.Fatal(err)
	}
	if err := k.Replace(ctx, next, drawn(t)); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("where others may read them: %v", err)
	}
	if err := os.Remove(filepath.Join(folder, Name)); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Text(ctx); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is gone: %v", err)
	}
	if err := k.Replace(ctx, nil, drawn(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is gone is replaced: %v", err)
	}
}

func TestAFileOfKeysIsWrittenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	if err := Write(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second one: %v", err)
	}
	if b, err := Read(path); err != nil || string(b) != "first" {
		t.Errorf("%q, %v", b, err)
	}
	nowhere := filepath.Join(path, "in a file's place")
	if err := Write(nowhere, nil); err == nil {
		t.Error("written below a file")
	}
	if _, err := Open(filepath.Dir(nowhere)); err == nil {
		t.Error("a folder that is a file is opened")
	}
	folder := filepath.Join(t.TempDir(), Name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Dir(folder)); err == nil {
		t.Error("a folder in the file's place is read")
	}
}
