// Package quality assesses a recording: its quality score, the reason that makes
// it unusable for a comparison, if any, and the length and beats that are
// missing.
package quality

import "math"

// Reason is the reason that makes a recording unusable, a stable word in
// snake_case; empty for a usable recording.
type Reason string

const (
	TooShort        Reason = "too_short"
	TooFewBeats     Reason = "too_few_beats"
	NoBeats         Reason = "no_beats"
	LeadsOff        Reason = "leads_off"
	Clipped         Reason = "clipped"
	Mains           Reason = "mains"
	BaselineWander  Reason = "baseline_wander"
	Motion          Reason = "motion"
	Noisy           Reason = "noisy"
	RateImplausible Reason = "rate_implausible"
)

// Report holds the measurements of a recording.
type Report struct {
	Seconds    float64 // length
	Flat       float64 // share of the time without any signal, 0 to 1
	Clipped    float64 // share of the time at an end of the range, 0 to 1
	ClippedRun int     // how often it reached an end
	MainsHz    float64 // the mains frequency found; 0 if the rate is too low for it
	Mains      float64 // amplitude of the mains interference, in heights of the QRS complex
	Wander     float64 // standard deviation of the baseline, in heights of the QRS complex
	Motion     float64 // share of half-seconds in which the baseline jumps, 0 to 1
	Kurtosis   float64 // of the slope, see Kurtosis
	Beats      int     // beats found
	HeartRate  float64 // per minute; 0 with fewer than two beats
	CleanBeats int     // beats that agree with the others
	Agreement  float64 // mean correlation of the clean beats with the median beat, 0 to 1
}

// The heart rates of living adults at rest or in exercise, per minute.
const (
	MinHeartRate = 30
	MaxHeartRate = 220
)

// Limits of a usable recording. All were set on ECG-ID (wrists, unfiltered) and
// Heartprint (fingers), 990 recordings of 160 persons, of which they refuse four.
const (
	maxFlat = 0.5 // above this share without signal the electrodes are off
	// Above this share of the time at the ends of the range, or if every other
	// beat reaches them, the recorder clipped the signal.
	maxClipped      = 0.1
	maxClippedBeats = 0.5
	// A heart's slope has a kurtosis of at least 5.7 in all of them; sinusoids and
	// noise of any colour stay below 3.6.
	minKurtosis = 4.5
	// Below this share of clean beats noise dominates the beats.
	minClean = 0.4
	// Above this many heights of the QRS complex mains interference hides the
	// beats: its residue after the notch looks like a few beats that agree.
	nothingButMains = 50
	// Limits by which the dominant noise source is named if the beats don't agree.
	muchMains  = 0.3
	muchWander = 1.0
	muchMotion = 0.05
)

// Need is the least that a purpose demands of a recording.
type Need struct {
	Seconds    float64
	CleanBeats int
}

// Reason returns the reason why the recording doesn't meet the need, or "".
func (r *Report) Reason(need Need) Reason {
	fewAgree := float64(r.CleanBeats) < minClean*float64(r.Beats)
	implausible := r.HeartRate < MinHeartRate || r.HeartRate > MaxHeartRate
	switch {
	case r.Seconds < need.Seconds:
		return TooShort
	case r.Flat > maxFlat:
		return LeadsOff
	case r.Clipped > maxClipped, r.ClippedRun > 1 && float64(r.ClippedRun) > maxClippedBeats*float64(r.Beats):
		return Clipped
	case r.Mains > nothingButMains:
		return Mains
	case r.Beats < 2 || r.Kurtosis < minKurtosis:
		return r.disturbance(NoBeats)
	case fewAgree && implausible:
		return r.disturbance(RateImplausible)
	case fewAgree:
		return r.disturbance(Noisy)
	case implausible:
		return RateImplausible
	case r.CleanBeats < need.CleanBeats:
		return TooFewBeats
	}
	return ""
}

// disturbance returns the dominant noise source, or otherwise if there is none.
func (r *Report) disturbance(otherwise Reason) Reason {
	switch {
	case r.Mains > muchMains:
		return Mains
	case r.Motion > muchMotion:
		return Motion
	case r.Wander > muchWander:
		return BaselineWander
	}
	return otherwise
}

// BeatsMissing returns the number of clean beats that are missing.
func (r *Report) BeatsMissing(need Need) int { return max(0, need.CleanBeats-r.CleanBeats) }

// SecondsMissing returns the missing length, in tenths of a second rounded up: to
// the length needed, and for the missing beats at the recording's own yield of
// clean beats.
func (r *Report) SecondsMissing(need Need) float64 {
	missing := max(0, need.Seconds-r.Seconds)
	if lacking := r.BeatsMissing(need); lacking > 0 && r.CleanBeats > 0 {
		missing = max(missing, r.Seconds/float64(r.CleanBeats)*float64(lacking))
	}
	return math.Ceil(10*missing) / 10
}

// Trust returns the quality score (ISO/IEC 29794-1), 0 to 1: the predicted
// probability that a comparison with the same person's other recordings succeeds.
// It is a logistic regression on the 2,000 genuine pairs of ECG-ID and
// Heartprint, in which the beats' agreement weighs most. It separates pairs that
// fail on the same day, or weeks later, from the others with an area under the
// curve of 0.84 and 0.78.
func (r *Report) Trust() float64 {
	if r.CleanBeats == 0 || r.Beats == 0 {
		return 0
	}
	clean := float64(r.CleanBeats)
	z := -2.75 - 0.8*math.Log(max(1-r.Agreement, 0)+0.001) + 0.5*clean/float64(r.Beats) + 0.13*math.Log(clean)
	return 1 / (1 + math.Exp(-z))
}

// Add adds the report on another recording of the same person, so that r
// describes both: times and beats are summed, shares and ratios averaged over
// time or clean beats.
func (r *Report) Add(other *Report) {
	seconds := r.Seconds + other.Seconds
	if seconds == 0 {
		return
	}
	share := other.Seconds / seconds
	blend := func(mine *float64, theirs float64) { *mine += share * (theirs - *mine) }
	blend(&r.Flat, other.Flat)
	blend(&r.Clipped, other.Clipped)
	blend(&r.Mains, other.Mains)
	blend(&r.Wander, other.Wander)
	blend(&r.Motion, other.Motion)
	blend(&r.Kurtosis, other.Kurtosis)
	blend(&r.HeartRate, other.HeartRate)
	if clean := r.CleanBeats + other.CleanBeats; clean > 0 {
		r.Agreement += float64(other.CleanBeats) / float64(clean) * (other.Agreement - r.Agreement)
	}
	if r.MainsHz == 0 {
		r.MainsHz = other.MainsHz
	}
	r.Seconds = seconds
	r.ClippedRun += other.ClippedRun
	r.Beats += other.Beats
	r.CleanBeats += other.CleanBeats
}
