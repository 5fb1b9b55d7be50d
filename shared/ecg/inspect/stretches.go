package inspect

import (
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
)

const (
	// windowSeconds is the length of signal from which the quality at a time is
	// told: two beats of the slowest heart and the filters' transients.
	windowSeconds = 6
	stepSeconds   = 2
)

// Stretch is a part of a recording of uniform quality.
type Stretch struct {
	From, To float64        // seconds from the start
	Reason   quality.Reason // empty for a usable part
}

// stretches returns the quality of a signal at RateHz over time: that of each
// step is the quality of the window around it. Adjacent windows with the same
// reason make one stretch.
func stretches(front *frontend.FrontEnd, mv []float64) []Stretch {
	var all []Stretch
	seconds := float64(len(mv)) / RateHz
	for from := 0.0; from < seconds; from += stepSeconds {
		s := Stretch{from, min(from+stepSeconds, seconds), around(front, mv, from+stepSeconds/2.)}
		if n := len(all); n > 0 && (all[n-1].Reason == s.Reason || s.To-s.From < 1) {
			all[n-1].To = s.To
			continue
		}
		all = append(all, s)
	}
	return all
}

// around returns the reason why the window around a time is unusable, or "".
func around(front *frontend.FrontEnd, mv []float64, at float64) quality.Reason {
	length := min(windowSeconds*RateHz, len(mv))
	first := min(max(0, int((at-windowSeconds/2.)*RateHz)), len(mv)-length)
	report := front.Run(mv[first:first+length], RateHz).Report
	return report.Reason(quality.Need{CleanBeats: 1})
}
