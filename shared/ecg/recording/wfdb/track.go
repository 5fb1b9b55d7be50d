package wfdb

import (
	"math"

	"systole/shared/ecg/recording/internal/raw"
)

// track is the place of one signal's samples.
type track struct {
	signal
	packing format
	data    []byte // from the first frame on
	begin   int    // offset of the signal in a frame
	length  int    // of a frame
	frames  int
}

// track returns the track of the i-th signal, whose file is data.
func (r *record) track(i int, data []byte) (track, error) {
	s := r.signals[i]
	packing, ok := formatOf(s.format)
	if !ok {
		return track{}, raw.Refuse(raw.Unsupported, 0, "it is a WFDB record of format %d: convert it to format 16", s.format)
	}
	if s.format == 8 && s.perFrame > 1 {
		return track{}, raw.Refuse(raw.Unsupported, 0, "it is a WFDB record of format 8 with several samples in a frame: convert it to format 16")
	}
	t := track{signal: s, packing: packing}
	for j, other := range r.signals {
		if other.file != s.file {
			continue
		}
		if other.format != s.format {
			return track{}, raw.Refuse(raw.Unreadable, 0, "its header gives one file two formats, %d and %d", s.format, other.format)
		}
		if j < i {
			t.begin += other.perFrame
		}
		t.length += other.perFrame
	}
	t.data = data[min(s.offset, len(data)):]
	t.frames = packing.samples(len(t.data))/t.length - s.skew
	return t, nil
}

// decode returns the given number of frames, in mV for a unit of voltage, else in
// the signal's unit, the sum of the file's samples, and the number of missing
// ones.
func (t *track) decode(frames int) (mv []float64, sum, missing int) {
	gain := t.gain
	if scale := raw.PerMV(t.unit); scale > 0 {
		gain /= scale
	}
	var buffer [512]int
	value := t.first
	mv = make([]float64, frames*t.perFrame)
	for k := range t.perFrame {
		from, at := t.skew*t.length+t.begin+k, k
		for done := 0; done < frames; done += len(buffer) {
			counts := buffer[:min(len(buffer), frames-done)]
			t.packing.unpack(counts, t.data, from+done*t.length, t.length)
			if t.format == 8 {
				value = add(counts, value)
			}
			for _, v := range counts {
				sum += v
				mv[at] = float64(v-t.baseline) / gain
				if v == t.packing.missing {
					mv[at] = math.NaN()
					missing++
				}
				at += t.perFrame
			}
		}
	}
	return mv, sum, missing
}

// add converts differences into values, and returns the last.
func add(differences []int, value int) int {
	for i, d := range differences {
		value += d
		differences[i] = value
	}
	return value
}
