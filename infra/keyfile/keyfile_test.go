package keyfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeysAreDrawnOnceAndKeptFromOthers(t *testing.T) {
	folder := t.TempDir()
	if _, err := Open(folder); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, Name)
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := Open(folder); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(path); err != nil || string(again) != string(first) {
		t.Errorf("the keys changed: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(left) != 1 {
		t.Errorf("in the folder: %q, %v", left, err)
	}
}

func TestKeysThatCantBeTrustedStopTheService(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		mode          os.FileMode
		want          string
	}{
		{"readable by others", `{"current":"0123456789012345678901234567890123456789"}`, 0o644, "chmod 600"},
		{"cut off", `{"current":"01234`, 0o600, "bring it back"},
		{"too short", `{"current":"short"}`, 0o600, "drawn at random"},
		{"empty", "", 0o600, "bring it back"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, Name), []byte(tt.content), tt.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(folder); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v", err)
			}
		})
	}
}
