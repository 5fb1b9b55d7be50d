package replay

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas/blas32"

	"systole/shared/ecg/frontend"
)

const (
	// points is the number of values of a beat's shape, every 8 ms from 216 ms
	// before its QRS complex to 352 ms after it: the part that no other beat
	// overlaps, up to 110 beats a minute.
	points     = 72
	firstPoint = -54 // samples from the QRS complex
	pointStep  = 2   // samples
	// smoothing is the standard deviation, in samples, of the Gaussian mean that
	// each point is, 10 ms: 3 dB at 13 Hz, which removes mains interference. Finer
	// detail differs less between beats than noise changes it.
	smoothing = 2.5
	// qrsPoints is the number of points on each side of the QRS complex's middle
	// from which its height is computed, 70 ms.
	qrsPoints = 8
	// The middle of a complex is the centre of its slope's energy, within a
	// Gaussian of this standard deviation, 45 ms, and this reach.
	qrsDeviation = frontend.RateHz * 45 / 1000.
	qrsReach     = frontend.RateHz * 120 / 1000
	// drifts is the number of slowest functions removed as baseline: constant, slope
	// and bend.
	drifts = 3
)

// stretches are the factors of time at which a probe's beats are compared:
// factors in between are near enough to one of them. A heart's QRS complex varies
// no more in length.
var stretches = [...]float64{0.9, 0.93, 0.965, 1, 1.035, 1.07, 1.1}

// unstretched is the index of 1 among them.
const unstretched = len(stretches) / 2

// shape is a beat's shape, polarity corrected, in parts of its QRS complex's height.
type shape [points]float64

// window segments beats.
type window struct {
	fade    shape         // towards both ends
	drift   [drifts]shape // orthonormal under the fade
	slopes  *kernel       // for the slope, at stretch 1
	weights []float64     // of slopes around a complex
}

// windows is the window, made once.
var windows = sync.OnceValue(newWindow)

func newWindow() *window {
	w := &window{slopes: kernelOf(1, true)}
	const seconds = float64(pointStep) / frontend.RateHz
	const fadeSeconds = 0.04
	for k := range w.fade {
		w.fade[k] = 1
		// The ends are at least half a step beyond the outermost points.
		if edge := min(float64(k)*seconds+0.008, float64(points-1-k)*seconds+0.012); edge < fadeSeconds {
			w.fade[k] = math.Sin(math.Pi / 2 * edge / fadeSeconds)
		}
		for d := range w.drift {
			w.drift[d][k] = w.fade[k] * math.Pow(2*float64(k)/(points-1)-1, float64(d))
		}
	}
	for d := range w.drift {
		for e := range d {
			w.drift[d].takeOff(&w.drift[e])
		}
		scaleShape(&w.drift[d], 1/math.Sqrt(dot(w.drift[d][:], w.drift[d][:])))
	}
	for k := -qrsReach; k <= qrsReach; k++ {
		z := float64(k) / qrsDeviation
		w.weights = append(w.weights, math.Exp(-z*z/2))
	}
	return w
}

// newShapes returns n shapes, one a row.
func newShapes(n int) blas32.General {
	return blas32.General{Rows: n, Cols: points, Stride: points, Data: make([]float32, n*points)}
}

func (s *shape) takeOff(unit *shape) {
	c := dot(s[:], unit[:])
	for k, v := range unit {
		s[k] -= c * v
	}
}

func scaleShape(s *shape, by float64) {
	for k := range s {
		s[k] *= by
	}
}

// middles returns the positions of a signal's QRS complexes, in samples, without
// those whose beat extends over an end at any stretch.
func (w *window) middles(s Signal) []float64 {
	const margin = 4 * smoothing
	last := float64(len(s.Raw) - 1)
	longest := stretches[len(stretches)-1]
	var all []float64
	for _, peak := range s.Peaks {
		middle, ok := w.middle(s.Raw, peak)
		if ok && middle+longest*firstPoint-margin >= 0 && middle+longest*(firstPoint+pointStep*points)+margin <= last {
			all = append(all, middle)
		}
	}
	return all
}

// middle returns the middle of the QRS complex at a peak, found in a few steps.
func (w *window) middle(raw []float64, peak float64) (float64, bool) {
	const steps, furthest = 4, 5.
	at := peak
	for range steps {
		first := int(at+0.5) - qrsReach - w.slopes.reach
		if first < 0 || first+2*(qrsReach+w.slopes.reach) >= len(raw) {
			return 0, false
		}
		taps := w.slopes.at(at)
		energy, moment := 0.0, 0.0
		for k, weight := range w.weights {
			slope := dot(taps, raw[first+k:first+k+len(taps)])
			energy += weight * slope * slope
			moment += weight * slope * slope * float64(k-qrsReach)
		}
		if energy == 0 {
			return 0, false
		}
		at += max(-furthest, min(furthest, moment/energy))
	}
	return at, true
}

// cut sets dst to the shapes of the beats at the middles, one a row, with time
// slower by a factor.
func (w *window) cut(dst blas32.General, raw, middles []float64, stretch float64) {
	k := kernelOf(stretch, false)
	for i, middle := range middles {
		var s shape
		for p := range s {
			at := middle + stretch*float64(firstPoint+pointStep*p)
			taps := k.at(at)
			first := int(at+0.5) - k.reach
			s[p] = w.fade[p] * dot(taps, raw[first:first+len(taps)])
		}
		w.level(&s)
		for p, v := range s {
			dst.Data[i*dst.Stride+p] = float32(v)
		}
	}
}

// level removes the baseline, scales the QRS complex to height 1 and corrects the
// polarity. A flat shape stays flat.
func (w *window) level(s *shape) {
	for d := range w.drift {
		s.takeOff(&w.drift[d])
	}
	const middle = -firstPoint / pointStep
	power, cubes := 0.0, 0.0
	for _, v := range s[middle-qrsPoints : middle+qrsPoints+1] {
		power += v * v / (2*qrsPoints + 1)
		cubes += v * v * v
	}
	if power == 0 {
		return
	}
	height := math.Sqrt(power)
	if cubes < 0 {
		height = -height
	}
	scaleShape(s, 1/height)
}

// kernel is a Gaussian, or its slope, around an instant between samples.
type kernel struct {
	reach int
	taps  [parts + 1][]float64
}

// parts is the number of positions between two samples for which weights are
// stored.
const parts = 64

func newKernel(stretch float64, slope bool) *kernel {
	deviation := smoothing * stretch
	k := &kernel{reach: int(math.Ceil(3.2 * deviation))}
	for p := range k.taps {
		between := float64(p)/parts - 0.5
		taps := make([]float64, 2*k.reach+1)
		sum := 0.0
		for i := range taps {
			z := (float64(i-k.reach) - between) / deviation
			taps[i] = math.Exp(-z * z / 2)
			sum += taps[i]
			if slope {
				taps[i] *= z / deviation
			}
		}
		for i := range taps {
			taps[i] /= sum
		}
		if slope { // orthogonal to an offset
			mean := 0.0
			for _, v := range taps {
				mean += v / float64(len(taps))
			}
			for i := range taps {
				taps[i] -= mean
			}
		}
		k.taps[p] = taps
	}
	return k
}

// at returns the weights of the samples around an instant, the nearest sample in
// the middle.
func (k *kernel) at(instant float64) []float64 {
	between := instant - math.Floor(instant+0.5)
	return k.taps[int((between+0.5)*parts+0.5)]
}

// kernels are made once.
var kernels = sync.OnceValue(func() (all struct {
	slope *kernel
	means [len(stretches)]*kernel
}) {
	all.slope = newKernel(1, true)
	for i, s := range stretches {
		all.means[i] = newKernel(s, false)
	}
	return all
})

// kernelOf returns the kernel for a stretch of time.
func kernelOf(stretch float64, slope bool) *kernel {
	all := kernels()
	if slope {
		return all.slope
	}
	return all.means[slices.Index(stretches[:], stretch)]
}
