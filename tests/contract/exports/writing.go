package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// begin is the recording's beginning: three seconds before midnight, so that the
// date changes during the recording.
var begin = time.Date(2026, 3, 4, 23, 59, 57, 0, time.UTC)

// firstMissing and missing are the first missing sample and their number, if some
// are missing.
const firstMissing, missing = 700, 3

// write writes the samples, in mV at the writing's rate.
func (w table) write(mv []float64) []byte {
	var b strings.Builder
	w.head(&b)
	for i, x := range mv {
		var fields []string
		clock := w.times(i)
		if !w.ClockLast {
			fields = append(fields, clock...)
		}
		switch w.Beside {
		case "acceleration":
			fields = append(fields, w.number(0.98+0.01*math.Sin(float64(i)/3), 3))
		case "respiration":
			fields = append(fields, w.number(2*math.Sin(float64(i)/w.RateHz*1.5), 3))
		case "heart rate":
			fields = append(fields, strconv.Itoa(60+i/400))
		}
		fields = append(fields, w.sample(i, x))
		if w.Beside == "label" {
			fields = append(fields, string("NNNNA"[i/300%5]))
		}
		if w.ClockLast {
			fields = append(fields, clock...)
		}
		b.WriteString(w.row(fields))
	}
	text := b.String()
	if w.Habit == "last line cut off" {
		text = text[:len(text)-2]
	}
	return encode(strings.ReplaceAll(text, "\n", map[string]string{"LF": "\n", "CRLF": "\r\n", "CR": "\r"}[w.LineEnd]), w.Encoding)
}

// row joins fields by the habit of the program.
func (w table) row(fields []string) string {
	switch w.Habit {
	case "quotes everywhere":
		for i, f := range fields {
			if !strings.HasPrefix(f, `"`) {
				fields[i] = `"` + f + `"`
			}
		}
	case "padded":
		for i, f := range fields {
			fields[i] = fmt.Sprintf("%12s", f)
		}
	}
	end := map[string]string{"separator at the end": w.mark(), "blanks at the end": "  ", "blank lines": "\n"}[w.Habit]
	return strings.Join(fields, w.mark()) + end + "\n"
}

func (w table) mark() string {
	return map[string]string{"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " ", "blanks": "   "}[w.Separator]
}

// number returns a number with its decimal mark, in quotes if the mark is also
// the separator.
func (w table) number(x float64, digits int) string {
	text := strconv.FormatFloat(x, 'f', digits, 64)
	switch {
	case w.Habit == "exponents" && digits < 8: // times of days need more digits
		rounded, _ := strconv.ParseFloat(text, 64)
		text = strconv.FormatFloat(rounded, 'e', -1, 64)
	case w.Habit == "plus signs" && x >= 0:
		text = "+" + text
	}
	switch w.Decimal {
	case "comma":
		return strings.Replace(text, ".", ",", 1)
	case "quoted comma":
		if strings.Contains(text, ".") {
			return `"` + strings.Replace(text, ".", ",", 1) + `"`
		}
	}
	return text
}

func (w table) sample(i int, mv float64) string {
	if w.Missing != "none" && i >= firstMissing && i < firstMissing+missing {
		if w.Missing == "empty" {
			return ""
		}
		return w.Missing
	}
	switch w.Unit {
	case "uV":
		return w.number(1000*mv, 1)
	case "V":
		return w.number(mv/1000, 7)
	case "counts": // of a converter of 12 bits
		return strconv.Itoa(2048 + int(math.Round(400*mv)))
	}
	return w.number(mv, 4)
}

// times returns the fields of a sample's time.
func (w table) times(i int) []string {
	s := float64(i) / w.RateHz
	at := begin.Add(time.Duration(math.Round(1e6*s)) * time.Microsecond)
	switch w.Clock {
	case "none":
		return nil
	case "counter":
		return []string{strconv.Itoa(i)}
	case "s":
		return []string{w.number(s, 6)}
	case "s rounded":
		return []string{w.number(s, 3)}
	case "ms":
		return []string{w.number(1e3*s, 3)}
	case "ms rounded":
		return []string{strconv.Itoa(int(1e3 * s))}
	case "us":
		return []string{strconv.Itoa(int(math.Round(1e6 * s)))}
	case "ns":
		return []string{strconv.FormatInt(838_432_586_543_515_816+int64(1e9*s), 10)}
	case "epoch s":
		return []string{w.number(float64(begin.Unix())+s, 4)}
	case "epoch ms":
		return []string{strconv.FormatInt(at.UnixMilli(), 10)}
	case "ISO":
		return []string{at.Format("2006-01-02T15:04:05.000000")}
	case "date, time":
		return []string{at.Format("2006-01-02"), at.Format("15:04:05.000")}
	case "day first":
		return []string{at.Format("02.01.2006 15:04:05.000")}
	case "month first":
		return []string{at.Format("1/2/2006 3:04:05.000 PM")}
	case "time of day":
		return []string{at.Format("15:04:05.000")}
	case "time with :ms":
		return []string{strings.Replace(at.Format("15:04:05.000"), ".", ":", 1)}
	case "elapsed":
		return []string{fmt.Sprintf("%d:%06.3f", int(s)/60, math.Mod(s, 60))}
	case "OLE":
		return []string{w.number(46085+s/86400, 10)}
	}
	packet := i / 64 * 64 // one time per packet
	return []string{strconv.FormatInt(begin.Add(time.Duration(1e9*float64(packet)/w.RateHz)).UnixMilli(), 10)}
}

// head writes the lines above the numbers.
func (w table) head(b *strings.Builder) {
	rate := strconv.FormatFloat(w.RateHz, 'f', -1, 64)
	switch w.Rate {
	case "fs = ":
		b.WriteString("# fs = " + rate + "\n")
	case "Sampling Rate: Hz":
		b.WriteString("Sampling Rate: " + rate + " Hz\n")
	case "Sampling frequency,":
		b.WriteString("Sampling frequency (Hz)," + rate + "\n")
	case "interval ms":
		b.WriteString("# sampling interval: " + strconv.FormatFloat(1000/w.RateHz, 'f', 6, 64) + " ms\n")
	case "Abtastrate":
		b.WriteString("Abtastrate;" + rate + "\n")
	case "샘플링 속도":
		b.WriteString("샘플링 속도: " + rate + "Hz\n")
	case "% fs":
		b.WriteString("% fs " + rate + "\n")
	case "// rate":
		b.WriteString("// sample rate " + rate + " Hz\n")
	case "; rate":
		b.WriteString("; rate: " + rate + " samples/s\n")
	case "Hz in title":
		b.WriteString("# ECG, lead I, " + rate + " Hz\n")
	}
	if w.Header == "lines above" {
		b.WriteString("Recording of an ECG\nThis file was exported by a program\n\n")
	}
	names := w.names()
	if names == nil {
		return
	}
	row := strings.Join(names, w.mark()) + "\n"
	if w.Habit == "upper case" {
		row = strings.ToUpper(row)
	}
	switch w.Header {
	case "names in a comment":
		row = "# " + row
	case "labels in a comment":
		row = "# Labels:= " + row
	}
	b.WriteString(row)
	if w.Header == "row of units" {
		b.WriteString(strings.Join(w.unitsBelow(), w.mark()) + "\n")
	}
}

// clockUnit returns the unit of the column of times, empty for none.
func (w table) clockUnit() string {
	return map[string]string{"s": "s", "s rounded": "s", "ms": "ms", "ms rounded": "ms", "us": "us", "ns": "ns", "epoch s": "s", "epoch ms": "ms", "one a packet": "ms"}[w.Clock]
}

// line joins the fields of one kind of row in the order of the columns.
func (w table) line(clock []string, beside, ecg string) []string {
	var fields []string
	if !w.ClockLast {
		fields = append(fields, clock...)
	}
	if w.Beside != "none" && w.Beside != "label" {
		fields = append(fields, beside)
	}
	fields = append(fields, ecg)
	if w.Beside == "label" {
		fields = append(fields, beside)
	}
	if w.ClockLast {
		fields = append(fields, clock...)
	}
	return fields
}

// words are the words of a header, by language: times, times of dates, counters,
// ECGs.
var words = map[string]struct{ time, date, counter, ecg string }{
	"English": {"time", "date", "sample", "ecg"},
	"Korean":  {"시간", "날짜", "번호", "심전도"},
	"German":  {"Zeit", "Datum", "Nr", "EKG"},
}

// names returns the names of the columns, nil for none.
func (w table) names() []string {
	language, inName := "English", false
	switch w.Header {
	case "none", "lines above":
		return nil
	case "Korean", "German":
		language, inName = w.Header, true
	case "names with units", "quoted names":
		inName = true
	}
	word := words[language]
	space := " "
	if w.Separator == "blank" || w.Separator == "blanks" {
		space = "_"
	}
	ecg := word.ecg
	if unit := w.unitName(); inName && unit != "" {
		ecg += space + "(" + unit + ")"
	}
	clock := word.time
	if unit := w.clockUnit(); unit != "" && (inName || w.Header == "names" || strings.HasSuffix(w.Header, "in a comment")) { // without it the unit can't be told
		clock += "_" + unit
		if inName {
			clock = word.time + space + "[" + unit + "]"
		}
	}
	var clocks []string
	switch w.Clock {
	case "none":
	case "counter":
		clocks = []string{word.counter}
	case "date, time":
		clocks = []string{word.date, word.time}
	default:
		clocks = []string{clock}
	}
	beside := map[string]string{"acceleration": "acc_x", "respiration": "RESP", "label": "label", "heart rate": "HR"}[w.Beside]
	names := w.line(clocks, beside, ecg)
	if w.Header == "quoted names" {
		for i := range names {
			names[i] = `"` + names[i] + `"`
		}
	}
	return names
}

func (w table) unitName() string {
	if w.Unit == "counts" {
		return ""
	}
	if w.Unit == "uV" && (w.Encoding == "CP1252" || strings.HasPrefix(w.Encoding, "UTF")) {
		return "µV"
	}
	return w.Unit
}

// unitsBelow returns the row of units under the names.
func (w table) unitsBelow() []string {
	clock := []string{w.clockUnit()}
	switch w.Clock {
	case "none":
		clock = nil
	case "date, time":
		clock = []string{"", ""}
	}
	beside := map[string]string{"acceleration": "g", "respiration": "l", "heart rate": "bpm"}[w.Beside]
	fields := w.line(clock, beside, w.unitName())
	for i, f := range fields {
		if f == "" {
			fields[i] = "-"
		}
	}
	return fields
}
