package recording

import "math"

// deadSeconds is the least time for which all leads are constant before a
// recording begins. A converter connected to a person is never that quiet.
const deadSeconds = 0.5

// dropDeadStart drops the constant samples that some recorders write, all leads
// at one value, before acquisition starts.
func (r *Recording) dropDeadStart() {
	n := len(r.Leads[0].MV)
	dead := n
	for _, lead := range r.Leads {
		dead = min(dead, still(lead.MV))
	}
	if dead == n || float64(dead) < deadSeconds*r.RateHz {
		return
	}
	for i := range r.Leads {
		r.Leads[i].MV = r.Leads[i].MV[dead:]
	}
	r.notef("start_dropped", "%d samples without a signal dropped at the beginning", dead)
}

// still returns the number of samples at the beginning that have one value, or
// are missing.
func still(mv []float64) int {
	for i, x := range mv {
		if x != mv[0] && !(math.IsNaN(x) && math.IsNaN(mv[0])) {
			return i
		}
	}
	return len(mv)
}
