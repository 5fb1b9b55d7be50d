// Package recordings holds real ECGs of several people as the app writes them,
// for the tests, the sample events and the README. testdata/README.md names their
// source.
package recordings

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
	"testing"
)

// RateHz is the sampling rate of all recordings; their files do not state it.
const RateHz = 500

// People is the number of people, who are numbered from 1. Each has an enrolment
// of 20 s and, from another recording, a probe of 12 s.
const People = 24

//go:embed testdata/*.csv.gz testdata/*.csv
var files embed.FS

// Excerpt returns a short recording of one of a few people, by its file's name.
// testdata/excerpts.md lists them.
func Excerpt(t testing.TB, name string) []byte {
	t.Helper()
	data, err := ReadExcerpt(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// ReadExcerpt is Excerpt for programs that are not tests.
func ReadExcerpt(name string) ([]byte, error) { return files.ReadFile("testdata/" + name) }

// Enrolment returns the person's file for enrolment.
func Enrolment(t testing.TB, person int) []byte { return read(t, person, "enrolment") }

// Probe returns the person's file for a check.
func Probe(t testing.TB, person int) []byte { return read(t, person, "probe") }

func read(t testing.TB, person int, kind string) []byte {
	t.Helper()
	data, err := Read(person, kind)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Read returns the person's file of a kind, "enrolment" or "probe".
func Read(person int, kind string) ([]byte, error) {
	packed, err := files.ReadFile(fmt.Sprintf("testdata/person_%02d_%s.csv.gz", person, kind))
	if err != nil {
		return nil, err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(unpacked)
}
