package biometric

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"systole/shared/fault"
)

// stub is an engine whose recordings say in words what they are, so that tests
// of enrolment and check take microseconds: "kim 1" is kim's first recording,
// "kim 1 part" is a part of it, "kim 2 unnatural" no living body made, and what
// holds no name can't be read.
type stub struct {
	algorithm string
	heavy     bool // every file is
}

func (e stub) Light([][]byte) bool { return !e.heavy }

const (
	enrolment = "kim 1"
	same      = "kim 2"
	third     = "kim 3"
)

var others = []string{"lee 1", "pat 1", "sam 1"}

func (e stub) Group(_ context.Context, files [][]byte) []Recording {
	var all []Recording
	for _, f := range files {
		all = append(all, stubRecording(f))
	}
	return all
}

type stubRecording string

func (r stubRecording) Read(h Hints) (Reading, error) {
	words := strings.Fields(string(r))
	if len(words) < 2 {
		return nil, fault.New(fault.RecordingUnreadable)
	}
	return &stubReading{person: words[0], capture: words[1], kind: strings.Join(words[2:], " ")}, nil
}

type stubReading struct{ person, capture, kind string }

func (r *stubReading) Usable(Need) error {
	if r.kind == "short" {
		return fault.New(fault.TooShort)
	}
	return nil
}

func (r *stubReading) Natural() bool { return r.kind != "unnatural" }

func (r *stubReading) Digest(key [32]byte) ([]byte, error) {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(r.person + " " + r.capture))
	return mac.Sum(nil), nil
}

func (e stub) Enrol(_ Need, readings []Reading) (Template, error) {
	for _, r := range readings {
		if err := r.Usable(EnrolmentNeed); err != nil {
			return nil, err
		}
	}
	return &stubTemplate{algorithm: e.algorithm, persons: []string{readings[0].(*stubReading).person}}, nil
}

func (e stub) Open(b []byte, seed [32]byte) (Template, error) {
	algorithm, person, ok := strings.Cut(string(b), "\x00")
	switch {
	case !ok:
		return nil, errors.New("not a template")
	case algorithm != e.algorithm:
		return nil, ErrObsolete
	}
	return &stubTemplate{algorithm, strings.Split(person, ",")}, nil
}

func (e stub) Replayed(probe Reading, key [32]byte, earlier [][]byte) bool {
	digest, _ := probe.Digest(key)
	for _, one := range earlier {
		if bytes.Equal(digest, one) {
			return true
		}
	}
	return false
}

// forgetful is the stub without its memory of recordings, for tests that present
// one again and again.
type forgetful struct{ stub }

func (forgetful) Replayed(Reading, [32]byte, [][]byte) bool { return false }

// stubTemplate knows the person of each day.
type stubTemplate struct {
	algorithm string
	persons   []string
}

func (t *stubTemplate) Algorithm() string { return t.algorithm }
func (t *stubTemplate) Quality() float64  { return 0.9 }
func (t *stubTemplate) Days() int         { return len(t.persons) }

func (t *stubTemplate) AddDay(_ Need, readings []Reading) (Template, error) {
	for _, r := range readings {
		if err := r.Usable(EnrolmentNeed); err != nil {
			return nil, err
		}
	}
	return &stubTemplate{t.algorithm, append(slices.Clone(t.persons), readings[0].(*stubReading).person)}, nil
}

func (t *stubTemplate) Verify(probe Reading, at FMR) (bool, error) {
	return slices.Contains(t.persons, probe.(*stubReading).person) && at > 1e-9, nil
}

func (t *stubTemplate) Adapt(probe Reading, at FMR) (Template, bool, error) {
	ok, err := t.Verify(probe, at)
	return t, ok, err
}

func (t *stubTemplate) Marshal([32]byte) ([]byte, error) {
	return []byte(t.algorithm + "\x00" + strings.Join(t.persons, ",")), nil
}
