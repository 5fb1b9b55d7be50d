// Package fanout runs the clean-up's state machine in another implementation of
// Step Functions: moto's, with LocalStack's engine.
package fanout

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"systole/tests/support/gotool"
	"systole/tests/support/long"
	"systole/tests/support/python"
)

func TestListsWithSomethingLeftHaveRunsOfTheirOwn(t *testing.T) {
	long.Only(t)
	root, err := gotool.Root()
	if err != nil {
		t.Fatal(err)
	}
	interpreter, err := python.Install(t.Context(), "fanout", "requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out, complaints bytes.Buffer
	run := exec.CommandContext(t.Context(), interpreter, "run.py", filepath.Join(root, "template.yaml"))
	run.Stdout, run.Stderr = &out, &complaints
	if err := run.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &complaints)
	}
	all := strings.Fields("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31")
	want := []string{
		"nothing is left: SUCCEEDED, 1 of all lists, then [], failures []",
		"two lists have something left: SUCCEEDED, 1 of all lists, then [3, 7], failures []",
		"each takes three rounds: SUCCEEDED, 1 of all lists, then [3, 3, 3, 7, 7, 7], failures []",
		"a list never ends: SUCCEEDED, 1 of all lists, then [3, 3, 3, 3, 3, 3, 3, 3, 3, 3], failures []",
		"a list fails: SUCCEEDED, 1 of all lists, then [3, 3, 7], failures [[3]]",
		"a list fails once: SUCCEEDED, 1 of all lists, then [3, 3, 7], failures []",
		"the first run fails: SUCCEEDED, 2 of all lists, then [" + strings.Join(all, ", ") + "], failures []",
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, ": ") && strings.Contains(line, "of all lists") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}
