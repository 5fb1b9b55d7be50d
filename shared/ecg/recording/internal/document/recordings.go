package document

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

const (
	// fewestNumbers is the least number of values in a signal: about a second.
	fewestNumbers = 200
	// mostElements bounds the recordings, or leads, of one list.
	mostElements = 2000
	// mostAsked bounds the columns in which times or names of a list's elements
	// are sought.
	mostAsked = 32
	// recordingSeconds is the least length of a recording, and not a packet of
	// one, in a list without times.
	recordingSeconds = 5
)

// part is one element of a list, if it holds more than samples.
type part struct {
	element int
	samples int
	start   float64 // in s since 1970 if it is absolute; NaN if unknown
	at      time.Time
	lead    string
}

// parts returns the elements of a list that hold a signal's samples, if each
// holds many.
func (d *Document) parts(signal *column, i int) (parts []part) {
	list := signal.levels[i].list
	signal.levels[i].each(func(element, from, to int) {
		if to-from >= fewestNumbers && len(parts) < mostElements {
			parts = append(parts, part{element: element, samples: to - from, start: math.NaN()})
		}
	})
	starts, names := d.startColumns(list), d.nameColumns(list)
	for k := range parts {
		p := &parts[k]
		for _, c := range starts {
			if from, to := c.levels[c.levelOf(list)].rangeOf(p.element); to > from {
				if p.start, p.at = c.moment(from); !math.IsNaN(p.start) {
					break
				}
			}
		}
		p.lead = leadOf(names, list, p.element)
	}
	return parts
}

// role is the role of a list's elements.
type role int

const (
	packets role = iota // of one signal, or its samples
	recordings
	leads
)

// roleOf determines the role of a list's elements from their times, names, and
// lengths.
func (d *Document) roleOf(signal *column, i int, parts []part) role {
	times, names := map[float64]bool{}, map[string]bool{}
	alike := true
	for _, p := range parts {
		if !math.IsNaN(p.start) {
			times[p.start] = true
		}
		if p.lead != "" {
			names[p.lead] = true
		}
		alike = alike && p.samples == parts[0].samples
	}
	if len(parts) < 2 {
		return packets
	}
	hz := d.statedRate(signal.path)
	switch {
	case len(times) > 1 && !contiguous(parts, hz):
		return recordings
	case len(names) > 1:
		return leads
	case len(times) > 1:
		return packets
	case alike && len(parts) <= raw.MaxLeads && strings.HasSuffix(signal.path, "[][]") && i == len(signal.levels)-2:
		return leads
	case float64(parts[0].samples) < recordingSeconds*cmp.Or(hz, 300):
		return packets
	}
	return recordings
}

// contiguous reports whether each part begins about when the one before ends, at
// a rate, 0 if unknown.
func contiguous(parts []part, rateHz float64) bool {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return math.IsNaN(p.start) })
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.start, b.start) })
	units := []float64{1, 1e-3, 1e-6, 1e-9}
	if !parts[0].at.IsZero() {
		units = units[:1]
	}
	for _, unit := range units {
		follow := 0
		for k := 1; k < len(parts); k++ {
			hz := float64(parts[k-1].samples) / ((parts[k].start - parts[k-1].start) * unit)
			if rateHz > 0 && math.Abs(hz/rateHz-1) < 0.3 || rateHz == 0 && hz >= 50 && hz <= 5000 {
				follow++
			}
		}
		if 5*follow >= 4*(len(parts)-1) {
			return true
		}
	}
	return false
}

// choose reduces a document with several recordings to one: the newest by its own
// time, or the one picked. leadsIn has its leads, if they are a list.
func (d *Document) choose(r *raw.Recording, path string, pick string) (one *Document, leadsIn *leadList, err error) {
	for i := 0; ; {
		signal := d.byPath[path]
		if signal == nil || i >= len(signal.levels)-1 {
			return d, leadsIn, nil
		}
		list := signal.levels[i].list
		parts := d.parts(signal, i)
		switch d.roleOf(signal, i, parts) {
		case recordings:
			p, all, err := d.newest(parts, list, pick)
			if err != nil {
				return nil, nil, err
			}
			if p.start != p.start { // NaN
				r.Notef("newest_taken", "the last of %d recordings: none says when it was made", all)
			} else if all > 1 {
				r.Notef("newest_taken", "the newest of %d recordings", all)
			}
			if same := sameStart(parts, p); len(same) > 1 { // its leads are elements of the same list
				leadsIn = &leadList{list, same}
				i++
				continue
			}
			d = d.at(list, p.element)
			if !p.at.IsZero() {
				r.Start = p.at
			}
		case leads:
			leadsIn = &leadList{list, parts}
			i++
		default:
			i++
		}
	}
}

// leadList is the list whose elements are leads.
type leadList struct {
	list  *Node
	parts []part
}

// sameStart returns the parts that began at the same time, each of another lead.
func sameStart(parts []part, one part) (same []part) {
	for _, p := range parts {
		if p.start == one.start {
			if p.lead == "" || slices.ContainsFunc(same, func(q part) bool { return q.lead == p.lead }) {
				return nil
			}
			same = append(same, p)
		}
	}
	return same
}

// newest returns the part that began last, of the picked ones if any are; if none
// states its beginning, the last.
func (d *Document) newest(parts []part, list *Node, pick string) (newest part, of int, err error) {
	if pick != "" {
		parts = slices.DeleteFunc(parts, func(p part) bool { return !d.says(list, p.element, pick) })
		if len(parts) == 0 {
			return part{}, 0, raw.Refuse(raw.Unreadable, 0, "it has no ECG of the name that was asked for")
		}
	}
	newest = parts[0]
	for _, p := range parts[1:] {
		if math.IsNaN(newest.start) || p.start > newest.start {
			newest = p
		}
	}
	return newest, len(parts), nil
}

// says reports whether one of the texts of an element contains another text.
func (d *Document) says(list *Node, element int, pick string) bool {
	pick = strings.ToLower(pick)
	for _, c := range d.scalarsOf(list) {
		from, to := c.levels[c.levelOf(list)].rangeOf(element)
		for i := from; i < min(to, len(c.words)); i++ {
			if strings.Contains(strings.ToLower(c.words[i]), pick) {
				return true
			}
		}
	}
	return false
}

// scalarsOf returns the columns with one value for each element of a list.
func (d *Document) scalarsOf(list *Node) (columns []*column) {
	for _, c := range d.columns {
		if n := len(c.levels); n > 0 && c.levels[n-1].list == list && c.path != list.path {
			columns = append(columns, c)
		}
	}
	return columns
}

// startColumns returns the columns with the beginning of a list's elements, the
// most reliable first.
func (d *Document) startColumns(list *Node) []*column {
	columns := slices.DeleteFunc(d.scalarsOf(list), func(c *column) bool { return c.startRank() == 0 })
	slices.SortStableFunc(columns, func(a, b *column) int { return b.startRank() - a.startRank() })
	return columns[:min(len(columns), mostAsked)]
}

// startRank returns how reliably a column, by its name and its first value,
// states when a recording began: 0 for not at all.
func (c *column) startRank() int {
	key := strings.ToLower(lastKey(c.path))
	holds := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(key, w) })
	}
	sure, _ := raw.NamesTime(lastKey(c.path))
	when, at := c.moment(0)
	switch absolute := !at.IsZero(); {
	case math.IsNaN(when), holds("birth", "dob"):
		return 0
	case absolute && holds("end", "stop", "finish", "update", "modif", "expir", "sync"):
		return 1
	case absolute && holds("create", "issued", "upload", "insert"):
		return 2
	case absolute && holds("start", "begin", "began"), key == "start":
		return 5
	case absolute && holds("record", "effective", "measure", "taken", "acqui", "captur", "observ"):
		return 4
	case sure, key == "t", key == "ts", key == "date", absolute:
		return 3
	}
	return 0
}

// moment returns the time of a value: in s since 1970, or in an unknown unit if
// at is zero. It is NaN for a value that is not a time.
func (c *column) moment(i int) (when float64, at time.Time) {
	if i < len(c.words) && c.words[i] != "" {
		if at := parseTime(c.words[i]); !at.IsZero() {
			return float64(at.UnixNano()) / 1e9, at
		}
	}
	if i >= len(c.values) {
		return math.NaN(), time.Time{}
	}
	x := c.values[i]
	if c.clock > 0 { // a text with a time, without a zone or a day
		if x > 86400*366 {
			return x, time.Unix(0, int64(x*1e9)).UTC()
		}
		return x, time.Time{}
	}
	for _, unit := range []float64{1, 1e-3, 1e-6, 1e-9} {
		if s := x * unit; s > 6e8 && s < 4e9 { // from 1989, as Apple counts from 2001, to 2096
			return s, time.Unix(0, int64(s*1e9)).UTC()
		}
	}
	return x, time.Time{}
}

// parseTime reads a time with or without its zone; zero for other text.
func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05.999-0700", "2006-01-02 15:04:05.999Z07:00", "20060102150405"} {
		if at, err := time.Parse(layout, text); err == nil && at.Year() > 1900 && at.Year() < 2200 {
			return at.UTC()
		}
	}
	return time.Time{}
}
