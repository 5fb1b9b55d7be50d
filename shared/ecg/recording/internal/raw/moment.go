package raw

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"time"
)

// ParseMoment reads a date, a time or both, as loggers write them, as seconds: of
// a date since 1970, else since midnight or since the beginning. It takes
// 2026-02-03T04:05:06.789Z, 2026/02/03 04:05:06,789, 03.02.2026 04:05:06:789,
// 2/3/2026 4:05:06 PM, 04:05:06.789, '0:06.789' and [04:05:06.789]. The zone
// isn't counted: what matters is how time goes on. A day comes before its month
// unless it can't, or AM or PM tells of America.
func ParseMoment(field []byte) (seconds float64, ok bool) {
	p := momentParser{bytes.Trim(field, " \t'\"[]")}
	first, digits, ok := p.number()
	if !ok || len(p.rest) == 0 {
		return 0, false
	}
	american := bytes.HasSuffix(p.rest, []byte("M")) || bytes.HasSuffix(p.rest, []byte("m"))
	days := 0.0
	if mark := p.rest[0]; mark != ':' {
		second, _, ok2 := p.after(mark)
		third, yearDigits, ok3 := p.after(mark)
		if !ok2 || !ok3 || mark != '-' && mark != '/' && mark != '.' || digits < 4 && yearDigits != 2 && yearDigits != 4 {
			return 0, false
		}
		if days, ok = date(first, second, third, digits == 4, american); !ok {
			return 0, false
		}
		p.rest = bytes.TrimLeft(p.rest, "T, \t")
		if len(p.rest) == 0 {
			return days * 86400, true
		}
		if first, _, ok = p.number(); !ok {
			return 0, false
		}
	}
	clock, ok := p.clock(first)
	return days*86400 + clock, ok
}

// date is the days since 1970.
func date(a, b, c int, yearFirst, american bool) (days float64, ok bool) {
	year, month, day := c, b, a
	switch {
	case yearFirst:
		year, month, day = a, b, c
	case b > 12 || american && a <= 12:
		month, day = a, b
	}
	if year < 100 {
		year += 2000
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || year < 1899 || year > 9999 {
		return 0, false
	}
	return float64(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400), true
}

// momentParser takes a date and time apart.
type momentParser struct{ rest []byte }

// number takes digits.
func (p *momentParser) number() (n, digits int, ok bool) {
	for digits < len(p.rest) && digits < 9 && p.rest[digits] >= '0' && p.rest[digits] <= '9' {
		n = 10*n + int(p.rest[digits]-'0')
		digits++
	}
	p.rest = p.rest[digits:]
	return n, digits, digits > 0
}

// after takes digits behind a mark.
func (p *momentParser) after(mark byte) (n, digits int, ok bool) {
	if len(p.rest) == 0 || p.rest[0] != mark {
		return 0, 0, false
	}
	p.rest = p.rest[1:]
	return p.number()
}

// fraction takes a fraction of a second, behind a point, a comma or a colon.
func (p *momentParser) fraction() float64 {
	if len(p.rest) < 2 || p.rest[0] != '.' && p.rest[0] != ',' && p.rest[0] != ':' {
		return 0
	}
	p.rest = p.rest[1:]
	n, digits, _ := p.number()
	f := float64(n) / math.Pow10(digits)
	p.number() // beyond nanoseconds
	return f
}

// clock takes the time behind its first number.
func (p *momentParser) clock(first int) (seconds float64, ok bool) {
	second, _, ok := p.after(':')
	if !ok || second > 59 {
		return 0, false
	}
	third, _, three := p.after(':')
	switch {
	case three && third <= 60:
		seconds = float64(3600*first+60*second+third) + p.fraction()
	case three:
		return 0, false
	case len(p.rest) > 0 && (p.rest[0] == '.' || p.rest[0] == ','): // minutes and seconds
		seconds = float64(60*first+second) + p.fraction()
	default:
		seconds = float64(3600*first + 60*second)
	}
	rest := strings.ToUpper(strings.TrimSpace(string(p.rest[:min(len(p.rest), 40)])))
	switch {
	case strings.HasPrefix(rest, "PM") && first < 12:
		seconds += 12 * 3600
	case strings.HasPrefix(rest, "AM") && first == 12:
		seconds -= 12 * 3600
	}
	return seconds, zone(rest)
}

// zone reports whether a text behind a time can be that of a zone, AM or PM.
func zone(rest string) bool {
	return len(rest) <= 10 && !strings.HasPrefix(rest, ":") && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-: ") == ""
}

// timeWords are in the names of columns and keys of times.
var timeWords = [...]string{"time", "timestamp", "timestamps", "datetime", "elapsed", "zeit", "zeitstempel", "uhrzeit", "temps", "horodatage", "tiempo", "hora",
	"tempo", "ora", "heure", "tijd", "tid", "aika", "czas", "cas", "zaman", "ido", "время", "시간", "시각", "타임스탬프", "時間", "時刻", "时间", "时间戳", "الوقت"}

// shortTimeWords are whole names of times where they come first.
var shortTimeWords = [...]string{"t", "ms", "s", "us", "sec", "secs", "second", "seconds", "millis", "micros", "date", "datum", "fecha", "data", "날짜", "日時", "日期", "phone", "sensor"}

// NamesTime reports whether a column or key is surely one of times by its name,
// or may be, if nothing else is.
func NamesTime(name string) (sure, maybe bool) {
	words := nameWords(name[:min(len(name), 200)])
	for _, word := range words {
		if word == "ecg" || word == "ekg" || word == "mv" || word == "uv" {
			return false, false
		}
		sure = sure || slices.Contains(timeWords[:], word) || strings.HasPrefix(word, "timestamp") || strings.HasPrefix(word, "time")
	}
	return sure, sure || len(words) > 0 && slices.Contains(shortTimeWords[:], words[0])
}

// counterNames are whole names of columns that count samples.
var counterNames = [...]string{"", "n", "no", "nr", "num", "number", "nseq", "seq", "sequence", "index", "idx", "sample", "samples", "samplenumber", "sampleindex", "sampleno",
	"point", "points", "count", "counter", "row", "id", "frame", "unnamed0", "packet", "x1", "번호", "순번", "番号", "序号", "номер"}

// NamesCounter reports whether a column may count samples by its name; one
// without a name may.
func NamesCounter(name string) bool {
	return slices.Contains(counterNames[:], strings.Join(nameWords(name[:min(len(name), 200)]), ""))
}

// TimeUnitIn is the unit of time that a name states, in seconds, 0 for none: of
// "timestamp [ms]", "time_us", "elapsedSeconds", "timems".
func TimeUnitIn(name string) float64 {
	words := nameWords(name[:min(len(name), 200)])
	for _, word := range slices.Backward(words) {
		for _, prefix := range []string{"", "timestamp", "time", "elapsed"} {
			if unit, ok := strings.CutPrefix(word, prefix); ok {
				if s := SecondsIn(unit); s > 0 {
					return s
				}
			}
		}
	}
	return 0
}
