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
	scale       []float32   // of each dimension's numbers
	populations []string    // by population, the numbers of one embedding after another, a byte each
	members     [][]float32 // the same embeddings as plda.Many compares them, space after space
}

// NewCohort returns the cohort of the parameters' embeddings, by population.
func NewCohort(p *Parameters, populations ...[][]float32) *Cohort {
	c := &Cohort{scale: make([]float32, p.Dimensions())}
	for _, population := range populations {
		for _, embedding := range population {
			for k, v := range embedding {
				c.scale[k] = max(c.scale[k], v/math.MaxInt8, -v/math.MaxInt8)
			}
		}
	}
	for _, population := range populations {
		var numbers []byte
		for _, embedding := range population {
			for k, v := range embedding {
				numbers = append(numbers, byte(int8(math.Round(float64(v/c.scale[k])))))
			}
		}
		c.add(p, string(numbers))
	}
	return c
}

// add adds a population.
func (c *Cohort) add(p *Parameters, numbers string) {
	c.populations = append(c.populations, numbers)
	var factors [][]float32
	for i := range p.Spaces {
		if p.Spaces[i].Dimensions() > 0 {
			factors = append(factors, p.Spaces[i].LengthFactors())
		}
	}
	members := make([]float32, len(numbers)/len(c.scale)*(len(c.scale)+len(factors)))
	c.members = append(c.members, members)
	for len(numbers) > 0 {
		scale := c.scale
		for _, space := range factors {
			d := len(space)
			var length float32
			for k, f := range space {
				v := scale[k] * float32(int8(numbers[k]))
				members[k] = v
				length += f * v * v
			}
			members[d] = length
			members, scale, numbers = members[d+1:], scale[d:], numbers[d:]
		}
	}
}

// softness, in nats, is the distance below a score within which an impostor's
// score still counts in part. A smaller one makes the share depend on single
// impostors; at 12 every twentieth genuine probe more would be refused, at 4
// about every hundredth.
const softness = 4

// Strangers returns the share of the cohort that reaches the score, as enrolments
// with the probe or as probes against the template, whichever is larger, in the
// population with the largest share. It is 0 for parameters without a cohort. Its time
// doesn't depend on the score.
func (p *Parameters) Strangers(score float64, t *Template, probe []float32) float64 {
	if p.Cohort == nil {
		return 0
	}
	many := p.many(t, probe)
	share := 0.0
	for _, members := range p.Cohort.members {
		share = max(share, many.share(score, members))
	}
	return share
}

// many compares the members of a cohort with a probe and a template. The score of a
// member is best, less the sum over the spaces of softness times the exponent times
// the logarithm of the distance.
type many struct {
	spaces    []plda.Many
	exponents []float64
	best      plda.Roles
	size      int // of a member
}

func (p *Parameters) many(t *Template, probe []float32) *many {
	m := &many{}
	mean := t.Mean
	for i := range p.Spaces {
		d := p.Spaces[i].Dimensions()
		if d == 0 {
			continue
		}
		space, half := p.Spaces[i].Many(p.Degrees, probe[:d], mean[:d], t.worth()), float64(p.Weights[i])/2
		m.spaces, m.exponents = append(m.spaces, space), append(m.exponents, half*space.Tails/softness)
		m.best.Enrolment += half * space.Best.Enrolment
		m.best.Probe += half * space.Best.Probe
		m.size += space.Len()
		probe, mean = probe[d:], mean[d:]
	}
	return m
}

// share returns the part of a population that reaches the score, in the role in which
// it is larger. A member whose own score is x units of the softness lower counts as
// 1/(1+e^x).
func (m *many) share(score float64, members []float32) float64 {
	// e^x is one of these times the distances' powers, which takes no logarithm. They are
	// above 0, since 0 times infinity would be no number.
	enrolment := math.Exp(max((score-m.best.Enrolment)/softness, -700))
	probe := math.Exp(max((score-m.best.Probe)/softness, -700))
	var sum plda.Roles
	count := func(powers plda.Roles) {
		sum.Enrolment += 1 / (1 + enrolment*powers.Enrolment)
		sum.Probe += 1 / (1 + probe*powers.Probe)
	}
	n := len(members) / m.size
	for i := 0; i < n; i += 2 {
		next := min(i+1, n-1)
		ofA, ofB := m.powers(members[i*m.size:(i+1)*m.size], members[next*m.size:(next+1)*m.size])
		count(ofA)
		if next > i {
			count(ofB)
		}
	}
	return max(sum.Enrolment, sum.Probe) / float64(n)
}

// powers returns, for two members, the product over the spaces of the distances, each to
// the space's exponent.
func (m *many) powers(a, b []float32) (ofA, ofB plda.Roles) {
	one := plda.Roles{Enrolment: 1, Probe: 1}
	ofA, ofB = one, one
	productA, productB := one, one
	for i := range m.spaces {
		space, exponent := &m.spaces[i], m.exponents[i]
		distanceA, distanceB := space.Distances(a, b)
		productA, productB = productA.Times(distanceA), productB.Times(distanceB)
		if i+1 == len(m.spaces) || m.exponents[i+1] != exponent { // spaces of the same exponent need one power
			ofA, ofB = ofA.Times(productA.Power(exponent)), ofB.Times(productB.Power(exponent))
			productA, productB = one, one
		}
		a, b = a[space.Len():], b[space.Len():]
	}
	return ofA, ofB
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
		b = appendText(b, population)
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
		numbers := r.text()
		if len(numbers) == 0 || len(numbers)%len(c.scale) != 0 {
			return nil, fmt.Errorf("%w: length", ErrFile)
		}
		c.add(p, numbers)
	}
	if r.failed || len(r.rest) != 0 || len(c.populations) == 0 {
		return nil, fmt.Errorf("%w: length", ErrFile)
	}
	return c, nil
}
