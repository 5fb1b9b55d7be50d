package recording

import "systole/shared/ecg/recording/internal/raw"

// mostLookedAt bounds the leads that are examined, each for some milliseconds.
const mostLookedAt = 16

// chooseByLook chooses the first lead that looks like an ECG, if none was asked
// for and no lead's name identifies one. It chooses the first of several, and not
// the clearest, which may differ in another recording of the same device.
func (r *Recording) chooseByLook(h Hints) {
	if len(r.Leads) < 2 || h.Lead != "" {
		return
	}
	for _, lead := range r.Leads {
		if heart, _ := (raw.Channel{Name: lead.Name}).Says(); heart {
			return
		}
	}
	if h.IsECG != nil {
		for i, lead := range r.Leads[:min(len(r.Leads), mostLookedAt)] {
			if h.IsECG(lead.MV, r.RateHz) {
				r.chosen = i
				r.notef("lead_guessed", "none of %d signals says that it is an ECG: signal %d was taken, the first that looks like one", len(r.Leads), i+1)
				return
			}
		}
	}
	r.notef("lead_guessed", "none of %d signals says that it is an ECG: the first was taken", len(r.Leads))
}
