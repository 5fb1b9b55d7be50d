package liveness

import (
	"math"
	"slices"
	"sync"
)

const (
	rateHz = 250
	// The part of a beat that is examined, from 200 ms before the R peak to 100 ms
	// after it: P wave and QRS complex. The T wave would follow the rhythm.
	reachBefore = rateHz * 200 / 1000
	reachAfter  = rateHz * 100 / 1000
	width       = reachBefore + reachAfter
)

// A beat is decomposed into cosines, its shapes; the k-th has k half periods in
// the 300 ms.
const (
	firstShape = 3  // 5 Hz: slower shapes are the baseline
	lastSlow   = 8  // 13 Hz
	firstFast  = 15 // 25 Hz
	lastShape  = 38 // 63 Hz
	shapes     = lastShape - firstShape + 1
)

// window returns the part around a peak, interpolated by the Catmull-Rom spline:
// E. Catmull and R. Rom, Computer Aided Geometric Design, 1974.
func window(raw []float64, at float64) (row [width]float64) {
	first := int(at)
	f := at - float64(first)
	first -= reachBefore
	w0, w1 := 0.5*f*(-1+f*(2-f)), 1+0.5*f*f*(-5+3*f)
	w2, w3 := 0.5*f*(1+f*(4-3*f)), 0.5*f*f*(f-1)
	for k := range row {
		x := raw[first+k-1 : first+k+3]
		row[k] = w0*x[0] + w1*x[1] + w2*x[2] + w3*x[3]
	}
	return row
}

// basis holds the cosines, made orthonormal and orthogonal to constant, slope and
// bend.
var basis = sync.OnceValue(func() *[shapes][width]float64 {
	const drift = 3
	var all [drift + shapes][width]float64
	for i := range all {
		for k := range width {
			u := (float64(k) + 0.5) / width
			if i < drift {
				all[i][k] = math.Pow(u-0.5, float64(i))
				continue
			}
			all[i][k] = math.Cos(math.Pi * float64(i-drift+firstShape) * u)
		}
		for j := range i {
			takeOff(all[i][:], all[j][:])
		}
		unit(all[i][:])
	}
	return (*[shapes][width]float64)(all[drift:])
})

// variation is the difference between beats, in parts of the beat's height, per
// shape.
type variation struct {
	slow, fast float64 // the root mean square, in slow shapes and in fast ones
	nearest    float64 // median distance of a beat from the most similar one, in slow shapes
}

// variation measures the beats' variation. There is at least one beat.
func (b *beats) variation() (v variation) {
	var steep [width]float64 // of the mean beat
	for i := range b.rows {
		for k := 1; k+1 < width; k++ {
			steep[k] += b.rows[i][k+1] - b.rows[i][k-1]
		}
	}
	unit(steep[:])
	n := len(b.rows)
	height := 0.0
	columns := make([]float64, shapes*n) // of each shape, its coefficient in each beat
	for i := range b.rows {
		takeOff(b.rows[i][:], steep[:])
		for s, shape := range basis() {
			c := dot(b.rows[i][:], shape[:])
			columns[s*n+i] = c
			height += c * c / float64(n)
		}
	}
	if height == 0 {
		return v
	}
	v.nearest = nearest(columns, n) / math.Sqrt(height)
	explained := b.rhythm()
	for s := range shapes {
		column := columns[s*n : (s+1)*n]
		for _, e := range explained {
			takeOff(column, e)
		}
		left := dot(column, column) / float64(n-len(explained)) / height
		switch k := s + firstShape; {
		case k <= lastSlow:
			v.slow += left / (lastSlow - firstShape + 1)
		case k >= firstFast:
			v.fast += left / (lastShape - firstFast + 1)
		}
	}
	v.slow, v.fast = math.Sqrt(v.slow), math.Sqrt(v.fast)
	return v
}

// nearest returns the median distance of n beats, at least two, from the most
// similar beat. columns hold the beats' coefficients of each shape.
func nearest(columns []float64, n int) float64 {
	const slow = lastSlow - firstShape + 1
	distances := make([]float64, 0, n)
	for i := range n {
		least := math.Inf(1)
		for k := range n {
			sum := 0.0
			for s := range slow {
				d := columns[s*n+i] - columns[s*n+k]
				sum += d * d / slow
			}
			if k != i {
				least = min(least, sum)
			}
		}
		distances = append(distances, least)
	}
	slices.Sort(distances)
	return math.Sqrt(distances[n/2])
}

// rhythm returns the orthonormal columns that a beat's coefficients may depend
// on: a constant, the RR interval before and the one after, the intervals only if
// there are enough beats and the intervals differ.
func (b *beats) rhythm() [][]float64 {
	constant := make([]float64, len(b.rows))
	for i := range constant {
		constant[i] = 1
	}
	unit(constant)
	explained := [][]float64{constant}
	const enough = 6
	if len(b.rows) < enough {
		return explained
	}
	for _, intervals := range [][]float64{b.before, b.after} {
		column := append([]float64(nil), intervals...)
		for _, e := range explained {
			takeOff(column, e)
		}
		const same = 0.1 // samples
		if math.Sqrt(dot(column, column)) > same {
			unit(column)
			explained = append(explained, column)
		}
	}
	return explained
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// takeOff subtracts from a its projection onto the unit vector b.
func takeOff(a, b []float64) {
	c := dot(a, b)
	for i, v := range b {
		a[i] -= c * v
	}
}

// unit scales a vector to length 1; zeros stay.
func unit(a []float64) {
	length := math.Sqrt(dot(a, a))
	if length == 0 {
		return
	}
	for i := range a {
		a[i] /= length
	}
}
