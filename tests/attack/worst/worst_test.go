// Package worst feeds the reader the most expensive files that it accepts, of
// each format, and holds their cost to a limit: processor time, which a busy
// machine doesn't change, and memory.
package worst

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/gotool"
	"systole/tests/support/long"
	"systole/tests/support/recordings"
	"systole/tests/support/samples/write"
)

// Bounds on the cost of one file. It takes less than 2 s on an idle core; one that shares
// its caches with another busy one may take half as long again.
const (
	mostCPU    = 3 * time.Second
	mostMemory = 200 << 20 // bytes beside the program's own
)

// largest is how large an uploaded file may be, bytes.
const largest = 64 << 20

// signal is a real heart, repeated up to so many samples.
func signal(t testing.TB, samples int) write.Signal {
	t.Helper()
	r, err := recording.ReadBytes(recordings.Enrolment(t, 1), recording.Hints{RateHz: recordings.RateHz})
	if err != nil {
		t.Fatal(err)
	}
	mv := make([]float64, 0, samples)
	for len(mv) < samples {
		mv = append(mv, r.Chosen().MV[:min(len(r.Chosen().MV), samples-len(mv))]...)
	}
	return write.Signal{MV: mv, RateHz: recordings.RateHz, Start: time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)}
}

// columns is a table of as many columns as are read, as large as an upload.
func columns(s write.Signal) []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < largest-2000; i++ {
		for range 64 {
			fmt.Fprintf(&b, "%.3f,", s.MV[i%len(s.MV)])
		}
		b.WriteString("0\n")
	}
	return b.Bytes()
}

// packed is a zip that unpacks to as much as may be unpacked.
func packed(name string, content []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create(name) // to memory: none of this can fail
	w.Write(content)
	z.Close()
	return b.Bytes()
}

// files write the worst of each format, by the name of their kind.
func files(t testing.TB) map[string]func() []byte {
	long := sync.OnceValue(func() write.Signal { return signal(t, 4_000_000) }) // more than two hours
	csv := sync.OnceValue(func() []byte { return write.CSV(long()) })
	return map[string]func() []byte{
		"text, the app's":      func() []byte { return csv()[:min(len(csv()), largest)] },
		"text, 65 columns":     func() []byte { return columns(long()) },
		"zip of text":          func() []byte { return packed("ecg.csv", csv()) },
		"EDF":                  func() []byte { return write.EDF("EDF+C", nil, long()) },
		"BDF":                  func() []byte { return write.BDF("BDF", nil, long()) },
		"ISHNE":                func() []byte { return write.ISHNE(long()) },
		"DICOM":                func() []byte { return write.DICOM(write.Explicit, false, long()) },
		"DICOM, deflated":      func() []byte { return write.DICOM(write.Deflated, false, long()) },
		"MATLAB 5":             func() []byte { return write.MATLAB(write.Plain, binary.LittleEndian, long()) },
		"MATLAB 5, packed":     func() []byte { return write.MATLAB(write.Packed, binary.LittleEndian, long()) },
		"NumPy":                func() []byte { return write.NumPy(long()) },
		"Kardia":               func() []byte { return write.Kardia(true, signal(t, 1_000_000)) },
		"JSON":                 func() []byte { return write.KardiaJSON(signal(t, 2_000_000)) },
		"JSON, objects":        func() []byte { return write.HealthKit(signal(t, 300_000)) },
		"aECG":                 func() []byte { return write.AECG(signal(t, 2_000_000)) },
		"FHIR":                 func() []byte { return write.FHIR(signal(t, 2_000_000)) },
		"JSON of nothing":      func() []byte { return []byte(`{"a":[` + strings.Repeat("[],", 7_000_000) + `[]]}`) },
		"XML of nothing":       func() []byte { return []byte("<a>" + strings.Repeat("<b/>", 5_000_000) + "</a>") },
		"text of separators":   func() []byte { return bytes.Repeat([]byte(";;;;;;;;\n"), 7_000_000) },
		"text of short lines":  func() []byte { return bytes.Repeat([]byte("1\n"), 30_000_000) },
		"text of quoted cells": func() []byte { return bytes.Repeat([]byte("\"1\",\"2\"\n"), 8_000_000) },
	}
}

// cost is the time and the memory of a program.
type cost struct {
	cpu    time.Duration
	memory int64 // bytes, at its highest
}

// measured is the environment variable in which this program, started again, is
// told the command to measure. Linux counts a parent's memory as its child's own:
// this test's is large.
const measured = "SYSTOLE_MEASURED"

func TestMain(m *testing.M) {
	if command := os.Getenv(measured); command != "" {
		measure(strings.Split(command, "\n"))
		return
	}
	os.Exit(m.Run())
}

// measure runs a command and prints its cost, and the first line it wrote.
func measure(command []string) {
	cmd := exec.Command(command[0], command[1:]...)
	out, _ := cmd.CombinedOutput() // a refusal is an answer, too
	state := cmd.ProcessState
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	fmt.Println(int64(state.UserTime()+state.SystemTime()), state.SysUsage().(*syscall.Rusage).Maxrss<<10)
	fmt.Println(first)
}

// run runs the program that looks at a file as the service does.
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
	all := files(t)
	names := slices.Sorted(maps.Keys(all))
	if !long.Enabled() {
		names = []string{"JSON, objects", "text of quoted cells", "XML of nothing"} // a second each
	}
	table := "| file | MB | CPU s | MB of memory | answer |\n|---|---|---|---|---|\n"
	for _, name := range names {
		content := all[name]()
		got, answer := cost(content)
		got.memory -= own.memory
		table += fmt.Sprintf("| %s | %.0f | %.2f | %d | %s |\n", name, float64(len(content))/1e6, got.cpu.Seconds(), got.memory>>20, strings.TrimPrefix(answer, "inspect: "+file+": "))
		if got.cpu > mostCPU || got.memory > mostMemory {
			t.Errorf("%s, %d bytes: %v and %d MB", name, len(content), got.cpu, got.memory>>20)
		}
	}
	t.Logf("\n%s", table)
}
