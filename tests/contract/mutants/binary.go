package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A binary is the compiled tests of a package with all mutants.
type binary struct {
	path        string
	folder      string   // in which the tests run
	environment []string // of the tests
	tests       []test
}

// A test is the part of a package's tests that one process runs: all fast tests,
// one test, or a subtest of a slow one.
type test struct {
	name    string // TestLogIn, TestConformance/sessions; "." for all
	took    time.Duration
	reached []byte // not zero at the numbers of the reached mutants
}

const (
	// together is the longest time of a package's tests that run in one process.
	together = 2 * time.Second

	// long is the time of a test above which its subtests run one by one.
	long = 1 * time.Second

	// patience is the additional time after which a mutant counts as dead: it
	// waits or loops for ever. The machine may be busy with other things.
	patience = 20 * time.Second
	slower   = 20

	// cpuSeconds limits a mutant that never ends or allocates without end.
	cpuSeconds = 120
	memoryKB   = 12 << 20
)

// build compiles a package's tests with the overlay.
func build(ctx context.Context, root, overlay, dir string, p listed) (*binary, error) {
	b := &binary{path: filepath.Join(dir, "package.test"), folder: p.Dir, environment: os.Environ()}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-overlay", overlay, "-ldflags", "-s -w", "-o", b.path, p.ImportPath)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the tests of %s don't compile: %w\n%s", p.ImportPath, err, out)
	}
	return b, nil
}

// errSlow is the failure of tests that do not end in time.
var errSlow = errors.New("the tests don't end")

// run runs the tests that match a pattern, with one more environment variable.
func (b *binary) run(ctx context.Context, pattern, variable string, limit time.Duration, args ...string) ([]byte, error) {
	within, cancel := context.WithTimeoutCause(ctx, limit, errSlow)
	defer cancel()
	args = append([]string{"-c", fmt.Sprintf(`ulimit -t %d -v %d; exec "$@"`, cpuSeconds, memoryKB), "sh", b.path, "-test.run", pattern}, args...)
	cmd := exec.CommandContext(within, "sh", args...)
	cmd.Dir = b.folder
	written, err := os.MkdirTemp(inMemory(), "mutants") // files that a killed test leaves are deleted with it
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(written)
	cmd.Env = append(slices.Clone(b.environment), variable, "TMPDIR="+written)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // processes that a test has started end with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if err != nil && ctx.Err() == nil && within.Err() != nil {
		err = errSlow
	}
	return out.Bytes(), errors.Join(err, ctx.Err())
}

// inMemory returns a folder of a disk in memory, where writes wait for no disk.
// It returns "" if there is none.
func inMemory() string {
	const folder = "/dev/shm"
	if _, err := os.Stat(folder); err != nil {
		return ""
	}
	return folder
}

// reach runs the tests without a mutant and records which of the mutants they
// reach: all tests together if they are fast, otherwise each alone. It leaves out
// tests that fail on their own, and returns their names.
func (b *binary) reach(ctx context.Context, dir string, mutants int) (failing []string, err error) {
	whole, out, err := b.reachOf(ctx, dir, all, mutants)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil && (whole.took < together || !slices.ContainsFunc(whole.reached, func(r byte) bool { return r != 0 })) {
		b.tests = []test{whole}
		return nil, nil
	}
	for _, name := range started(out, "") {
		ok, err := b.add(ctx, dir, name, mutants)
		if err != nil {
			return nil, err
		}
		if !ok {
			failing = append(failing, name)
		}
	}
	slices.SortFunc(b.tests, func(a, b test) int { return int(a.took - b.took) })
	return failing, nil
}

// add adds a test, or its subtests if it is slow, and reports whether it passes
// without a mutant.
func (b *binary) add(ctx context.Context, dir, name string, mutants int) (passes bool, err error) {
	t, out, err := b.reachOf(ctx, dir, name, mutants)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		return false, nil
	}
	parts := started(out, name+"/")
	if t.took < long || len(parts) < 2 {
		b.tests = append(b.tests, t)
		return true, nil
	}
	for _, part := range parts {
		if _, err := b.add(ctx, dir, part, mutants); err != nil {
			return false, err
		}
	}
	return true, nil
}

var startedTest = regexp.MustCompile(`(?m)^=== RUN +(Test\S+)`)

// started returns the names of the tests in the output one level below prefix, ""
// for the top level.
func started(out []byte, prefix string) (names []string) {
	for _, m := range startedTest.FindAllSubmatch(out, -1) {
		name, below := strings.CutPrefix(string(m[1]), prefix)
		if below && !strings.Contains(name, "/") {
			names = append(names, prefix+name)
		}
	}
	return names
}

func (b *binary) reachOf(ctx context.Context, dir, name string, mutants int) (test, []byte, error) {
	file := filepath.Join(dir, "reached")
	if err := os.WriteFile(file, make([]byte, mutants), 0o600); err != nil {
		return test{}, nil, err
	}
	started := time.Now()
	out, err := b.run(ctx, pattern(name), "MUTANTS_REACHED="+file, time.Hour, "-test.v")
	t := test{name: name, took: time.Since(started)}
	if err != nil {
		return t, out, err
	}
	t.reached, err = os.ReadFile(file)
	return t, out, err
}

// all is the pattern of all tests of a package together.
const all = "."

// pattern returns the pattern of one test, or of all.
func pattern(name string) string {
	if name == all {
		return name
	}
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = "^" + regexp.QuoteMeta(parts[i]) + "$"
	}
	return strings.Join(parts, "/")
}

// kill runs the tests that reach a mutant, the fastest first, until one fails. It
// returns that test's name, or "" if the mutant lives.
func (b *binary) kill(ctx context.Context, number int) (string, error) {
	for _, t := range b.tests {
		if t.reached[number] == 0 {
			continue
		}
		if name, err := b.fails(ctx, pattern(t.name), number, t.took); name != "" || err != nil {
			return name, err
		}
	}
	return "", nil
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// fails returns the name of the test that fails with a mutant, "" if none does.
func (b *binary) fails(ctx context.Context, pattern string, number int, took time.Duration) (string, error) {
	out, err := b.run(ctx, pattern, fmt.Sprintf("MUTANT=%d", number), patience+slower*took, "-test.failfast")
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case err == nil:
		return "", nil
	case errors.Is(err, errSlow):
		return errSlow.Error(), nil
	}
	if m := failed.FindSubmatch(out); m != nil {
		return string(m[1]), nil
	}
	return "the process ends", nil
}
