package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"testing"
	"time"

	"systole/shared/biometric"
	"systole/shared/biometric/protect"
	"systole/shared/ecg"
	"systole/shared/ecg/engine"
	files "systole/shared/ecg/recording"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/memory"
	"systole/shared/store"
	"systole/tests/support/recordings"
)

// service is the service with one enrolled member.
type service struct {
	*biometric.Service
	token string
}

func serviceFor(t *testing.T, enrolment []byte) service {
	t.Helper()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(time.Hour); return now } // an hour later at each call: no check has to wait
	const token = "0123456789abcdef0123456789abcdef01234567"
	members := new(memory.Store)
	err := errors.Join(
		members.CreateMember(t.Context(), store.Member{Username: "kim", PK: 7, PasswordHash: "hash"}),
		members.CreateSession(t.Context(), store.Session{ID: sha256.Sum256([]byte(token)), Username: "kim", PK: 7,
			Issued: now, Used: now, Expires: now.AddDate(1, 0, 0)}, store.Event{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := protect.NewRing("a secret of the tests, and of nobody else")
	if err != nil {
		t.Fatal(err)
	}
	tokens := member.NewTokens(members, member.DefaultTokenLimits, clock, rand.Reader)
	s := service{biometric.NewService(tokens, members, &memory.Objects{Now: clock}, keys, engine.New(recordings.RateHz),
		biometric.Settings{FMR: 0.001, Parallel: 1}, clock, rand.Reader), token}
	if err := s.Enrol(t.Context(), token, biometric.Enrolment{Submission: biometric.Submission{Files: [][]byte{enrolment}}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// check returns the outcome of a check: "true", "false" or a fault's code.
func (s service) check(t *testing.T, file []byte) string {
	t.Helper()
	verdict, err := s.Verify(t.Context(), s.token, biometric.Check{Submission: biometric.Submission{Files: [][]byte{file}}})
	var f *fault.Error
	if errors.As(err, &f) {
		return string(f.Code)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(verdict.Accepted)
}

func parsed(t *testing.T, file []byte) ecg.Signal {
	t.Helper()
	r, err := files.ReadBytes(file, files.Hints{DefaultRateHz: recordings.RateHz})
	if err != nil {
		t.Fatal(err)
	}
	return ecg.Signal{MV: r.Chosen().MV, RateHz: r.RateHz}
}

// written returns a signal as the app writes it.
func written(s ecg.Signal) []byte {
	var b bytes.Buffer
	for _, v := range s.MV {
		fmt.Fprintf(&b, "%.6f\n", v)
	}
	return b.Bytes()
}

// Recordings that were accepted or enrolled are not accepted again in pieces. The
// recordings are among those that parameters were learned from: the test shows
// only that the detector is in its place and works. main.go measures it on
// others.
func TestWhatWasAcceptedIsNotAcceptedAgainInPieces(t *testing.T) {
	tried := map[string]bool{
		"single beats": true, "pairs of beats": true, "threes of beats": true, "halves": true,
		"single beats, noise at 30 dB": true, "time uneven by 3 %": true, "time uneven by 6 %": true, "time uneven by 10 %": true,
	}
	r := mathrand.New(mathrand.NewPCG(1, 1))
	accepted, attacks := map[string]int{}, 0
	for person := 1; person <= recordings.People; person++ {
		s := serviceFor(t, recordings.Enrolment(t, person))
		probe := recordings.Probe(t, person)
		if got := s.check(t, probe); got != "true" {
			t.Errorf("person %d: a new recording: %s", person, got)
		}
		used := []ecg.Signal{parsed(t, probe)}
		for _, a := range reassemblies {
			if !tried[a.name] {
				continue
			}
			made, ok := a.make(used, ecg.Signal{}, r)
			if !ok {
				t.Fatalf("%s: nothing made", a.name)
			}
			attacks++
			if s.check(t, written(made)) == "true" {
				accepted[a.name]++
			}
		}
	}
	total := 0
	for _, n := range accepted {
		total += n
	}
	if limit := attacks / 100; total > limit {
		t.Errorf("%d of %d accepted, want at most %d: %v", total, attacks, limit, accepted)
	}
}
