// Package replay recognises a recording that was used before, whole or
// reassembled from its beats, after filtering, noise, scaling or stretching
// (ISO/IEC 30107-1: a replay is a presentation attack).
//
// A heart never beats twice alike: two beats of one person differ by breath,
// muscles and noise, and a beat that was recorded once is sent again with all of
// them. So a digest keeps of each beat
//
//   - its form: the shape of the beat alone, whatever comes before and after it;
//   - its residual: its difference from the mean of the beats of its recording that
//     are like it, which a filter over the whole recording hardly changes;
//   - its place in the sequence: how rhythm and shape change from the beat
//     before.
//
// Forms and residuals are compared as sets, in any order and at several stretches
// of time; the sequence is compared in runs. A probe is a replay if too many of
// its beats are each unusually like an earlier one, measured by how like each
// other this person's beats usually are; or if a single one is so like an earlier one
// as no heart repeats it. Under white noise less is enough (see noise.go).
//
// Forms and residuals are projections onto the directions in which the beats of
// one heart vary more than noise and filters change them, as learned (see
// projection.go). A digest holds their coordinates under a rotation and an
// offset that the key decides, cut to 8 bits each from above as from below, so
// that only near beats are near. README.md tells how often a decision is right.
package replay

import (
	"math/rand/v2"
	"slices"
)

// Key determines the digests. Digests under different keys can't be linked; with
// the key, an attacker can test guesses of the recording.
type Key [32]byte

// Signal is a recording as package frontend returns it.
type Signal struct {
	Raw   []float64 // resampled, unfiltered, in any unit and either polarity
	Peaks []float64 // the R peaks, in samples of Raw, ascending
}

// Digest is the stored form of a recording.
type Digest struct {
	Sequence  []Cycle  // of the beats that have neighbours, in time order
	Forms     []Vector // of the beats that lie wholly inside the recording
	Residuals []Vector // of the beats with others alike
}

// Vector is a point whose coordinates wrap around: 255 is next to 0.
type Vector [dims]byte

// Detector makes and compares digests under one key. It is not safe for
// concurrent use.
type Detector struct {
	sequence  *sequencer
	forms     *projection
	residuals *projection
}

// New returns the detector for a key.
func New(key Key) *Detector {
	r := rand.NewChaCha8(key)
	d := &Detector{sequence: newSequencer(r)} // drawn first: digests of version 1 are under it
	learned := shipped()
	d.forms = newProjection(learned.forms, r)
	d.residuals = newProjection(learned.residuals, r)
	return d
}

// Digest returns the digest of a recording. It is empty for fewer than three
// beats.
func (d *Detector) Digest(s Signal) Digest {
	w := windows()
	middles := w.middles(s)
	beats := newShapes(len(middles))
	w.cut(beats, s.Raw, middles, 1)
	return Digest{
		Sequence:  d.sequence.of(s),
		Forms:     d.forms.all(beats),
		Residuals: d.residuals.all(kinshipOf(beats).residuals(beats)),
	}
}

// Replayed reports whether a recording is one of the earlier ones, a part of one,
// or put together from them. Its time is linear in the history's length.
func (d *Detector) Replayed(s Signal, history []Digest) bool {
	var sequences [][]Cycle
	for _, h := range history {
		sequences = append(sequences, h.Sequence)
	}
	if repeated(d.sequence.of(s), sequences) {
		return true
	}
	forms, residuals := beatsOf(history)
	byForm, byResidual := d.evidence(s, forms, residuals)
	if len(byForm) == 0 { // there are no beats to be like
		return false
	}
	enough := float64(enoughForms)
	if whitened(s) {
		enough = enoughUnderNoise
	}
	return slices.Max(byForm) > enoughOfOne || sum(byForm, -against) > enough || sum(byResidual, 0) > grown(len(residuals))
}

func beatsOf(history []Digest) (forms, residuals []Vector) {
	n, m := 0, 0
	for _, h := range history {
		n += len(h.Forms)
		m += len(h.Residuals)
	}
	forms, residuals = make([]Vector, 0, n), make([]Vector, 0, m)
	for _, h := range history {
		forms = append(forms, h.Forms...)
		residuals = append(residuals, h.Residuals...)
	}
	return forms, residuals
}

// evidence returns how unusually similar to earlier ones each of the recording's
// beats is, in nats, by its form and by its residual. Which beats are alike is
// determined without stretching.
func (d *Detector) evidence(s Signal, forms, residuals []Vector) (byForm, byResidual []float64) {
	w := windows()
	middles := w.middles(s)
	beats := newShapes(len(middles))
	w.cut(beats, s.Raw, middles, stretches[unstretched])
	kinship := kinshipOf(beats)
	var probeForms, probeResiduals [][]Vector
	for _, stretch := range stretches {
		w.cut(beats, s.Raw, middles, stretch)
		probeForms = append(probeForms, d.forms.all(beats))
		probeResiduals = append(probeResiduals, d.residuals.all(kinship.residuals(beats)))
	}
	return rarity(probeForms, forms), rarity(probeResiduals, residuals)
}

// Shapes returns the keyless input of digests: for each beat that lies wholly
// inside, its shape and its residual, nil if no other beat is like it. The
// parameters in parameters.bin are learned from them.
func Shapes(s Signal) (beats, residuals [][]float32) {
	w := windows()
	middles := w.middles(s)
	shapes := newShapes(len(middles))
	w.cut(shapes, s.Raw, middles, 1)
	kinship := kinshipOf(shapes)
	differences := kinship.residuals(shapes)
	kept := 0
	for i, ok := range kinship.accompanied {
		beats = append(beats, row(shapes, i))
		residuals = append(residuals, nil)
		if ok {
			residuals[i] = row(differences, kept)
			kept++
		}
	}
	return beats, residuals
}
