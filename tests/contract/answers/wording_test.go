package answers

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"

	"systole/shared/biometric"
	"systole/shared/fault"
)

// wording is an engine that reads recordings of words: "kim 1" is kim's first,
// "kim 1 noisy" is unusable, and a text of fewer than two words is unreadable.
type wording struct{}

const algorithm = "words-1"

func (wording) Light([][]byte) bool { return true }

func (wording) Algorithms() biometric.Algorithms {
	return biometric.Algorithms{Newest: algorithm, Settled: []string{algorithm}}
}

func (wording) Group(_ context.Context, files [][]byte) (all []biometric.Recording) {
	for _, f := range files {
		all = append(all, words(strings.Fields(string(f))))
	}
	return all
}

// words is a recording and its reading: a person, the number of the capture, and
// its defect if it has one.
type words []string

func (r words) Read(h biometric.Hints) (biometric.Reading, error) {
	switch {
	case len(r) < 2:
		return nil, fault.New(fault.RecordingUnreadable)
	case h.Lead == "none":
		return nil, fault.New(fault.LeadsOff)
	case h.Pick == "none":
		return nil, fault.New(fault.RecordingEmpty)
	}
	return r, nil
}

func (r words) Usable(biometric.Need) error {
	if len(r) > 2 {
		return fault.New(fault.Code(r[2]))
	}
	return nil
}

func (words) Natural() bool { return true }

func (r words) Digest(key [32]byte) ([]byte, error) {
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte(strings.Join(r, " ")))
	return mac.Sum(nil), nil
}

func (wording) Replayed(probe biometric.Reading, key [32]byte, earlier [][]byte) bool {
	digest, _ := probe.Digest(key)
	return slices.ContainsFunc(earlier, func(one []byte) bool { return bytes.Equal(digest, one) })
}

func (wording) Enrol(_ string, need biometric.Need, readings []biometric.Reading) (biometric.Template, error) {
	t, _, err := days(nil).AddDay(need, readings)
	return t, err
}

func (wording) Open(b []byte, _ [32]byte) (biometric.Template, error) {
	text, ok := strings.CutPrefix(string(b), algorithm+" ")
	if !ok {
		return nil, errors.New("not a template")
	}
	return days(strings.Split(text, ",")), nil
}

// days is a template: the person of each day.
type days []string

func (days) Algorithm() string                { return algorithm }
func (days) Quality() float64                 { return 0.9 }
func (d days) Days() int                      { return len(d) }
func (d days) Weight() float64                { return float64(len(d)) }
func (d days) Beats() float64                 { return float64(len(d)) }
func (d days) First(n int) biometric.Template { return d[:n:n] }

func (d days) AddDay(need biometric.Need, readings []biometric.Reading) (biometric.Template, int, error) {
	next, err := append(slices.Clone(d), "").Join(need, readings)
	return next, -1, err
}

func (d days) Join(need biometric.Need, readings []biometric.Reading) (biometric.Template, error) {
	joined := slices.Clone(d)
	for _, r := range readings {
		if err := r.Usable(need); err != nil {
			return nil, err
		}
		joined[len(joined)-1] = r.(words)[0]
	}
	return joined, nil
}

func (d days) Verify(probe biometric.Reading, _ biometric.FMR) (bool, error) {
	if err := probe.Usable(biometric.ProbeNeed); err != nil {
		return false, err
	}
	return slices.Contains(d, probe.(words)[0]), nil
}

func (d days) Marshal([32]byte) ([]byte, error) {
	return []byte(algorithm + " " + strings.Join(d, ",")), nil
}
