package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const kept = "../../../shared/ecg/recording/testdata/samples"

func TestTheSamplesAreThoseThatAreWritten(t *testing.T) {
	folder := t.TempDir()
	if err := run(folder); err != nil {
		t.Fatal(err)
	}
	want, got := content(t, folder), content(t, kept)
	if a, b := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(a, b) {
		t.Fatalf("there are %v, the program writes %v", a, b)
	}
	for path := range want {
		if got[path] != want[path] {
			t.Errorf("%s is another: run go run ./tests/support/samples", path)
		}
	}
}

// content returns the contents of the files in a folder, by their paths.
func content(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
