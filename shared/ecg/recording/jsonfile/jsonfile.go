package jsonfile

import (
	"strings"

	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// What keys are called that tell of a signal, in the exports of HealthKit's apps,
// Kardia, Withings, Fitbit and Google Health, Movesense, Samsung, and in FHIR.
var (
	clockKeys = []string{"timestamp", "time", "date", "t", "timesincestart", "time_offset"}
	unitKeys  = []string{"unit", "units", "voltageunits"}
	// Factors from a number to mV, and what a number is to be divided by for it.
	nanovoltKeys = []string{"amplituderesolution", "amplitude_resolution"}
	factorKeys   = []string{"millivolts_scaling_factor", "millivoltsscalingfactor"}
	divisorKeys  = []string{"scalingfactor", "scaling_factor"}
)

// fewestNumbers is how long a list of numbers must be to be a signal.
const fewestNumbers = 200

// Read reads the newest recording of a JSON file.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	d, err := parseDocument(data, o)
	if err != nil {
		return nil, err
	}
	if r := d.fhir(); r != nil {
		return r, nil
	}
	r := &raw.Recording{}
	for _, path := range d.order {
		p := d.places[path]
		if len(p.numbers) < fewestNumbers || matches(lastKey(path), clockKeys) {
			continue
		}
		if d.isClockOfPairs(path) {
			continue
		}
		r.Leads = append(r.Leads, raw.Lead{Name: leadOf(path), MV: newest(r, p)})
		last := &r.Leads[len(r.Leads)-1]
		d.scale(r, last, path)
		if r.RateHz == 0 {
			r.RateHz = d.rate(path, len(last.MV))
		}
	}
	r.Leads = raw.OneLength(r.Leads)
	if len(r.Leads) == 0 {
		return nil, raw.Refuse(raw.Unsupported, 0, "its JSON holds no list of %d numbers or more: export the ECG with its samples", fewestNumbers)
	}
	return r, nil
}

// newest is the numbers of the last list, where a place holds several
// recordings. Packets of a few samples are one.
func newest(r *raw.Recording, p *place) []float64 {
	last := p.lists[len(p.lists)-1]
	if n := len(p.numbers) - last; len(p.lists) > 1 && n >= fewestNumbers {
		r.Notef("newest_taken", "the last of %d recordings", len(p.lists))
		return p.numbers[last:]
	}
	return p.numbers
}

// scale brings a lead to mV by what lies beside or above it, else by its spread.
func (d *document) scale(r *raw.Recording, l *raw.Lead, path string) {
	factor := 0.0
	if nv := d.number(path, nanovoltKeys); nv > 0 {
		factor = nv * 1e-6
	} else if f := d.number(path, factorKeys); f > 0 {
		factor = f
	} else if by := d.number(path, divisorKeys); by > 0 {
		factor = 1 / by
	} else if unit := raw.PerMV(d.word(path, unitKeys)); unit > 0 {
		factor = unit
	}
	if factor == 0 {
		unit := ""
		factor, unit, _ = raw.Unit("", l.MV)
		r.Notef("unit_guessed", "unit guessed as %s", unit)
	}
	for i := range l.MV {
		l.MV[i] *= factor
	}
}

// rate is the sampling rate by what lies beside or above a path, or by a clock
// beside it; 0 for none.
func (d *document) rate(path string, samples int) float64 {
	if hz := d.statedRate(path); hz > 0 {
		return hz
	}
	clock := d.clockBeside(path)
	if clock == nil || len(clock.numbers) < 3 {
		return 0
	}
	if samples > len(clock.numbers) {
		return packetRate(clock.numbers, samples)
	}
	return table.Rate("time", clock.numbers)
}

// statedRate is the rate that a key beside or above a path names, 0 for none.
func (d *document) statedRate(path string) (hz float64) {
	d.around(path, func(key string, p *place) (ok bool) {
		if n := len(p.numbers); n > 0 && n < fewestNumbers {
			hz, ok = raw.RateNamed(key, p.numbers[n-1])
		} else if n := len(p.words); n > 0 && n < fewestNumbers {
			hz, ok = raw.RateOf(key, p.words[n-1])
		}
		return ok
	})
	return hz
}

// packetRate is that of packets of samples, each with one time in ms.
func packetRate(ms []float64, samples int) float64 {
	span := ms[len(ms)-1] - ms[0]
	if span <= 0 {
		return 0
	}
	perPacket := float64(samples) / float64(len(ms))
	return 1000 * perPacket * float64(len(ms)-1) / span
}

// number is the last number under one of the keys in the objects around a path,
// the nearest first; 0 for none.
func (d *document) number(path string, keys []string) float64 {
	value := 0.0
	d.around(path, func(key string, p *place) bool {
		if !matches(key, keys) || len(p.numbers) == 0 || len(p.numbers) > 1 && len(p.numbers) >= fewestNumbers {
			return false
		}
		value = p.numbers[len(p.numbers)-1]
		return true
	})
	return value
}

func (d *document) word(path string, keys []string) string {
	word := ""
	d.around(path, func(key string, p *place) bool {
		if !matches(key, keys) || len(p.words) == 0 {
			return false
		}
		word = p.words[len(p.words)-1]
		return true
	})
	return word
}

// around offers the places in the objects around a path with their keys, the
// nearest first, until one is taken.
func (d *document) around(path string, take func(key string, p *place) bool) {
	for at := path; at != ""; {
		at = parent(at)
		for _, other := range d.inside[at] {
			if take(lastKey(other), d.places[other]) {
				return
			}
		}
	}
}

// clockBeside is the column of times beside a path: under a key for one in the
// same object, or first in its pairs.
func (d *document) clockBeside(path string) *place {
	var found *place
	d.around(path, func(key string, p *place) bool {
		if !matches(key, clockKeys) || len(p.numbers) < 3 {
			return false
		}
		found = p
		return true
	})
	return found
}

// isClockOfPairs is for lists of [time, value], whose numbers lie in one place:
// they are taken apart.
func (d *document) isClockOfPairs(path string) bool {
	p := d.places[path]
	if !strings.HasSuffix(path, "[][]") || len(p.lists) < fewestNumbers/2 || len(p.numbers) != 2*len(p.lists) {
		return false
	}
	times, values := &place{lists: []int{0}}, &place{lists: []int{0}}
	for i := 0; i+1 < len(p.numbers); i += 2 {
		times.numbers, values.numbers = append(times.numbers, p.numbers[i]), append(values.numbers, p.numbers[i+1])
	}
	p.numbers, p.lists = values.numbers, values.lists
	d.places[path+".time"] = times
	d.places[parent(path)+".time"] = times
	d.order = append(d.order, parent(path)+".time")
	d.inside[parent(parent(path)+".time")] = append(d.inside[parent(parent(path)+".time")], parent(path)+".time")
	return false
}

// parent is the path without its last key and the lists behind it.
func parent(path string) string {
	path = strings.TrimRight(path, "[]")
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i]
	}
	return ""
}

// lastKey is the last key of a path.
func lastKey(path string) string {
	path = strings.TrimRight(path, "[]")
	return path[strings.LastIndexByte(path, '.')+1:]
}

func matches(key string, keys []string) bool {
	for _, k := range keys {
		if strings.EqualFold(key, k) {
			return true
		}
	}
	return false
}

// leadOf is the lead that a key names: "leadI" is I.
func leadOf(path string) string {
	key := lastKey(path)
	if name, ok := strings.CutPrefix(key, "lead"); ok && name != "" {
		return strings.Trim(name, "_ ")
	}
	return key
}
