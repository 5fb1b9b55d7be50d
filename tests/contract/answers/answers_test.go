// Package answers has whole answers of the service, request by request, in Korean and
// in English, and what each request is answered when a call to a store fails.
//
//	go test ./tests/contract/answers -write    writes the answers as they are
package answers

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"systole/shared/config"
	"systole/shared/store"
)

var write = flag.Bool("write", false, "write the answers into testdata as they are")

func TestEveryAnswerIsTheOneWrittenDown(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no files")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			w := read(t, file)
			var text []string
			for i, lines := range w.answers(t) {
				got := w[i]
				got.wanted = lines
				text = append(text, got.String())
				if !*write && !slices.Equal(lines, w[i].wanted) {
					t.Errorf("%s\n%s", strings.Join(w[i].given, "\n"), difference(lines, w[i].wanted))
				}
			}
			if !*write {
				return
			}
			if err := os.WriteFile(file, []byte(strings.Join(text, "\n")), 0o666); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// difference returns the lines that only one of two answers has.
func difference(got, want []string) string {
	var b strings.Builder
	for _, line := range got {
		if !slices.Contains(want, line) {
			fmt.Fprintln(&b, "got ", line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			fmt.Fprintln(&b, "want", line)
		}
	}
	return b.String()
}

// change applies the setting that the first comment of the walk's file names.
func (w walk) change(c *config.Config) {
	first := strings.Join(w[0].comment, " ")
	c.ConsentRequired = strings.Contains(first, "CONSENT=required")
	c.ChallengeRequired = strings.Contains(first, "CHALLENGE=required")
	if strings.Contains(first, "OPENID_CLIENTS=") {
		c.Clients = nil
	}
	if strings.Contains(first, "ISSUER=") {
		c.Issuer = ""
	}
}

// answers sends the walk's requests in both languages and returns the lines of
// each answer.
func (w walk) answers(t *testing.T) (all [][]string) {
	t.Helper()
	korean, english := open(t, "ko", w.change), open(t, "en-GB", w.change)
	for i, s := range w {
		lines := korean.lines(korean.send(t, s))
		for n, line := range english.lines(english.send(t, s)) {
			switch {
			case n >= len(lines):
				lines = append(lines, "en more: "+line)
			case n == 0 && strings.Replace(line, " en", " ko", 1) == lines[0], line == lines[n]:
			default:
				lines = append(lines, "en "+differing(lines[n], line))
			}
		}
		if s.faults {
			lines = append(lines, w.faults(t, i)...)
		}
		all = append(all, lines)
	}
	return all
}

// failures are the errors that a call to a store may return: the store is down,
// or the item to change or read is not as expected.
var failures = []struct {
	name  string
	err   error
	usual string
}{
	{"down", store.ErrUnavailable, "503 unavailable 2"},
	{"conflict", store.ErrConflict, "500 internal"},
	{"not found", store.ErrNotFound, "500 internal"},
	{"exists", store.ErrExists, "500 internal"},
}

// faults makes each call of the step's request fail in each way. It returns the
// answers other than the ordinary ones: 503 unavailable if the store is down, 500
// internal otherwise.
func (w walk) faults(t *testing.T, at int) (lines []string) {
	t.Helper()
	usual, calls := w.failing(t, at, "", nil)
	for _, call := range calls {
		for _, f := range failures {
			a, _ := w.failing(t, at, call, f.err)
			switch {
			case a == usual:
				a = "as usual"
			case a == f.usual:
				continue
			}
			lines = append(lines, fmt.Sprintf("%s %s: %s", call, f.name, a))
		}
	}
	return lines
}

// failing repeats the walk up to a step, makes one call of that step fail, and
// returns its answer in one line, and its calls.
func (w walk) failing(t *testing.T, at int, call string, err error) (line string, calls []string) {
	t.Helper()
	h := open(t, "en", w.change)
	for _, s := range w[:at] {
		h.lines(h.send(t, s)) // gives names to the drawn values
	}
	h.fail = func(name string) error {
		if name == call {
			return fmt.Errorf("%s: %w", call, err)
		}
		return nil
	}
	a := h.send(t, w[at])
	lines := h.lines(a)
	calls = slices.Clone(h.calls)
	slices.Sort(calls)
	var said struct{ Error string }
	if parsed(a.body, &said) && said.Error != "" {
		return strings.Join(append([]string{fmt.Sprint(a.status), said.Error}, a.header["Retry-After"]...), " "), calls
	}
	return strings.Join(lines, " "), calls
}
