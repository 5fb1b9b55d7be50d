package main

import (
	"math"
	"math/rand/v2"

	"systole/shared/ecg"
)

// reassembly makes a recording from pieces of used recordings, in another order.
type reassembly struct {
	name   string
	beats  int     // in a piece; 0 for half of a recording
	mixed  bool    // pieces of several recordings
	share  float64 // of used beats; the others are new; 0 for all
	steps  []step  // changes of the whole
	scaled bool    // each piece by a factor of its own
	uneven float64 // degree by which time runs faster and slower
}

var reassemblies = []reassembly{
	{name: "single beats", beats: 1},
	{name: "pairs of beats", beats: 2},
	{name: "threes of beats", beats: 3},
	{name: "fives of beats", beats: 5},
	{name: "halves"},
	{name: "single beats, noise at 30 dB", beats: 1, steps: []step{noise30}},
	{name: "single beats, noise at 20 dB", beats: 1, steps: []step{noise}},
	{name: "threes of beats, noise at 20 dB", beats: 3, steps: []step{noise}},
	{name: "single beats, noise at 20 dB, then filtered to 1 to 35 Hz", beats: 1, steps: []step{noise, filtered}},
	{name: "single beats, each scaled by 0.8 to 1.25", beats: 1, scaled: true},
	{name: "single beats, filtered to 1 to 35 Hz", beats: 1, steps: []step{filtered}},
	{name: "single beats, stretched by 0.9 to 1.1", beats: 1, steps: []step{anyStretch}},
	{name: "single beats, stretched, inverted, filtered, noise at 30 dB", beats: 1, steps: []step{anyStretch, invert, filtered, noise30}},
	{name: "single beats of several recordings", beats: 1, mixed: true},
	{name: "single beats of several recordings, noise at 20 dB", beats: 1, mixed: true, steps: []step{noise}},
	{name: "time uneven by 3 %", beats: whole, uneven: 0.03},
	{name: "time uneven by 6 %", beats: whole, uneven: 0.06},
	{name: "time uneven by 10 %", beats: whole, uneven: 0.10},
	{name: "single beats, time uneven by 10 %", beats: 1, uneven: 0.10},
	{name: "a tenth of the beats used before", beats: 1, share: 0.1},
	{name: "a tenth of the beats used before, noise at 30 dB", beats: 1, share: 0.1, steps: []step{noise30}},
	{name: "a quarter of the beats used before", beats: 1, share: 0.25},
	{name: "a third of the beats used before", beats: 1, share: 1. / 3},
	{name: "half of the beats used before", beats: 1, share: 0.5},
	{name: "three quarters of the beats used before", beats: 1, share: 0.75},
}

// whole stands for a piece of the recording's length.
const whole = -1

// make assembles the recording. used are used recordings, of which the first
// gives the pieces; fresh is a new one. It returns false if there aren't two
// pieces.
func (a reassembly) make(used []ecg.Signal, fresh ecg.Signal, r *rand.Rand) (ecg.Signal, bool) {
	s := used[0]
	if a.beats != whole {
		pieces := a.pieces(used, fresh, r)
		if len(pieces) < 2 {
			return s, false
		}
		s = ecg.Signal{RateHz: s.RateHz}
		for _, p := range pieces {
			s.MV = append(s.MV, p...)
		}
	}
	if a.uneven > 0 {
		s = uneven(s, a.uneven, r)
	}
	for _, step := range a.steps {
		s = step(s, r)
	}
	return s, true
}

// pieces returns the pieces to join, in another order.
func (a reassembly) pieces(used []ecg.Signal, fresh ecg.Signal, r *rand.Rand) [][]float64 {
	pieces := piecesOf(used[0], a.beats)
	if a.mixed {
		n := len(pieces)
		for _, other := range used[1:] {
			pieces = append(pieces, piecesOf(other, a.beats)...)
		}
		shuffle(pieces, r)
		pieces = pieces[:n]
	}
	if a.share > 0 {
		pieces = replaced(pieces, piecesOf(fresh, a.beats), a.share, r)
	}
	shuffle(pieces, r)
	if a.scaled {
		for _, p := range pieces {
			by := math.Exp(between(r, -math.Log(1.25), math.Log(1.25)))
			for i := range p {
				p[i] *= by
			}
		}
	}
	return pieces
}

// shuffle changes the order of pieces; two are exchanged.
func shuffle(pieces [][]float64, r *rand.Rand) {
	if len(pieces) == 2 {
		pieces[0], pieces[1] = pieces[1], pieces[0]
		return
	}
	r.Shuffle(len(pieces), func(i, k int) { pieces[i], pieces[k] = pieces[k], pieces[i] })
}

// replaced returns fresh pieces of which a share, at least one, is replaced by
// used ones.
func replaced(used, fresh [][]float64, share float64, r *rand.Rand) [][]float64 {
	r.Shuffle(len(used), func(i, k int) { used[i], used[k] = used[k], used[i] })
	n := max(1, int(math.Round(share*float64(len(fresh)))))
	n = min(n, len(used), len(fresh))
	return append(fresh[n:], used[:n]...)
}

// piecesOf cuts a recording between its beats, 0.35 intervals before each R peak,
// into pieces of the given number of beats without a step at their ends.
func piecesOf(s ecg.Signal, beats int) [][]float64 {
	at := beatsOf(s)
	var cuts []int
	for i := 1; i < len(at); i++ {
		cuts = append(cuts, int(at[i]-0.35*(at[i]-at[i-1])))
	}
	if beats == 0 {
		beats = (len(cuts) - 1) / 2
	}
	var pieces [][]float64
	for i := 0; beats > 0 && i+beats < len(cuts); i += beats {
		if piece := s.MV[cuts[i]:cuts[i+beats]]; len(piece) > 1 {
			pieces = append(pieces, level(piece))
		}
	}
	return pieces
}

// uneven lets time run faster and slower by up to a share, in waves of 2 to 5 s.
func uneven(s ecg.Signal, share float64, r *rand.Rand) ecg.Signal {
	period := between(r, 2, 5) * s.RateHz
	phase := between(r, 0, 2*math.Pi)
	out := ecg.Signal{RateHz: s.RateHz}
	for at := 0.0; at < float64(len(s.MV)-1); {
		out.MV = append(out.MV, value(s.MV, at))
		at += 1 + share*math.Sin(phase+2*math.Pi*at/period)
	}
	return out
}

func noise30(s ecg.Signal, r *rand.Rand) ecg.Signal { return noisy(s, 30, r) }
