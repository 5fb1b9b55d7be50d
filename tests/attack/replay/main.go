// Command replay measures what becomes of recordings that should be refused though
// they are of the right heart: those that were used before, exactly or in
// disguise, and those that were put together from one beat; and how many new
// recordings of the same person are refused for it.
//
//	go run ./tests/attack/replay [-data folder] [-seed n] [-part n]
//
// The data is a folder that holds the databases ecg-id, heartprint and mitdb.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"systole/tests/science/cohort"
)

func main() {
	data := flag.String("data", "", "folder (default: ECG_DATA, else ../shared/data)")
	seed := flag.Uint64("seed", 1, "of all that is drawn at random")
	part := flag.Int("part", 1, "disguise and attack with every n-th recording only")
	flag.Parse()
	if err := run(cohort.Folder(*data, "."), *seed, max(1, *part)); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		if errors.Is(err, cohort.ErrNoData) {
			fmt.Fprintln(os.Stderr, "set -data or ECG_DATA to a folder that holds ecg-id, heartprint and mitdb")
		}
		os.Exit(1)
	}
}

func run(folder string, seed uint64, part int) error {
	people, err := load(folder)
	if err != nil {
		return err
	}
	var m measurement
	m.measure(people, seed, part, os.Stderr)
	return m.table(os.Stdout)
}
