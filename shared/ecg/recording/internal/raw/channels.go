package raw

import (
	"slices"
	"strings"
	"unicode"
)

// Channel describes one signal of a file with signals of many kinds.
type Channel struct {
	Name   string
	Unit   string // of the signal, as the file writes it; empty if it doesn't
	RateHz float64
	Broken bool // it can't be read
}

// kind is the kind of a channel; better kinds are greater.
type kind int

const (
	otherSignal kind = iota // breath, pressure, movement, marks
	anySignal               // of unknown kind
	heartSignal
)

// leadI are names of lead I.
var leadI = [...]string{"i", "lead i", "ecg i", "ekg i", "ecg lead i", "lead_i", "ecg_i", "leadi", "di", "d1"}

// isLeadI reports whether a name in lower case is one of lead I's, or names the
// electrodes of the left and the right arm, as Shimmer's do.
func isLeadI(name string) bool {
	return slices.Contains(leadI[:], name) || strings.Contains(name, "la-ra") || strings.Contains(name, "la_ra")
}

// leadWords are the standard leads, those of monitors and Holters, and the
// orthogonal ones.
var leadWords = [...]string{
	"i", "ii", "iii", "avr", "avl", "avf", "v", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v3r", "v4r",
	"d1", "d2", "d3", "di", "dii", "diii", "mli", "mlii", "mliii", "mcl1", "mcl5", "mcl6", "cm1", "cm2", "cm3", "cm4", "cm5",
	"vx", "vy", "vz",
}

// otherWords are the beginnings of names of other signals, in recorders for
// sleep, intensive care and movement.
var otherWords = [...]string{
	"resp", "breath", "abd", "thor", "abp", "art", "bp", "cvp", "pap", "icp", "press", "pleth", "ppg", "bvp", "bcg", "scg", "pcg", "phono", "spo2", "sao2", "co2",
	"puls", "hr", "heartrate", "rate", "rr", "eeg", "emg", "eog", "gsr", "eda", "temp", "acc", "gyr", "mag", "pos", "flow", "snor",
	"sound", "imp", "annot", "status", "trig", "event", "mark", "butt", "batt", "light", "time", "count", "check", "crc", "qual",
}

// kind returns the kind of a signal by its name, or if that doesn't decide by its
// unit.
func (c Channel) kind() kind {
	words := strings.FieldsFunc(strings.ToLower(c.Name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	found := anySignal
	for _, word := range words {
		bare := word
		for _, prefix := range []string{"ecg", "ekg", "lead"} {
			bare = strings.TrimPrefix(bare, prefix)
		}
		if bare != word || strings.HasSuffix(word, "ecg") || slices.Contains(leadWords[:], word) {
			found = heartSignal
			continue
		}
		if slices.ContainsFunc(otherWords[:], func(other string) bool { return strings.HasPrefix(word, other) }) {
			return otherSignal
		}
	}
	if found == anySignal && c.Unit != "" && PerMV(c.Unit) == 0 {
		return otherSignal
	}
	return found
}

// Says reports whether the name is that of an ECG, or of another signal.
func (c Channel) Says() (heart, other bool) {
	k := c.kind()
	return k == heartSignal, k == otherSignal
}

// IsLead reports whether a name is that of a standard lead, or of a monitor's or
// a Holter's.
func IsLead(name string) bool { return slices.Contains(leadWords[:], strings.ToLower(name)) }

// Hearts returns the positions of the channels to read: those of the best kind,
// of one rate, that of the wanted channel or of the first. A channel that is
// wanted by its name is read whatever its kind.
func (r *Recording) Hearts(channels []Channel, wanted string) ([]int, error) {
	best, lead := otherSignal, -1
	for i, c := range channels {
		if c.Broken {
			continue
		}
		if wanted != "" && strings.EqualFold(strings.TrimSpace(c.Name), strings.TrimSpace(wanted)) {
			best, lead = c.kind(), i
			break
		}
		if k := c.kind(); k > best {
			best, lead = k, i
		}
	}
	if lead < 0 {
		return nil, Refuse(Unsupported, 0, "none of its channels can be an ECG: name the one that is")
	}
	var kept []int
	for i, c := range channels {
		same := !c.Broken && c.kind() == best && best > otherSignal && c.RateHz == channels[lead].RateHz
		if i == lead || same && len(kept) < MaxLeads {
			kept = append(kept, i)
		}
	}
	if left := len(channels) - len(kept); left > 0 {
		r.Notef("channels_left_out", "%d of %d channels left out: no ECG, broken, or of another rate", left, len(channels))
	}
	return kept, nil
}
