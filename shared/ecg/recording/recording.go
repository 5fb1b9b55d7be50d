// Package recording recognises the format of an ECG device's file and reads it.
// Neither a file's name nor its declared type decides its format.
//
// It is laid out like the standard library's image: this package defines the
// recording and lists the formats (detect.go); each format is a package below it
// and independent of the others; shared parts, such as the table of units, the
// finder of rates and the decision on encodings, are in internal/raw.
package recording

import (
	"bytes"
	"context"
	"math"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Limits on a recording. A longer one is read up to MaxSeconds.
const (
	MaxBytes   = raw.MaxBytes
	MaxSamples = raw.MaxSamples // of all leads together
	MaxSeconds = raw.MaxSeconds
)

// Types that the readers of all formats return.
type (
	// Lead is one signal in mV; NaN is a missing sample.
	Lead = raw.Lead
	// Note is a finding, a guess or a repair.
	Note = raw.Note
	// Error is the reason why a file can't be read.
	Error = raw.Error
	// Reason is a stable word for the reason why a file can't be read.
	Reason = raw.Reason
	// Budget is the remaining allowance for reading the files of one request.
	Budget = raw.Budget
)

// The reasons.
const (
	Empty       = raw.Empty
	Unreadable  = raw.Unreadable
	Unsupported = raw.Unsupported
	RateUnknown = raw.RateUnknown
)

// NewBudget returns the budget of files of the given total size in bytes.
// Reading with it ends soon after ctx does.
func NewBudget(ctx context.Context, size int) *Budget { return raw.NewBudget(ctx, size) }

// Hints are statements about a file beside its content.
type Hints struct {
	// RateHz is the sampling rate that the sender states, 0 for none. A rate in
	// the file takes precedence.
	RateHz float64
	// DefaultRateHz is the sampling rate of files in the app's form, one quoted
	// number per line, if neither the file nor the sender states one; with 0 they
	// are refused like other files without a rate.
	DefaultRateHz float64
	// Guess estimates the rate from the chosen lead's samples if nothing states it
	// and the estimate is safe. Otherwise the file is refused.
	Guess func(mv []float64) (rateHz float64, ok bool)
	// Lead names the lead to choose; empty for lead I, or the first if there is no
	// lead I.
	Lead string
	// IsECG reports whether a signal looks like an ECG. If no name identifies one
	// of several leads, the first that looks like one is chosen; with nil the
	// first of all.
	IsECG func(mv []float64, rateHz float64) bool
	// Pick is part of the name of the ECG to read from an archive with many, such
	// as its day; empty for the newest.
	Pick string
	// Budget is shared by all files of a request; nil for a budget for this file
	// alone.
	Budget *Budget
}

// options returns the settings of a format's reader.
func (h Hints) options(size int) raw.Options {
	budget := h.Budget
	if budget == nil {
		budget = NewBudget(context.Background(), size)
	}
	return raw.Options{Lead: h.Lead, Pick: h.Pick, RateHz: h.RateHz, Budget: budget}
}

// Recording is a file's content.
type Recording struct {
	Format string    // such as "text"
	Device string    // empty if the file doesn't state it
	Start  time.Time // zero if the file doesn't state it
	RateHz float64
	Leads  []Lead // of the same length, at most MaxSeconds
	Left   int    // number of samples of each lead after those that were read
	Notes  []Note
	chosen int
}

// Chosen returns the lead to compare: the one asked for, else lead I, else the
// first.
func (r *Recording) Chosen() Lead { return r.Leads[r.chosen] }

// ReadBytes reads a whole file in memory. It keeps no reference to data. A
// refusal is an *Error; any other error is that of the budget's context.
func ReadBytes(data []byte, h Hints) (*Recording, error) {
	if len(data) > MaxBytes {
		return nil, errTooManyBytes
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, raw.Refuse(Empty, 0, "there is nothing in it")
	}
	return readWithin(h, len(data), func(o raw.Options) (found, error) { return unpack(data, o, 0) })
}

// readWithin reads files of the given total size within the budget of a request.
func readWithin(h Hints, size int, read func(raw.Options) (found, error)) (*Recording, error) {
	o := h.options(size)
	if err := o.Budget.Err(); err != nil {
		return nil, err
	}
	if o.Budget.Samples() == 0 {
		return nil, raw.ErrTooMany
	}
	f, err := read(o)
	if err != nil {
		return nil, err
	}
	o.Budget.Spend(len(f.Leads) * len(f.Leads[0].MV))
	return settle(f, h)
}

var errTooManyBytes = raw.Refuse(Unsupported, 0, "it has more than %d MB", MaxBytes>>20)

// settle decides what the file left open.
func settle(f found, h Hints) (*Recording, error) {
	r := &Recording{
		Format: f.format, Device: f.Device, Start: f.Start, RateHz: f.RateHz, Leads: f.Leads, Left: f.Left, Notes: f.Notes,
		chosen: raw.Choose(f.Leads, h.Lead),
	}
	if err := r.settleRate(h, f); err != nil {
		return nil, err
	}
	r.cut()
	r.dropDeadStart()
	r.chooseByLook(h)
	return r, nil
}

// cut truncates the leads to MaxSeconds if the reader didn't know the rate.
func (r *Recording) cut() {
	n := len(r.Leads[0].MV)
	if most := math.Ceil(MaxSeconds * r.RateHz); float64(n) > most {
		for i := range r.Leads {
			r.Leads[i].MV = r.Leads[i].MV[:int(most)]
		}
		r.Left += n - int(most)
	}
	if n := len(r.Leads[0].MV); r.Left > 0 {
		r.notef("first_read", "the first %.0f s of %.0f s read", float64(n)/r.RateHz, float64(n+r.Left)/r.RateHz)
	}
}

// differs is the least relative difference between two rates that contradict each
// other.
const differs = 0.02

// settleRate sets the rate: the one that the file states, else the sender's, else
// the file's probable one, else for the app's own files the default. A
// contradiction is noted.
func (r *Recording) settleRate(h Hints, f found) error {
	if r.RateHz > 0 && h.RateHz > 0 && math.Abs(r.RateHz-h.RateHz) > differs*h.RateHz {
		r.notef("rate_differs", "the sender states %.4g Hz, the file has %.4g Hz", h.RateHz, r.RateHz)
		if f.RateGuessed {
			r.RateHz = 0
		}
	}
	switch {
	case r.RateHz > 0:
		r.notef("rate_from_file", "rate %.4g Hz from the file", r.RateHz)
	case h.RateHz > 0:
		r.RateHz = h.RateHz
		r.notef("rate_stated", "rate %.4g Hz as stated by the sender", r.RateHz)
	case h.DefaultRateHz > 0 && f.AppsOwn:
		r.RateHz = h.DefaultRateHz
		r.notef("rate_default", "rate %.4g Hz, the setting for the app's files, which don't say", r.RateHz)
	default:
		if h.DefaultRateHz > 0 || !r.guessRate(h.Guess) {
			return raw.Refuse(RateUnknown, 0, "it doesn't say its sampling rate, and none was stated")
		}
	}
	if !(r.RateHz > 0) || math.IsInf(r.RateHz, 0) {
		return raw.Refuse(RateUnknown, 0, "its sampling rate is no number")
	}
	return nil
}

func (r *Recording) guessRate(guess func([]float64) (float64, bool)) bool {
	if guess == nil || len(r.Leads) == 0 {
		return false
	}
	rateHz, ok := guess(r.Chosen().MV)
	if ok {
		r.RateHz = rateHz
		r.notef("rate_guessed", "rate %.4g Hz guessed from the hum of the mains", rateHz)
	}
	return ok
}

func (r *Recording) notef(code, format string, args ...any) {
	n := raw.Recording{Notes: r.Notes}
	n.Notef(code, format, args...)
	r.Notes = n.Notes
}
