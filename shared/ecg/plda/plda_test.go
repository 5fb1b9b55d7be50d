package plda

import (
	"math"
	"testing"
)

func TestProjectSubtractsTheMeanTurnsAndResizes(t *testing.T) {
	s := Space{Mean: []float32{1, 2}, Basis: []float32{1, 0, 1, 1}, Between: []float32{0, 3}}
	got := s.Project(nil, []float32{4, 6})
	// (3, 4) becomes (3, 7); with variances 1 and 4 its length is sqrt(9 + 49/4),
	// which is scaled to sqrt(2).
	scale := math.Sqrt(2 / (9 + 49./4))
	want := []float64{3 * scale, 7 * scale}
	for i := range want {
		if math.Abs(float64(got[i])-want[i]) > 1e-6 {
			t.Errorf("coordinate %d: %g, want %g", i, got[i], want[i])
		}
	}
}

// The ratio must be that of two normal densities, computed from the joint
// covariance of enrolment and probe.
func TestRatioIsThatOfJointDensities(t *testing.T) {
	for _, between := range []float64{0.1, 1, 20} {
		for _, count := range []float64{1, 2, 5} {
			s := Space{Between: []float32{float32(between)}}
			e, p := 0.7, -0.4
			// Same person: variances b + 1/n and b + 1, covariance b.
			ve, vp := between+1/count, between+1
			det := ve*vp - between*between
			same := -0.5*math.Log(det) - 0.5*(vp*e*e-2*between*e*p+ve*p*p)/det
			impostors := -0.5*math.Log(ve*vp) - 0.5*(e*e/ve+p*p/vp)
			got := s.Ratio([]float32{float32(e)}, count, []float32{float32(p)})
			if want := same - impostors; math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
				t.Errorf("between %g, count %g: %g, want %g", between, count, got, want)
			}
		}
	}
}

// Student's ratio must be that of two densities of Student's t, computed by their
// formula with its gamma functions.
func TestStudentRatioIsThatOfTwoDensities(t *testing.T) {
	s := Space{Between: []float32{0.5, 4}}
	enrolled, probe := []float32{0.7, -2}, []float32{-0.4, 1}
	density := func(degrees float64, mean, variance [2]float64) float64 {
		distance, product := 0.0, 1.0
		for i := range mean {
			distance += (float64(probe[i]) - mean[i]) * (float64(probe[i]) - mean[i]) / variance[i]
			product *= variance[i]
		}
		upper, _ := math.Lgamma((degrees + 2) / 2)
		lower, _ := math.Lgamma(degrees / 2)
		return upper - lower - math.Log(degrees*math.Pi) - math.Log(product)/2 - (degrees+2)/2*math.Log(1+distance/degrees)
	}
	for _, degrees := range []float64{1, 20, 1e7} {
		const count = 2
		var mean, own, anybody [2]float64
		for i, between := range []float64{0.5, 4} {
			rest := between / (1 + count*between)
			mean[i], own[i], anybody[i] = count*rest*float64(enrolled[i]), 1+rest, 1+between
		}
		want := density(degrees, mean, own) - density(degrees, [2]float64{}, anybody)
		if got := s.StudentRatio(degrees, enrolled, count, probe); math.Abs(got-want) > 1e-6 {
			t.Errorf("%g degrees: %g, want %g", degrees, got, want)
		}
	}
	normal := s.Ratio(enrolled, 2, probe)
	if got := s.StudentRatio(1e7, enrolled, 2, probe); math.Abs(got-normal) > 1e-5 {
		t.Errorf("many degrees: %g, want the normal distribution's %g", got, normal)
	}
}

// Each distance must lead to the ratio of a comparison of two vectors.
func TestManyComparesEachVectorInBothRoles(t *testing.T) {
	s := Space{
		Mean:    make([]float32, 5),
		Basis:   []float32{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1},
		Between: []float32{0.01, 0.5, 2, 4, 30},
	}
	project := func(x ...float32) []float32 { return s.Project(nil, x) }
	const degrees, count = 20, 2.5
	probe, enrolled := project(0.2, -1, 2, 1, 5), project(0.1, -1, 1, 2, 4)
	others := [][]float32{project(1, 2, 3, 4, 5), project(-1, 0, 1, 0, -4)}
	m := s.Many(degrees, probe, enrolled, count)
	withLength := func(x []float32) []float32 {
		var length float32
		for k, f := range s.LengthFactors() {
			length += f * x[k] * x[k]
		}
		return append(x[:len(x):len(x)], length)
	}
	ofA, ofB := m.Distances(withLength(others[0]), withLength(others[1]))
	for i, of := range []Roles{ofA, ofB} {
		for _, role := range []struct {
			name                 string
			best, distance, want float64
		}{
			{"an enrolment", m.Best.Enrolment, of.Enrolment, s.StudentRatio(degrees, others[i], 1, probe)},
			{"a probe", m.Best.Probe, of.Probe, s.StudentRatio(degrees, enrolled, count, others[i])},
		} {
			if got := (role.best - m.Tails*math.Log(role.distance)) / 2; math.Abs(got-role.want) > 1e-5 {
				t.Errorf("%d as %s: %g, want %g", i, role.name, got, role.want)
			}
		}
	}
}

func TestPowerIsThatOfThePackageMath(t *testing.T) {
	for _, exponent := range []float64{0, 1, 2, 7, 10, 64, 65, 0.5, 10.25, -3} {
		for _, x := range []float64{0.01, 1, 3.5, 200} {
			want := math.Pow(x, exponent)
			if got := (Roles{x, x}).Power(exponent); math.Abs(got.Probe-want) > 1e-12*want || got.Enrolment != got.Probe {
				t.Errorf("%g^%g: %v, want %g", x, exponent, got, want)
			}
		}
	}
}
