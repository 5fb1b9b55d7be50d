package recording

import (
	"slices"
	"strings"
	"unicode"
)

// channel is what a file with signals of many kinds says of one of them.
type channel struct {
	name   string
	unit   string // of the signal, as the file writes it; empty when it doesn't
	rateHz float64
	broken bool // nothing can be read of it
}

// kinds of channels, the better the higher.
type kind int

const (
	otherSignal kind = iota // breath, pressure, movement, marks
	anySignal               // nothing says what it is
	heartSignal
)

// leadWords are the standard leads, those of monitors and Holters, and
// orthogonal ones.
var leadWords = [...]string{
	"i", "ii", "iii", "avr", "avl", "avf", "v", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v3r", "v4r",
	"d1", "d2", "d3", "di", "dii", "diii", "mli", "mlii", "mliii", "mcl1", "mcl5", "mcl6", "cm1", "cm2", "cm3", "cm4", "cm5",
	"vx", "vy", "vz",
}

// otherWords begin the names of what recorders of sleep, intensive care and
// movement have beside the heart.
var otherWords = [...]string{
	"resp", "breath", "abd", "thor", "abp", "art", "bp", "cvp", "pap", "icp", "press", "pleth", "ppg", "spo2", "sao2", "co2",
	"puls", "hr", "heartrate", "rate", "rr", "eeg", "emg", "eog", "gsr", "eda", "temp", "acc", "gyr", "mag", "pos", "flow", "snor",
	"sound", "imp", "annot", "status", "trig", "event", "mark", "butt", "batt", "light", "time", "count", "check", "crc", "qual",
}

// kind of signal by its name, and where that says nothing by its unit.
func (c channel) kind() kind {
	words := strings.FieldsFunc(strings.ToLower(c.name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
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
	if found == anySignal && c.unit != "" && perMV(c.unit) == 0 {
		return otherSignal
	}
	return found
}

// hearts are the positions of the channels to read: those that look most like
// leads of an ECG, of one rate, that of the wanted one or of the first. What is
// wanted by its name is read whatever it looks like.
func (r *Recording) hearts(channels []channel, wanted string) ([]int, error) {
	best, lead := otherSignal, -1
	for i, c := range channels {
		if c.broken {
			continue
		}
		if wanted != "" && strings.EqualFold(strings.TrimSpace(c.name), strings.TrimSpace(wanted)) {
			best, lead = c.kind(), i
			break
		}
		if k := c.kind(); k > best {
			best, lead = k, i
		}
	}
	if lead < 0 {
		return nil, refuse(Unsupported, 0, "none of its channels can be an ECG: name the one that is")
	}
	var kept []int
	for i, c := range channels {
		same := !c.broken && c.kind() == best && best > otherSignal && c.rateHz == channels[lead].rateHz
		if i == lead || same && len(kept) < MaxLeads {
			kept = append(kept, i)
		}
	}
	if left := len(channels) - len(kept); left > 0 {
		r.note("channels_left_out", "%d of %d channels left out: no ECG, broken, or of another rate", left, len(channels))
	}
	if best == anySignal && len(kept) > 1 {
		r.note("lead_guessed", "none of %d channels says that it is an ECG: the first was taken", len(kept))
	}
	return kept, nil
}

// perMV is what turns a value of the unit into mV. For a unit that is none of
// voltage it is 0.
func perMV(unit string) float64 {
	unit = strings.NewReplacer("µ", "u", "μ", "u", "\xb5", "u").Replace(strings.TrimSpace(unit))
	unit = strings.NewReplacer("mcv", "uv", "micro", "u", "milli", "m", "nano", "n").Replace(strings.ToLower(unit))
	switch strings.TrimSuffix(strings.TrimSuffix(unit, "olts"), "olt") {
	case "mv":
		return 1
	case "uv":
		return 1e-3
	case "nv":
		return 1e-6
	case "v":
		return 1e3
	}
	return 0
}

// scaleGuessed brings a signal of no known unit to mV, by what makes a heart
// of it.
func (r *Recording) scaleGuessed(mv []float64) {
	scale, unit, _ := unitOf("", mv)
	for i := range mv {
		mv[i] *= scale
	}
	r.note("unit_guessed", "unit guessed as %s", unit)
}

// noteMissing says how many samples of a lead the file itself calls missing.
func (r *Recording) noteMissing(samples int) {
	if samples > 0 {
		r.note("samples_missing", "%d samples are missing", samples)
	}
}
