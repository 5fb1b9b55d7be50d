package text

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// stamped splits a line of a serial monitor with a time before the received text:
// "15:29:14.000 -> 512" or "[2026-03-04 15:29:14.000] 512".
func stamped(line []byte) (stamp, received []byte, ok bool) {
	open, mark := bytes.HasPrefix(line, []byte{'['}), "->"
	if open {
		line, mark = line[1:], "]"
	}
	stamp, received, ok = bytes.Cut(line, []byte(mark))
	if !open {
		stamp = bytes.TrimRight(stamp, " ")
	}
	return stamp, bytes.TrimLeft(received, " "), ok && resemblesTime(stamp)
}

// resemblesTime reports whether a text has the length and the characters of a
// time.
func resemblesTime(stamp []byte) bool {
	const shortest, longest = 6, 31
	if len(stamp) < shortest || len(stamp) > longest || stamp[0] < '0' || stamp[0] > '9' {
		return false
	}
	for _, c := range stamp {
		if (c < '0' || c > '9') && strings.IndexByte(":.,/TZ -", c) < 0 {
			return false
		}
	}
	return true
}

// labelled matches a value after its name, the input of serial plotters.
var labelled = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([\pL_][\pL\pM0-9_ ]{0,30}) ?[:=] ?(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)$`)
})

// isStamped reports whether a line begins with a time and has text after it.
func isStamped(line []byte) bool {
	stamp, received, ok := stamped(line)
	if !ok || len(received) == 0 {
		return false
	}
	_, ok = raw.ParseMoment(stamp)
	return ok
}

// IsLog reports whether the file is the log of a serial monitor with times. The
// times may be in brackets, as JSON may.
func IsLog(data []byte) bool {
	first, _, _ := bytes.Cut(data[:min(len(data), 1000)], []byte{'\n'})
	return isStamped(bytes.TrimSpace(first))
}

// statesRate reports whether a label and its value state a sampling rate.
func statesRate(m [][]byte) bool {
	_, ok := raw.RateOf(string(m[1]), string(m[2]))
	return ok
}

// monitored returns the log of a serial monitor as a table: a column of stamps,
// if there are any, and one of values without their label. ok is false for
// another text.
func monitored(data []byte) (log []byte, ok bool) {
	first, _, _ := bytes.Cut(data[:min(len(data), 1000)], []byte{'\n'})
	first = bytes.TrimSpace(first)
	withStamp := isStamped(first)
	if m := labelled().FindSubmatch(first); !withStamp && (m == nil || statesRate(m)) {
		return nil, false
	}
	log = make([]byte, 0, len(data)+16)
	var label []byte // before the last value, including the separator
	for line := []byte(nil); len(data) > 0; {
		line, data, _ = bytes.Cut(data, []byte{'\n'})
		value := bytes.TrimSpace(line)
		if withStamp {
			stamp, received, ok := stamped(value)
			if !ok {
				continue
			}
			for _, c := range stamp {
				if c == ',' {
					c = '.'
				}
				log = append(log, c)
			}
			log, value = append(log, '\t'), received
		}
		if behind, ok := bytes.CutPrefix(value, label); ok && label != nil && isPlain(behind) { // the same label as before, without the cost of the expression
			log = append(append(log, behind...), '\n')
			continue
		}
		if isPlain(value) {
			log = append(append(log, value...), '\n')
			continue
		}
		if m := labelled().FindSubmatch(value); m != nil {
			if len(log) == 0 && !withStamp {
				log = append(append(log, m[1]...), '\n')
			}
			label, value = value[:len(value)-len(m[2])], m[2]
		}
		log = append(append(log, value...), '\n')
	}
	return log, true
}

// isPlain reports whether a value consists of digits and a point alone.
func isPlain(value []byte) bool {
	for _, c := range value {
		if (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return len(value) > 0
}

// empatica recognises the files of Empatica's archives, which have no header: the
// first row is the time of the recording's beginning, in seconds since 1970, the
// second its rate, both once per column, and the samples follow.
func empatica(data []byte) (begin time.Time, rateHz float64, body []byte, ok bool) {
	first, rest, _ := bytes.Cut(data[:min(len(data), 1000)], []byte{'\n'})
	second, _, found := bytes.Cut(rest, []byte{'\n'})
	seconds, ok1 := sameNumber(first)
	rateHz, ok2 := sameNumber(second)
	const year2001, year2065 = 1e9, 3e9
	if !found || !ok1 || !ok2 || seconds < year2001 || seconds > year2065 || !raw.PlausibleRate(rateHz) {
		return begin, 0, nil, false
	}
	return time.UnixMicro(int64(1e6 * seconds)).UTC(), rateHz, data[len(first)+len(second)+2:], true
}

// sameNumber returns the number that all fields of a row have in common.
func sameNumber(row []byte) (x float64, ok bool) {
	for i, field := range bytes.Split(bytes.TrimSpace(row), []byte{','}) {
		n, is := raw.ParseNumber(bytes.TrimSpace(field), false)
		if !is || i > 0 && n != x {
			return 0, false
		}
		x = n
	}
	return x, true
}

// acqKnowledge returns the names of the channels in a text of BIOPAC's
// AcqKnowledge, nil for another text. The header has a title, the time between
// samples, "2 channels", and two lines per channel, its name and its unit. Only
// some texts also have names above the columns.
func acqKnowledge(data []byte) (names []string) {
	lines := strings.Split(string(data[:min(len(data), 8<<10)]), "\n")
	if len(lines) < 5 || !strings.HasSuffix(strings.TrimSpace(lines[1]), "/sample") {
		return nil
	}
	count, found := strings.CutSuffix(strings.TrimSpace(lines[2]), " channels")
	n, err := strconv.Atoi(count)
	if !found || err != nil || n < 1 || n > raw.MaxColumns || len(lines) < 3+2*n {
		return nil
	}
	for i := range n {
		name, _, _ := strings.Cut(lines[3+2*i], ",")
		names = append(names, strings.TrimSpace(name)+" ("+strings.TrimSpace(lines[4+2*i])+")")
	}
	return names
}

// dropCounts drops the first row if it is the number of following rows, as
// AcqKnowledge writes it above each channel, but not above the times.
func dropCounts(t *table.Table) {
	last := t.Columns[len(t.Columns)-1]
	for i, column := range t.Columns {
		if i == 0 && len(t.Columns) > 1 && math.IsNaN(column[0]) {
			continue
		}
		if n := float64(len(column) - 1); column[0] != last[0] || column[0] < n || n < 2 || column[0] != math.Trunc(column[0]) {
			return
		}
	}
	for i := range t.Columns {
		t.Columns[i] = t.Columns[i][1:]
	}
}
