package replay

import (
	"math"
	mathbits "math/bits"
)

const (
	// expectedOfCycle is how rare, on average and in nats, a beat's agreement must be
	// to speak for a replay. Between different beats it is about 2, between a
	// beat and its replay under noise of 20 dB about 9.
	expectedOfCycle = 5
	// mostOfCycle is by how much a single beat can exceed that.
	mostOfCycle = 6
	// least is by how much a run of beats must exceed it to be a replay: never
	// fewer than four. Before a history of half an hour, 2,500 beats, it is 20:
	// of new recordings about 1 in 500 comes as far. Each doubling of the history
	// would double that, so it rises by growth times the history's logarithm.
	least      = 18.5
	atHalfHour = 20
	halfHour   = 2500 // beats
	growth     = 3
	// nat is how finely rarity is counted.
	nat = 256
	// usualPairs is how many pairs of beats what is usual among people counts,
	// beside the pairs within the probe itself.
	usualPairs = 60
)

// repeated reports whether a sequence is one of the earlier ones or a part of
// one, from four beats on.
func repeated(probe []Cycle, history [][]Cycle) bool {
	r := rarityIn(probe)
	enough := enoughAmong(history)
	for _, earlier := range history {
		if r.best(probe, earlier) >= enough {
			return true
		}
	}
	return false
}

// enoughAmong is the evidence above expectation from which a run of beats is a
// replay, in parts of a nat.
func enoughAmong(history [][]Cycle) int32 {
	beats := 0
	for _, earlier := range history {
		beats += len(earlier)
	}
	return int32(nat * max(least, atHalfHour+growth*math.Log(float64(beats)/halfHour)))
}

// rarities are, for each number of bits in which two beats differ, how rarely two
// different beats of this person are as close: the negative logarithm of the
// share that are, in parts of a nat. Only bits+1 values count; there are 256 so
// that an index of one byte needs no check.
type rarities struct{ rhythm, shape [256]int32 }

// rarityIn estimates it from the beats of a probe among themselves, and where
// these are few from the usual distribution among people. A heart with a very
// regular rhythm or shape so gets no evidence from the likeness of all its beats.
func rarityIn(p []Cycle) *rarities {
	var rhythms, shapes [bits + 1]float64 // how many pairs differ in so many bits
	pairs := 0.0
	for i, a := range p {
		for _, b := range p[:i] {
			if a == (Cycle{}) || b == (Cycle{}) {
				continue
			}
			rhythms[mathbits.OnesCount64(a.Rhythm^b.Rhythm)]++
			shapes[mathbits.OnesCount64(a.Shape^b.Shape)]++
			pairs++
		}
	}
	var r rarities
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
func rare(share float64) int32 { return int32(math.Round(-nat * math.Log(share))) }

// usual is the share of pairs of different beats of one person that differ in
// at most h bits. Most are unrelated and differ as coins do; how many come
// closer was read off the recordings of tests/attack/replay.
func usual(h int) (rhythm, shape float64) {
	const mean, deviation = bits / 2, 4
	unrelated := 0.9 * 0.5 * math.Erfc((mean-0.5-float64(h))/deviation/math.Sqrt2)
	n := float64(h + 1)
	return min(1, unrelated+0.0027*n), min(1, unrelated+0.0001*n*n)
}

// best is the evidence above expectation of the run of beats that agrees best,
// in parts of a nat.
func (r *rarities) best(probe, earlier []Cycle) int32 {
	best := int32(0)
	for lag := 1 - len(probe); lag < len(earlier); lag++ {
		a, b := probe[max(0, -lag):], earlier[max(0, lag):]
		n := min(len(a), len(b))
		a, b = a[:n], b[:n]
		run := int32(0)
		for i, one := range a {
			if one == (Cycle{}) {
				run = 0
				continue
			}
			rhythm := r.rhythm[uint8(mathbits.OnesCount64(one.Rhythm^b[i].Rhythm))]
			shape := r.shape[uint8(mathbits.OnesCount64(one.Shape^b[i].Shape))]
			run = max(0, run+min(rhythm+shape-expectedOfCycle*nat, mostOfCycle*nat))
			best = max(best, run)
		}
	}
	return best
}
