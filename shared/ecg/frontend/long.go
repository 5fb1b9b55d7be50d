package frontend

import (
	"errors"
	"io"
	"math"
)

const (
	// windowSeconds is how much of a long recording is looked at in one piece…
	windowSeconds = 300
	// …and contextSeconds how much more on each side of it, so that levels and
	// rhythm near its ends are known.
	contextSeconds = 8
)

// Source hands out a signal piece by piece: it fills dst as far as it can and
// returns how many samples that were, and io.EOF after the last one.
type Source interface {
	ReadSamples(dst []float64) (int, error)
}

// Window is one piece of a long recording.
type Window struct {
	FromS, ToS float64 // which part, in seconds from the recording's start
	Peaks      []float64
	Result     Result // of the part with its context
}

// Long runs the front end over a recording of any length, in memory that
// doesn't grow with it, and yields its parts in order without gaps. A window's
// Peaks are those in its own part, in seconds from the recording's start; they
// and the result are valid until yield returns. The error is the source's.
func (f *FrontEnd) Long(source Source, rateHz float64, yield func(Window)) error {
	context := int(math.Ceil(contextSeconds * rateHz))
	part := int(math.Ceil(windowSeconds * rateHz))
	buffer := make([]float64, 0, part+2*context)
	var peaks []float64
	start, own := 0, 0 // where the buffer begins, and the part not yet yielded
	for done := false; !done; {
		n, err := fill(source, buffer[len(buffer):cap(buffer)])
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		buffer, done = buffer[:len(buffer)+n], err != nil
		end := start + len(buffer)
		if !done {
			end -= context
		}
		w := Window{FromS: float64(own) / rateHz, ToS: float64(end) / rateHz, Result: f.Run(buffer, rateHz)}
		peaks = peaks[:0]
		for _, p := range w.Result.Peaks {
			at := float64(start)/rateHz + p/RateHz
			if at >= w.FromS && at < w.ToS {
				peaks = append(peaks, at)
			}
		}
		w.Peaks = peaks
		yield(w)
		own = end
		from := max(0, end-context-start)
		start += from
		buffer = buffer[:copy(buffer, buffer[from:])]
	}
	return nil
}

// fill reads until dst is full or the source ends.
func fill(source Source, dst []float64) (int, error) {
	n := 0
	for n < len(dst) {
		k, err := source.ReadSamples(dst[n:])
		n += k
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
