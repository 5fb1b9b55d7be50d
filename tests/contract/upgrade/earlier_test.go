package upgrade

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"systole/tests/support/fixture"
	"systole/tests/support/gotool"
	"systole/tests/support/local"
	"systole/tests/support/long"
)

// Commits whose local service serves the folder after a rollback.
const (
	writer  = "8fc9ee0811ffce25acb1d1c8c6f259a8c931cbe6" // wrote the folder: the last one with heart-1 alone
	between = "df633ad81be97a4a7e58b0aa89cbf364d75513bb" // the last one without heart-3: with heart-2, and with days of enrolment
)

// earlier builds the local service of a commit from the history of this clone, and
// returns the program's path.
func earlier(t *testing.T, commit string) string {
	t.Helper()
	root, err := gotool.Root()
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "earlier.tar")
	cmd := exec.CommandContext(t.Context(), "git", "-C", root, "archive", "-o", archive, commit)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("this clone has no history that goes back to %s: %s", commit[:7], out)
	}
	source := t.TempDir()
	program := filepath.Join(source, "service")
	for _, cmd := range []*exec.Cmd{
		exec.CommandContext(t.Context(), "tar", "-xf", archive, "-C", source),
		exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "./infra/local"),
	} {
		cmd.Dir = source
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", cmd.Args, err, out)
		}
	}
	return program
}

// by has the program serve the folder while use sends requests to it.
func (d *deployment) by(t *testing.T, program string, use func(http.Handler)) {
	t.Helper()
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	defer d.open(t)
	var log strings.Builder
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	s, err := local.Command{Program: program, Args: []string{"-data", d.folder}, Env: []string{"SAMPLING_RATE_HZ=500"}, Log: &log}.Start(ctx)
	if err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	base, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	use(httputil.NewSingleHostReverseProxy(base))
	if err := s.Stop(); err != nil {
		t.Errorf("%v: %s", err, log.String())
	}
}

// TestTheBuildBeforeGoesOnAfterARollback runs the programs of earlier versions on
// what this one made of the folder: when a newer template has begun, when that one
// decides and, if the version knows days of enrolment, when one was added.
func TestTheBuildBeforeGoesOnAfterARollback(t *testing.T) {
	long.Only(t)
	for _, tt := range []struct {
		name, commit string
		days         bool
	}{
		{"with heart-1 alone", writer, false},
		{"with heart-2 and days", between, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			program := earlier(t, tt.commit)
			d := unpacked(t)
			d.now = time.Now() // the program has no other
			updated := func() http.Handler { return d.version(t, table(t, true, newest, older)) }
			d.by(t, program, func(before http.Handler) { d.knows(t, before, 3) })
			d.knows(t, updated(), 4)
			d.by(t, program, func(before http.Handler) { d.knows(t, before, 5) })

			d.later(t, 24*time.Hour, updated())
			for n := 6; n <= 10; n++ {
				d.knows(t, updated(), n)
			}
			if got := d.algorithm(t); got != older {
				t.Errorf("a rollback would find a template by %s", got)
			}
			d.by(t, program, func(before http.Handler) { d.knows(t, before, 11) })
			if tt.days {
				d.later(t, 24*time.Hour, updated())
				d.addDay(t, updated(), recording(t, 12))
				d.by(t, program, func(before http.Handler) { d.knows(t, before, 13) })
				d.knows(t, updated(), 14)
				return
			}
			d.knows(t, updated(), 12)
			d.knows(t, d.version(t, table(t, false, newest, older)), 13)
			if got := d.algorithm(t); got != newest {
				t.Errorf("the newer template didn't decide: the base is by %s", got)
			}
		})
	}
}

// addDay adds a recording as another day of enrolment.
func (d *deployment) addDay(t *testing.T, v http.Handler, file []byte) {
	t.Helper()
	fixture.Send(t.Context(), v, fixture.Request{Method: "POST", Path: "/authenticate/make_model/", Token: d.token, File: file, Fields: []string{"mode", "add"}}).Want(t, 200, "")
}
