// Package quality says whether a recording can be trusted in a comparison, and
// if not, why, and what a longer or better one would need.
package quality

import "math"

// Reason is why a recording can't be used, a stable word in snake_case. The
// empty reason means that it can.
type Reason string

const (
	TooShort        Reason = "too_short"
	TooFewBeats     Reason = "too_few_beats"
	NoBeats         Reason = "no_beats"
	LeadsOff        Reason = "leads_off"
	Clipped         Reason = "clipped"
	Noisy           Reason = "noisy"
	RateImplausible Reason = "rate_implausible"
)

// Report is what was found.
type Report struct {
	Seconds    float64 // length
	Beats      int     // beats found
	CleanBeats int     // beats that agree with the rest
	HeartRate  float64 // per minute, 0 where no beats were found
	Agreement  float64 // mean correlation of the clean beats with their median, 0 to 1
	Flat       float64 // share of the time without any signal, 0 to 1
	Clipped    float64 // share of the time at the end of the range, 0 to 1
	MainsHz    float64 // the mains frequency found, 0 where the rate can't hold it
	Mains      float64 // amplitude of the mains' hum, in the QRS's
}

// The slowest and fastest hearts, per minute.
const (
	MinHeartRate = 30
	MaxHeartRate = 220
)

const (
	maxFlat    = 0.5 // above this share without signal the electrodes are off
	maxClipped = 0.1
	minClean   = 0.4 // share of the beats that must agree
)

// Need is what a purpose asks of a recording.
type Need struct {
	Seconds    float64
	CleanBeats int
}

// Reason is why the recording doesn't do for the need, or "".
func (r *Report) Reason(need Need) Reason {
	switch {
	case r.Seconds < need.Seconds:
		return TooShort
	case r.Flat > maxFlat:
		return LeadsOff
	case r.Clipped > maxClipped:
		return Clipped
	case r.Beats < 2:
		return NoBeats
	case r.HeartRate < MinHeartRate || r.HeartRate > MaxHeartRate:
		return RateImplausible
	case float64(r.CleanBeats) < minClean*float64(r.Beats):
		return Noisy
	case r.CleanBeats < need.CleanBeats:
		return TooFewBeats
	}
	return ""
}

// SecondsMissing is how much longer the recording must be, 0 where it is long
// enough. Missing beats count with the seconds that they take at this heart
// rate and share of clean beats.
func (r *Report) SecondsMissing(need Need) float64 {
	missing := max(0, need.Seconds-r.Seconds)
	if r.CleanBeats > 0 && r.CleanBeats < need.CleanBeats {
		perBeat := r.Seconds / float64(r.CleanBeats)
		missing = max(missing, perBeat*float64(need.CleanBeats-r.CleanBeats))
	}
	return math.Ceil(10*missing) / 10
}

// BeatsMissing is how many clean beats are missing.
func (r *Report) BeatsMissing(need Need) int { return max(0, need.CleanBeats-r.CleanBeats) }

// Score predicts, from 0 to 1, how far a comparison can be trusted: it grows
// with the agreement of the beats and with their number.
func (r *Report) Score() float64 {
	enough := 1 - math.Exp(-float64(r.CleanBeats)/6)
	return max(0, r.Agreement) * enough
}

// Add takes in the report on another recording of the same person.
func (r *Report) Add(other *Report) {
	seconds := r.Seconds + other.Seconds
	if seconds == 0 {
		return
	}
	share := other.Seconds / seconds
	r.Flat += share * (other.Flat - r.Flat)
	r.Clipped += share * (other.Clipped - r.Clipped)
	r.HeartRate += share * (other.HeartRate - r.HeartRate)
	if clean := r.CleanBeats + other.CleanBeats; clean > 0 {
		r.Agreement += float64(other.CleanBeats) / float64(clean) * (other.Agreement - r.Agreement)
	}
	if other.Mains > r.Mains {
		r.MainsHz, r.Mains = other.MainsHz, other.Mains
	}
	r.Seconds = seconds
	r.Beats += other.Beats
	r.CleanBeats += other.CleanBeats
}
