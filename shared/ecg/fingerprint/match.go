package fingerprint

import (
	"math"
	mathbits "math/bits"
)

const (
	// expected is how rare, on average and in nats, a beat's agreement must be
	// to speak for a replay. Between different beats it is 2, between a beat
	// and its replay under noise of 20 dB about 9.
	expected = 4
	// enough is by how much a run of beats must exceed that to be a replay.
	// Between different recordings of one person it doesn't in 499 of 500
	// probes, each compared with half an hour.
	enough = 30
	// nat is how finely rarity is counted.
	nat = 256
	// usualPairs is how many pairs of beats what is usual among people counts,
	// beside the pairs within the probe itself.
	usualPairs = 60
)

// Replayed says whether a probe is one of the earlier recordings or a part of
// one. Its time is linear in the history's length.
func Replayed(probe Print, history []Print) bool {
	r := rarityIn(probe)
	for _, earlier := range history {
		if r.best(probe, earlier) >= enough*nat {
			return true
		}
	}
	return false
}

// rarity is, for each number of bits in which two beats differ, how rarely two
// different beats of this person are as close: the negative logarithm of the
// share that are, in parts of a nat.
type rarity struct{ rhythm, shape [2 * bits]int }

// rarityIn estimates it from the beats of a probe among themselves, and where
// these are few from what is usual among people. A heart that beats like a
// clock, or always alike, so gets no credit for what is common to all it does.
func rarityIn(p Print) *rarity {
	var rhythms, shapes [bits + 1]float64 // how many pairs differ in so many bits
	pairs := 0.0
	for i, a := range p {
		for _, b := range p[:i] {
			if a == (Beat{}) || b == (Beat{}) {
				continue
			}
			rhythms[mathbits.OnesCount64(a.Rhythm^b.Rhythm)]++
			shapes[mathbits.OnesCount64(a.Shape^b.Shape)]++
			pairs++
		}
	}
	var r rarity
	closeRhythms, closeShapes := 0.0, 0.0
	for h := range bits + 1 {
		closeRhythms += rhythms[h]
		closeShapes += shapes[h]
		usualRhythm, usualShape := usual(h)
		r.rhythm[h] = rare((closeRhythms + usualPairs*usualRhythm) / (pairs + usualPairs))
		r.shape[h] = rare((closeShapes + usualPairs*usualShape) / (pairs + usualPairs))
	}
	return &r
}

// rare is the negative logarithm of a share, in parts of a nat.
func rare(share float64) int { return int(math.Round(-nat * math.Log(share))) }

// usual is the share of pairs of different beats of one person that differ in
// at most h bits. Most are unrelated and differ as coins do; how many come
// closer was read off the recordings of tests/replay.
func usual(h int) (rhythm, shape float64) {
	const mean, deviation = bits / 2, 4
	unrelated := 0.9 * 0.5 * math.Erfc((mean-0.5-float64(h))/deviation/math.Sqrt2)
	n := float64(h + 1)
	return min(1, unrelated+0.0027*n), min(1, unrelated+0.0001*n*n)
}

// best is by how much the run of beats that agrees best exceeds what is
// expected, in parts of a nat.
func (r *rarity) best(probe, earlier Print) int {
	best := 0
	for lag := 1 - len(probe); lag < len(earlier); lag++ {
		a, b := probe[max(0, -lag):], earlier[max(0, lag):]
		n := min(len(a), len(b))
		a, b = a[:n], b[:n]
		run := 0
		for i, one := range a {
			if one == (Beat{}) {
				run = 0
				continue
			}
			agreement := r.rhythm[mathbits.OnesCount64(one.Rhythm^b[i].Rhythm)&127] + r.shape[mathbits.OnesCount64(one.Shape^b[i].Shape)&127]
			run = max(0, run+agreement-expected*nat)
			best = max(best, run)
		}
	}
	return best
}
