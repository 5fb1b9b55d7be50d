// Package links checks the documents against the tree: the targets of their
// links exist and aren't empty, and the folder of every command that they, or the
// programs' own comments, tell a reader to run exists.
package links

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"systole/tests/support/gotool"
)

// documents reads the files with an extension below root, except folders that git
// ignores.
func documents(t *testing.T, root, extension string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "node_modules" || name == "testdata" && extension == ".go" ||
			strings.HasPrefix(name, ".") && name != ".github") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(name) != extension {
			return nil
		}
		text, err := os.ReadFile(path)
		found[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var (
	fence   = regexp.MustCompile("(?s)```.*?```")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	scheme  = regexp.MustCompile(`^[a-z]+:`)
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	command = regexp.MustCompile(`(?:go:generate )?\bgo (?:run|test|build|vet)\b[^\n|]*?\s\./([\w/.-]+)`)
)

func TestEveryRelativeLinkOfADocumentLeadsSomewhere(t *testing.T) {
	root, err := gotool.Root()
	if err != nil {
		t.Fatal(err)
	}
	all := documents(t, root, ".md")
	if len(all) < 10 {
		t.Fatalf("only %d documents found", len(all))
	}
	for document, text := range all {
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if scheme.MatchString(m[1]) {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			target := document
			if path != "" {
				target = filepath.Join(filepath.Dir(document), filepath.FromSlash(path))
			}
			if file, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which isn't there", document, m[1])
			} else if file.Mode().IsRegular() && file.Size() == 0 {
				t.Errorf("%s links to %s, which is empty", document, m[1])
			} else if anchor != "" && !hasAnchor(all[target], anchor) {
				t.Errorf("%s links to %s, which has no such heading", document, m[1])
			}
		}
	}
}

// hasAnchor reports whether GitHub gives one of the document's headings the
// anchor: in lower case, without punctuation, with hyphens for spaces.
func hasAnchor(document, anchor string) bool {
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(document, ""), -1) {
		made := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[1])
		if made == anchor {
			return true
		}
	}
	return false
}

func TestEveryCommandThatAReaderIsToldToRunIsThere(t *testing.T) {
	root, err := gotool.Root()
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, extension := range []string{".md", ".go"} {
		for document, text := range documents(t, root, extension) {
			for _, m := range command.FindAllStringSubmatch(text, -1) {
				commands++
				folder := filepath.FromSlash(strings.TrimRight(strings.TrimSuffix(m[1], "..."), "/."))
				from := root
				if strings.HasPrefix(m[0], "go:generate ") { // runs in its file's folder
					from = filepath.Dir(document)
				}
				if _, err := os.Stat(filepath.Join(from, folder)); err != nil {
					t.Errorf("%s runs ./%s, which isn't there", document, m[1])
				}
			}
		}
	}
	if commands < 20 {
		t.Errorf("only %d commands found", commands)
	}
}
