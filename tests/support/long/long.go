// Package long tells tests how much to run. On a person's machine all tests
// take minutes; with SYSTOLE_LONG=1, which .ci/run sets, the matrices and random
// histories are run at length.
package long

import (
	"os"
	"testing"
)

// Runs returns how often to run something: usually usual, and atLength with
// SYSTOLE_LONG=1.
func Runs(usual, atLength int) int {
	if Enabled() {
		return atLength
	}
	return usual
}

// Enabled reports whether SYSTOLE_LONG=1 is set.
func Enabled() bool { return os.Getenv("SYSTOLE_LONG") == "1" }

// Only leaves a test to SYSTOLE_LONG=1: it needs an emulator of AWS, which is installed
// from PyPI and takes half a minute.
func Only(t testing.TB) {
	t.Helper()
	if !Enabled() {
		t.Skip("at length only: SYSTOLE_LONG=1")
	}
}
