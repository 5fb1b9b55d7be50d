package beat

import (
	"math"

	"systole/shared/ecg/rpeak"
)

const (
	// qrsEnd is the time after the R peak at which the part begins that is scaled
	// with the heart rate, in samples: 60 ms. The P wave and the QRS complex are
	// not scaled.
	qrsEnd = RateHz * 60 / 1000
	// Intervals beyond these, in seconds, are scaled no further: 220 and 30 beats
	// a minute.
	shortestRR, longestRR = 60.0 / 220, 60.0 / 30
)

// stretch returns the duration of the part after the QRS complex relative to that
// at one second per beat: the square root of the interval, in seconds. On
// recordings of one person on several days the square root made the beats more
// alike than the cube root (H. C. Bazett, Heart 7, 1920; L. S. Fridericia, Acta
// Med. Scand. 53, 1920).
func stretch(rr float64) float64 {
	return math.Sqrt(min(max(rr, shortestRR), longestRR))
}

// timeAfter returns the place of the grid's k-th value in the signal, in samples
// after the R peak.
func timeAfter(k int, stretch float64) float64 {
	if k <= qrsEnd {
		return float64(k)
	}
	return qrsEnd + float64(k-qrsEnd)*stretch
}

// appendBeat appends the beat at p to rows, on the grid that is normalised to the
// heart rate.
func appendBeat(rows, x []float64, p, stretch float64) []float64 {
	// Up to the end of the QRS complex all values lie at the same fraction between
	// two samples.
	first := int(p) - Before
	w := weights(p - math.Floor(p))
	for i := first; i <= first+Before+qrsEnd; i++ {
		rows = append(rows, w.at(x[i-1:i+3]))
	}
	for k := qrsEnd + 1; k <= After; k++ {
		at := p + timeAfter(k, stretch)
		i := int(at)
		rows = append(rows, weights(at-float64(i)).at(x[i-1:i+3]))
	}
	return rows
}

// spline holds the weights of the four samples around an instant.
type spline [4]float64

// weights returns those of the Catmull-Rom spline at the fraction f between the
// second sample and the third. Source: E. Catmull and R. Rom, Computer Aided
// Geometric Design, 1974.
func weights(f float64) spline {
	return spline{
		0.5 * f * (-1 + f*(2-f)),
		1 + 0.5*f*f*(-5+3*f),
		0.5 * f * (1 + f*(4-3*f)),
		0.5 * f * f * (f - 1),
	}
}

func (w spline) at(x []float64) float64 {
	_ = x[3]
	return w[0]*x[0] + w[1]*x[1] + w[2]*x[2] + w[3]*x[3]
}

// The part of a beat that determines its polarity: the QRS complex and the T
// wave.
const (
	uprightFrom = Before - 15
	uprightTo   = Before + 90
)

// upright reports whether a normalised beat has the right polarity: whether the
// sum of its values' signed 1.5th powers over QRS complex and T wave is positive.
//
// R and S waves of about equal height say little alone. With the T wave, and a
// power that lets no single peak decide, all recordings of each of 160 persons
// got the same polarity, while the third power over the QRS complex alone
// inverted 28 of 990.
func upright(row []float64) bool {
	sum := 0.0
	for _, v := range row[uprightFrom:uprightTo] {
		sum += v * math.Sqrt(math.Abs(v))
	}
	return sum >= 0
}

// fiducialReach bounds the search for the polarity-corrected beat's R peak around
// the detected instant, 40 ms.
const fiducialReach = RateHz * 40 / 1000

// fiducial returns the R peak of a polarity-corrected beat, in samples from index
// Before: the detector, which ignores polarity, may have marked the S wave.
func fiducial(row []float64) float64 {
	best := Before
	for k := Before - fiducialReach; k <= Before+fiducialReach; k++ {
		if row[k] > row[best] {
			best = k
		}
	}
	return float64(best-Before) + rpeak.Vertex(row[best-1], row[best], row[best+1])
}

const (
	// alignReach bounds the shift of a beat onto the median beat, 20 ms.
	alignReach = RateHz * 20 / 1000
	// The part by which a beat is aligned: 60 ms around the R peak.
	qrsFrom = Before - 15
	qrsTo   = Before + 16
)

// offset returns the shift of a beat, in samples, at which its QRS complex fits
// the median's best. A beat that fits best at the limit is left alone. The median
// is polarity corrected and the row is not, so the fit counts by its absolute
// value.
func offset(median, row []float64) float64 {
	var fit [2*alignReach + 1]float64
	best := alignReach
	for s := range fit {
		shifted := row[qrsFrom+s-alignReach : qrsTo+s-alignReach]
		fit[s] = math.Abs(dot(shifted, median[qrsFrom:qrsTo]))
		if fit[s] > fit[best] {
			best = s
		}
	}
	if best == 0 || best == len(fit)-1 {
		return 0
	}
	return float64(best-alignReach) + rpeak.Vertex(fit[best-1], fit[best], fit[best+1])
}
