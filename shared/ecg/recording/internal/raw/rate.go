package raw

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// The possible sampling rates of an ECG.
const (
	lowestRateHz  = 10
	highestRateHz = 20_000
	// lowestVagueHz is the least rate for names such as "rate" and for numbers
	// without a name: heart rates and filters are lower.
	lowestVagueHz = 90
)

// PlausibleRate reports whether an ECG may have the rate.
func PlausibleRate(hz float64) bool { return hz >= lowestRateHz && hz <= highestRateHz }

// rateStems are parts of the names of sampling rates, in the languages of devices
// and their apps, as plainName writes them.
var rateStems = [...]string{
	"samplingrate", "samplerate", "samplesrate", "samplingfreq", "samplefreq", "samplingspeed", "samplespersec", "sampfreq", "samprate",
	"acquisitionrate", "acquisitionfreq", "digitizationrate", "recordingrate", "datarate", "fsampling",
	"abtastrate", "abtastfreq", "messrate", "messfreq", "samplingfrekv", "samplefrekv", "samplingshastighet", "samplingsfrekv",
	"dechantillonnage", "echantillonnage", "frecuenciademuestreo", "tasademuestreo", "velocidaddemuestreo",
	"frequenciadeamostragem", "taxadeamostragem", "frequenzadicampionamento", "velocitadicampionamento",
	"bemonsteringsfreq", "bemonsteringssnelheid", "czestotliwoscprobkowania", "vzorkovacifrekvence", "vzorkovaciafrekvencia", "orneklemehizi", "orneklemefrekansi",
	"naytteenottotaajuus", "mintaveteli", "частотадискретизации", "частотасемплирования", "частотаопроса",
	"샘플링레이트", "샘플링속도", "샘플링주파수", "샘플링률", "샘플링율", "샘플률", "샘플율", "샘플레이트", "샘플주파수", "표본추출률", "표본화주파수", "측정주파수",
	"サンプリングレート", "サンプリング周波数", "サンプルレート", "サンプリング速度", "测量频率", "采样率", "采样频率", "取样率", "採樣率", "取樣率", "採樣頻率", "取樣頻率",
	"معدلالعينات", "ترددالعينات", "معدلاخذالعينات",
}

// shortRates are whole names of a rate.
var shortRates = map[string]bool{"fs": true, "hz": true, "hertz": true, "sps": true, "sfreq": true, "srate": true, "fsample": true, "fsamp": true}

// vagueRates are whole names that may also be those of another rate.
var vagueRates = map[string]bool{
	"rate": true, "freq": true, "frequency": true,
	"frequenz": true, "frequence": true, "frecuencia": true, "frequencia": true, "frequenza": true, "частота": true, "주파수": true, "周波数": true, "频率": true,
}

// intervalStems are parts of the names of the time between two samples.
var intervalStems = [...]string{
	"samplinginterval", "sampleinterval", "samplingperiod", "sampleperiod", "samplespacing", "timestep", "timeincrement", "persample",
	"abtastinterval", "abtastperiode", "abtastzeit", "intervalledechantillonnage", "periodedechantillonnage", "pasdechantillonnage",
	"intervalodemuestreo", "periododemuestreo", "intervalodeamostragem", "periododeamostragem", "intervallodicampionamento", "periododicampionamento",
	"bemonsteringsinterval", "samplingsinterval", "интервалдискретизации", "периоддискретизации",
	"샘플링간격", "샘플간격", "샘플링주기", "サンプリング間隔", "サンプリング周期", "采样间隔", "采样周期", "採樣間隔", "取樣間隔",
}

// vagueIntervals are whole names that may be those of the time between samples.
var vagueIntervals = map[string]bool{"dt": true, "deltat": true, "tsample": true, "interval": true, "period": true, "increment": true, "xincrement": true}

// rateUnits are units of a rate, in Hz, as plainWords writes them.
var rateUnits = map[string]float64{
	"hz": 1, "hertz": 1, "herz": 1, "гц": 1, "герц": 1, "헤르츠": 1, "ヘルツ": 1, "赫兹": 1, "赫茲": 1, "هرتز": 1, "हर्ट्ज": 1, "हर्ट्ज़": 1,
	"khz": 1e3, "кгц": 1e3, "sps": 1, "ksps": 1e3,
	"samples/s": 1, "samples/sec": 1, "samples/second": 1, "sample/s": 1, "sample/sec": 1, "sample/second": 1, "points/s": 1, "pts/s": 1, "/s": 1, "/sec": 1, "1/s": 1,
}

// IsRateUnit reports whether a name is that of a unit of rates, such as Hz.
func IsRateUnit(name string) bool { return rateUnits[strings.ToLower(name)] > 0 }

// SecondsIn returns the seconds in a unit of time, 0 for another unit.
func SecondsIn(unit string) float64 {
	return timeUnits[strings.ToLower(strings.NewReplacer("µ", "u", "μ", "u", " ", "").Replace(strings.Trim(unit, " ()[]")))]
}

var timeUnits = map[string]float64{
	"min": 60, "mins": 60, "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600,
	"s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "sek": 1, "sekunden": 1, "초": 1, "秒": 1, "с": 1, "сек": 1,
	"ms": 1e-3, "msec": 1e-3, "msecs": 1e-3, "milli": 1e-3, "millis": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3, "밀리초": 1e-3, "ミリ秒": 1e-3, "毫秒": 1e-3, "мс": 1e-3,
	"us": 1e-6, "usec": 1e-6, "usecs": 1e-6, "micro": 1e-6, "micros": 1e-6, "microsecond": 1e-6, "microseconds": 1e-6, "마이크로초": 1e-6, "微秒": 1e-6, "мкс": 1e-6,
	"ns": 1e-9, "nsec": 1e-9, "nano": 1e-9, "nanos": 1e-9, "nanosecond": 1e-9, "nanoseconds": 1e-9, "나노초": 1e-9,
}

// accents replaces letters with marks by the plain ones.
var accents = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "ě", "e", "ę", "e", "á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ı", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ő", "o", "ø", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ű", "u", "ů", "u",
	"ç", "c", "č", "c", "ć", "c", "ñ", "n", "ń", "n", "ň", "n", "ř", "r", "š", "s", "ş", "s", "ś", "s", "ž", "z", "ź", "z", "ż", "z", "ł", "l", "ý", "y", "ğ", "g", "i̇", "i")

// nameWords splits a name where case changes and at every mark, into words in
// lower case without accents: "samplingRate_Hz" becomes sampling, rate, hz.
func nameWords(name string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, accents.Replace(strings.ToLower(word.String())))
			word.Reset()
		}
	}
	lower := false
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x0370: // a decomposed accent
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			end()
			lower = false
			continue
		case unicode.IsUpper(r) && lower:
			end()
		}
		lower = unicode.IsLower(r)
		word.WriteRune(r)
	}
	end()
	return words
}

// quantity describes a name that may state a rate.
type quantity struct {
	interval bool    // the name is that of the time between samples
	vague    bool    // it may be the name of something else
	factor   float64 // to Hz or s, by the unit in the name; 0 if there is none
}

// quantityOf parses a name. ok is false for a name that states no rate.
func quantityOf(name string) (q quantity, ok bool) {
	words := nameWords(name[:min(len(name), 200)])
	for len(words) > 1 {
		last := words[len(words)-1]
		if hz, is := rateUnits[last]; is {
			q.factor = hz
		} else if s := SecondsIn(last); s > 0 {
			q.factor, q.interval = s, true
		} else if last != "in" && last != "of" {
			break
		}
		words = words[:len(words)-1]
	}
	for len(words) > 1 && (words[0] == "ecg" || words[0] == "ekg" || words[0] == "nominal" || words[0] == "average" || words[0] == "signal" || words[0] == "the") {
		words = words[1:]
	}
	key := strings.Join(words, "")
	for _, unit := range []string{"hertz", "hz"} {
		if bare, cut := strings.CutSuffix(key, unit); cut && bare != "" && (shortRates[bare] || vagueRates[bare] || has(rateStems[:], bare)) {
			key = bare
		}
	}
	switch {
	case has(intervalStems[:], key) && !(q.factor > 0 && !q.interval):
		q.interval = true
		return q, true
	case vagueIntervals[key] && !(q.factor > 0 && !q.interval):
		q.interval, q.vague = true, true
		return q, true
	case q.interval: // "frequency_ms"
		return q, false
	case shortRates[key], has(rateStems[:], key):
		return q, true
	case vagueRates[key]:
		q.vague = q.factor == 0
		return q, true
	}
	return q, false
}

func has(stems []string, key string) bool {
	for _, s := range stems {
		if strings.Contains(key, s) {
			return true
		}
	}
	return false
}

// RateNamed returns the rate that a number under a name states: a key, a
// variable, a header row. The name is compared without case, blanks and marks, in
// many languages; a unit in it is applied; a time between samples is inverted.
func RateNamed(name string, value float64) (hz float64, ok bool) {
	q, ok := quantityOf(name)
	if !ok {
		return 0, false
	}
	return q.rate(value)
}

func (q quantity) rate(value float64) (hz float64, ok bool) {
	switch {
	case !(value > 0) || math.IsInf(value, 0):
		return 0, false
	case q.interval && q.factor > 0:
		hz = 1 / (value * q.factor)
	case q.interval && q.vague && value >= 0.05:
		return 0, false // its kind and unit are unknown
	case q.interval:
		hz = 1 / (value * LikelySeconds(value))
	case q.factor > 0:
		hz = value * q.factor
	default:
		hz = value
	}
	if q.vague && !q.interval && hz < lowestVagueHz {
		return 0, false
	}
	return hz, PlausibleRate(hz)
}

// LikelySeconds returns the probable unit, in seconds, of a time between samples
// without a unit: the one in which samples are 50 µs to 50 ms apart.
func LikelySeconds(step float64) float64 {
	switch {
	case step < 0.05:
		return 1
	case step < 50:
		return 1e-3
	case step < 50e3:
		return 1e-6
	}
	return 1e-9
}

// measure matches a number with a unit after it.
var measure = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[\s\x{a0}"'=:~≈]*([0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?)[\s\x{a0}\x{202f}]*((?:per |/ ?)?(?:1/)?[\pL\pM]*(?:(?: per | ?/ ?)[\pL\pM]+)?)`)
})

// parseMeasure reads a number with a unit. A comma is a decimal mark, or
// separates thousands.
func parseMeasure(text string) (value float64, unit string, ok bool) {
	m := measure().FindStringSubmatch(text[:min(len(text), 200)])
	if m == nil {
		return 0, "", false
	}
	number := m[1]
	if i := strings.LastIndexByte(number, ','); i >= 0 {
		if whole := strings.ReplaceAll(number, ",", ""); strings.Count(number, ",") > 1 || strings.Contains(number, ".") || i == 1 && len(number) == 5 {
			number = whole // 1,000
		} else {
			number = strings.Replace(number, ",", ".", 1)
		}
	}
	value, ok = ParseNumber([]byte(number), false)
	unit = strings.ToLower(strings.NewReplacer(" per ", "/", "per ", "/", " ", "", "µ", "u", "μ", "u").Replace(m[2]))
	return value, unit, ok
}

// RateOf returns the rate that a text under a name states, such as "512.844
// hertz" under "Sample Rate" or "4 ms" under "Abtastintervall".
func RateOf(name, text string) (hz float64, ok bool) {
	q, ok := quantityOf(name)
	if !ok {
		return 0, false
	}
	value, unit, ok := parseMeasure(text)
	if !ok {
		return 0, false
	}
	perSample := strings.TrimSuffix(strings.TrimSuffix(unit, "/samples"), "/sample")
	switch {
	case unit == "":
	case rateUnits[unit] > 0:
		q = quantity{factor: rateUnits[unit]}
	case SecondsIn(perSample) > 0 && (q.interval || perSample != unit):
		q = quantity{interval: true, factor: SecondsIn(perSample)}
	default:
		return 0, false // "72 bpm"
	}
	return q.rate(value)
}

// notRates occur in lines about filters and converters, whose numbers aren't
// sampling rates.
var notRates = [...]string{"filter", "pass", "notch", "cutoff", "cut-off", "band", "mains", "power line", "powerline", "range", "heart", "pulse", "bpm", "respir"}

// NamesNoRate reports whether a line, or a name, is about a filter, a converter
// or a heart rate: a number of Hz in it isn't a sampling rate.
func NamesNoRate(line string) bool {
	lower := strings.ToLower(line)
	return slices.ContainsFunc(notRates[:], func(word string) bool { return strings.Contains(lower, word) })
}

var anyMeasure = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9]+(?:[.,][0-9]+)?[\s\x{a0}\x{202f}]*[\pL/]`) })

// RateIn finds the sampling rate that a line states: a comment, a row of a
// header, a title. named reports whether the rate has a name, unlike a mere "250
// Hz".
func RateIn(line string) (hz float64, named, ok bool) {
	line = strings.NewReplacer("：", ":", "＝", "=", "，", ",", "；", ";").Replace(line[:min(len(line), 1000)])
	line = strings.Trim(line, " \t\r\n#%;/*\"'{}")
	pieces := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' || r == '\t' || r == '|' })
	for i, piece := range pieces {
		if i+1 < len(pieces) {
			if hz, ok := RateOf(piece, rest(line, pieces[i+1])); ok {
				return hz, true, true
			}
		}
		for _, sep := range []string{":=", "=", ":"} {
			if name, value, found := strings.Cut(piece, sep); found {
				if hz, ok := RateOf(name, rest(line, value)); ok {
					return hz, true, true
				}
			}
		}
		if at := strings.IndexAny(piece, "0123456789"); at > 0 && strings.HasSuffix(piece[:at], " ") {
			if hz, ok := RateOf(piece[:at], piece[at:]); ok {
				return hz, true, true
			}
		}
	}
	if NamesNoRate(line) {
		return 0, false, false
	}
	for _, at := range anyMeasure().FindAllStringIndex(line, 8) {
		value, unit, ok := parseMeasure(line[at[0]:])
		perSample := strings.TrimSuffix(strings.TrimSuffix(unit, "/samples"), "/sample")
		switch {
		case !ok:
		case rateUnits[unit] > 0:
			hz = value * rateUnits[unit]
		case perSample != unit && SecondsIn(perSample) > 0:
			hz = 1 / (value * SecondsIn(perSample))
		}
		if hz >= lowestVagueHz && PlausibleRate(hz) {
			return hz, false, true
		}
	}
	return 0, false, false
}

// rest returns the line from a piece of it on, so that a decimal comma at which
// the piece was split is still there.
func rest(line, piece string) string {
	if i := strings.Index(line, piece); i >= 0 && piece != "" {
		return line[i:]
	}
	return piece
}
