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
	session, want := readmeSession(t)
	if got := pasted(t, session, startLocal(t, "-memory")); got != want {
		t.Errorf("the session answers\n%s\nthe README says\n%s", got, want)
	}
}

// readmeSession returns the README's session and its output, without the parts
// that differ from run to run.
func readmeSession(t *testing.T) (session, prints string) {
	t.Helper()
	readme, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(readme), "## A first session")
	return fenced(t, section, "sh"), timeless(fenced(t, section, "json"))
}

// pasted returns bash's output for a pasted session, without the parts that
// differ from run to run.
func pasted(t *testing.T, session, base string, environment ...string) string {
	t.Helper()
	bash := exec.CommandContext(t.Context(), "bash", "-c", strings.Replace(session, "http://127.0.0.1:8080", base, 1))
	bash.Dir, bash.Env = root, append(os.Environ(), environment...)
	out, err := bash.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return timeless(string(out))
}

// fenced returns the first code block in a language.
func fenced(t *testing.T, markdown, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(markdown, "```"+language+"\n")
	block, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatalf("no block of %s", language)
	}
	return block
}

// timeless returns answers without the parts that differ from run to run.
func timeless(answers string) string {
	answers = regexp.MustCompile(`[0-9a-f]{40}`).ReplaceAllString(answers, "<token>")
	return regexp.MustCompile(`hong\d+`).ReplaceAllString(answers, "hong<n>")
}
