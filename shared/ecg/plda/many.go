package plda

import "math"

// Many compares one vector with many others, stored as one byte per number with a
// scale for each dimension, under Student's t.
type Many struct {
	factor, target []float32 // the distance is that of the target from the factor times the number
	any, degrees   float64
	// Variances and Tails make a ratio of the output of Odds: half of the sum of
	// Variances and Tails times the logarithm of the odds. One logarithm of
	// several spaces' product is faster than one of each.
	Variances, Tails float64
}

// ManyEnrolled compares a probe with enrolments of one vector each.
func (s *Space) ManyEnrolled(degrees float64, scale, probe []float32) Many {
	m := Many{degrees: degrees, Tails: degrees + float64(s.Dimensions())}
	for i, b := range s.Between {
		rest := b / (1 + b)
		root := float32(1 / math.Sqrt(float64(1+rest)))
		m.factor = append(m.factor, root*rest*scale[i])
		m.target = append(m.target, root*probe[i])
		m.any += float64(probe[i]) * float64(probe[i]) / float64(1+b)
		m.Variances += math.Log(float64((1 + b) / (1 + rest)))
	}
	return m
}

// ManyProbes compares an enrolment that is worth count vectors with probes.
func (s *Space) ManyProbes(degrees float64, scale, enrolled []float32, count float64) Many {
	m := Many{degrees: degrees, Tails: degrees + float64(s.Dimensions())}
	m.any = float64(s.Dimensions()) // the length of Project's output
	for i, b := range s.Between {
		rest := float64(b) / (1 + count*float64(b))
		root := float32(1 / math.Sqrt(1+rest))
		m.factor = append(m.factor, root*scale[i])
		m.target = append(m.target, root*float32(count*rest)*enrolled[i])
		m.Variances += math.Log(float64(1+b) / (1 + rest))
	}
	return m
}

// Odds returns, for one of the others, the factor by which its distance from the
// vector expected of the enrolled person is smaller than from the population's
// mean.
func (m *Many) Odds(other []int8) float64 {
	factor, target := m.factor, m.target
	var own [4]float32 // several sums, so that none waits for another
	k := 0
	for ; k+4 <= len(other); k += 4 {
		f, t, o := (*[4]float32)(factor[k:]), (*[4]float32)(target[k:]), (*[4]int8)(other[k:])
		a, b, c, d := t[0]-f[0]*float32(o[0]), t[1]-f[1]*float32(o[1]), t[2]-f[2]*float32(o[2]), t[3]-f[3]*float32(o[3])
		own[0] += a * a
		own[1] += b * b
		own[2] += c * c
		own[3] += d * d
	}
	for ; k < len(other); k++ {
		d := target[k] - factor[k]*float32(other[k])
		own[0] += d * d
	}
	return (m.degrees + m.any) / (m.degrees + float64(own[0]+own[1]+own[2]+own[3]))
}
