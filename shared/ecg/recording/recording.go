// Package recording finds out what a file of an ECG device is and reads it.
// What a file is called, or declared to be, is never looked at.
package recording

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// Limits of what is read: 24 hours of one lead at 500 Hz as text, and more.
const (
	MaxBytes   = 512 << 20
	MaxSamples = 100_000_000 // of all leads together
	MaxLeads   = 64
)

// Hints are what is known of a file beside its content.
type Hints struct {
	// RateHz is the sampling rate that the sender states, 0 for none. What the
	// file says goes before it.
	RateHz float64
	// DefaultRateHz is taken when neither says any, 0 for none.
	DefaultRateHz float64
	// Guess tells the rate from the chosen lead's samples when nothing else does,
	// where that is safe. Without it, or where it isn't, the file is refused.
	Guess func(mv []float64) (rateHz float64, ok bool)
	// Lead names the lead to choose; empty for lead I, else the first.
	Lead string
	// Pick is part of the name of the ECG to read of an archive that has many,
	// such as its day; empty for the newest.
	Pick string

	unpacker *unpacker // what formats that pack parts of themselves may unpack
}

// Recording is what a file holds.
type Recording struct {
	Format string    // such as "text"
	Device string    // empty when the file doesn't say
	Start  time.Time // zero when the file doesn't say
	RateHz float64
	Leads  []Lead // of the same length
	Notes  []Note
	chosen int
}

// Lead is one signal.
type Lead struct {
	Name string // as in the file, empty for none
	MV   []float64
}

// Chosen is the lead to compare: the one that was asked for, else lead I, else
// the first.
func (r *Recording) Chosen() Lead { return r.Leads[r.chosen] }

// Note is something that was found, guessed or repaired.
type Note struct {
	Code string // a stable word
	Text string
}

func (r *Recording) note(code, format string, args ...any) {
	r.Notes = append(r.Notes, Note{code, fmt.Sprintf(format, args...)})
}

// Reason is a stable word for why a file can't be read.
type Reason string

// The reasons there are.
const (
	Empty       Reason = "recording_empty"
	Unreadable  Reason = "recording_unreadable"
	Unsupported Reason = "recording_unsupported"
	RateUnknown Reason = "rate_unknown"
)

// Error says why a file can't be read. Detail never holds what the file says
// of a person.
type Error struct {
	Reason Reason
	Line   int // of a text, from 1; 0 when it isn't about one
	Detail string
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s: line %d: %s", e.Reason, e.Line, e.Detail)
	}
	return fmt.Sprintf("%s: %s", e.Reason, e.Detail)
}

func refuse(reason Reason, line int, format string, args ...any) *Error {
	return &Error{reason, line, fmt.Sprintf(format, args...)}
}

// Read reads a whole file. A refusal is an *Error; any other error is r's.
func Read(r io.Reader, h Hints) (*Recording, error) {
	data, err := readAll(r)
	if err != nil {
		return nil, err
	}
	return ReadBytes(data, h)
}

// ReadBytes reads a whole file that is in memory already. It keeps nothing of
// data. A refusal is an *Error.
func ReadBytes(data []byte, h Hints) (*Recording, error) {
	if len(data) > MaxBytes {
		return nil, errTooManyBytes
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, refuse(Empty, 0, "there is nothing in it")
	}
	recording, err := newUnpacker(len(data)).read(data, h, 0)
	if err != nil {
		return nil, err
	}
	return recording.settle(h)
}

// settle decides what the file left open.
func (r *Recording) settle(h Hints) (*Recording, error) {
	r.choose(h.Lead)
	if err := r.settleRate(h); err != nil {
		return nil, err
	}
	r.dropDeadStart()
	return r, nil
}

var errTooManyBytes = refuse(Unsupported, 0, "it has more than %d MB", MaxBytes>>20)

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err == nil && len(data) > MaxBytes {
		err = errTooManyBytes
	}
	return data, err
}

// foreign recognises, by their first bytes, files that are no text.
func foreign(data []byte) *Error {
	for magic, name := range map[string]string{
		"%PDF": "PDF", "\x89PNG": "picture", "\xff\xd8\xff": "picture", "GIF8": "picture",
	} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return refuse(Unsupported, 0, "it is a %s, not the recording itself: export the samples from the device's app", name)
		}
	}
	if head := data[:min(len(data), 512)]; bytes.IndexByte(head, 0) >= 0 && !isUTF16(head) {
		return refuse(Unsupported, 0, "it is neither text nor a format known here; of a WFDB record send the .hea with the .dat")
	}
	return nil
}

// settleRate takes the rate from the file, else the sender, else the default.
func (r *Recording) settleRate(h Hints) error {
	switch {
	case r.RateHz > 0:
		r.note("rate_from_file", "rate %.4g Hz from the file", r.RateHz)
	case h.RateHz > 0:
		r.RateHz = h.RateHz
		r.note("rate_stated", "rate %.4g Hz as stated by the sender", r.RateHz)
	case h.DefaultRateHz > 0:
		r.RateHz = h.DefaultRateHz
		r.note("rate_default", "rate %.4g Hz, the setting for files that don't say", r.RateHz)
	default:
		if !r.guessRate(h.Guess) {
			return refuse(RateUnknown, 0, "it doesn't say its sampling rate, and none was stated")
		}
	}
	if !(r.RateHz > 0) || math.IsInf(r.RateHz, 0) {
		return refuse(RateUnknown, 0, "its sampling rate is no number")
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
		r.note("rate_guessed", "rate %.4g Hz guessed from the hum of the mains", rateHz)
	}
	return ok
}

// choose sets the lead to compare. Lead I is what watches and straps record,
// and what most people can give again.
func (r *Recording) choose(wanted string) {
	for _, names := range [][]string{{wanted}, {"i", "lead i", "ecg i", "ekg i", "ecg lead i", "lead_i", "ecg_i", "leadi", "di", "d1"}, {"ecg", "ekg"}} {
		for i, lead := range r.Leads {
			for _, name := range names {
				if name != "" && strings.EqualFold(strings.TrimSpace(lead.Name), name) {
					r.chosen = i
					return
				}
			}
		}
	}
}
