package console

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryNoteAndFormatOfTheReadersHasWords(t *testing.T) {
	words, err := os.ReadFile("assets/words.js")
	if err != nil {
		t.Fatal(err)
	}
	said := func(kind, pattern, folder string) {
		t.Helper()
		found := 0
		call := regexp.MustCompile(pattern)
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, m := range call.FindAllSubmatch(source, -1) {
				found++
				if name := kind + "_" + string(m[1]); !strings.Contains(string(words), "\n  "+name+":") {
					t.Errorf("%s has no words, of %s", name, path)
				}
			}
			return err
		})
		if err != nil || found < 10 {
			t.Errorf("%d of kind %s found: %v", found, kind, err)
		}
	}
	said("note", `otef\("([a-z_]+)"`, "../ecg/recording")
	said("format", `(?m)^\t\{"([a-z0-9]+)", \w+\.`, "../ecg/recording")
}
