package recording

import (
	"math"
	"strings"
	"time"
)

// recording tells the columns of time from those of leads, and finds units.
func (t *table) recording() (*Recording, error) {
	r := &Recording{Format: "text", RateHz: t.rateHz}
	if t.open > 0 {
		r.note("lines_left_open", "%d lines without a number", t.open)
	}
	clock, leads := t.clock()
	if clock == nil && len(t.columns) > 1 && t.names(0, timeNames) {
		return nil, refuse(Unreadable, 0, "its column of times doesn't move on evenly")
	}
	if len(leads) == 0 {
		return nil, refuse(Unreadable, 0, "it has times and no signal")
	}
	for i, column := range leads {
		name := ""
		if t.header != nil {
			name = t.header[column]
		}
		samples := t.columns[column]
		scale, unit, stated := unitOf(name, samples)
		if scale != 1 {
			for j := range samples {
				samples[j] *= scale
			}
		}
		if !stated && i == 0 {
			r.note("unit_guessed", "unit guessed as %s", unit)
		}
		r.Leads = append(r.Leads, Lead{Name: bareName(name), MV: samples})
	}
	if clock == nil {
		return r, nil
	}
	if r.RateHz == 0 {
		r.RateHz = clock.rateHz
	}
	return r, r.follow(clock)
}

// momentLayouts are dates and times as loggers write them.
var momentLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
	"2006/01/02 15:04:05.999999999", "02.01.2006 15:04:05.999999999", "15:04:05.999999999",
}

// parseMoment reads a date and time as seconds.
func parseMoment(s string) (float64, bool) {
	for _, layout := range momentLayouts {
		if at, err := time.Parse(layout, s); err == nil {
			if at.Year() == 0 {
				at = at.AddDate(1970, 0, 0)
			}
			return float64(at.Unix()) + float64(at.Nanosecond())/1e9, true
		}
	}
	return 0, false
}

// rateIn finds a rate in a header row such as "Sample Rate,512.8 hertz".
func rateIn(fields []string) (float64, bool) {
	for i, field := range fields {
		lower := strings.ToLower(field)
		end := strings.Index(lower, "hz")
		if end < 0 {
			end = strings.Index(lower, "hertz")
		}
		if end < 0 {
			continue
		}
		digits := strings.TrimSpace(lower[:end])
		if cut := strings.LastIndexFunc(digits, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' }); cut >= 0 {
			digits = digits[cut+1:]
		}
		if digits == "" && i+1 < len(fields) { // "Rate (Hz),500"
			digits = strings.TrimSpace(fields[i+1])
		}
		hz, ok := parseNumber([]byte(strings.Replace(digits, ",", ".", 1)), false)
		if ok && hz > 0 {
			return hz, true
		}
	}
	return 0, false
}

// unitOf returns what turns the samples of a column into mV: as its header
// says, else what makes a heart of them. The comparison doesn't depend on it.
func unitOf(name string, samples []float64) (scale float64, unit string, stated bool) {
	lower := strings.ToLower(strings.NewReplacer("µ", "u", "μ", "u").Replace(name))
	for _, u := range []struct {
		unit  string
		words []string
		scale float64
	}{
		{"mV", []string{"mv", "millivolt"}, 1},
		{"µV", []string{"uv", "mcv", "microvolt"}, 1e-3},
		{"nV", []string{"nv"}, 1e-6},
		{"V", []string{"(v)", "[v]", "_v", "volt"}, 1e3},
	} {
		for _, word := range u.words {
			if strings.Contains(lower, word) {
				return u.scale, u.unit, true
			}
		}
	}
	switch span := spread(samples); {
	case span < 0.02:
		return 1e3, "V", false
	case span < 50:
		return 1, "mV", false
	}
	return 1e-3, "µV", false
}

// spread of the samples from the lowest to the highest.
func spread(samples []float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range samples {
		if x < low {
			low = x
		}
		if x > high { // neither for what is no number
			high = x
		}
	}
	return high - low
}

// bareName is a column's name without its unit.
func bareName(name string) string {
	if i := strings.IndexAny(name, "(["); i > 0 {
		name = name[:i]
	}
	return strings.TrimSpace(name)
}
