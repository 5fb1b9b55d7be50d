// Package gotool runs the go command for tests: the list of packages, and the
// binaries of the functions and of the local command.
package gotool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Module is the prefix of the import paths of this module's packages.
const Module = "systole/"

// Root returns the folder of go.mod, at or above the working directory.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("there is no go.mod here or above: run this inside the repository")
		}
		dir = up
	}
}

// List runs go list with the arguments, of which one is -json, and returns its
// entry of each package. P has the fields that the test needs.
func List[P any](t testing.TB, args ...string) []P {
	t.Helper()
	root, err := Root()
	if err == nil {
		err = readSources(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := run(t.Context(), root, append([]string{"list"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	var packages []P
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var p P
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// readSources reads the files that the go command will read: a test's cached
// result is valid while the files that the test itself read are unchanged.
func readSources(root string) error {
	for _, folder := range []string{"functions", "shared", "infra", "tests"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" {
				return err
			}
			_, err = os.ReadFile(path)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Commands are built commands.
type Commands struct {
	dir     string
	Folders []string // of the packages, from the root: functions/cleanup
}

// Binary returns the path of a folder's binary.
func (c Commands) Binary(folder string) string {
	return filepath.Join(c.dir, filepath.FromSlash(folder))
}

// Build builds the commands in and below the folders, such as functions/members
// or infra/local, for this machine. Binaries that are up to date stay: the test
// packages of one run link each only once.
//
// Flags that change a function's size but not its behaviour are left out, so
// that packages compiled for other tests serve here. A process builds a
// folder once: to find that nothing has changed takes half a second of a core.
func Build(ctx context.Context, folders ...string) (Commands, error) {
	builds.Lock()
	defer builds.Unlock()
	key := strings.Join(folders, " ")
	if built, ok := builds.done[key]; ok {
		return built, nil
	}
	built, err := build(ctx, folders)
	if err != nil {
		return Commands{}, err
	}
	builds.done[key] = built
	for _, folder := range built.Folders {
		below := func(other string) bool { return strings.HasPrefix(other, folder+"/") }
		if !slices.ContainsFunc(built.Folders, below) {
			builds.done[folder] = Commands{built.dir, []string{folder}}
		}
	}
	return built, nil
}

// builds are those that this process has made, by their folders.
var builds = struct {
	sync.Mutex
	done map[string]Commands
}{done: make(map[string]Commands)}

func build(ctx context.Context, folders []string) (Commands, error) {
	root, err := Root()
	if err != nil {
		return Commands{}, err
	}
	if err := readSources(root); err != nil {
		return Commands{}, err
	}
	built := Commands{dir: filepath.Join(root, ".build", "commands")}
	if err := os.MkdirAll(built.dir, 0o755); err != nil {
		return Commands{}, err
	}
	release, err := Lock(filepath.Join(built.dir, "lock"))
	if err != nil {
		return Commands{}, err
	}
	defer release()
	list := []string{"list", "-tags", "lambda.norpc", "-f", `{{if eq .Name "main"}}{{.ImportPath}}{{end}}`}
	for _, folder := range folders {
		list = append(list, "./"+folder+"/...")
	}
	commands, err := run(ctx, root, list...)
	if err != nil {
		return Commands{}, err
	}
	byParent := make(map[string][]string)
	for command := range strings.Lines(commands) {
		folder := strings.TrimPrefix(strings.TrimSpace(command), Module)
		built.Folders = append(built.Folders, folder)
		byParent[path.Dir(folder)] = append(byParent[path.Dir(folder)], "./"+folder)
	}
	for parent, commands := range byParent {
		// A debugger's tables are half of a linker's work.
		args := []string{"build", "-tags", "lambda.norpc", "-ldflags=-w", "-o", built.Binary(parent) + string(filepath.Separator)}
		if _, err := run(ctx, root, append(args, commands...)...); err != nil {
			return Commands{}, err
		}
	}
	return built, nil
}

// run runs the go command at root and returns its output.
func run(ctx context.Context, root string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.String())
	}
	return string(out), nil
}

// Lock waits until no other process holds the file, and returns the function that
// releases it: test binaries run concurrently.
func Lock(path string) (release func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
}
