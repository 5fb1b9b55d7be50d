package raw

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// ParseMoment is Dates{}.Parse.
func ParseMoment(field []byte) (seconds float64, ok bool) { return Dates{}.Parse(field) }

// Dates reads the dates and times of one column.
type Dates struct {
	// MonthFirst reports whether 2/3 is the third of February, as in America.
	MonthFirst bool
}

// Parse reads a date, a time or both, in the forms of loggers, as seconds: of a
// date since 1970, else since midnight or since the beginning. It accepts
// 2026-02-03T04:05:06.789Z, 2026/02/03 04:05:06,789, 03.02.2026 04:05:06:789,
// 2/3/2026 4:05:06 PM, 2026. 2. 3. 오후 4:05:06, 3-Feb-2026 04:05:06.789, 0 days
// 00:00:06.789, 04:05:06.789, '0:06.789' and [04:05:06.789]. The zone is ignored,
// since only differences between times count. The day comes before the month
// unless it can't, AM or PM suggests America, or MonthFirst is set.
func (d Dates) Parse(field []byte) (seconds float64, ok bool) {
	p := momentParser{rest: bytes.Trim(field, " \t'\"[]")}
	for _, c := range p.rest {
		if c >= utf8.RuneSelf || isLetter(c) && c != 'T' && c != 'Z' {
			p.withoutWords()
			break
		}
	}
	first, digits, ok := p.number()
	if !ok || len(p.rest) == 0 {
		return 0, false
	}
	switch {
	case p.rest[0] == ':':
	case digits == len("20260203"):
		if p.days, ok = date(first/10000, first/100%100, first%100, true, false); !ok || !p.next("T _-") {
			return 0, false
		}
		time, digits, _ := p.number()
		return 86400*p.days + float64(time/10000*3600+time/100%100*60+time%100) + p.fraction(), digits == len("040506")
	default:
		mark := p.rest[0]
		second, _, ok2 := p.after(mark)
		third, yearDigits, ok3 := p.after(mark)
		if !ok2 || !ok3 || mark != '-' && mark != '/' && mark != '.' || digits < 4 && yearDigits != 2 && yearDigits != 4 {
			return 0, false
		}
		if p.days, ok = date(first, second, third, digits == 4, d.MonthFirst || p.half != 0 && !p.foreign); !ok {
			return 0, false
		}
		p.rest = bytes.TrimLeft(p.rest, "T,_ \t.")
		if len(p.rest) == 0 {
			return p.days * 86400, true
		}
		if first, _, ok = p.number(); !ok {
			return 0, false
		}
	}
	clock, ok := p.clock(first)
	return p.days*86400 + clock, ok
}

// MonthFirst reports whether the dates of a column, given the first and the last,
// have the month before the day: otherwise one can't be read, or more than a year
// would lie between rows some minutes apart.
func MonthFirst(first, last []byte) bool {
	least, monthFirst := math.Inf(1), false
	for _, d := range []Dates{{MonthFirst: false}, {MonthFirst: true}} {
		from, ok1 := d.Parse(first)
		to, ok2 := d.Parse(last)
		if apart := math.Abs(to - from); ok1 && ok2 && apart < least {
			least, monthFirst = apart, d.MonthFirst
		}
	}
	return monthFirst
}

// date returns the days since 1970.
func date(a, b, c int, yearFirst, monthFirst bool) (days float64, ok bool) {
	year, month, day := c, b, a
	switch {
	case yearFirst:
		year, month, day = a, b, c
	case b > 12 || monthFirst && a <= 12:
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

// momentParser parses a date and time.
type momentParser struct {
	rest    []byte
	days    float64 // read so far
	half    byte    // of the day: 'a', 'p' or 0
	foreign bool    // it is named in a language other than English
}

// halves are the names of the halves of the day, by CLDR.
var halves = [...]struct {
	name    string
	half    byte
	foreign bool
}{
	{"오전", 'a', true}, {"오후", 'p', true}, {"上午", 'a', true}, {"下午", 'p', true}, {"午前", 'a', true}, {"午後", 'p', true},
	{"a.m.", 'a', true}, {"p.m.", 'p', true}, {"a. m.", 'a', true}, {"p. m.", 'p', true}, {"ص", 'a', true}, {"م", 'p', true},
	{"am", 'a', false}, {"pm", 'p', false},
}

var (
	eastAsian = strings.NewReplacer("년", "-", "年", "-", "월", "-", "月", "-", "일", " ", "日", " ", "시", ":", "時", ":", "时", ":", "분", ":", "分", ":", "초", "", "秒", "",
		"\u00a0", " ", "\u202f", " ", "- ", "-", ": ", ":")
	timeDelta = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(-?\d{1,6}) days?,? \+?`) })
	dayMonth  = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^|[a-z]{3}, )(\d{1,2})[-\s./]{1,2}([a-z]{3})[a-z]*\.?[-\s./,]{1,2}(\d{4}|\d{2})`)
	})
	monthDay = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^|[a-z]{3} )([a-z]{3})[a-z]* +(\d{1,2}), (\d{4})`)
	})
	yearAtEnd = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`([a-z]{3}) +(\d{1,2}) (\d{1,2}:\d\d:\d\d(?:[.,]\d+)?) (\d{4})$`)
	})
	monthNames = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
)

// withoutWords replaces the words in a date by numbers.
func (p *momentParser) withoutWords() {
	const longest = 60 // bytes of a date; a longer text is none
	if len(p.rest) > longest {
		return
	}
	text := strings.ToLower(string(p.rest))
	if m := timeDelta().FindStringSubmatch(text); m != nil {
		p.days, _ = strconv.ParseFloat(m[1], 64)
		p.rest = p.rest[len(m[0]):]
		return
	}
	for _, h := range halves {
		if i := strings.Index(text, h.name); i >= 0 {
			p.half, p.foreign = h.half, h.foreign
			text = strings.TrimSpace(text[:i] + text[i+len(h.name):])
			break
		}
	}
	text = strings.TrimRight(eastAsian.Replace(text), ": ")
	numbered := func(year, month, day, time string) {
		if i := slices.Index(monthNames[:], month); i >= 0 {
			if len(year) == 2 {
				year = "20" + year
			}
			text = fmt.Sprintf("%s-%02d-%s %s", year, i+1, day, strings.TrimSpace(time))
		}
	}
	if m := yearAtEnd().FindStringSubmatch(text); m != nil {
		numbered(m[4], m[1], m[2], m[3])
	} else if m := dayMonth().FindStringSubmatch(text); m != nil {
		numbered(m[3], m[2], m[1], strings.TrimLeft(text[strings.Index(text, m[0])+len(m[0]):], " ,:"))
	} else if m := monthDay().FindStringSubmatch(text); m != nil {
		numbered(m[3], m[1], m[2], strings.TrimLeft(text[strings.Index(text, m[0])+len(m[0]):], " ,"))
	}
	p.rest = []byte(strings.ToUpper(text))
}

// number reads digits.
func (p *momentParser) number() (n, digits int, ok bool) {
	for digits < len(p.rest) && digits < 9 && p.rest[digits] >= '0' && p.rest[digits] <= '9' {
		n = 10*n + int(p.rest[digits]-'0')
		digits++
	}
	p.rest = p.rest[digits:]
	return n, digits, digits > 0
}

// next reads one of several marks.
func (p *momentParser) next(marks string) bool {
	if len(p.rest) == 0 || strings.IndexByte(marks, p.rest[0]) < 0 {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// after reads digits after a mark. After a point there may be a blank.
func (p *momentParser) after(mark byte) (n, digits int, ok bool) {
	if len(p.rest) == 0 || p.rest[0] != mark {
		return 0, 0, false
	}
	p.rest = p.rest[1:]
	if mark == '.' {
		p.rest = bytes.TrimLeft(p.rest, " ")
	}
	return p.number()
}

// fraction reads a fraction of a second, after a point, a comma or a colon.
func (p *momentParser) fraction() float64 {
	if len(p.rest) < 2 || p.rest[0] != '.' && p.rest[0] != ',' && p.rest[0] != ':' {
		return 0
	}
	p.rest = p.rest[1:]
	n, digits, _ := p.number()
	f := float64(n) / math.Pow10(digits)
	p.number() // digits beyond nanoseconds
	return f
}

// clock reads the time after its first number.
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
	switch {
	case p.half == 'p' && first < 12:
		seconds += 12 * 3600
	case p.half == 'a' && first == 12:
		seconds -= 12 * 3600
	}
	return seconds, zone(strings.TrimSpace(string(p.rest[:min(len(p.rest), 40)])))
}

// zone reports whether a text after a time can be its zone.
func zone(rest string) bool {
	return len(rest) <= 10 && !strings.HasPrefix(rest, ":") && strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-: ") == ""
}

// timeWords are parts of names of columns and keys of times.
var timeWords = [...]string{"time", "timestamp", "timestamps", "datetime", "elapsed", "zeit", "zeitstempel", "uhrzeit", "temps", "horodatage", "tiempo", "hora",
	"tempo", "ora", "heure", "tijd", "tid", "aika", "czas", "cas", "zaman", "ido", "время", "시간", "시각", "타임스탬프", "時間", "時刻", "时间", "时间戳", "الوقت"}

// shortTimeWords are whole names of times, if they come first.
var shortTimeWords = [...]string{"t", "ms", "s", "us", "sec", "secs", "second", "seconds", "millis", "micros", "date", "datum", "fecha", "data", "날짜", "日時", "日期", "phone", "sensor"}

// NamesTime reports whether a name is surely that of times, or may be, if no
// other is.
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

// NamesCounter reports whether a column may count samples, by its name; one
// without a name may.
func NamesCounter(name string) bool {
	return slices.Contains(counterNames[:], strings.Join(nameWords(name[:min(len(name), 200)]), ""))
}

// TimeUnitIn returns the unit of time in a name, in seconds, 0 if there is none:
// of "timestamp [ms]", "time_us", "elapsedSeconds", "timems".
func TimeUnitIn(name string) float64 {
	words := nameWords(name[:min(len(name), 200)])
	for _, word := range slices.Backward(words) {
		for _, prefix := range []string{"", "timestamp", "time", "elapsed"} {
			if unit, ok := strings.CutPrefix(word, prefix); ok {
				if s := SecondsIn(unit); s > 0 && (unit != "s" || prefix == "") { // the s of timestamps is a plural
					return s
				}
			}
		}
	}
	return 0
}
