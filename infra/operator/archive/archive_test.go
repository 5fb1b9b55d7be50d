package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// backup returns a folder with a database file and two objects, and its archive.
func backup(t testing.TB) (folder string, archive []byte) {
	t.Helper()
	folder = t.TempDir()
	for name, content := range map[string]string{
		Rows: "rows", "objects/models/7/0001": strings.Repeat("sealed", 1000), "objects/uploads/7/0001/0": "", "keys.json": "secret",
	} {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		if err := os.Chtimes(file, made, made); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := Write(&b, folder); err != nil {
		t.Fatal(err)
	}
	return folder, b.Bytes()
}

func TestWhatIsUnpackedIsWhatWasPackedWithoutTheKeys(t *testing.T) {
	folder, archive := backup(t)
	again := filepath.Join(t.TempDir(), "again")
	if n, err := Unpack(bytes.NewReader(archive), again); err != nil || n != 3 {
		t.Fatal(n, err)
	}
	for _, name := range []string{Rows, "objects/models/7/0001", "objects/uploads/7/0001/0"} {
		want, _ := os.ReadFile(filepath.Join(folder, name))
		got, err := os.ReadFile(filepath.Join(again, name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(want), err)
		}
		if info, err := os.Stat(filepath.Join(again, name)); err != nil || info.ModTime().Year() != 2026 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if bytes.Contains(archive, []byte("secret")) {
		t.Error("the keys are in it")
	}
}

func TestOtherToolsReadIt(t *testing.T) {
	_, archive := backup(t)
	folder := t.TempDir()
	untar := exec.CommandContext(t.Context(), "tar", "x")
	untar.Dir, untar.Stdin = folder, bytes.NewReader(archive)
	if out, err := untar.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	check := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "SHA256SUMS")
	check.Dir = folder
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestADamagedOrCutOffArchiveIsRefused(t *testing.T) {
	_, archive := backup(t)
	if _, err := Verify(bytes.NewReader(archive)); err != nil {
		t.Fatal(err)
	}
	end := bytes.Index(archive, []byte(sums)) + 512
	for n := 0; n < end; n += 100 {
		if _, err := Verify(bytes.NewReader(archive[:n])); !errors.Is(err, ErrCutOff) {
			t.Fatalf("cut off after %d bytes: %v", n, err)
		}
	}
	for at := 512; at < end; at += 97 {
		changed := bytes.Clone(archive)
		changed[at] ^= 1
		if _, err := Verify(bytes.NewReader(changed)); err == nil && !padding(archive, at) {
			t.Fatalf("byte %d changed, and nobody sees it", at)
		}
	}
}

// padding reports whether a byte is one of tar's padding.
func padding(archive []byte, at int) bool { return archive[at] == 0 }

func TestFilesThatNoBackupHasAreRefused(t *testing.T) {
	for _, h := range []tar.Header{
		{Name: "../members.db"}, {Name: "objects/../../x"}, {Name: "/etc/passwd"}, {Name: "keys.json"}, {Name: "objects/"},
		{Name: "objects/x", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, {Name: "objects//x"},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		w.WriteHeader(&h)
		w.Close()
		folder := filepath.Join(t.TempDir(), "new")
		if _, err := Unpack(&b, folder); err == nil || errors.Is(err, ErrCutOff) {
			t.Errorf("%q: %v", h.Name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	_, archive := backup(f)
	f.Add(archive)
	f.Add(archive[:700])
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		files, err := read(bytes.NewReader(b), func(_ *tar.Header, content io.Reader) error {
			n++
			return discard(nil, content)
		})
		if err == nil && files != n {
			t.Errorf("%d files of %d", files, n)
		}
	})
}
