package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// table is one way to write a recording as a table. Each field is a choice of
// the list of its name.
type table struct {
	RateHz    float64
	Separator string
	Decimal   string
	LineEnd   string
	Encoding  string
	Header    string
	Clock     string
	ClockLast bool   // the column of times is the last
	Unit      string // of the samples
	Rate      string // how the file or the sender states the rate
	Beside    string // another column, before the ECG
	Missing   string // form of a missing sample; "none" if no sample is missing
	Habit     string // of the program that writes
}

// The choices.
var (
	rates      = []float64{125, 128, 130, 200, 250, 256, 300, 360, 500, 512}
	separators = []string{"comma", "semicolon", "tab", "bar", "blank", "blanks"}
	decimals   = []string{"point", "comma", "quoted comma"}
	lineEnds   = []string{"LF", "CRLF", "CR"}
	encodings  = []string{"UTF-8", "UTF-8 with a mark", "UTF-16LE with a mark", "UTF-16BE with a mark", "UTF-16LE", "CP1252", "CP949"}
	headers    = []string{"none", "names", "names with units", "quoted names", "row of units", "Korean", "German", "lines above", "names in a comment", "labels in a comment"}
	clocks     = []string{"none", "counter", "s", "s rounded", "ms", "ms rounded", "us", "ns", "epoch s", "epoch ms", "ISO", "date, time", "day first", "month first",
		"time of day", "time with :ms", "elapsed", "OLE", "one a packet"}
	units  = []string{"mV", "uV", "V", "counts"}
	stated = []string{"not", "not", "not", "not", "sender", "fs = ", "Sampling Rate: Hz", "Sampling frequency,", "interval ms", "Abtastrate", "샘플링 속도", "Hz in title",
		"% fs", "// rate", "; rate"}
	others = []string{"none", "acceleration", "respiration", "label", "heart rate"}
	habits = []string{"none", "none", "none", "separator at the end", "blanks at the end", "blank lines", "quotes everywhere", "exponents", "plus signs", "padded", "upper case", "last line cut off"}
	gaps   = []string{"none", "none", "none", "NaN", "NA", "empty", "-"}
)

// drawTable draws a table. Ambiguous combinations, such as decimal commas between
// commas, are drawn again.
func drawTable(r *rand.Rand, h Heart) Export {
	for {
		w := table{
			RateHz: h.RateHz, Separator: of(r, separators), Decimal: of(r, decimals), LineEnd: of(r, lineEnds), Encoding: of(r, encodings),
			Header: of(r, headers), Clock: of(r, clocks), ClockLast: r.IntN(4) == 0, Unit: of(r, units), Rate: of(r, stated), Beside: of(r, others), Missing: of(r, gaps),
			Habit: of(r, habits),
		}
		if !w.possible() {
			continue
		}
		e := Export{How: w.String(), RateHz: h.RateHz, MV: slices.Clone(h.MV), RateTold: w.rateTold(), UnitTold: w.unitTold(), CutOff: w.Habit == "last line cut off"}
		if w.Rate == "sender" {
			e.StatedHz = h.RateHz
		}
		if w.Missing != "none" {
			for i := range missing {
				e.MV[firstMissing+i] = math.NaN()
			}
		}
		e.File = w.write(h.MV)
		return e
	}
}

func (w table) possible() bool {
	blank := w.Separator == "blank" || w.Separator == "blanks"
	spaced := w.Clock == "date, time" || w.Clock == "day first" || w.Clock == "month first"
	named := w.Header != "none" && w.Header != "lines above"
	columns := w.columns()
	switch {
	case w.Separator == "comma" && w.Decimal == "comma" && columns > 1:
		return false
	case w.Decimal == "quoted comma" && w.Separator != "comma":
		return false
	case w.Clock == "OLE" && w.Decimal != "point" && w.Separator == "comma":
		return false
	case blank && (spaced || w.Header == "names with units" || w.Missing == "empty" || columns == 1):
		return false
	case w.Beside != "none" && !named: // the ECG's column couldn't be told
		return false
	case w.Header == "row of units" && columns == 1:
		return false
	case w.ClockLast && (w.Clock == "none" || w.Clock == "counter" || !named):
		return false
	case columns == 1 && w.Missing == "empty": // an empty line would be no row
		return false
	case blank && w.Habit == "padded", w.Habit == "quotes everywhere" && (blank && w.Header == "none" || w.Header == "row of units"):
		return false
	case (columns == 1 || blank) && w.Habit == "separator at the end":
		return false
	case w.Encoding == "CP1252" && (w.Habit == "upper case" || w.Header == "Korean" || w.Rate == "샘플링 속도"):
		return false
	case w.Encoding == "CP949" && w.Header != "Korean" && w.Rate != "샘플링 속도": // it would be ASCII
		return false
	case columns == 1 && w.Separator != "comma" && w.Separator != "semicolon":
		return false
	}
	return true
}

func (w table) columns() int {
	n := 1
	if w.Clock != "none" {
		n++
	}
	if w.Clock == "date, time" {
		n++
	}
	if w.Beside != "none" {
		n++
	}
	return n
}

// rateTold reports whether a reader can know the rate: it is stated, or follows
// from a clock whose unit is written or can be no other.
func (w table) rateTold() bool {
	if w.Rate != "not" {
		return true
	}
	named := w.Header != "none" && w.Header != "lines above"
	switch w.Clock {
	case "none", "counter":
		return false
	case "ISO", "date, time", "day first", "month first", "time of day", "time with :ms", "elapsed":
		return true
	}
	return named
}

// unitTold reports whether the file states the samples' unit.
func (w table) unitTold() bool {
	headers := []string{"names with units", "quoted names", "row of units", "Korean", "German"}
	return w.Unit != "counts" && slices.Contains(headers, w.Header)
}

func (w table) String() string {
	return fmt.Sprintf("%v Hz, %s, decimal %s, %s, %s, header %s, clock %s (last: %v), unit %s, rate stated: %s, beside: %s, missing: %s, habit: %s",
		w.RateHz, w.Separator, w.Decimal, w.LineEnd, w.Encoding, w.Header, w.Clock, w.ClockLast, w.Unit, w.Rate, w.Beside, w.Missing, w.Habit)
}
