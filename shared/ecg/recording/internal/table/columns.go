package table

import (
	"math"
	"slices"
	"strconv"

	"systole/shared/ecg/recording/internal/raw"
)

// Recording distinguishes columns of times from those of leads, and finds units.
func (t *Table) Recording() (*raw.Recording, error) {
	r := &raw.Recording{RateHz: t.RateHz, Left: t.left, AppsOwn: t.quoted && len(t.Columns) == 1 && t.Names == nil}
	if t.open > 0 {
		r.Notef("lines_left_open", "%d lines without a number", t.open)
	}
	if t.moments == nil {
		t.moments = make([]bool, len(t.Columns))
	}
	t.joinPackets()
	t.sortRows(r)
	clock, leads := t.clock()
	if _, maybe := t.namesTime(0); clock == nil && len(t.Columns) > 1 && maybe && !t.ofWords(0) {
		return nil, raw.Refuse(raw.Unreadable, 0, "its column of times doesn't move on evenly")
	}
	if len(leads) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has times and no signal")
	}
	leads, err := t.hearts(r, leads)
	if err != nil {
		return nil, err
	}
	for i, column := range leads {
		name := ""
		if t.Names != nil {
			name = t.Names[column]
		}
		samples := t.Columns[column]
		scale, unit, stated := raw.Unit(name, samples)
		if perMV := raw.PerMV(t.unit(column)); perMV > 0 {
			scale, stated = perMV, true
		}
		if scale != 1 {
			for j := range samples {
				samples[j] *= scale
			}
		}
		if !stated && i == 0 {
			r.Notef("unit_guessed", "unit guessed as %s", unit)
		}
		r.Leads = append(r.Leads, raw.Lead{Name: raw.BareName(name), MV: samples})
	}
	if clock == nil {
		return r, nil
	}
	switch {
	case r.RateHz == 0:
		r.RateHz, r.RateGuessed = clock.rateHz, clock.guessed
	case !clock.guessed && math.Abs(clock.rateHz/r.RateHz-1) > clockDiffers:
		r.Notef("clock_differs", "its header says %.4g Hz, its times %.4g Hz", r.RateHz, clock.rateHz)
	}
	return r, clock.follow(r)
}

// clockDiffers is the least relative difference between the rates of a header and
// of a clock that contradict each other.
const clockDiffers = 0.02

// fewestInPacket is the least number of columns with numbers for names that are
// one packet of samples.
const fewestInPacket = 8

// joinPackets puts the samples of a row one after another if the columns after
// the first are named 0, 1, 2 …, the form in which loggers of straps write
// packets. Each sample has the time of its row.
func (t *Table) joinPackets() {
	n := len(t.Names) - 1
	if n < fewestInPacket {
		return
	}
	first, err := strconv.Atoi(t.Names[1])
	for i, name := range t.Names[1:] {
		if at, err1 := strconv.Atoi(name); err != nil || err1 != nil || at != first+i {
			return
		}
	}
	var times, samples []float64
	for row, at := range t.Columns[0] {
		for _, column := range t.Columns[1:] {
			times, samples = append(times, at), append(samples, column[row])
		}
	}
	t.Columns, t.Names, t.units = [][]float64{times, samples}, []string{t.Names[0], ""}, nil
	t.moments = []bool{t.moments[0], false}
	if t.words != nil {
		t.words, t.wordLine = []int{t.words[0], slices.Max(t.words[1:])}, []int{t.wordLine[0], slices.Max(t.wordLine[1:])}
	}
	t.left *= n
}

// ofWords reports whether most fields of a column are neither numbers nor times.
func (t *Table) ofWords(column int) bool {
	return t.words != nil && 2*t.words[column] > len(t.Columns[column])
}

// fewestRising is a number of samples in one direction that no ECG has.
const fewestRising = 500

// onlyRises reports whether a column never falls, or never rises, and isn't
// constant: it is a clock or a counter, not an ECG.
func onlyRises(x []float64) bool {
	up, down := 0, 0
	for i := 1; i < len(x); i++ {
		switch {
		case x[i] > x[i-1]:
			up++
		case x[i] < x[i-1]:
			down++
		}
		if up > 0 && down > 0 {
			return false
		}
	}
	return len(x) >= fewestRising && up+down > 0
}

// unit returns the unit of a column in the row under the names, empty if there is
// none.
func (t *Table) unit(column int) string {
	if column >= len(t.units) {
		return ""
	}
	return t.units[column]
}

// hearts returns the columns that are leads by their names and units. It drops
// columns of words, such as labels and events, and refuses those with words
// between their numbers.
func (t *Table) hearts(r *raw.Recording, leads []int) ([]int, error) {
	var channels []raw.Channel
	var columns []int
	for _, i := range leads {
		numbers := 0
		for _, x := range t.Columns[i] {
			if !math.IsNaN(x) {
				numbers++
			}
		}
		if numbers == 0 && len(t.Columns) > 1 || t.words != nil && t.words[i] >= numbers && t.words[i] > 0 {
			continue
		}
		if len(leads) > 1 && onlyRises(t.Columns[i]) {
			continue
		}
		channels = append(channels, raw.Channel{Name: t.name(i), Unit: t.unit(i)})
		columns = append(columns, i)
	}
	if len(columns) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has no column of numbers that could be an ECG")
	}
	kept := columns
	if t.Names != nil {
		positions, err := r.Hearts(channels, t.wanted)
		if err != nil {
			return nil, err
		}
		kept = nil
		for _, at := range positions {
			kept = append(kept, columns[at])
		}
	}
	for _, i := range kept {
		if t.words != nil && t.words[i] > 0 {
			return nil, raw.Refuse(raw.Unreadable, t.wordLine[i], "column %d is no number", i+1)
		}
	}
	gone := 0
	for _, x := range t.Columns[kept[0]] {
		if math.IsNaN(x) {
			gone++
		}
	}
	r.NoteMissing(gone - t.open)
	return kept, nil
}
