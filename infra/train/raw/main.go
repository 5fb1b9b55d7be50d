// Command raw writes ECG-ID's and Heartprint's recordings as they are, with their
// R peaks, for trials of what the front end removes:
//
//	go run ./infra/train/raw OUT
//
// OUT.f32 has the samples as little-endian 32-bit floats, one recording after
// another, and OUT.csv a line a recording: whose it is, its rate, its samples, and
// its R peaks in seconds.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"

	"systole/shared/ecg/frontend"
	"systole/tests/science/cohort"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: raw OUT")
		os.Exit(2)
	}
	if err := run(cohort.Folder("", "."), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "raw:", err)
		os.Exit(1)
	}
}

func run(data, stem string) (err error) {
	recordings, err := cohort.Load(data)
	if err != nil {
		return err
	}
	samples, err := os.Create(stem + ".f32")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, samples.Close()) }()
	index, err := os.Create(stem + ".csv")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	values, lines := bufio.NewWriter(samples), bufio.NewWriter(index)
	fmt.Fprintln(lines, "person,session,name,rate,samples,peaks")
	var front frontend.FrontEnd
	for _, r := range recordings {
		var peaks []string
		for _, p := range front.Run(r.MV, r.RateHz).Peaks {
			peaks = append(peaks, fmt.Sprintf("%.5f", p/frontend.RateHz))
		}
		fmt.Fprintf(lines, "%s,%s,%s,%g,%d,%s\n", r.Person, r.Session, r.Name, r.RateHz, len(r.MV), strings.Join(peaks, " "))
		for _, v := range r.MV {
			// A failed write fails again in Flush.
			_ = binary.Write(values, binary.LittleEndian, math.Float32bits(float32(v)))
		}
	}
	return errors.Join(values.Flush(), lines.Flush())
}
