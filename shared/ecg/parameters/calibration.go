package parameters

import "math"

// Calibration holds the scores that impostors exceed at false match rates of
// 10^-1, 10^-1.5 … 10^-5: one for each half decade. At rates with too few trials
// to count, they are extrapolated.
type Calibration [9]float32

// Rate returns the false match rate of the calibration's threshold i.
func Rate(i int) float64 { return math.Pow(10, -1-float64(i)/2) }

// Threshold returns the score that impostors exceed at the false match rate:
// interpolated over the rate's logarithm, and beyond the ends on the line through
// the last two.
func (c *Calibration) Threshold(rate float64) float64 {
	at := -2 * (1 + math.Log10(rate))
	i := min(max(int(math.Floor(at)), 0), len(c)-2)
	low, high := float64(c[i]), float64(c[i+1])
	return low + (at-float64(i))*(high-low)
}
