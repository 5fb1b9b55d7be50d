// Package engine compares electrocardiograms for package biometric: it implements
// that package's Engine port with packages recording and ecg. Mains plug it in,
// so that nothing else links the signal processing.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/shared/ecg/replay"
)

// Engine implements biometric.Engine. It is safe for concurrent use.
type Engine struct {
	defaultRateHz float64
	algorithms    parameters.Algorithms
}

// New returns an Engine with the shipped algorithms. defaultRateHz is the
// sampling rate of the app's recordings, which don't state one; with 0 the rate
// is estimated from the signal if that is safe, and else the recording is
// refused.
func New(defaultRateHz float64) *Engine { return With(defaultRateHz, parameters.Shipped) }

// With is New with other algorithms than the shipped ones.
func With(defaultRateHz float64, algorithms parameters.Algorithms) *Engine {
	return &Engine{defaultRateHz, algorithms}
}

// Light: see biometric.Engine.
func (e *Engine) Light(files [][]byte) bool { return recording.Light(files) }

// Group: see biometric.Engine.
func (e *Engine) Group(ctx context.Context, files [][]byte) []biometric.Recording {
	size := 0
	for _, f := range files {
		size += len(f)
	}
	budget := recording.NewBudget(ctx, size)
	var all []biometric.Recording
	for _, parts := range recording.Group(files) {
		all = append(all, &parted{parts, e.defaultRateHz, budget})
	}
	return all
}

// parted is a recording as its files.
type parted struct {
	parts         []recording.Part
	defaultRateHz float64
	budget        *recording.Budget // of the request
}

// Read reads the lead to compare. A sampling rate that no file states is checked
// for plausibility.
func (p *parted) Read(h biometric.Hints) (biometric.Reading, error) {
	r, err := recording.ReadParts(p.parts, recording.Hints{
		RateHz: h.RateHz, DefaultRateHz: p.defaultRateHz, Lead: h.Lead, Pick: h.Pick, Guess: ecg.GuessRate, IsECG: ecg.LooksLikeECG, Budget: p.budget,
	})
	if err != nil {
		return nil, Refusal(err)
	}
	signal := ecg.Signal{MV: r.Chosen().MV, RateHz: r.RateHz}
	read, err := ecg.Read(signal)
	if err != nil {
		return nil, Refusal(err)
	}
	stated := slices.ContainsFunc(r.Notes, func(n recording.Note) bool { return n.Code == "rate_from_file" })
	if !stated && !read.RateTrusted() {
		if err := ecg.CheckRate(signal); err != nil {
			return nil, Refusal(err)
		}
	}
	return &reading{Reading: read, rateHz: signal.RateHz, rateOfFile: stated}, nil
}

// reading implements biometric.Reading.
type reading struct {
	*ecg.Reading
	rateHz     float64
	rateOfFile bool // the rate is the file's own

	mu       sync.Mutex
	key      [32]byte
	detector *replay.Detector // under key: a check's digest and its comparison share it
}

// detecting calls use with the detector under a key.
func (r *reading) detecting(key [32]byte, use func(*replay.Detector)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.detector == nil || r.key != key {
		r.key, r.detector = key, replay.New(replay.Key(key))
	}
	use(r.detector)
}

func (r *reading) Usable(need biometric.Need) error {
	return Refusal(r.Reading.Usable(quality.Need(need)))
}

func (r *reading) Digest(key [32]byte) (b []byte, err error) {
	r.detecting(key, func(d *replay.Detector) { b, err = r.Reading.Digest(d).AppendBinary(nil) })
	return b, err
}

// errForeign is for a reading of another engine, a bug of the caller.
var errForeign = errors.New("a reading of another engine")

// Algorithms: see biometric.Engine.
func (e *Engine) Algorithms() biometric.Algorithms {
	all := biometric.Algorithms{Newest: e.algorithms[0].Name}
	for _, a := range e.algorithms {
		if !a.Fresh {
			all.Settled = append(all.Settled, a.Name)
		}
	}
	return all
}

// Enrol: see biometric.Engine. It checks a sampling rate that no file states
// against the form of the beats: a template at a wrong rate wouldn't match at the
// right one. Probes are compared without this check, since the template may be
// from the same wrong rate.
func (e *Engine) Enrol(algorithm string, need biometric.Need, readings []biometric.Reading) (biometric.Template, error) {
	p, ok := e.algorithms.Named(algorithm)
	if !ok {
		return nil, biometric.ErrObsolete
	}
	own, err := enrollable(readings)
	if err != nil {
		return nil, err
	}
	made, err := ecg.Enrol(p, quality.Need(need), own...)
	if err != nil {
		return nil, Refusal(err)
	}
	return template{made}, nil
}

// enrollable returns the readings of an enrolment, after the check of their
// rates.
func enrollable(readings []biometric.Reading) ([]*ecg.Reading, error) {
	own := make([]*ecg.Reading, len(readings))
	for i, r := range readings {
		r, ok := r.(*reading)
		if !ok {
			return nil, errForeign
		}
		if !r.rateOfFile {
			if err := ecg.CheckTimeScale(r.Reading, r.rateHz); err != nil {
				return nil, Refusal(err)
			}
		}
		own[i] = r.Reading
	}
	return own, nil
}

// Open opens a template with the algorithm that made it; see biometric.Engine.
func (e *Engine) Open(b []byte, seed [32]byte) (biometric.Template, error) {
	opened, err := ecg.ParseTemplate(b, seed, e.algorithms)
	if errors.Is(err, ecg.ErrObsolete) {
		return nil, fmt.Errorf("%w: %w", biometric.ErrObsolete, err)
	}
	if err != nil {
		return nil, err
	}
	return template{opened}, nil
}

// Replayed: see biometric.Engine.
func (e *Engine) Replayed(probe biometric.Reading, key [32]byte, earlier [][]byte) bool {
	r, ok := probe.(*reading)
	if !ok {
		return false
	}
	var known []replay.Digest
	for _, b := range earlier {
		if one, err := replay.Parse(b); err == nil {
			known = append(known, one)
		}
	}
	replayed := false
	r.detecting(key, func(d *replay.Detector) { replayed = r.Reading.Replayed(d, known) })
	return replayed
}

// template implements biometric.Template.
type template struct{ *ecg.Template }

func (t template) Verify(probe biometric.Reading, at biometric.FMR) (bool, error) {
	r, ok := probe.(*reading)
	if !ok {
		return false, errForeign
	}
	score, err := t.Compare(r.Reading)
	if err != nil {
		return false, Refusal(err)
	}
	return score.Accepted(ecg.FMR(at)), nil
}

func (t template) AddDay(need biometric.Need, readings []biometric.Reading) (next biometric.Template, left int, err error) {
	own, err := enrollable(readings)
	if err != nil {
		return nil, -1, err
	}
	added, left, err := t.Template.AddDay(quality.Need(need), own...)
	if err != nil {
		return nil, -1, Refusal(err)
	}
	return template{added}, left, nil
}

func (t template) Join(need biometric.Need, readings []biometric.Reading) (biometric.Template, error) {
	own, err := enrollable(readings)
	if err != nil {
		return nil, err
	}
	joined, err := t.Template.Join(quality.Need(need), own...)
	if err != nil {
		return nil, Refusal(err)
	}
	return template{joined}, nil
}

func (t template) First(days int) biometric.Template { return template{t.Template.First(days)} }

func (t template) Marshal(seed [32]byte) ([]byte, error) { return t.Template.Marshal(seed) }
