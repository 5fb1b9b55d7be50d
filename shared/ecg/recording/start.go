package recording

import "math"

// deadSeconds is how long all leads must stand still at the beginning to be no
// recording yet. No converter is that quiet with a person at it.
const deadSeconds = 0.5

// dropDeadStart drops the samples before the first that a person gave: some
// recorders begin to write, all leads at one value, before they begin to
// measure.
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

// still is how many samples at the beginning have one value, or none.
func still(mv []float64) int {
	for i, x := range mv {
		if x != mv[0] && !(math.IsNaN(x) && math.IsNaN(mv[0])) {
			return i
		}
	}
	return len(mv)
}
