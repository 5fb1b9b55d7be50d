package document

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Keys that describe a signal, in the exports of HealthKit's apps, Kardia,
// Withings, Fitbit and Google Health, Movesense, Samsung, and in FHIR.
var (
	unitKeys = []string{"unit", "units", "voltageunits", "unitofmeasure", "uom"}
	// Factors from a number to mV, and divisors to mV.
	nanovoltKeys = []string{"amplituderesolution", "amplitude_resolution"}
	factorKeys   = []string{"millivolts_scaling_factor", "millivoltsscalingfactor"}
	divisorKeys  = []string{"scalingfactor", "scaling_factor"}
	// nameKeys are the keys of the names of leads and channels, the most reliable
	// first.
	nameKeys = []string{"lead", "leadname", "leadid", "lead_name", "channel", "channelname", "channel_name", "derivation", "electrode",
		"code", "display", "name", "label", "id", "title", "type", "signal", "key", "text"}
)

// neutral are keys that don't describe a signal.
var neutral = []string{"data", "sample", "samples", "value", "values", "v", "y", "x", "waveform", "waveformdata", "points", "list", "items", "array", "raw", "series", "digits"}

// Recording reads the newest recording of a document, or the one picked.
func (d *Document) Recording(o raw.Options) (*raw.Recording, error) {
	d.close()
	d.splitRows()
	r := &raw.Recording{}
	signals := d.signals()
	if len(signals) == 0 {
		return nil, raw.Refuse(raw.Unsupported, 0, "it holds no list of %d numbers or more: export the ECG with its samples", fewestNumbers)
	}
	one, leadsIn, err := d.choose(r, signals[0].path, o.Pick)
	if err != nil {
		return nil, err
	}
	channels := one.channels(one.signals(), leadsIn)
	if err := o.Budget.Err(); err != nil {
		return nil, err
	}
	described := make([]raw.Channel, len(channels))
	for i, c := range channels {
		described[i] = raw.Channel{Name: c.kindName(), Broken: len(c.values) != len(channels[0].values)}
		if o.Lead != "" && (strings.EqualFold(c.name, o.Lead) || strings.EqualFold(lastKey(c.column.path), o.Lead)) {
			described[i].Name = o.Lead
		}
	}
	kept, err := r.Hearts(described, o.Lead)
	if err != nil {
		return nil, err
	}
	for _, i := range kept {
		c := channels[i]
		if r.RateHz == 0 {
			r.RateHz = c.document.rate(c)
		}
		for k, mv := range c.scaled(r) {
			name := c.name
			if k > 0 {
				name = ""
			}
			r.Leads = append(r.Leads, raw.Lead{Name: name, MV: mv})
		}
	}
	r.Leads = raw.OneLength(r.Leads)
	missing := 0
	for _, x := range r.Leads[0].MV {
		if x != x { // NaN
			missing++
		}
	}
	r.NoteMissing(missing)
	first := channels[kept[0]]
	if err := first.document.follow(r, first); err != nil {
		return nil, err
	}
	if r.Start.IsZero() {
		r.Start = one.start()
	}
	return r, nil
}

// start returns the stated beginning of the whole document, zero if there is
// none.
func (d *Document) start() (at time.Time) {
	best := 2 // better ranks exclude ends and changes
	for _, c := range d.columns {
		if len(c.values) == 1 && c.startRank() > best {
			if _, when := c.moment(0); !when.IsZero() {
				best, at = c.startRank(), when
			}
		}
	}
	return at
}

// signals returns the columns that may be a signal, ECGs by their names first.
// Times, counters, and other columns that keep rising are left out.
func (d *Document) signals() (signals []*column) {
	moving := false
	for _, c := range d.columns {
		if len(c.values) < fewestNumbers || c.texts > len(c.values)/10 || c.clock > len(c.values)/10 {
			continue
		}
		sure, _ := raw.NamesTime(lastKey(c.path))
		rising, still := c.shape()
		if sure || rising {
			continue
		}
		moving = moving || !still
		signals = append(signals, c)
	}
	if moving {
		signals = slices.DeleteFunc(signals, func(c *column) bool { _, still := c.shape(); return still })
	}
	rank := func(c *column) int {
		switch heart, other := (raw.Channel{Name: informative(c.path)}).Says(); {
		case heart:
			return 0
		case other:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(signals, func(a, b *column) int { return rank(a) - rank(b) })
	return signals
}

// shape reports whether a column's numbers never fall except at the beginning of
// a list, and whether they are all the same.
func (c *column) shape() (rising, still bool) {
	most := len(c.values) / 100
	if n := len(c.levels); n > 1 {
		most = max(most, c.levels[n-2].elements())
	}
	falls, rises := 0, 0
	for i := 1; i < len(c.values); i++ {
		switch {
		case c.values[i] < c.values[i-1]:
			falls++
		case c.values[i] > c.values[i-1]:
			rises++
		}
		if falls > most && rises > 0 {
			return false, false
		}
	}
	return rises > falls && falls <= most, rises == 0 && falls == 0
}

// informative returns the key of a path that best describes its signal: the last,
// unless an earlier one names the heart, or the last is neutral.
func informative(path string) string {
	keys := strings.Split(strings.ReplaceAll(path, "[]", ""), ".")
	last := keys[len(keys)-1]
	for i, key := range slices.Backward(keys) {
		if matches(key, neutral) {
			continue
		}
		heart, other := (raw.Channel{Name: words(key)}).Says()
		if heart || other && i >= len(keys)-2 {
			return words(key)
		}
	}
	if matches(last, neutral) {
		return last
	}
	return words(last)
}

// words splits a key where case changes.
func words(key string) string {
	var b strings.Builder
	for i, r := range key {
		if i > 0 && r >= 'A' && r <= 'Z' && key[i-1] >= 'a' && key[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// channel is a signal: one lead, or several that alternate.
type channel struct {
	name     string
	column   *column
	document *Document // the part of the document that describes it
	values   []float64
}

// kindName returns the name that decides the channel's kind.
func (c channel) kindName() string {
	heart, other := (raw.Channel{Name: c.name}).Says()
	if (heart || other) && !matches(c.name, neutral) {
		return c.name
	}
	informed := informative(c.column.path)
	switch {
	case matches(informed, neutral):
		return ""
	case !strings.EqualFold(informed, lastKey(c.column.path)):
		return informed
	}
	return c.name
}

// channels returns the signals, with each lead of a list as a channel of its own.
func (d *Document) channels(signals []*column, leadsIn *leadList) (channels []channel) {
	for _, s := range signals {
		i := -1
		if leadsIn != nil {
			i = s.levelOf(leadsIn.list)
		}
		if i < 0 {
			channels = append(channels, channel{d.nameOf(s, len(signals) == 1), s, d, s.values})
			continue
		}
		named := map[string]int{}
		for _, p := range leadsIn.parts {
			from, to := s.levels[i].rangeOf(p.element)
			if at, known := named[p.lead]; known && p.lead != "" { // another packet of the same lead
				channels[at].values = append(channels[at].values, s.values[from:to]...)
				continue
			}
			if to-from < fewestNumbers || len(channels) >= 4*raw.MaxLeads {
				continue
			}
			own := d.at(leadsIn.list, p.element)
			named[p.lead] = len(channels)
			channels = append(channels, channel{p.lead, own.byPath[s.path], own, slices.Clip(s.values[from:to])})
		}
	}
	return channels
}

// nameOf returns the name of a signal: its key, unless that names no lead and a
// text around it does.
func (d *Document) nameOf(s *column, alone bool) string {
	name := leadName(lastKey(s.path))
	if raw.IsLead(name) || !alone {
		return name
	}
	for _, key := range nameKeys {
		for _, c := range d.columns {
			if matches(lastKey(c.path), []string{key}) && len(c.words) > 0 && len(c.values) <= 8 && !strings.Contains(strings.ToLower(c.path), "origin") {
				if lead := leadName(c.words[0]); raw.IsLead(lead) {
					return lead
				}
			}
		}
	}
	return name
}

// nameColumns returns the columns that name the elements of a list, the most
// reliable first.
func (d *Document) nameColumns(list *Node) (columns []*column) {
	for _, key := range nameKeys {
		for _, c := range d.columns {
			if strings.EqualFold(lastKey(c.path), key) && c.levelOf(list) >= 0 && len(columns) < mostAsked {
				columns = append(columns, c)
			}
		}
	}
	return columns
}

// leadOf returns the lead named by one of an element's names, else the first name
// of a signal.
func leadOf(names []*column, list *Node, element int) (name string) {
	for _, c := range names {
		from, to := c.levels[c.levelOf(list)].rangeOf(element)
		for i := from; i < min(to, from+8); i++ {
			word := ""
			if i < len(c.words) {
				word = c.words[i]
			}
			if word == "" && !math.IsNaN(c.values[i]) {
				word = strconv.FormatFloat(c.values[i], 'f', -1, 64)
			}
			lead := leadName(word)
			if raw.IsLead(lead) {
				return lead
			}
			if heart, other := (raw.Channel{Name: lead}).Says(); name == "" && (heart || other) {
				name = lead
			}
		}
	}
	return name
}

// leadCodes are the leads by their numbers in ISO/IEEE 11073-10102.
var leadCodes = map[int]string{1: "I", 2: "II", 3: "V1", 4: "V2", 5: "V3", 6: "V4", 7: "V5", 8: "V6", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF"}

// potential is the offset from the code of a lead to the code of its potential.
const potential = 131328

// leadName returns the lead of a name or a code: I for "leadI", "Lead I",
// "MDC_ECG_ELEC_POTL_I" and 131329; else the name.
func leadName(name string) string {
	if code, err := strconv.Atoi(name); err == nil {
		if lead, ok := leadCodes[code-potential]; ok {
			return lead
		}
	}
	for _, mark := range []string{"POTL_", "LEAD_", "lead_", "lead ", "Lead ", "lead", "ECG ", "ecg_", "ekg_"} {
		if _, after, ok := strings.Cut(name, mark); ok && raw.IsLead(strings.Trim(after, "_ ")) {
			return strings.Trim(after, "_ ")
		}
	}
	return name
}

// scaled returns the samples of each of a channel's leads, in mV.
func (c channel) scaled(r *raw.Recording) [][]float64 {
	d, path := c.document, c.column.path
	origin, factor := 0.0, 0.0
	unit := raw.PerMV(d.word(path, unitKeys))
	sampled := d.sampledData(path)
	switch nv, f, by := d.number(path, nanovoltKeys), d.number(path, factorKeys), d.number(path, divisorKeys); {
	case sampled != "":
		// A value in mV is origin + factor × number (FHIR, SampledData).
		origin, factor = d.scalar(sampled+".origin.value"), d.scalar(sampled+".factor")
		if factor == 0 {
			factor = 1
		}
		if unit = raw.PerMV(d.text(sampled + ".origin.code")); unit == 0 {
			unit = raw.PerMV(d.text(sampled + ".origin.unit"))
		}
		origin, factor = origin*unit, factor*unit
	case nv > 0:
		factor = nv * 1e-6
	case f > 0:
		factor = f
	case by > 0:
		factor = 1 / by
	case unit > 0:
		factor = unit
	}
	if factor == 0 {
		perMV, unit, stated := raw.Unit(lastKey(path), c.values)
		if factor = perMV; !stated {
			r.Notef("unit_guessed", "unit guessed as %s", unit)
		}
	}
	turns := 1
	if n := d.scalar(sampled + ".dimensions"); sampled != "" && n > 1 && n <= raw.MaxLeads {
		turns = int(n)
	}
	all := make([][]float64, turns)
	for k := range all {
		mv := make([]float64, len(c.values)/turns)
		for i := range mv {
			mv[i] = origin + factor*c.values[turns*i+k]
		}
		all[k] = mv
	}
	return all
}

// sampledData returns the path of FHIR's SampledData that contains a signal, ""
// if there is none.
func (d *Document) sampledData(path string) string {
	at := parent(path)
	if lastKey(path) != "data" || d.byPath[at+".period"] == nil && d.byPath[at+".interval"] == nil || d.byPath[at+".origin.value"] == nil && d.byPath[at+".dimensions"] == nil {
		return ""
	}
	return at
}

// scalar returns the last number at a path, 0 if there is none.
func (d *Document) scalar(path string) float64 {
	c := d.byPath[path]
	if c == nil || len(c.values) == 0 || math.IsNaN(c.values[len(c.values)-1]) {
		return 0
	}
	return c.values[len(c.values)-1]
}

// text returns the last text at a path, "" if there is none.
func (d *Document) text(path string) string {
	if c := d.byPath[path]; c != nil {
		return c.last
	}
	return ""
}

// number returns the last number under one of the keys in the objects around a
// path, the nearest first; 0 if there is none.
func (d *Document) number(path string, keys []string) (value float64) {
	d.around(path, func(key string, c *column) bool {
		n := len(c.values)
		if !matches(key, keys) || n == 0 || n >= fewestNumbers || math.IsNaN(c.values[n-1]) {
			return false
		}
		value = c.values[n-1]
		return true
	})
	return value
}

// word returns the last text under one of the keys in the objects around a path,
// the nearest first; "" if there is none.
func (d *Document) word(path string, keys []string) (word string) {
	d.nearby(path, func(key string, c *column) bool {
		if !matches(key, keys) || c.last == "" {
			return false
		}
		word = c.last
		return true
	})
	return word
}

// around calls take with the columns in the objects around a path and their keys,
// the nearest first, until take returns true. A quantity, an object with a value,
// is passed under its own key.
func (d *Document) around(path string, take func(key string, c *column) bool) {
	for at := path; at != ""; {
		at = parent(at)
		for _, c := range d.inside[at] {
			if take(lastKey(c.path), c) {
				return
			}
		}
		for _, c := range d.quantities[at] {
			if take(lastKey(parent(c.path)), c) {
				return
			}
		}
	}
}

// nearby is around, followed by the values of objects beside those around a path,
// such as "meta" or "device". It skips objects with a signal or the name of one,
// or the name of a filter: they describe something else.
func (d *Document) nearby(path string, take func(key string, c *column) bool) {
	taken := false
	d.around(path, func(key string, c *column) bool {
		taken = take(key, c)
		return taken
	})
	for at := path; at != "" && !taken; {
		at = parent(at)
		for _, c := range d.columns {
			object := parent(c.path)
			if taken || parent(object) != at || object == "" || strings.HasPrefix(path, object) || len(c.levels) > levelsOf(at) || d.isElsewhere(object) {
				continue
			}
			if matches(lastKey(c.path), quantityKeys) {
				continue
			}
			taken = take(lastKey(c.path), c)
		}
		for object, quantities := range d.quantities {
			if parent(object) != at || object == "" || strings.HasPrefix(path, object) || d.isElsewhere(object) {
				continue
			}
			for _, c := range quantities {
				taken = taken || take(lastKey(parent(c.path)), c)
			}
		}
	}
}

// levelsOf returns the number of lists that contain a path.
func levelsOf(path string) int { return strings.Count(path, "[]") }

// isElsewhere reports whether an object describes another signal, or something
// else.
func (d *Document) isElsewhere(object string) bool {
	name := words(lastKey(object))
	if _, other := (raw.Channel{Name: name}).Says(); other || raw.NamesNoRate(name) {
		return true
	}
	for _, c := range d.columns {
		if len(c.values) >= fewestNumbers && strings.HasPrefix(c.path, object) {
			return true
		}
	}
	return false
}

func matches(key string, keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(key, k) })
}
