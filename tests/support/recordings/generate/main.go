// Command generate makes the recordings in tests/support/recordings/testdata from the
// ECG-ID database (PhysioNet ecgiddb 1.0.0):
//
//	go run ./tests/support/recordings/generate -ecg-id FOLDER
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"systole/tests/support/recordings"
)

// The files of ECG-ID: two signals, raw and filtered, as 16-bit numbers in
// turn, 200 to the millivolt.
const (
	signals         = 2
	perMV           = 200
	enrolmentLength = 20 * recordings.RateHz
	probeLength     = 12 * recordings.RateHz
)

// plain are the files that the README's session sends: kept unpacked too.
var plain = map[string]bool{
	"person_01_enrolment": true, "person_01_probe": true,
	"person_02_probe": true, "person_03_probe": true, "person_04_probe": true,
}

func main() {
	source := flag.String("ecg-id", "../shared/data/ecg-id", "`folder` of the ECG-ID database")
	target := flag.String("into", "tests/support/recordings/testdata", "`folder` to write to")
	flag.Parse()
	if err := run(*source, *target); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run takes the first people of the database with two valid recordings.
func run(source, target string) error {
	folders, err := filepath.Glob(filepath.Join(source, "Person_*"))
	if err != nil {
		return err
	}
	person := 0
	for _, folder := range folders {
		enrolment, err1 := load(filepath.Join(folder, "rec_1.dat"))
		probe, err2 := load(filepath.Join(folder, "rec_2.dat"))
		if err := errors.Join(err1, err2); errors.Is(err, errInvalid) || errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		person++
		if err := write(target, fmt.Sprintf("person_%02d_enrolment", person), enrolment[:enrolmentLength]); err != nil {
			return err
		}
		if err := write(target, fmt.Sprintf("person_%02d_probe", person), probe[:probeLength]); err != nil {
			return err
		}
		fmt.Printf("person %d: %s\n", person, filepath.Base(folder))
		if person == recordings.People {
			return nil
		}
	}
	return fmt.Errorf("%s has %d people with two recordings, %d are needed", source, person, recordings.People)
}

// errInvalid is for records that begin with invalid samples.
var errInvalid = errors.New("invalid samples at the beginning")

// load returns the raw signal of a record.
func load(path string) ([]int16, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all := make([]int16, len(data)/2)
	if _, err := binary.Decode(data, binary.LittleEndian, all); err != nil {
		return nil, err
	}
	raw := make([]int16, len(all)/signals)
	for i := range raw {
		raw[i] = all[i*signals]
	}
	if len(raw) < enrolmentLength || raw[0] == -1 && raw[1] == -1 && raw[2] == -1 {
		return nil, errInvalid
	}
	return raw, nil
}

// write writes the samples as the app does: quoted volts behind an amplifier
// of gain 1,000, one a line.
func write(folder, name string, samples []int16) error {
	var text bytes.Buffer
	for _, s := range samples {
		fmt.Fprintf(&text, "%q\n", strconv.FormatFloat(float64(s)/perMV, 'f', -1, 64))
	}
	if plain[name] {
		if err := os.WriteFile(filepath.Join(folder, name+".csv"), text.Bytes(), 0o644); err != nil {
			return err
		}
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	_, err = w.Write(text.Bytes())
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name+".csv.gz"), packed.Bytes(), 0o644)
}
