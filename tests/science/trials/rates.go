package trials

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Trial is one comparison.
type Trial struct {
	Enrolled, Probe string // persons
	Part            int    // number of the person's probe
	Score           float64
	Refused         bool // the probe failed to be acquired and has no score
}

func (t *Trial) Genuine() bool { return t.Enrolled == t.Probe }

// Weighted is a score with its weight.
type Weighted struct{ Score, Weight float64 }

// Curve holds sorted scores of genuine and of impostor trials. Each person counts
// the same in both: a genuine trial is weighted by the person's number of them,
// an impostor trial by that of the probe's person.
type Curve struct{ Genuine, Impostor []Weighted }

// NewCurve returns the curve of the trials; count is the weight of each person,
// nil for 1.
func NewCurve(trials []Trial, count map[string]float64) Curve {
	own, others := map[string]float64{}, map[string]float64{}
	for i := range trials {
		switch t := &trials[i]; {
		case t.Refused:
		case t.Genuine():
			own[t.Probe]++
		default:
			others[t.Probe]++
		}
	}
	var c Curve
	for i := range trials {
		t := &trials[i]
		if t.Refused {
			continue
		}
		times := 1.0
		if count != nil {
			times = count[t.Probe]
		}
		if times == 0 {
			continue
		}
		if t.Genuine() {
			c.Genuine = append(c.Genuine, Weighted{t.Score, times / own[t.Probe]})
		} else {
			c.Impostor = append(c.Impostor, Weighted{t.Score, times / others[t.Probe]})
		}
	}
	normalise(c.Genuine)
	normalise(c.Impostor)
	return c
}

// normalise sorts by descending score and scales weights to a sum of 1.
func normalise(w []Weighted) {
	slices.SortFunc(w, func(a, b Weighted) int { return cmp.Compare(b.Score, a.Score) })
	sum := 0.0
	for _, v := range w {
		sum += v.Weight
	}
	for i := range w {
		w[i].Weight /= sum
	}
}

// Point is a threshold with its two error rates.
type Point struct{ Threshold, FMR, FNMR float64 }

// Points returns the curve's steps from the highest threshold down.
func (c *Curve) Points() []Point {
	points := []Point{{math.Inf(1), 0, 1}}
	fmr, fnmr := 0.0, 1.0
	g := 0
	for _, i := range c.Impostor {
		for g < len(c.Genuine) && c.Genuine[g].Score >= i.Score {
			fnmr -= c.Genuine[g].Weight
			g++
		}
		// The threshold is just above this impostor's score.
		points = append(points, Point{i.Score, fmr, max(fnmr, 0)})
		fmr += i.Weight
	}
	for ; g < len(c.Genuine); g++ {
		fnmr -= c.Genuine[g].Weight
	}
	return append(points, Point{math.Inf(-1), 1, 0})
}

// EER returns the rate at which both errors are equal.
func EER(points []Point) float64 {
	for i, p := range points {
		if p.FMR < p.FNMR {
			continue
		}
		before := points[max(i-1, 0)]
		return (max(before.FMR, min(p.FMR, before.FNMR)) + min(p.FMR, max(before.FNMR, p.FNMR))) / 2
	}
	return 1
}

// FNMRAt returns the lowest false non-match rate at a false match rate no higher
// than the given one.
func FNMRAt(points []Point, fmr float64) float64 {
	best := 1.0
	for _, p := range points {
		if p.FMR <= fmr+1e-12 {
			best = min(best, p.FNMR)
		}
	}
	return best
}

// Interval is a measured value with its 95 % interval.
type Interval struct{ Value, Low, High float64 }

// Bootstrap measures the trials and, for the interval, the given number of
// resamplings of persons.
func Bootstrap(trials []Trial, drawings int, seed uint64, measure func([]Point) float64) Interval {
	// After one sort, each resampling is sorted.
	trials = slices.Clone(trials)
	slices.SortStableFunc(trials, func(a, b Trial) int { return cmp.Compare(b.Score, a.Score) })
	c := NewCurve(trials, nil)
	result := Interval{Value: measure(c.Points())}
	var persons []string
	for i := range trials {
		if trials[i].Genuine() && !slices.Contains(persons, trials[i].Probe) {
			persons = append(persons, trials[i].Probe)
		}
	}
	if len(persons) == 0 || drawings == 0 {
		return result
	}
	random := rand.New(rand.NewPCG(seed, 3))
	values := make([]float64, drawings)
	for i := range values {
		count := map[string]float64{}
		for range persons {
			count[persons[random.IntN(len(persons))]]++
		}
		drawn := NewCurve(trials, count)
		values[i] = measure(drawn.Points())
	}
	slices.Sort(values)
	result.Low = values[drawings*25/1000]
	result.High = values[min(drawings*975/1000, drawings-1)]
	return result
}

// FMRAbove returns the false match rate of a threshold.
func FMRAbove(points []Point, threshold float64) float64 {
	fmr := 0.0
	for _, p := range points {
		if p.Threshold < threshold {
			return p.FMR
		}
		fmr = p.FMR
	}
	return fmr
}

// Refused returns the share of genuine trials below the threshold.
func (c *Curve) Refused(threshold float64) float64 {
	share := 0.0
	for _, g := range c.Genuine {
		if g.Score < threshold {
			share += g.Weight
		}
	}
	return share
}

// Rank1 returns the share of probes whose own person scores highest of all
// enrolled; each person counts the same.
func Rank1(trials []Trial) float64 {
	type probe struct {
		person string
		part   int
	}
	best := map[probe]*Trial{}
	for i := range trials {
		t := &trials[i]
		key := probe{t.Probe, t.Part}
		if !t.Refused && (best[key] == nil || t.Score > best[key].Score) {
			best[key] = t
		}
	}
	right, all := map[string]float64{}, map[string]float64{}
	for key, t := range best {
		all[key.person]++
		if t.Genuine() {
			right[key.person]++
		}
	}
	share := 0.0
	for person, n := range all {
		share += right[person] / n / float64(len(all))
	}
	return share
}
