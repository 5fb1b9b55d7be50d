// Package raw has the parts that the readers of all formats share: a file's
// content, the options and the budget of reading it, and one place for each fact
// that several formats need: units, rates, times, encodings, numbers, packings,
// checksums, channels. It contains nothing about a single format.
package raw

import (
	"fmt"
	"strings"
	"time"
)

// Limits on a recording.
const (
	MaxBytes   = 512 << 20
	MaxSamples = 10_000_000 // of all leads together: 80 MB
	MaxLeads   = 64
	// MaxSeconds is the longest recording that is read: the 600 s that are
	// compared, and a minute for a beginning without a signal, which is dropped.
	MaxSeconds = 660
	// MaxColumns bounds the columns of a table: the leads and one of times.
	MaxColumns = MaxLeads + 1
)

// Recording is a file's content, before the lead and the rate are decided.
type Recording struct {
	Device string    // empty if the file doesn't state it
	Start  time.Time // zero if the file doesn't state it
	RateHz float64   // 0 if the file doesn't state it
	// RateGuessed marks a rate that was estimated, and not stated by the file: the
	// sender's rate takes precedence.
	RateGuessed bool
	// AppsOwn marks a file in the app's form, one quoted number per line: it never
	// states its rate, which is the one configured for such files.
	AppsOwn bool
	Left    int    // number of samples of each lead after those that were read
	Leads   []Lead // in mV, all of one length, at least one
	Notes   []Note
}

// Lead is one signal.
type Lead struct {
	Name string    // as in the file, empty for none
	MV   []float64 // NaN for a missing sample
}

// Note is a finding, a guess or a repair.
type Note struct {
	Code string // a stable word
	Text string
}

// Notef adds a note.
func (r *Recording) Notef(code, format string, args ...any) {
	r.Notes = append(r.Notes, Note{code, fmt.Sprintf(format, args...)})
}

// NoteMissing notes the number of a lead's samples that the file itself calls
// missing.
func (r *Recording) NoteMissing(samples int) {
	if samples > 0 {
		r.Notef("samples_missing", "%d samples are missing", samples)
	}
}

// Choose returns the position of the lead to compare: the wanted one, else lead
// I, else one named ECG, else the first. Watches and straps record lead I, and
// most people can record it again.
func Choose(leads []Lead, wanted string) int {
	for _, is := range []func(name string) bool{
		func(name string) bool { return wanted != "" && name == strings.ToLower(strings.TrimSpace(wanted)) },
		isLeadI,
		func(name string) bool { return name == "ecg" || name == "ekg" },
	} {
		for i, lead := range leads {
			if is(strings.ToLower(strings.TrimSpace(lead.Name))) {
				return i
			}
		}
	}
	return 0
}

// OneLength returns the leads of the first one's length: leads of another length
// are other signals.
func OneLength(leads []Lead) []Lead {
	kept := leads[:0]
	for _, l := range leads {
		if len(l.MV) == len(leads[0].MV) {
			kept = append(kept, l)
		}
	}
	return kept
}
