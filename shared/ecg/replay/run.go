package replay

import (
	"math"
	mathbits "math/bits"
)

const (
	// expectedOfCycle is the average rarity, in nats, that the agreement of two
	// beats must have to be evidence of a replay. Between different beats it is
	// about 2, between a beat and its replay under noise of 20 dB about 9.
	expectedOfCycle = 5
	// mostOfCycle bounds the excess of a single beat.
	mostOfCycle = 6
	// least is the excess of a run of beats from which it is a replay, which takes
	// at least four beats. With a history of half an hour, 2,500 beats, it is 20:
	// of new recordings about 1 in 500 reaches it. Each doubling of the history
	// would double that share, so the limit rises by growth times the history's
	// logarithm.
	least      = 18.5
	atHalfHour = 20
	halfHour   = 2500 // beats
	growth     = 3
	// nat is the resolution of rarity: units per nat.
	nat = 256
	// usualPairs is the number of pairs of beats by which the usual distribution
	// among people is weighted, beside the pairs within the probe itself.
	usualPairs = 60
)

// repeated reports whether a sequence, of at least four beats, is one of the
// earlier ones or a part of one.
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

// enoughAmong returns the excess from which a run of beats is a replay, in parts
// of a nat.
func enoughAmong(history [][]Cycle) int32 {
	beats := 0
	for _, earlier := range history {
		beats += len(earlier)
	}
	return int32(nat * max(least, atHalfHour+growth*math.Log(float64(beats)/halfHour)))
}

// rarities are, for each number of bits in which two beats differ, the rarity of
// such a small difference between two different beats of this person: the
// negative logarithm of the share of such pairs, in parts of a nat. Only bits+1
// values count; there are 256 so that an index of one byte needs no check.
type rarities struct{ rhythm, shape [256]int32 }

// rarityIn estimates the rarities from the beats of a probe among themselves and,
// if these are few, from the usual distribution among people. So a heart with a
// very regular rhythm or shape gets no evidence from the likeness of all its
// beats.
func rarityIn(p []Cycle) *rarities {
	var rhythms, shapes [bits + 1]float64 // number of pairs that differ in so many bits
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

// rare returns the negative logarithm of a share, in parts of a nat.
func rare(share float64) int32 { return int32(math.Round(-nat * math.Log(share))) }

// usual returns the share of pairs of different beats of one person that differ
// in at most h bits. Most pairs differ like coin tosses; the share of closer ones
// was read off the recordings of tests/attack/replay.
func usual(h int) (rhythm, shape float64) {
	const mean, deviation = bits / 2, 4
	unrelated := 0.9 * 0.5 * math.Erfc((mean-0.5-float64(h))/deviation/math.Sqrt2)
	n := float64(h + 1)
	return min(1, unrelated+0.0027*n), min(1, unrelated+0.0001*n*n)
}

// best returns the greatest excess of a run of beats, in parts of a nat.
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
