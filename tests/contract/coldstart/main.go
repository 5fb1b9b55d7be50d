// Command coldstart measures how the functions start: from the start of the
// process to its first question to the Runtime API for work, what its packages
// need before main, memory, and the size of what is uploaded. Two programs are
// measured in the same rounds: the least that a function can be, and one that
// sets up the SDK as its documentation does.
//
//	go run ./tests/contract/coldstart [-n rounds] [-check]
//	go run ./tests/contract/coldstart -calls [-n rounds]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"systole/functions"
)

// Targets.
const (
	mostOfHello  = 1.7     // times the start of hello
	mostZipBytes = 4 << 20 // of what is uploaded
	// mostParameters is the number of these bytes that learned parameters may add
	// to a function that compares hearts, and mostLibrary that of the library in
	// one that answers the OpenID provider's clients.
	// The parameters are of four algorithms, with three cohorts, and take 2.9 MiB;
	// the rest is for signal processing.
	mostParameters = 7 << 19
	mostLibrary    = 3 << 19
)

// mostZipped returns the largest allowed zip of a folder's program.
func mostZipped(folder string) int {
	switch {
	case links(folder, functions.SignalProcessing):
		return mostZipBytes + mostParameters
	case links(folder, functions.Protocol):
		return mostZipBytes + mostLibrary
	}
	return mostZipBytes
}

// mostOfPlain returns the allowed multiple of the plain program's start for a
// folder's program: the OpenID library may take a fifth of it, which is paid once
// in the life of an instance.
func mostOfPlain(folder string) float64 {
	if links(folder, functions.Protocol) {
		return 1.2
	}
	return 1
}

// links reports whether the program of a folder links a part.
func links(folder string, part functions.Part) bool {
	for _, f := range functions.All() {
		if "functions/"+f.Folder == folder {
			return slices.Contains(f.Links, part)
		}
	}
	return false
}

func main() {
	rounds := flag.Int("n", 40, "how often each program is started")
	check := flag.Bool("check", false, "fail when a function misses a target")
	uploads := flag.String("uploads", "", "only hold the sizes of the functions in this `folder`, which sam build made, against their targets")
	first := flag.Bool("calls", false, "measure init, first and second request instead, over TLS to the stack in an emulated cloud")
	flag.Parse()
	err := error(nil)
	switch {
	case *uploads != "":
		err = missedUploads(*uploads)
	case *first:
		err = measureCalls(context.Background(), max(*rounds, 1))
	default:
		err = run(context.Background(), *rounds, *check)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "coldstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, check bool) error {
	dir, err := os.MkdirTemp("", "coldstart")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	programs, err := build(ctx, dir, true)
	if err != nil {
		return err
	}
	if err := measureAll(ctx, programs, max(rounds, 1)); err != nil {
		return err
	}
	printTable(programs)
	if check {
		return missed(programs)
	}
	return nil
}

// quantile returns the value below which the share q of the durations lies.
func quantile(durations []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// printTable prints the table of infra/README.md.
func printTable(programs []*program) {
	hello := quantile(programs[0].starts, 0.5)
	fmt.Println("| program | p50 ms | p90 ms | /hello | init ms | peak MB | zip MB |\n|---|---:|---:|---:|---:|---:|---:|")
	for _, p := range programs {
		p50 := quantile(p.starts, 0.5)
		fmt.Printf("| %s | %.2f | %.2f | %.2f | %.2f | %.1f | %.2f |\n", strings.TrimPrefix(p.name, "functions/"), ms(p50), ms(quantile(p.starts, 0.9)),
			float64(p50)/float64(hello), ms(quantile(p.inits, 0.5)), float64(slices.Max(p.peaks))/(1<<20), float64(p.zipBytes)/(1<<20))
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// missed returns an error that names every target that a function misses.
func missed(programs []*program) error {
	hello, plain := quantile(programs[0].starts, 0.5), quantile(programs[1].starts, 0.5)
	var all []error
	for _, p := range programs[2:] {
		p50 := quantile(p.starts, 0.5)
		if ratio := float64(p50) / float64(hello); ratio > mostOfHello {
			all = append(all, fmt.Errorf("%s starts in %.2f times hello's time, more than %.1f", p.name, ratio, mostOfHello))
		}
		if most := mostOfPlain(p.name); float64(p50) >= most*float64(plain) {
			all = append(all, fmt.Errorf("%s starts in %.2f times the plain program's time, not less than %.1f", p.name, float64(p50)/float64(plain), most))
		}
		all = append(all, tooLarge(p.name, p.zipBytes))
	}
	return errors.Join(all...)
}

// missedUploads returns an error that names every function of a folder of sam build
// whose upload is too large.
func missedUploads(dir string) error {
	var all []error
	for _, f := range functions.All() {
		size, err := zipSize(filepath.Join(dir, f.ID(), "bootstrap"))
		all = append(all, err, tooLarge("functions/"+f.Folder, size))
	}
	return errors.Join(all...)
}

// tooLarge returns an error if the upload of a folder's program is.
func tooLarge(folder string, zipBytes int) error {
	if most := mostZipped(folder); zipBytes > most {
		return fmt.Errorf("%s has %d bytes zipped, more than %d", folder, zipBytes, most)
	}
	return nil
}
