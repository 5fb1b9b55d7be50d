package document

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// rate returns the sampling rate of a channel from the statements beside or above
// it, else from the times of its samples or packets; 0 if there is none.
func (d *Document) rate(c channel) float64 {
	path := c.column.path
	if at := d.sampledData(path); at != "" {
		if hz := d.sampledRate(at); hz > 0 {
			return hz
		}
	}
	if hz := d.statedRate(path); hz > 0 {
		return hz
	}
	clock := d.clockOf(c)
	switch {
	case clock == nil:
		return 0
	case len(clock.values) == len(c.values):
		return table.Rate(clock.timeName(), clock.values)
	}
	return clock.packetRate(packetsOf(c.column, len(clock.values)))
}

// sampledRate returns the rate of FHIR's SampledData: a period in ms up to R4,
// since R5 an interval in a unit of UCUM.
func (d *Document) sampledRate(at string) float64 {
	if ms := d.scalar(at + ".period"); ms > 0 {
		return 1000 / ms
	}
	interval := d.scalar(at + ".interval")
	unit := d.text(at + ".intervalUnit")
	switch s := raw.SecondsIn(unit); {
	case interval > 0 && s > 0:
		return 1 / (interval * s)
	case interval > 0 && strings.EqualFold(unit, "hz"):
		return interval
	case interval > 0 && unit == "":
		return 1 / (interval * raw.LikelySeconds(interval))
	}
	return 0
}

// statedRate returns the rate under a key beside, above or near a path, 0 if
// there is none. A unit may be in the key, after the number, under a key of its
// own, or the number's only key.
func (d *Document) statedRate(path string) (hz float64) {
	d.nearby(path, func(key string, c *column) (ok bool) {
		n := len(c.values)
		if n == 0 || n >= fewestNumbers {
			return false
		}
		number := c.values[n-1]
		unit := d.text(parent(c.path) + ".unit")
		switch {
		case raw.IsRateUnit(lastKey(c.path)):
			unit = lastKey(c.path)
		case !matches(lastKey(c.path), quantityKeys):
			for _, suffix := range []string{"Unit", "Units", "_unit", "_units"} {
				if unit = d.text(parent(c.path) + "." + key + suffix); unit != "" {
					break
				}
			}
			if unit == "" { // it may be an attribute of XML
				unit = d.text(c.path+".unit") + d.text(c.path+".units")
			}
		}
		stated := 0.0
		switch {
		case math.IsNaN(number):
			stated, ok = raw.RateOf(key, c.last)
		case unit != "":
			stated, ok = raw.RateOf(key, strconv.FormatFloat(number, 'f', -1, 64)+" "+unit)
		}
		if !ok && !math.IsNaN(number) {
			stated, ok = raw.RateNamed(key, number)
		}
		if ok {
			hz = stated
		}
		return ok
	})
	return hz
}

// clockOf returns the column with the times of a channel's samples, or of its
// packets, nil if there is none: in the same object or one above.
func (d *Document) clockOf(of channel) (clock *column) {
	n := len(of.values)
	maybe := func(c *column) bool {
		sure, may := raw.NamesTime(lastKey(c.path))
		_, at := c.moment(0)
		return sure || may || !at.IsZero() || matches(lastKey(c.path), tickKeys)
	}
	d.around(of.column.path, func(key string, c *column) bool {
		if c == of.column || len(c.values) < 3 || len(c.values) > n || strings.Contains(strings.ToLower(key), "end") {
			return false
		}
		rising, _ := c.shape()
		if rising && maybe(c) && (len(c.values) == n || packetsOf(of.column, len(c.values)) != nil) {
			clock = c
		}
		return clock != nil
	})
	return clock
}

// tickKeys are short keys of times.
var tickKeys = []string{"ts", "tick", "ticks", "stamp", "at", "offset"}

// timeName returns a name for the column's times that includes their unit, if
// known.
func (c *column) timeName() string {
	if c.clock > 0 {
		return "time_s"
	}
	if sure, _ := raw.NamesTime(lastKey(c.path)); sure || raw.TimeUnitIn(lastKey(c.path)) > 0 {
		return lastKey(c.path)
	}
	return "time"
}

// packetsOf returns the list of a column with the given number of packets as
// elements, nil if there is none.
func packetsOf(c *column, packets int) *level {
	for i := range c.levels {
		if c.levels[i].elements() == packets {
			return &c.levels[i]
		}
	}
	return nil
}

// step returns the time between two samples of packets with one time each: the
// median of the packets', so that a lost packet doesn't lengthen it.
func (c *column) step(packets *level) float64 {
	var steps []float64
	k := 0
	packets.each(func(_, from, to int) {
		if k+1 < len(c.values) && c.values[k+1] > c.values[k] {
			steps = append(steps, (c.values[k+1]-c.values[k])/float64(to-from))
		}
		k++
	})
	if len(steps) < 2 {
		return 0
	}
	slices.Sort(steps)
	median := steps[len(steps)/2]
	sum, n := 0.0, 0
	for _, s := range steps {
		if s < 1.5*median {
			sum += s
			n++
		}
	}
	return sum / float64(n)
}

// packetRate returns the rate of packets of samples with one time each.
func (c *column) packetRate(packets *level) float64 {
	step := c.step(packets)
	if !(step > 0) {
		return 0
	}
	unit := raw.TimeUnitIn(c.timeName())
	if unit == 0 {
		unit = raw.LikelySeconds(step)
	}
	if hz := 1 / (step * unit); raw.PlausibleRate(hz) {
		return hz
	}
	return 0
}

// follow leaves gaps where the times of a channel's samples or packets have gaps.
func (d *Document) follow(r *raw.Recording, c channel) error {
	clock := d.clockOf(c)
	if clock == nil || len(r.Leads[0].MV) != len(c.values) {
		return nil
	}
	if len(clock.values) == len(c.values) {
		return table.Follow(r, clock.timeName(), clock.values)
	}
	packets := packetsOf(c.column, len(clock.values))
	step := clock.step(packets)
	if !(step > 0) {
		return nil
	}
	times := make([]float64, 0, len(c.values))
	k, at := 0, clock.values[0]
	packets.each(func(_, from, to int) {
		// A packet that is late by more than half a packet follows a lost one.
		if late := clock.values[k] - at; late > step*float64(to-from)/2 {
			at = clock.values[k]
		}
		for range to - from {
			times = append(times, at)
			at += step
		}
		k++
	})
	return table.Follow(r, clock.timeName(), times)
}
