package filter

import "math"

// Mains returns the dominant mains frequency, 50 or 60 Hz, and the amplitude of
// that interference in the signal's unit: what it has more than the other frequency,
// since muscle noise is as strong at both. At a rate too low for 60 Hz it returns
// 50 Hz and its amplitude; at a rate too low for that, too, 0 and 0.
func Mains(x []float64, rateHz float64) (hz, amplitude float64) {
	if rateHz <= 105 || len(x) == 0 {
		return 0, 0
	}
	both := tones(x, [2]float64{50, 60}, rateHz)
	switch {
	case rateHz <= 125:
		return 50, both[0]
	case both[1] > both[0]:
		return 60, excess(both[1], both[0])
	}
	return 50, excess(both[0], both[1])
}

// excess returns the amplitude whose power is the difference of the powers of two.
func excess(a, b float64) float64 { return math.Sqrt(a*a - b*b) }

// toneSeconds is the length of the blocks over which a tone's amplitude is
// averaged. Their resolution of 2 Hz covers the mains' variation by 0.2 Hz.
const toneSeconds = 0.5

// tones returns, for two frequencies, the root mean square over blocks of a
// sinusoid's amplitude. Each block is weighted by a Hann window, without which a
// QRS complex or the baseline would leak into every frequency. Source: G.
// Goertzel, Am. Math. Monthly 65(1), 1958.
func tones(x []float64, hz [2]float64, rateHz float64) [2]float64 {
	window := make([]float64, min(len(x), int(toneSeconds*rateHz)))
	n := float64(len(window))
	for i := range window {
		window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/n)
	}
	c := 2 * math.Cos(2*math.Pi*hz[0]/rateHz)
	d := 2 * math.Cos(2*math.Pi*hz[1]/rateHz)
	var sums [2]float64
	blocks := 0.0
	for ; len(x) >= len(window); x = x[len(window):] {
		var c1, c2, d1, d2 float64
		for i, w := range window {
			v := w * x[i]
			c1, c2 = v-c2+c*c1, c1
			d1, d2 = v-d2+d*d1, d1
		}
		sums[0] += c1*c1 + c2*c2 - c*c1*c2
		sums[1] += d1*d1 + d2*d2 - d*d1*d2
		blocks++
	}
	amplitude := func(sum float64) float64 { return 4 / n * math.Sqrt(max(sum, 0)/blocks) }
	return [2]float64{amplitude(sums[0]), amplitude(sums[1])}
}
