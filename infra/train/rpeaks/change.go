package main

import (
	"math"
	"math/rand/v2"

	"systole/tests/science/stress"
)

const samples = stress.Seconds * stress.RateHz

// change makes another strip of two: beats in another order, or extrasystoles put
// in. Databases hold few arrhythmias, and a detector that learned from them alone
// takes an early beat for a T wave.
func change(s, other *stress.Strip, random *rand.Rand) (stress.Strip, bool) {
	const fewest = 4
	if len(s.Beats) < fewest || len(other.Beats) < fewest || s.HeightMV == 0 || other.HeightMV == 0 {
		return stress.Strip{}, false
	}
	if random.IntN(2) == 0 {
		return withExtrasystoles(s, other, random), true
	}
	changed := spliced(s, other, random)
	return changed, len(changed.Beats) >= fewest
}

// spliced joins beats of the strip, in their order or none, with some of the other
// strip between them, each with the signal from some time before it to some time
// before the next. Steps at the joints decay within a second.
func spliced(s, other *stress.Strip, random *rand.Rand) stress.Strip {
	out := stress.Strip{Set: s.Set, Record: s.Record, HeightMV: 1}
	otherScale := math.Exp(1.2*random.Float64()-0.6) / other.HeightMV
	if random.IntN(4) == 0 {
		otherScale = -otherScale
	}
	share := []float64{0, 0.15, 0.3, 0.5}[random.IntN(4)]
	shuffled := random.IntN(2) == 0
	trimmed := random.Float64()
	last, next := 0.0, random.IntN(len(s.Beats)-1)
	const attempts = 400
	for range attempts {
		from, scale := s, 1/s.HeightMV
		next++
		if shuffled || next >= len(s.Beats)-1 {
			next = random.IntN(len(s.Beats) - 1)
		}
		beat := next
		if random.Float64() < share {
			from, scale = other, otherScale
			beat = random.IntN(len(other.Beats) - 1)
		}
		interval := from.Beats[beat+1] - from.Beats[beat]
		lead := min(0.15+0.15*random.Float64(), 0.35*interval)
		tail := interval - lead
		if random.IntN(2) == 0 {
			tail -= random.Float64() * trimmed * (tail - min(0.25, tail))
		}
		start, end := int((from.Beats[beat]-lead)*stress.RateHz), int((from.Beats[beat]+tail)*stress.RateHz)
		if start < 0 || end > len(from.MV) || end <= start {
			continue
		}
		out.Beats = append(out.Beats, float64(len(out.MV)-start)/stress.RateHz+from.Beats[beat])
		step := last - from.MV[start]*scale
		for _, v := range from.MV[start:end] {
			out.MV = append(out.MV, v*scale+step)
			step *= 0.995
		}
		last = out.MV[len(out.MV)-1]
		if len(out.MV) >= samples {
			break
		}
	}
	if len(out.MV) < samples {
		return stress.Strip{}
	}
	out.MV = out.MV[:samples]
	for n := len(out.Beats); n > 0 && out.Beats[n-1] >= stress.Seconds-0.01; n-- {
		out.Beats = out.Beats[:n-1]
	}
	return out
}

// An extrasystole is at least soonest after a beat and before the next, in s.
const soonest = 0.29

// withExtrasystoles adds beats between the strip's: early ones of its own shape or of
// another person's, or ventricular ones, wide and up to seven times as tall, all of
// one shape, after which a beat may fail to come.
func withExtrasystoles(s, other *stress.Strip, random *rand.Rand) stress.Strip {
	out := stress.Strip{Set: s.Set, Record: s.Record, HeightMV: s.HeightMV, MV: append([]float64(nil), s.MV...)}
	from, scale := other, s.HeightMV/other.HeightMV*math.Exp(1.2*random.Float64()-0.5)
	if random.IntN(5) == 0 {
		scale = -scale
	}
	if random.IntN(2) == 0 {
		from, scale = s, math.Exp(0.5*random.Float64()-0.25)
	}
	share, wide := 0.15+0.5*random.Float64(), 1.0
	ventricular := random.IntN(2) == 0
	if ventricular {
		share, wide = 0.1+0.3*random.Float64(), 1.2+1.4*random.Float64()
		scale *= math.Exp(2.2*random.Float64() - 0.3)
		if random.IntN(2) == 0 {
			scale = -scale
		}
	}
	beat := 1 + random.IntN(len(from.Beats)-2)
	skip := false
	for k, at := range s.Beats {
		if skip && flatten(out.MV, int(at*stress.RateHz)) {
			skip = false
			continue
		}
		skip = false
		out.Beats = append(out.Beats, at)
		if k+1 == len(s.Beats) || random.Float64() > share {
			continue
		}
		gap := s.Beats[k+1] - at
		if gap < 2*soonest+0.02 {
			continue
		}
		after := soonest + random.Float64()*(gap-2*soonest)
		if random.IntN(2) == 0 {
			after = soonest + random.Float64()*(min(gap, 0.75)-2*soonest)
		}
		lead, tail := 12+random.IntN(15), 25+random.IntN(60)
		if ventricular {
			lead, tail = int(float64(15+random.IntN(8))*wide), int(float64(40+random.IntN(45))*wide)
		} else {
			beat = 1 + random.IntN(len(from.Beats)-2)
		}
		source, target := int(from.Beats[beat]*stress.RateHz), int((at+after)*stress.RateHz)
		if !put(out.MV, target, from.MV, source, lead, tail, wide, scale) {
			continue
		}
		out.Beats = append(out.Beats, at+after)
		skip = ventricular && k+2 < len(s.Beats) && random.IntN(3) > 0
	}
	return out
}

// put adds the beat of src at a sample, made wider and scaled, to dst at another, with
// soft ends. It returns false where either is too near an end.
func put(dst []float64, target int, src []float64, source, lead, tail int, wide, scale float64) bool {
	if source-lead < 0 || source+tail >= len(src) || target-lead < 0 || target+tail >= len(dst) {
		return false
	}
	const softLead, softTail = 8, 14
	base := (src[source-lead] + src[source+tail]) / 2
	soft := func(i, n int) float64 { return 0.5 - 0.5*math.Cos(math.Pi*float64(min(i, n))/float64(n)) }
	for i := -lead; i <= tail; i++ {
		weight := min(soft(i+lead, softLead), soft(tail-i, softTail))
		dst[target+i] += weight * scale * (src[source+int(math.Floor(float64(i)/wide))] - base)
	}
	return true
}

// flatten replaces a QRS complex by a straight line; it returns false near an end.
func flatten(mv []float64, at int) bool {
	const before, after = 18, 22
	if at-before < 0 || at+after >= len(mv) {
		return false
	}
	from, to := mv[at-before], mv[at+after]
	for i := -before; i <= after; i++ {
		mv[at+i] = from + (to-from)*float64(i+before)/(before+after)
	}
	return true
}
