// Command samples writes two recordings of one person in every format that is
// read, the first to enrol with and the second to check:
//
//	go run ./tests/support/samples
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/recordings"
	"systole/tests/support/samples/write"
)

// person is the number of the person whose recordings are written.
const person = 1

func main() {
	target := flag.String("into", "shared/ecg/recording/testdata/samples", "`folder` to write to")
	flag.Parse()
	if err := run(*target); err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
}

func run(target string) error {
	for name, source := range map[string]struct {
		kind  string
		start time.Time
	}{
		"enrol": {"enrolment", time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)},
		"check": {"probe", time.Date(2026, 3, 21, 17, 4, 11, 0, time.UTC)},
	} {
		signal, err := load(source.kind, source.start)
		if err != nil {
			return err
		}
		for _, f := range formats {
			if err := f.save(filepath.Join(target, f.folder), name, signal); err != nil {
				return fmt.Errorf("%s: %w", f.folder, err)
			}
		}
	}
	return nil
}

func load(kind string, start time.Time) (write.Signal, error) {
	file, err := recordings.Read(person, kind)
	if err != nil {
		return write.Signal{}, err
	}
	r, err := recording.ReadBytes(file, recording.Hints{RateHz: recordings.RateHz})
	if err != nil {
		return write.Signal{}, err
	}
	return write.Signal{Start: start, RateHz: r.RateHz, MV: r.Chosen().MV}, nil
}

// save writes the files of one recording into a folder.
func (f format) save(folder, name string, s write.Signal) error {
	files, err := f.write(name, s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for extension, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name+"."+extension), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func gzipped(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(data)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}
