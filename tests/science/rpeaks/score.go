package main

// counts are the outcome of comparing detections with a reference.
type counts struct {
	Beats    int `json:"beats"`
	Found    int `json:"found"`    // beats with a detection of their own
	Missed   int `json:"missed"`   // beats without
	Surplus  int `json:"surplus"`  // detections without a beat
	Detected int `json:"detected"` // all detections
}

// match pairs each beat with at most one detection within the tolerance, in
// seconds. Both lists rise; taking the earliest partner always gives the most
// pairs.
func match(beats, detected []float64, tolerance float64) counts {
	c := counts{Beats: len(beats), Detected: len(detected)}
	i, j := 0, 0
	for i < len(beats) && j < len(detected) {
		switch d := detected[j] - beats[i]; {
		case d < -tolerance:
			j++
		case d > tolerance:
			i++
		default:
			c.Found++
			i++
			j++
		}
	}
	c.Missed = c.Beats - c.Found
	c.Surplus = c.Detected - c.Found
	return c
}

func (c counts) add(other counts) counts {
	return counts{
		Beats: c.Beats + other.Beats, Found: c.Found + other.Found, Missed: c.Missed + other.Missed,
		Surplus: c.Surplus + other.Surplus, Detected: c.Detected + other.Detected,
	}
}

// Sensitivity, PPV and F1 in percent.
func (c counts) sensitivity() float64 { return percent(c.Found, c.Beats) }
func (c counts) ppv() float64         { return percent(c.Found, c.Detected) }
func (c counts) f1() float64          { return percent(2*c.Found, c.Beats+c.Detected) }

func percent(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}
