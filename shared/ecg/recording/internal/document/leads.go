package document

import (
	"slices"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Keys that describe a signal, in the exports of HealthKit's apps, Kardia,
// Withings, Fitbit and Google Health, Movesense, Samsung, and in FHIR.
var (
	unitKeys = []string{"unit", "units", "voltageunits", "unitofmeasure", "uom", "dataunit", "dataunits"}
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

// unitAsKey returns the mV of a number if the document's one unit is the key of
// its size, as in <DataUnit><uV>2.5</uV></DataUnit>; 0 if it isn't.
func (d *Document) unitAsKey() (factor float64) {
	for _, c := range d.columns {
		perMV := raw.PerMV(lastKey(c.path))
		if perMV == 0 || !matches(lastKey(parent(c.path)), unitKeys) {
			continue
		}
		if len(c.values) != 1 || factor != 0 || !(c.values[0] > 0) {
			return 0
		}
		factor = perMV * c.values[0]
	}
	return factor
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
	default:
		factor = d.unitAsKey()
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
