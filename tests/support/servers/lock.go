package servers

import (
	"os"
	"syscall"
	"testing"
)

// lock waits until no other process holds the file, and returns what lets go.
func lock(t testing.TB, path string) (release func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { file.Close() }
}
