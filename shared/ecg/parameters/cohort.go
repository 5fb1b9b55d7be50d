package parameters

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"systole/shared/ecg/plda"
)

// Cohort holds embeddings of impostors, one recording of each, by population,
// with which a score is compared. Without it a probe that resembles many people,
// and a template that many resemble, would be accepted more often than the
// threshold says (G. Doddington et al., ICSLP 1998: wolves and lambs), and so
// would a recording that was made to be accepted by many (M. Une, A. Otsuka, H.
// Imai, ICB 2007).
type Cohort struct {
	scale       []float32 // of each dimension's numbers
	populations [][]int8  // one embedding after another
}

// NewCohort returns the cohort of the embeddings, by population.
func NewCohort(populations ...[][]float32) *Cohort {
	c := &Cohort{scale: make([]float32, len(populations[0][0]))}
	for _, population := range populations {
		for _, embedding := range population {
			for k, v := range embedding {
				c.scale[k] = max(c.scale[k], v/math.MaxInt8, -v/math.MaxInt8)
			}
		}
	}
	for _, population := range populations {
		var all []int8
		for _, embedding := range population {
			for k, v := range embedding {
				all = append(all, int8(math.Round(float64(v/c.scale[k]))))
			}
		}
		c.populations = append(c.populations, all)
	}
	return c
}

// softness, in nats, is the distance below a score within which an impostor's
// score still counts in part. A smaller one makes the share depend on single
// impostors; at 12 every twentieth genuine probe more would be refused, at 4
// about every hundredth.
const softness = 4

// Strangers returns the share of the cohort that reaches the score, as probes
// against the template or as templates against the probe, whichever is larger, in
// the population with the largest share. It is 0 for parameters without a cohort.
func (p *Parameters) Strangers(score float64, t *Template, probe []float32) float64 {
	if p.Cohort == nil {
		return 0
	}
	var enrolled, probes []plda.Many
	from := 0
	for i := range p.Spaces {
		s := &p.Spaces[i]
		to := from + s.Dimensions()
		scale := p.Cohort.scale[from:to]
		enrolled = append(enrolled, s.ManyEnrolled(p.Degrees, scale, probe[from:to]))
		probes = append(probes, s.ManyProbes(p.Degrees, scale, t.Mean[from:to], t.worth()))
		from = to
	}
	share := 0.0
	for _, population := range p.Cohort.populations {
		share = max(share, p.share(score, enrolled, population), p.share(score, probes, population))
	}
	return share
}

// share returns the part of a population that reaches the score.
func (p *Parameters) share(score float64, spaces []plda.Many, population []int8) float64 {
	const negligible = 20 // in units of the softness
	size := len(p.Cohort.scale)
	sum := 0.0
	for from := 0; from < len(population); from += size {
		stranger := p.stranger(spaces, population[from:from+size])
		if short := (score - stranger) / softness; short < negligible {
			sum += 1 / (1 + math.Exp(short))
		}
	}
	return sum * float64(size) / float64(len(population))
}

// stranger returns the score of one member of the cohort.
func (p *Parameters) stranger(spaces []plda.Many, numbers []int8) float64 {
	score, odds, tails := 0.0, 1.0, 0.0
	for i := range spaces {
		space, d := &spaces[i], p.Spaces[i].Dimensions()
		weight := float64(p.Weights[i]) / 2
		score += weight * space.Variances
		if weight*space.Tails != tails {
			score += tails * math.Log(odds)
			odds, tails = 1, weight*space.Tails
		}
		odds *= space.Odds(numbers[:d])
		numbers = numbers[d:]
	}
	return score + tails*math.Log(odds)
}

// cohortMagic is the magic word of a cohort's file; the digit is the layout's
// version.
const cohortMagic = "cohort1\n"

// Append appends the cohort as a file, for the algorithm that made its
// embeddings.
func (c *Cohort) Append(b []byte, algorithm string) []byte {
	start := len(b)
	b = appendText(append(b, cohortMagic...), algorithm)
	b = appendNumber(b, len(c.scale))
	for _, v := range c.scale {
		b = appendFloat(b, v)
	}
	b = appendNumber(b, len(c.populations))
	for _, population := range c.populations {
		b = appendNumber(b, len(population))
		for _, v := range population {
			b = append(b, byte(v))
		}
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

// readCohort parses a cohort's file for the parameters.
func readCohort(file string, p *Parameters) (*Cohort, error) {
	const sum = 4
	if len(file) < len(cohortMagic)+sum || file[:len(cohortMagic)] != cohortMagic {
		return nil, ErrFile
	}
	body, stated := file[:len(file)-sum], file[len(file)-sum:]
	if crc32.ChecksumIEEE([]byte(body)) != binary.LittleEndian.Uint32([]byte(stated)) {
		return nil, fmt.Errorf("%w: checksum", ErrFile)
	}
	r := reader{rest: body[len(cohortMagic):]}
	if algorithm := r.text(); algorithm != p.Algorithm {
		return nil, fmt.Errorf("%w: cohort of %q", ErrFile, algorithm)
	}
	if r.number() != p.Dimensions() {
		return nil, fmt.Errorf("%w: dimensions", ErrFile)
	}
	c := &Cohort{}
	for range p.Dimensions() {
		c.scale = append(c.scale, r.float())
	}
	for range min(r.number(), len(r.rest)) {
		b := r.take(r.number())
		if len(b) == 0 || len(b)%len(c.scale) != 0 {
			return nil, fmt.Errorf("%w: length", ErrFile)
		}
		population := make([]int8, len(b))
		for i := range population {
			population[i] = int8(b[i])
		}
		c.populations = append(c.populations, population)
	}
	if r.failed || len(r.rest) != 0 || len(c.populations) == 0 {
		return nil, fmt.Errorf("%w: length", ErrFile)
	}
	return c, nil
}
