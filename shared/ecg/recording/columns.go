package recording

import (
	"math"
	"slices"
	"strings"
	"time"
)

// recording tells the columns of time from those of leads, and finds units.
func (t *table) recording() (*Recording, error) {
	r := &Recording{Format: "text", RateHz: t.rateHz}
	leads := t.columns
	first := 0
	if hz, ok := t.timeColumn(); ok {
		first, leads = 1, leads[1:]
		if r.RateHz == 0 {
			r.RateHz = hz
		}
	} else if len(leads) > 1 && t.names(0, timeNames) {
		return nil, refuse(Unreadable, 0, "its column of times doesn't move on evenly")
	}
	for i, samples := range leads {
		name := ""
		if t.header != nil {
			name = t.header[first+i]
		}
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
	return r, nil
}

var timeNames = []string{"time", "timestamp", "t", "ms", "sec", "seconds", "millis", "elapsed", "date"}

// names reports whether a column's header begins with one of the words.
func (t *table) names(column int, words []string) bool {
	if t.header == nil {
		return false
	}
	name := strings.ToLower(t.header[column])
	end := strings.IndexFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') })
	if end >= 0 {
		name = name[:end]
	}
	return slices.Contains(words, name)
}

// timeColumn reports whether the first column is a time, and the rate that
// its steps give.
func (t *table) timeColumn() (rateHz float64, ok bool) {
	times := t.columns[0]
	if len(t.columns) < 2 || len(times) < 3 {
		return 0, false
	}
	steps := make([]float64, len(times)-1)
	for i := range steps {
		steps[i] = times[i+1] - times[i]
	}
	slices.Sort(steps)
	if steps[0] < 0 || steps[len(steps)-1] <= 0 {
		return 0, false
	}
	// The mean of the middle half: clocks are rounded, and packets get lost.
	middle := steps[len(steps)/4 : len(steps)-len(steps)/4]
	sum := 0.0
	for _, step := range middle {
		sum += step
	}
	step := sum / float64(len(middle))
	named := t.names(0, timeNames)
	if step <= 0 || !named && (step < 0.9*steps[len(steps)/2] || step > 1.1*steps[len(steps)/2]) {
		return 0, false
	}
	hz := t.perSecond(step) / step
	return hz, hz >= 10 && hz <= 20_000
}

// perSecond is how many units of the time column make a second: as its header
// says, else the one in which samples lie 50 µs to 50 ms apart.
func (t *table) perSecond(step float64) float64 {
	if t.header != nil {
		name := strings.ToLower(t.header[0])
		for _, u := range []struct {
			words     []string
			perSecond float64
		}{
			{[]string{"ms", "milli"}, 1e3}, {[]string{"us", "µs", "μs", "micro"}, 1e6}, {[]string{"ns", "nano"}, 1e9},
			{[]string{"(s)", "[s]", "_s", "sec"}, 1},
		} {
			for _, word := range u.words {
				if strings.Contains(name, word) {
					return u.perSecond
				}
			}
		}
	}
	switch {
	case step < 0.05:
		return 1
	case step < 50:
		return 1e3
	case step < 50e3:
		return 1e6
	}
	return 1e9
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
