package biometric

import (
	"context"
	"errors"
)

// Engine is the port to a biometric characteristic: it reads recordings, makes
// templates and compares probes with them. Package ecg/engine implements it for
// the electrocardiogram. Errors about a recording are of type *fault.Error.
// Implementations are safe for concurrent use.
type Engine interface {
	// Light reports whether reading and comparing the files of one request costs
	// little, about as much as hashing a password. It looks at no more than their
	// bytes.
	Light(files [][]byte) bool
	// Group sorts the files of one request into recordings, in order: in some
	// formats several files are one recording. Reading all of them stays within
	// the budget of one request, and ends soon after ctx does.
	Group(ctx context.Context, files [][]byte) []Recording
	// Algorithms returns the names of the engine's algorithms.
	Algorithms() Algorithms
	// Enrol makes a template of the readings, which together must meet the need,
	// with one of the engine's algorithms.
	Enrol(algorithm string, need Need, readings []Reading) (Template, error)
	// Open returns the template that Marshal wrote with the same seed. It belongs
	// to the algorithm that made it. The error wraps ErrObsolete for an algorithm
	// that the engine doesn't have.
	Open(b []byte, seed [32]byte) (Template, error)
	// Replayed reports whether the probe is one of the earlier recordings, a part of
	// one, or put together from them, by their digests under the key. A digest that
	// can't be read matches none.
	Replayed(probe Reading, key [32]byte, earlier [][]byte) bool
}

// Algorithms names the algorithms of an engine.
type Algorithms struct {
	Newest string // decides, once it has seen as much as the one before
	// Settled are the algorithms of every version of the service that this one may
	// be rolled back to, the newest first; there is at least one.
	Settled []string
}

// ErrObsolete is the error for a template of an algorithm that the engine doesn't
// have.
var ErrObsolete = errors.New("template of an algorithm that is not at hand")

// Recording is a recording as it came, in one or several files.
type Recording interface {
	// Read reads the lead to compare.
	Read(Hints) (Reading, error)
}

// Hints are a caller's statements about a recording, beside those of its files.
type Hints struct {
	// RateHz is the sampling rate, 0 if not stated. A rate in the file takes
	// precedence.
	RateHz float64
	// Lead names the lead to compare; empty for lead I, or the first if there is
	// no lead I.
	Lead string
	// Pick is part of the name of the ECG to read from an archive; empty for the
	// newest.
	Pick string
}

// Reading is a recording that was read. It belongs to no algorithm: it can be
// compared with the templates of each.
type Reading interface {
	// Usable returns nil for a reading that meets the need.
	Usable(need Need) error
	// Natural reports whether a living body made the recording, as far as one
	// recording can show it.
	Natural() bool
	// Digest returns the recording's digest for Replayed, under a key: digests
	// under different keys can't be linked.
	Digest(key [32]byte) ([]byte, error)
}

// Template is made of an enrolment, for probes to be compared with. It isn't
// changed once made.
type Template interface {
	// Algorithm names the algorithm that made the template.
	Algorithm() string
	// Quality is the template's quality score (ISO/IEC 29794-1), 0 to 1.
	Quality() float64
	// Days is the number of days on which the person was enrolled.
	Days() int
	// AddDay returns the template with another day's readings, which together must
	// meet the need, by the template's algorithm. left is the index of the day
	// that was dropped to make room, -1 for none.
	AddDay(need Need, readings []Reading) (next Template, left int, err error)
	// First returns the template of its first days alone, at least one, without
	// its adaptation.
	First(days int) Template
	// Join returns the template with further readings of its last day, which together
	// must meet the need.
	Join(need Need, readings []Reading) (Template, error)
	// Weight measures how much signal the template was made of, on one scale for
	// all algorithms.
	Weight() float64
	// Beats returns the number of clean beats that the template was made of, or a
	// lower one if it can't tell.
	Beats() float64
	// Verify reports whether the probe is accepted at the false match rate, by the
	// template's algorithm.
	Verify(probe Reading, at FMR) (bool, error)
	// Marshal returns the template as bytes for Open, transformed under the seed.
	Marshal(seed [32]byte) ([]byte, error)
}
