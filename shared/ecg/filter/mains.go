package filter

import "math"

// Mains says which mains frequency the signal holds more of, 50 or 60 Hz, and
// the amplitude of that hum in the signal's unit. At a rate that cannot hold
// 60 Hz it is 50 Hz with the amplitude found there, and 0, 0 where even that
// cannot be held.
func Mains(x []float64, rateHz float64) (hz, amplitude float64) {
	if rateHz <= 105 || len(x) == 0 {
		return 0, 0
	}
	a50 := tone(x, 50, rateHz)
	if rateHz <= 125 {
		return 50, a50
	}
	if a60 := tone(x, 60, rateHz); a60 > a50 {
		return 60, a60
	}
	return 50, a50
}

// toneSeconds is how long the blocks are over which a tone's amplitude is
// averaged: 2 Hz wide, which the mains' wandering by 0.2 Hz does not leave.
const toneSeconds = 0.5

// tone is the root mean square over blocks of a sinusoid's amplitude at hz.
// Each block is weighted by a Hann window, without which a QRS complex or the
// baseline would leak into every frequency.
// Source: G. Goertzel, Am. Math. Monthly 65(1), 1958.
func tone(x []float64, hz, rateHz float64) float64 {
	block := min(len(x), int(toneSeconds*rateHz))
	coefficient := 2 * math.Cos(2*math.Pi*hz/rateHz)
	turn := 2 * math.Pi / float64(block)
	turnCos, turnSin := math.Cos(turn), math.Sin(turn)
	sum, blocks := 0.0, 0
	for start := 0; start+block <= len(x); start += block {
		var s1, s2 float64
		c, s := 1.0, 0.0
		for _, v := range x[start : start+block] {
			s1, s2 = v*(0.5-0.5*c)+coefficient*s1-s2, s1
			c, s = c*turnCos-s*turnSin, s*turnCos+c*turnSin
		}
		sum += s1*s1 + s2*s2 - coefficient*s1*s2
		blocks++
	}
	return 4 / float64(block) * math.Sqrt(max(sum, 0)/float64(blocks))
}
