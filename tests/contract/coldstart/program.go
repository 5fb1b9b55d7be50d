package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"systole/tests/support/gotool"
	"systole/tests/support/lambdaruntime"
)

// program is a function under measurement.
type program struct {
	name   string
	binary string // for this machine

	starts   []time.Duration // process start to first poll
	inits    []time.Duration // initialisation of all packages
	peaks    []int64         // resident memory in bytes
	zipBytes int             // for arm64, as uploaded; 0 if not built
}

const here = "tests/contract/coldstart/"

// build builds hello, plain and every function, in this order; zipped also
// builds each upload, which takes a compilation of everything for arm64.
func build(ctx context.Context, dir string, zipped bool) ([]*program, error) {
	root, err := gotool.Root()
	if err != nil {
		return nil, err
	}
	built, err := gotool.Build(ctx, here+"hello", here+"plain", "functions")
	if err != nil {
		return nil, err
	}
	var programs []*program
	for _, folder := range built.Folders {
		p := &program{name: strings.TrimPrefix(folder, here), binary: built.Binary(folder)}
		if zipped {
			binary := filepath.Join(dir, "bootstrap")
			if err := buildUpload(ctx, root, "./"+folder, binary); err != nil {
				return nil, err
			}
			if p.zipBytes, err = zipSize(binary); err != nil {
				return nil, err
			}
		}
		programs = append(programs, p)
	}
	isFunction := func(p *program) int { return strings.Count(p.name, "/") }
	slices.SortStableFunc(programs, func(a, b *program) int { return min(isFunction(a), 1) - min(isFunction(b), 1) })
	return programs, nil
}

// buildUpload builds the package as infra/Makefile does.
func buildUpload(ctx context.Context, root, pkg, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", binary, pkg)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s for arm64: %w\n%s", pkg, err, out)
	}
	return nil
}

// zipSize returns the size of SAM's upload of a binary.
func zipSize(binary string) (int, error) {
	content, err := os.ReadFile(binary)
	if err != nil {
		return 0, err
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.DefaultCompression)
	})
	entry, err := w.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := entry.Write(content); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return archive.Len(), nil
}

// inits is the number of further starts of each program that trace its
// initialisation: the trace itself takes time.
const inits = 5

// measureAll starts all programs in turn, so that other work of the machine
// affects them alike. The first round only fills the file system's cache.
func measureAll(ctx context.Context, programs []*program, rounds int) error {
	for round := range rounds + 1 {
		for _, p := range programs {
			took, peak, err := p.start(ctx, io.Discard)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			if round > 0 {
				p.starts, p.peaks = append(p.starts, took), append(p.peaks, peak)
			}
		}
	}
	for range inits {
		for _, p := range programs {
			var trace bytes.Buffer
			if _, _, err := p.start(ctx, &trace, "GODEBUG=inittrace=1"); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			p.inits = append(p.inits, initTrace(trace.String()))
		}
	}
	return nil
}

// environment returns a function's environment under Lambda and template.yaml.
func environment() []string {
	return []string{
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token",
		"MEMBERS_TABLE=members", "TOKENS_TABLE=tokens", "ACTIVITY_TABLE=activity", "GRANTS_TABLE=grants", "BUCKET=bucket", "KEYS_SECRET=keys", "METRICS_NAMESPACE=systole",
	}
}

// start starts the program once and stops it at its first poll.
func (p *program) start(ctx context.Context, log io.Writer, extra ...string) (took time.Duration, peak int64, err error) {
	begin := time.Now()
	f, err := lambdaruntime.Start(p.binary, append(environment(), extra...), time.Second, log)
	if err != nil {
		return 0, 0, err
	}
	defer f.Stop()
	if err := f.Ready(ctx); err != nil {
		return 0, 0, err
	}
	took = time.Since(begin)
	peak, err = peakMemory(f.Process().Pid)
	return took, peak, err
}

// peakMemory reads the largest resident memory of a process. The value that wait
// reports would include the memory of the process that it was forked from.
func peakMemory(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(b), "VmHWM:")
	fields := strings.Fields(rest)
	if !found || len(fields) == 0 {
		return 0, fmt.Errorf("process %d has no VmHWM", pid)
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10, err
}

// initTrace sums the lines of GODEBUG=inittrace=1, such as "init net/http @0.5
// ms, 0.12 ms clock, 9000 bytes, 40 allocs".
func initTrace(trace string) (took time.Duration) {
	for line := range strings.Lines(trace) {
		fields := strings.Fields(line)
		if len(fields) < 11 || fields[0] != "init" {
			continue
		}
		clock, err := strconv.ParseFloat(fields[4], 64)
		if err != nil {
			continue
		}
		took += time.Duration(clock * float64(time.Millisecond))
	}
	return took
}
