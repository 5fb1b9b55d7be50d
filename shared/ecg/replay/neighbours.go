package replay

import (
	"math"
	mathbits "math/bits"
	"slices"
)

const (
	// near is how many earlier beats beside the nearest tell how near those of this
	// person usually are.
	near = 20
	// grain is the square of a distance that says nothing: the rounding of
	// coordinates to whole steps.
	grain = dims / 4
	// narrowest is the least that two logarithms of usual near distances are taken
	// to differ by.
	narrowest = 0.02
	// expected is how rare, in nats, the distance of a beat to the nearest earlier
	// one must be to speak for a replay; most is by how much one beat can exceed it.
	expected = 1
	most     = 6
	// enoughForms and enoughResiduals are the evidence from which on a recording is
	// a replay, before a history of a hundred beats; of new recordings about 1 in
	// 1,000 comes as far by either. More beats come nearer by chance: it rises by
	// growing times the logarithm of a longer history's length.
	enoughForms     = 12
	enoughResiduals = 15.5
	hundred         = 100
	growing         = 0.7
)

// before is the evidence that is enough before a history of so many beats.
func before(beats int, enough float64) float64 {
	return enough + growing*math.Log(max(1, float64(beats)/hundred))
}

// rarity is the evidence, in nats, that beats were recorded before. variants are
// the beats at each stretch.
//
// Distances of a beat to the nearest of many independent ones fall off as a power
// of their rank: the logarithm of a distance to that of the next is exponentially
// distributed with a scale that the further ones tell (B. M. Hill, Ann. Stat. 3,
// 1975). A beat that was recorded before lies as near as only noise puts it,
// many scales off.
func rarity(variants [][]Vector, unstretched, earlier []Vector) float64 {
	if len(earlier) < 4 || len(variants[0]) == 0 {
		return 0
	}
	kept := min(near, len(earlier)-1)
	rank := kept
	if kept < near {
		rank = max(3, kept/2)
	}
	own := among(unstretched)
	candidates := newCandidates(variants, earlier)
	scales := make([]float64, len(variants[0]))
	gains := make([]float64, len(variants[0]))
	for i := range variants[0] {
		d := nearest(variants, i, candidates.of(variants, i), kept+1)
		for m := 1; m < rank; m++ {
			scales[i] += (d[rank] - d[m]) / float64(rank-1)
		}
		scales[i] = max(scales[i], narrowest)
		gains[i] = min(d[1], own) - d[0]
	}
	sorted := slices.Sorted(slices.Values(scales))
	usual := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
	sum := 0.0
	for i, gain := range gains {
		sum += max(0, min(most, gain/((scales[i]+usual)/2)-expected))
	}
	return sum
}

// among is the logarithm of the usual distance from a beat to the nearest other
// of its recording.
func among(beats []Vector) float64 {
	if len(beats) < 2 {
		return math.Inf(1)
	}
	distances := make([]float64, 0, len(beats))
	for i := range beats {
		least := int32(math.MaxInt32)
		for k := range beats {
			if k != i {
				least = min(least, distance(&beats[i], &beats[k], least))
			}
		}
		distances = append(distances, math.Log(float64(least)+grain)/2)
	}
	slices.Sort(distances)
	return distances[len(distances)/2]
}

// candidates find the earlier vectors that may be among the nearest of a beat,
// which a comparison of all with all would take too long for.
type candidates struct {
	earlier  []Vector
	sketches []uint64
	probe    [][]uint64 // at each stretch, of each beat
	near     []uint8    // in how many bits each earlier one differs
	found    []Vector
}

// examined is how many earlier vectors of a beat are examined exactly.
const examined = 160

func newCandidates(variants [][]Vector, earlier []Vector) *candidates {
	c := &candidates{earlier: earlier}
	if len(earlier) <= examined {
		return c
	}
	middle := middleOf(earlier)
	c.sketches = make([]uint64, len(earlier))
	for j := range earlier {
		c.sketches[j] = earlier[j].sketch(&middle)
	}
	for _, v := range variants {
		one := make([]uint64, len(v))
		for i := range v {
			one[i] = v[i].sketch(&middle)
		}
		c.probe = append(c.probe, one)
	}
	c.near = make([]uint8, len(earlier))
	return c
}

// of are the candidates of a beat, valid until the next call.
func (c *candidates) of(variants [][]Vector, beat int) []Vector {
	if len(c.earlier) <= examined {
		return c.earlier
	}
	var own [len(stretches)]uint64
	for f := range own {
		own[f] = c.probe[f][beat]
	}
	var counts [65]int
	for j, sketch := range c.sketches {
		least := 64
		for _, s := range own {
			least = min(least, mathbits.OnesCount64(s^sketch))
		}
		c.near[j] = uint8(least)
		counts[least]++
	}
	limit, total := 0, counts[0]
	for total < examined {
		limit++
		total += counts[limit]
	}
	c.found = c.found[:0]
	for j, n := range c.near {
		if int(n) <= limit {
			c.found = append(c.found, c.earlier[j])
		}
	}
	return c.found
}

// middleOf is the mean of vectors, as seen from the first.
func middleOf(all []Vector) (middle Vector) {
	var sums [dims]int
	for j := range all {
		for k := range sums {
			sums[k] += int(all[j][k] - all[0][k])
		}
	}
	for k := range middle {
		middle[k] = all[0][k] + int8(sums[k]/len(all))
	}
	return middle
}

// sketch has a bit for each coordinate, of which side of the middle it is.
func (v *Vector) sketch(middle *Vector) (sketch uint64) {
	for k := range v {
		sketch |= uint64(uint8(v[k]-middle[k])>>7) << k
	}
	return sketch
}

// nearest are the logarithms of the distances from a beat, at the stretch that
// fits each best, to the n earlier beats that are nearest, rising.
func nearest(variants [][]Vector, beat int, earlier []Vector, n int) []float64 {
	var least [near + 1]int32
	for k := range least[:n] {
		least[k] = math.MaxInt32
	}
	for j := range earlier {
		limit := least[n-1]
		for _, v := range variants {
			limit = min(limit, distance(&v[beat], &earlier[j], limit))
		}
		k := n - 1
		if limit >= least[k] {
			continue
		}
		for ; k > 0 && least[k-1] > limit; k-- {
			least[k] = least[k-1]
		}
		least[k] = limit
	}
	logs := make([]float64, n)
	for k := range logs {
		logs[k] = math.Log(float64(least[k])+grain) / 2
	}
	return logs
}

// distance is the square of two vectors' distance, or something no less than the
// limit.
func distance(a, b *Vector, limit int32) int32 {
	sum := int32(0)
	for k := 0; k < dims && sum < limit; k += 8 {
		p, q := (*[8]int8)(a[k:]), (*[8]int8)(b[k:])
		sum += squared(p[0]-q[0]) + squared(p[1]-q[1]) + squared(p[2]-q[2]) + squared(p[3]-q[3]) +
			squared(p[4]-q[4]) + squared(p[5]-q[5]) + squared(p[6]-q[6]) + squared(p[7]-q[7])
	}
	return sum
}

func squared(d int8) int32 { return int32(d) * int32(d) }
