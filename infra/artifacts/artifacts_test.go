package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"systole/tests/support/gotool"
)

var anew = flag.Bool("anew", false, "compile everything anew, twice: minutes")

// The tree is copied twice, to folders of different depth, one of them the work
// tree of a commit of its own: place, time and commit must not change the build's
// output.
func TestTwoBuildsInDifferentPlacesAreTheSame(t *testing.T) {
	root, err := gotool.Root()
	if err != nil {
		t.Fatal(err)
	}
	built, err := gotool.Build(t.Context(), "infra/artifacts")
	if err != nil {
		t.Fatal(err)
	}
	var zips, sums [2][]byte
	for i, place := range []string{"first", "second/further/down"} {
		tree := filepath.Join(t.TempDir(), place)
		sh(t, root, `mkdir -p "$0" && tar c go.mod go.sum infra functions shared | tar xC "$0" --touch`, tree)
		if i == 1 {
			sh(t, tree, `git init -q && git add go.mod && git -c user.name=n -c user.email=n@example.com commit -qm other`)
		}
		sh(t, tree, `"$0" -out out -only MembersLogout`, built.Binary("infra/artifacts"))
		zips[i], sums[i] = read(t, tree, "out/MembersLogout.zip"), read(t, tree, "out/SHA256SUMS")
		sh(t, filepath.Join(tree, "out"), `unzip -qd MembersLogout MembersLogout.zip && sha256sum --strict --quiet -c SHA256SUMS`)
	}
	if !bytes.Equal(zips[0], zips[1]) || !bytes.Equal(sums[0], sums[1]) {
		t.Errorf("they differ:\n%s%s", sums[0], sums[1])
	}
	archive, err := zip.NewReader(bytes.NewReader(zips[0]), int64(len(zips[0])))
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.File) != 1 || archive.File[0].Name != "bootstrap" || archive.File[0].Mode() != 0o755 {
		t.Errorf("not what Lambda starts: %v", archive.File)
	}
	program, err := archive.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if head, err := io.ReadAll(io.LimitReader(program, 4)); err != nil || string(head) != "\x7fELF" {
		t.Errorf("no program: %q, %v", head, err)
	}
}

// sh runs a shell's command line with the arguments $0, $1, ….
func sh(t *testing.T, folder, line string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", append([]string{"-euc", line}, args...)...)
	c.Dir = folder
	// This machine's own flags could hide what the build leaves in the output.
	c.Env = append(os.Environ(), "GOFLAGS=-buildvcs=auto -modcacherw")
	if *anew {
		c.Env = append(c.Env, "GOCACHE="+filepath.Join(t.TempDir(), "cache"))
	}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

func read(t *testing.T, folder, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
