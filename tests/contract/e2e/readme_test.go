package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestTheSessionInTheREADMEWorksWhenPasted runs the README's curl session and
// compares its answers with the README's.
func TestTheSessionInTheREADMEWorksWhenPasted(t *testing.T) {
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "## A first session")
	session := fenced(t, section, "sh")
	want := fenced(t, section, "json")

	base := startLocal(t, "-memory")
	bash := exec.CommandContext(t.Context(), "bash", "-c", strings.Replace(session, "http://127.0.0.1:8080", base, 1))
	bash.Dir = root
	out, err := bash.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := timeless(string(out)); got != timeless(want) {
		t.Errorf("the session answers\n%s\nthe README says\n%s", got, timeless(want))
	}
}

// fenced is the first block of a language.
func fenced(t *testing.T, markdown, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(markdown, "```"+language+"\n")
	block, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("no block of %s", language)
	}
	return block
}

// timeless is an answer without the parts that differ from run to run.
func timeless(answers string) string {
	answers = regexp.MustCompile(`[0-9a-f]{40}`).ReplaceAllString(answers, "<token>")
	return regexp.MustCompile(`hong\d+`).ReplaceAllString(answers, "hong<n>")
}
