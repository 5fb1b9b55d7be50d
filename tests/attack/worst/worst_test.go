package main

import (
	"crypto/rand"
	"flag"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"systole/shared/biometric"
	"systole/shared/ecg/engine"
	"systole/shared/member/argon2id"
	"systole/tests/support/gotool"
	"systole/tests/support/long"
	"systole/tests/support/recordings"
	"systole/tests/support/samples/write"
)

// Bounds on the cost of one file. It takes less than 2 s on an idle core, and up
// to half as long again on one that shares its caches with a busy one.
const (
	mostCPU    = 3 * time.Second
	mostMemory = 264 << 20 // bytes beyond the program's own: 200 MB, and the file itself
)

// cost is the time and the memory that a program took.
type cost struct {
	cpu    time.Duration
	memory int64 // bytes, at the peak
}

// measured is the environment variable that holds the command to measure when
// this program starts itself again. It does so because Linux counts a parent's
// memory as its child's, and this test's memory is large.
const measured = "SYSTOLE_MEASURED"

func TestMain(m *testing.M) {
	if command := os.Getenv(measured); command != "" {
		measure(strings.Split(command, "\n"))
		return
	}
	os.Exit(m.Run())
}

// measure runs a command and prints its cost and the first line that it wrote.
func measure(command []string) {
	cmd := exec.Command(command[0], command[1:]...)
	out, _ := cmd.CombinedOutput() // a command that refuses the file has answered as well
	state := cmd.ProcessState
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	fmt.Println(int64(state.UserTime()+state.SystemTime()), state.SysUsage().(*syscall.Rusage).Maxrss<<10)
	fmt.Println(first)
}

// run runs the program that reads a file as the service does.
func run(t testing.TB, program, file string) (c cost, answer string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), measured+"="+strings.Join([]string{program, "-rate", fmt.Sprint(recordings.RateHz), file}, "\n"))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	figures, answer, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if _, err := fmt.Sscan(figures, (*int64)(&c.cpu), &c.memory); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return c, answer
}

var all = flag.Bool("all", false, "try all kinds: minutes")

// TestTheWorstFileOfEachFormatStaysWithinItsLimits tries four kinds of files; a
// long run draws a dozen at random.
func TestTheWorstFileOfEachFormatStaysWithinItsLimits(t *testing.T) {
	built, err := gotool.Build(t.Context(), "infra/inspect")
	if err != nil {
		t.Fatal(err)
	}
	program := built.Binary("infra/inspect")
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	cost := func(content []byte) (cost, string) {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return run(t, program, file)
	}
	own, _ := cost(recordings.Probe(t, 1))
	kinds := files()
	names := slices.Sorted(maps.Keys(kinds))
	switch {
	case *all:
	case long.Enabled():
		mathrand.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
		names = names[:12]
	default:
		names = []string{"JSON, objects", "text of one line", "text of quoted cells", "XML of nothing"} // each takes a second
	}
	table := "| file | MB | CPU s | MB of memory | answer |\n|---|---|---|---|---|\n"
	for _, name := range names {
		content := kinds[name]()
		got, answer := cost(content)
		got.memory -= own.memory
		table += fmt.Sprintf("| %s | %.0f | %.2f | %d | %s |\n", name, float64(len(content))/1e6, got.cpu.Seconds(), got.memory>>20, strings.TrimPrefix(answer, "inspect: "+file+": "))
		if got.cpu > mostCPU || got.memory > mostMemory {
			t.Errorf("%s, %d bytes: %v and %d MB", name, len(content), got.cpu, got.memory>>20)
		}
	}
	t.Logf("\n%s", table)
}

// lightFiles returns files that the service reads before it asks whether a check
// may be tried: the most expensive of each kind.
func lightFiles() map[string][]byte {
	return map[string][]byte{
		"ones": fill("1\n"), "quoted": fill("\"1\"\n"), "spikes": fill("0\n0\n7\n0\n3\n"), "separators": fill(";;;;;;;;\n"),
		"JSON": []byte("[" + strings.Repeat("1,", 64<<10-2) + "1]"), "JSON of nothing": []byte("[" + strings.Repeat("[],", 40_000) + "[]]"),
	}
}

// fill repeats a text up to the size limit of a light file.
func fill(text string) []byte { return []byte(strings.Repeat(text, 128<<10/len(text))) }

func TestOnlyPlainTextOfAFewKilobytesIsReadBeforeItIsAsked(t *testing.T) {
	e := engine.New(recordings.RateHz)
	for name, file := range lightFiles() {
		if !e.Light([][]byte{file}) {
			t.Errorf("%s of %d bytes isn't light", name, len(file))
		}
	}
	for name, file := range map[string][]byte{
		"a long one": fill("1\n2")[:128<<10], "a zip": packed("a.csv", []byte("1\n")), "EDF": write.EDF("", nil, heart(5000)), "markup": []byte(" <a/>"),
	} {
		if e.Light([][]byte{file, {'1'}}) {
			t.Errorf("%s is light", name)
		}
	}
}

// BenchmarkLightFile compares the work on a light file, which the service does
// before it asks whether a check may be tried, with the hash of a password, which
// anyone may make it compute.
func BenchmarkLightFile(b *testing.B) {
	hasher := argon2id.New(argon2id.DefaultCost, 1, rand.Reader)
	b.Run("hash of a password", func(b *testing.B) {
		for b.Loop() {
			hasher.Hash(b.Context(), "password")
		}
	})
	e := engine.New(recordings.RateHz)
	for name, file := range lightFiles() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, err := e.Group(b.Context(), [][]byte{file})[0].Read(biometric.Hints{RateHz: recordings.RateHz})
				if err == nil && r.Usable(biometric.ProbeNeed) == nil {
					r.Digest([32]byte{1})
				}
			}
		})
	}
}
