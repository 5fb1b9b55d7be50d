package raw

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// voltages are the units of voltage with the factor to mV, and their spellings:
// in lower case, every kind of µ as u, without blanks.
var voltages = [...]struct {
	unit      string
	perMV     float64
	spellings []string
}{
	{"mV", 1, []string{"mv", "mvolt", "mvolts", "millivolt", "millivolts", "milivolt", "miliwolt", "millivolttia", "milivoltio", "milivoltios", "мв", "милливольт",
		"밀리볼트", "ミリボルト", "毫伏", "ملليفولت", "ميليفولت", "میلیولت", "मिलीवोल्ट"}},
	{"µV", 1e-3, []string{"uv", "mcv", "uvolt", "uvolts", "microvolt", "microvolts", "mikrovolt", "mikrowolt", "mikrovolttia", "microvoltio", "microvoltios", "мкв", "микровольт",
		"마이크로볼트", "マイクロボルト", "微伏", "ميكروفولت", "میکروولت", "माइक्रोवोल्ट"}},
	{"nV", 1e-6, []string{"nv", "nanovolt", "nanovolts", "нв", "нановольт"}},
	{"V", 1e3, []string{"v", "volt", "volts", "в", "вольт", "볼트", "ボルト", "伏"}},
}

// plainUnit returns a unit in the spelling of the table of voltages.
func plainUnit(unit string) string {
	unit = strings.NewReplacer("µ", "u", "μ", "u", "Μ", "u", "\xb5", "u", " ", "", "\u00a0", "", "\u202f", "", "\u200c", "").Replace(unit)
	return strings.ToLower(strings.Trim(unit, "()[]"))
}

// PerMV returns the factor from a value of the unit to mV, 0 for a unit of
// something else.
func PerMV(unit string) float64 {
	plain := plainUnit(unit)
	for _, v := range voltages {
		for _, s := range v.spellings {
			if plain == s {
				return v.perMV
			}
		}
	}
	return 0
}

// Unit returns the factor to mV of a column's samples: that of the unit in its
// name, else the one that gives the size of an ECG. The comparison doesn't depend
// on it.
func Unit(name string, samples []float64) (perMV float64, unit string, stated bool) {
	if perMV, unit, stated = unitIn(name); stated {
		return perMV, unit, true
	}
	switch span := spread(samples); {
	case span < 0.02:
		return 1e3, "V", false
	case span < 50:
		return 1, "mV", false
	}
	return 1e-3, "µV", false
}

// otherUnits are units of other signals, and words in the place of a unit, as
// plainUnit writes them.
var otherUnits = [...]string{
	"g", "mg", "m/s2", "m/s^2", "m/s²", "ms-2", "m/(s^2)", "deg/s", "°/s", "dps", "rad/s", "ut", "gauss", "ga", "deg", "°", "rad",
	"l", "ml", "l/s", "l/min", "ml/s", "bpm", "1/min", "/min", "rpm", "brpm", "%", "mmhg", "cmh2o", "kpa", "pa", "hpa", "mbar", "°c", "c", "degc", "°f", "k",
	"ohm", "ohms", "kohm", "kohms", "us", "usiemens", "hz", "db", "w", "m", "cm", "mm", "lux", "lx", "lm", "a", "ma", "ua", "na",
	"au", "a.u.", "adu", "adc", "lsb", "digit", "digits", "count", "counts", "raw", "bit", "bits", "bool", "0/1", "nounits", "nounit", "unitless", "unit", "#", "1", "",
	"-", "--", "n/a", "none", "cal", "uncal", "date", "text",
}

// IsUnit reports whether a text is a unit, or a word in the place of one.
func IsUnit(text string) bool {
	return PerMV(text) > 0 || SecondsIn(text) > 0 || slices.Contains(otherUnits[:], plainUnit(text)) || isDatePattern(plainUnit(text))
}

// isDatePattern reports whether a text describes the form of dates or times of
// day, such as yyyy/mm/dd hh:mm:ss.000.
func isDatePattern(text string) bool {
	return strings.Count(text, "m") >= 2 && strings.Trim(text, "ymdhst0:/-.") == "" && (strings.Contains(text, "yy") || strings.Contains(text, "hh"))
}

// unitIn finds a unit in a column's name, such as "ECG (mV)", "ecg_uV", "EKGmV".
// A single V stands for volts only in brackets or after an underscore, since V is
// also a lead.
func unitIn(name string) (perMV float64, unit string, ok bool) {
	words := strings.FieldsFunc(strings.NewReplacer("µ", "u", "μ", "u").Replace(strings.ToLower(name)),
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	lower := strings.ToLower(name)
	for _, v := range voltages {
		for _, s := range v.spellings {
			for _, word := range words {
				single := len(s) == 1 || s == "в"
				if single && word == s && strings.ContainsAny(name, "([_") &&
					(strings.Contains(lower, "("+s+")") || strings.Contains(lower, "["+s+"]") || strings.HasSuffix(lower, "_"+s)) {
					return v.perMV, v.unit, true
				}
				if !single && strings.HasSuffix(word, s) {
					return v.perMV, v.unit, true
				}
			}
		}
	}
	return 0, "", false
}

// ScaleGuessed scales a signal of unknown unit to mV, by the size of an ECG.
func (r *Recording) ScaleGuessed(mv []float64) {
	scale, unit, _ := Unit("", mv)
	for i := range mv {
		mv[i] *= scale
	}
	r.Notef("unit_guessed", "unit guessed as %s", unit)
}

// spread returns the range of the samples, from the lowest to the highest.
func spread(samples []float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range samples {
		if x < low {
			low = x
		}
		if x > high { // both comparisons are false for NaN
			high = x
		}
	}
	return high - low
}

// BareName returns a column's name without its unit in brackets.
func BareName(name string) string {
	if i := strings.IndexAny(name, "(["); i > 0 {
		name = name[:i]
	}
	return strings.TrimSpace(name)
}
