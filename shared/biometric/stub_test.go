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

// stub is an engine for recordings whose words describe them, so that tests of
// enrolment and check take microseconds: "kim 1" is kim's first recording, "kim 1
// part" is a part of it, "kim 2 unnatural" comes from no living body, "kim 2
// weak" is accepted from 0.0005 on, "kim 2 only stub-1" by that algorithm alone,
// "kim 2 few" has too few beats, "kim 2 poor" too little quality, "kim 2 half"
// makes a template together with another one, and a recording without a name is
// unreadable.
type stub struct {
	algorithm string
	older     []string // available algorithms
	fresh     bool     // the algorithm is new
	heavy     bool     // every file is expensive
}

func (e stub) Light([][]byte) bool { return !e.heavy }

func (e stub) Algorithms() Algorithms {
	if e.fresh {
		return Algorithms{Newest: e.algorithm, Settled: e.older}
	}
	return Algorithms{Newest: e.algorithm, Settled: append([]string{e.algorithm}, e.older...)}
}

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

func (e stub) Enrol(algorithm string, need Need, readings []Reading) (Template, error) {
	t, _, err := (&stubTemplate{algorithm: algorithm}).AddDay(need, readings)
	return t, err
}

func (e stub) Open(b []byte, seed [32]byte) (Template, error) {
	algorithm, days, ok := strings.Cut(string(b), "\x00")
	switch {
	case !ok:
		return nil, errors.New("not a template")
	case algorithm != e.algorithm && !slices.Contains(e.older, algorithm):
		return nil, ErrObsolete
	}
	t := &stubTemplate{algorithm: algorithm}
	for day := range strings.SplitSeq(days, ",") {
		t.days = append(t.days, strings.Split(day, "+"))
	}
	return t, nil
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

// forgetful is the stub without its memory of recordings, for tests that check
// one recording again and again.
type forgetful struct{ stub }

func (forgetful) Replayed(Reading, [32]byte, [][]byte) bool { return false }

// stubTemplate holds the persons of each day's recordings, for at most
// maxStubDays days.
type stubTemplate struct {
	algorithm string
	days      [][]string
}

const maxStubDays = 5

func (t *stubTemplate) Algorithm() string { return t.algorithm }
func (t *stubTemplate) Quality() float64  { return 0.9 }
func (t *stubTemplate) Days() int         { return len(t.days) }
func (t *stubTemplate) Weight() float64   { return t.without(poor) }
func (t *stubTemplate) Beats() float64    { return t.without(few) }

// Suffixes of the persons of recordings with few beats and of poor ones.
const few, poor = "!", "?"

// without returns the number of recordings that are not of the kind.
func (t *stubTemplate) without(kind string) float64 {
	is := func(person string) bool { return strings.HasSuffix(person, kind) }
	return float64(len(slices.DeleteFunc(slices.Concat(t.days...), is)))
}

func (t *stubTemplate) AddDay(need Need, readings []Reading) (Template, int, error) {
	days, left := slices.Clone(t.days), -1
	if len(days) == maxStubDays {
		left = 1
		days = slices.Delete(days, left, left+1)
	}
	next, err := (&stubTemplate{t.algorithm, append(days, nil)}).Join(need, readings)
	return next, left, err
}

func (t *stubTemplate) First(days int) Template {
	return &stubTemplate{t.algorithm, t.days[:days:days]}
}

func (t *stubTemplate) Join(_ Need, readings []Reading) (Template, error) {
	days := slices.Clone(t.days)
	last := slices.Clone(days[len(days)-1])
	for _, r := range readings {
		if err := r.Usable(EnrolmentNeed); err != nil {
			return nil, err
		}
		kind := r.(*stubReading).kind
		if kind == "half" && len(readings) == 1 {
			return nil, fault.New(fault.TooShort)
		}
		last = append(last, r.(*stubReading).person+map[string]string{"few": few, "poor": poor}[kind])
	}
	days[len(days)-1] = last
	return &stubTemplate{t.algorithm, days}, nil
}

func (t *stubTemplate) Verify(probe Reading, at FMR) (bool, error) {
	r := probe.(*stubReading)
	if only, ok := strings.CutPrefix(r.kind, "only "); ok && only != t.algorithm || r.kind == "weak" && at < 0.0005 {
		return false, nil
	}
	is := func(person string) bool { return strings.TrimRight(person, few+poor) == r.person }
	return at > 1e-9 && slices.ContainsFunc(slices.Concat(t.days...), is), nil
}

func (t *stubTemplate) Marshal([32]byte) ([]byte, error) {
	var days []string
	for _, day := range t.days {
		days = append(days, strings.Join(day, "+"))
	}
	return []byte(t.algorithm + "\x00" + strings.Join(days, ",")), nil
}
