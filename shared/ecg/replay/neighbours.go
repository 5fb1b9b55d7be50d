package replay

import (
	"encoding/binary"
	"math"
	mathbits "math/bits"
	"slices"
)

const (
	// near is the number of earlier beats beside the nearest from which the usual
	// near distance of this person's beats is estimated.
	near = 20
	// grain is a meaningless square of a distance: that of rounding coordinates to
	// whole steps.
	grain = dims / 4
	// narrowest is the least difference that is assumed between the logarithms of
	// usual near distances.
	narrowest = 0.02
	// expected is the rarity, in nats, that a beat's distance to the nearest
	// earlier one must have to be evidence of a replay; most bounds the excess of
	// one beat.
	expected = 1
	most     = 6
	// against bounds the evidence against a replay from the form of a beat that is
	// less near. On an uneven time axis no beat is very near and none is far.
	against = 1
	// enoughForms and enoughResiduals are the evidence from which a recording is a
	// replay; of new recordings about 1 in 1,000 reaches either. With a history of
	// more than a hundred beats residuals come nearer by chance: their limit rises
	// by growing times the logarithm of the history's length.
	enoughForms     = 6.5
	enoughResiduals = 15.5
	hundred         = 100
	growing         = 0.7
	// enoughOfOne is the evidence from the form of a single beat from which it is
	// a copy; 2 of 7,008 new recordings have such a beat.
	enoughOfOne = 8
)

// grown returns the evidence of residuals that is enough with a history of so
// many beats.
func grown(beats int) float64 {
	return enoughResiduals + growing*math.Log(max(1, float64(beats)/hundred))
}

// sum adds up the evidence of beats, each limited to between least and most.
func sum(evidence []float64, least float64) float64 {
	total := 0.0
	for _, one := range evidence {
		total += max(least, min(most, one))
	}
	return total
}

// rarity returns the evidence of each beat, in nats, that it was recorded before;
// none if there are too few earlier ones to tell. variants are the beats at each
// stretch.
//
// Distances of a beat to the nearest of many independent ones grow as a power of
// their rank: the difference between the logarithms of the two nearest distances
// is exponentially distributed, with a scale that the further ones give (B. M.
// Hill, Ann. Stat. 3, 1975). A beat that was recorded before is only as far as
// noise puts it, many scales nearer.
func rarity(variants [][]Vector, earlier []Vector) []float64 {
	unstretched := variants[unstretched]
	if len(earlier) < 4 || len(unstretched) == 0 {
		return nil
	}
	kept := min(near, len(earlier)-1)
	rank := kept
	if kept < near {
		rank = max(3, kept/2)
	}
	own := among(unstretched)
	search := newSearch(variants, earlier)
	scales := make([]float64, len(unstretched))
	gains := make([]float64, len(unstretched))
	for i := range unstretched {
		d := search.nearest(i, kept+1)
		for m := 1; m < rank; m++ {
			scales[i] += (d[rank] - d[m]) / float64(rank-1)
		}
		scales[i] = max(scales[i], narrowest)
		gains[i] = min(d[1], own) - d[0]
	}
	sorted := slices.Sorted(slices.Values(scales))
	usual := (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
	for i, gain := range gains {
		gains[i] = gain/((scales[i]+usual)/2) - expected
	}
	return gains
}

// among returns the logarithm of the median distance from a beat to the nearest
// other beat of its recording.
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

const (
	// examined is the number of earlier vectors that are compared exactly with a
	// beat: those whose sketches differ least.
	examined = 160
	// slack is the number of bits more than at its best-fitting stretch by which
	// an earlier vector's sketch may differ at a stretch that is compared exactly.
	slack = 4
	// sampled is the number of earlier vectors from which their mean is estimated.
	sampled = 256
)

// search finds the earlier vectors nearest to a beat faster than by comparing all
// with all.
type search struct {
	variants [][]Vector
	earlier  []Vector
	sketches []uint64
	probe    [][len(stretches)]uint64 // sketches of each beat at each stretch
	differ   []uint8                  // number of bits in which each earlier one differs from a beat
	logs     [near + 1]float64
}

func newSearch(variants [][]Vector, earlier []Vector) *search {
	s := &search{
		variants: variants,
		earlier:  earlier,
		sketches: make([]uint64, len(earlier)),
		probe:    make([][len(stretches)]uint64, len(variants[0])),
		differ:   make([]uint8, len(earlier)),
	}
	middle := middleOf(earlier)
	for j := range earlier {
		s.sketches[j] = earlier[j].sketch(&middle)
	}
	for f, beats := range variants {
		for i := range beats {
			s.probe[i][f] = beats[i].sketch(&middle)
		}
	}
	return s
}

// limit returns the number of differing bits up to which enough earlier vectors
// are compared exactly with a beat. Bits that the stretch changes don't count.
func (s *search) limit(beat int) uint8 {
	own := &s.probe[beat]
	any, all := own[0], own[0]
	for _, sketch := range own[1:] {
		any |= sketch
		all &= sketch
	}
	steady := ^(any ^ all)
	var counts [64 + 1]int
	for j, sketch := range s.sketches {
		n := mathbits.OnesCount64((all ^ sketch) & steady)
		s.differ[j] = uint8(n)
		counts[n]++
	}
	limit, total := 0, counts[0]
	for total < examined && limit < 64 {
		limit++
		total += counts[limit]
	}
	return uint8(limit)
}

// nearest returns the logarithms of the distances from a beat to the n nearest
// earlier beats, each at its best-fitting stretch, ascending. They are valid
// until the next call.
func (s *search) nearest(beat, n int) []float64 {
	var least [near + 1]int32
	for k := range least[:n] {
		least[k] = math.MaxInt32
	}
	own, limit := &s.probe[beat], s.limit(beat)
	for j, differ := range s.differ {
		if differ > limit {
			continue
		}
		d := s.distance(beat, j, own, least[n-1])
		k := n - 1
		if d >= least[k] {
			continue
		}
		for ; k > 0 && least[k-1] > d; k-- {
			least[k] = least[k-1]
		}
		least[k] = d
	}
	for k := range n {
		s.logs[k] = math.Log(float64(least[k])+grain) / 2
	}
	return s.logs[:n]
}

// distance returns the square of the distance from a beat, at the best-fitting
// stretch, to an earlier one, or something no less than the limit.
func (s *search) distance(beat, earlier int, own *[len(stretches)]uint64, limit int32) int32 {
	var differ [len(stretches)]int
	fit := 64
	for f, sketch := range own {
		differ[f] = mathbits.OnesCount64(sketch ^ s.sketches[earlier])
		fit = min(fit, differ[f])
	}
	for f, n := range differ {
		if n <= fit+slack {
			limit = min(limit, distance(&s.variants[f][beat], &s.earlier[earlier], limit))
		}
	}
	return limit
}

// middleOf returns the mean of a sample of vectors, relative to the first.
func middleOf(all []Vector) (middle Vector) {
	var sums [dims]int
	every := 1 + (len(all)-1)/sampled
	n := 0
	for j := 0; j < len(all); j += every {
		for k := range sums {
			sums[k] += int(int8(all[j][k] - all[0][k]))
		}
		n++
	}
	for k := range middle {
		middle[k] = all[0][k] + byte(sums[k]/n)
	}
	return middle
}

// sketch returns one bit per coordinate: on which side of the middle it lies.
func (v *Vector) sketch(middle *Vector) (sketch uint64) {
	const highest, gather = 0x8080808080808080, 0x0102040810204080
	for k := 0; k < dims; k += 8 {
		a, b := binary.LittleEndian.Uint64(v[k:]), binary.LittleEndian.Uint64(middle[k:])
		differences := ((a | highest) - (b &^ highest)) ^ ((a ^ ^b) & highest) // of each byte
		sketch |= (differences & highest >> 7) * gather >> 56 << k
	}
	return sketch
}

// distance returns the square of two vectors' distance, or something no less than
// the limit.
func distance(a, b *Vector, limit int32) int32 {
	sum := int32(0)
	for k := 0; k < dims && sum < limit; k += 8 {
		p, q := (*[8]byte)(a[k:]), (*[8]byte)(b[k:])
		sum += squared(p[0]-q[0]) + squared(p[1]-q[1]) + squared(p[2]-q[2]) + squared(p[3]-q[3]) +
			squared(p[4]-q[4]) + squared(p[5]-q[5]) + squared(p[6]-q[6]) + squared(p[7]-q[7])
	}
	return sum
}

func squared(d byte) int32 { return int32(int8(d)) * int32(int8(d)) }
