package stress

// Counts are the outcome of comparing detections with a reference.
type Counts struct {
	Beats    int `json:"beats"`
	Found    int `json:"found"`    // beats with a detection of their own
	Missed   int `json:"missed"`   // beats without
	Surplus  int `json:"surplus"`  // detections without a beat
	Detected int `json:"detected"` // all detections
}

// Compare pairs each beat with at most one detection within the tolerance. Both
// lists are in s and rise; taking the earliest partner always gives the most
// pairs. A pair counts where scored holds for its beat, a beat or a detection
// without partner where it holds for that.
func Compare(beats, detected []float64, tolerance float64, scored func(at float64) bool) Counts {
	var c Counts
	for len(beats) > 0 || len(detected) > 0 {
		switch {
		case len(detected) == 0 || len(beats) > 0 && detected[0] > beats[0]+tolerance:
			if scored(beats[0]) {
				c.Missed++
			}
			beats = beats[1:]
		case len(beats) == 0 || detected[0] < beats[0]-tolerance:
			if scored(detected[0]) {
				c.Surplus++
			}
			detected = detected[1:]
		default:
			if scored(beats[0]) {
				c.Found++
			}
			beats, detected = beats[1:], detected[1:]
		}
	}
	c.Beats, c.Detected = c.Found+c.Missed, c.Found+c.Surplus
	return c
}

// Everywhere scores the whole of a recording.
func Everywhere(float64) bool { return true }

// Inner scores a strip but for half a second at each end, where a reference seldom
// marks a beat that is cut in two.
func Inner(at float64) bool { return at >= 0.5 && at <= Seconds-0.5 }

// Add returns the counts of both.
func (c Counts) Add(other Counts) Counts {
	return Counts{
		Beats: c.Beats + other.Beats, Found: c.Found + other.Found, Missed: c.Missed + other.Missed,
		Surplus: c.Surplus + other.Surplus, Detected: c.Detected + other.Detected,
	}
}

// Sensitivity, positive predictive value and their harmonic mean, in percent.
func (c Counts) Sensitivity() float64 { return percent(c.Found, c.Beats) }
func (c Counts) PPV() float64         { return percent(c.Found, c.Detected) }
func (c Counts) F1() float64          { return percent(2*c.Found, c.Beats+c.Detected) }

func percent(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}
