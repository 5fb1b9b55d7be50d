package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// document is one way to write a recording as JSON. Each field is a choice of the
// list of its name.
type document struct {
	RateHz   float64
	Around   string // the keys above the recording
	Several  string // recordings in a list, and the place of the newest
	Start    string // the key with the beginning
	Layout   string // of the samples
	Key      string // of the samples
	Number   string // how a number is written
	Clock    string // the times of samples or packets
	Rate     string // how the rate is stated
	RateAt   string // where it is stated
	Unit     string
	UnitAt   string
	Beside   string // another signal
	Missing  string
	Shuffled bool // the order of keys
	Encoding string
}

var (
	arounds   = []string{"", "", "data", "body/ecg", "result/data", "payload", "ecg", "measurement/ecg"}
	severals  = []string{"one", "one", "one", "newest first", "newest last", "newest in the middle", "lines"}
	starts    = []string{"startTime", "start", "startDate", "date", "timestamp", "recordedAt", "measured_at", "effectiveDateTime", "created", "time"}
	layouts   = []string{"list", "list", "objects", "pairs", "text with blanks", "text with commas", "packets", "packets a line", "by index", "leads by key", "leads in a list"}
	keys      = []string{"ecg", "ECG", "samples", "voltage", "values", "waveform", "ecgData", "ecg_samples", "signal", "data", "voltageMeasurements", "waveformSamples", "raw", "심전도"}
	numbers   = []string{"number", "number", "text", "exponent"}
	docClocks = []string{"none", "timestamp ms", "t s", "ISO", "timeSinceSampleStart", "epoch s", "time us"}
	docRates  = []string{"not", "not", "sender", "samplingRate", "sampling_rate", "sampleRate", "sample_rate_hz", "fs", "samplingFrequency", "sampling_frequency", "SamplingFrequencyHz",
		"frequency", "sampleRateText", "rateQuantity", "sampleInterval ms", "sample_interval_us", "samplingPeriod s", "Sampling Rate", "samplingRateText", "sfreq", "rate", "hz", "dt", "표본화 주파수"}
	rateAts   = []string{"beside", "beside", "above", "in meta", "in device"}
	docUnits  = []string{"mV", "uV", "V", "counts"}
	unitAts   = []string{"none", "unit", "units", "in the key", "in meta"}
	docBeside = []string{"none", "none", "acc", "hr", "timestamps", "rr", "ppg", "events"}
	docGaps   = []string{"none", "none", "none", "null", "NaN", "empty text"}
	docCodes  = []string{"UTF-8", "UTF-8", "UTF-8 with a mark", "UTF-16LE with a mark", "UTF-16BE with a mark", "UTF-16LE"}
)

// drawDocument draws a document. Impossible combinations, such as packets of
// samples without a list, are drawn again.
func drawDocument(r *rand.Rand, h Heart) Export {
	for {
		d := document{
			RateHz: h.RateHz, Around: of(r, arounds), Several: of(r, severals), Start: of(r, starts), Layout: of(r, layouts), Key: of(r, keys), Number: of(r, numbers),
			Clock: of(r, docClocks), Rate: of(r, docRates), RateAt: of(r, rateAts), Unit: of(r, docUnits), UnitAt: of(r, unitAts), Beside: of(r, docBeside), Missing: of(r, docGaps),
			Shuffled: r.IntN(2) == 0, Encoding: of(r, docCodes),
		}
		if !d.possible() {
			continue
		}
		e := Export{How: fmt.Sprintf("%+v", d), RateHz: h.RateHz, MV: slices.Clone(h.MV), RateTold: d.rateTold(), UnitTold: d.Unit != "counts" && d.UnitAt != "none"}
		if d.Rate == "sender" {
			e.StatedHz = h.RateHz
		}
		if d.Missing != "none" {
			for i := range missing {
				e.MV[firstMissing+i] = math.NaN()
			}
		}
		e.File = encode(d.write(r, h), d.Encoding)
		return e
	}
}

// clocked reports whether a layout has room for times.
func (d document) clocked() bool {
	return slices.Contains([]string{"objects", "pairs", "packets", "packets a line"}, d.Layout)
}

func (d document) possible() bool {
	text := strings.HasPrefix(d.Layout, "text")
	lines := d.Several == "lines" || d.Layout == "packets a line"
	switch {
	case d.Clock != "none" && !d.clocked():
		return false
	case text && (d.Number == "text" || d.Missing == "null" || d.Missing == "empty text"):
		return false
	case lines && (d.Around != "" || d.Several != "lines" && d.Several != "one" || d.Layout == "packets a line" && d.Several != "one"):
		return false
	case d.Layout == "packets a line" && (d.RateAt != "beside" || d.UnitAt == "in meta" ||
		slices.Contains([]string{"acc", "ppg", "timestamps", "hr"}, d.Beside)):
		return false
	case d.Beside == "timestamps" && d.Layout != "list":
		return false
	case (d.Layout == "pairs" || d.Layout == "leads by key") && d.UnitAt == "in the key":
		return false
	case d.Layout == "pairs" && d.Clock == "none":
		return false
	case d.RateAt == "above" && (d.Around == "" || d.Several != "one"):
		return false
	case d.Several != "one" && (d.Start == "time" || d.Start == "timestamp") && d.clocked():
		return false
	}
	return true
}

// rateTold reports whether a reader can know the rate.
func (d document) rateTold() bool {
	if d.Rate != "not" {
		return true
	}
	return d.Clock != "none" || d.Beside == "timestamps"
}

// member is a key with the text of its value.
type member struct{ key, value string }

// object writes members, in random order if keys are shuffled.
func (d document) object(r *rand.Rand, members []member) string {
	if d.Shuffled {
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	}
	var b strings.Builder
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Quote(m.key) + ":" + m.value)
	}
	return "{" + b.String() + "}"
}

// orders are the ages of recordings in days, by their order in the file.
var orders = map[string][]int{"one": {0}, "newest first": {0, 3, 40}, "newest last": {40, 3, 0}, "newest in the middle": {3, 0, 40}, "lines": {40, 0, 3}}

func (d document) write(r *rand.Rand, h Heart) string {
	var all []string
	for _, days := range orders[d.Several] {
		signal := h.MV
		if days > 0 {
			signal = h.Stranger[:len(h.Stranger)-100]
		}
		all = append(all, d.recording(r, signal, days))
	}
	if d.Layout == "packets a line" || d.Several == "lines" {
		return strings.Join(all, "\n") + "\n"
	}
	text := all[0]
	if d.Several != "one" {
		text = "[" + strings.Join(all, ",") + "]"
	}
	if d.Around == "" {
		return text
	}
	around := strings.Split(d.Around, "/")
	for i, key := range slices.Backward(around) {
		members := []member{{key, text}, {"status", "0"}, {"version", `"1.2.0"`}}
		if i == 0 && d.RateAt == "above" {
			members = append(members, d.rate()...)
		}
		text = d.object(r, members)
	}
	return text
}

// recording writes one recording, or the lines of its packets.
func (d document) recording(r *rand.Rand, mv []float64, days int) string {
	at := begin.AddDate(0, 0, -days)
	key := d.Key
	if d.UnitAt == "in the key" && d.Unit != "counts" {
		key += "_" + d.Unit
	}
	if d.Layout == "packets a line" {
		return d.packets(r, mv, at, key, "\n")
	}
	members := []member{{d.Start, strconv.Quote(at.Format("2006-01-02T15:04:05.000Z"))}, {"deviceName", `"Watch 5"`}, {"averageHeartRate", "72"}, {"numberOfSamples", strconv.Itoa(len(mv))}}
	members = append(members, d.samples(r, mv, at, key)...)
	var meta []member
	switch d.RateAt {
	case "beside":
		members = append(members, d.rate()...)
	case "in meta", "in device":
		meta = append(meta, d.rate()...)
	}
	if d.Unit != "counts" {
		switch d.UnitAt {
		case "unit", "units":
			members = append(members, member{d.UnitAt, strconv.Quote(d.Unit)})
		case "in meta":
			meta = append(meta, member{"unit", strconv.Quote(d.Unit)})
		}
	}
	if len(meta) > 0 {
		meta = append(meta, member{"firmware", `"2.1"`}, member{"battery", "87"})
		members = append(members, member{map[bool]string{true: "device", false: "meta"}[d.RateAt == "in device"], d.object(r, meta)})
	}
	members = append(members, d.beside(len(mv))...)
	return d.object(r, members)
}

// rate returns the statement of the rate.
func (d document) rate() []member {
	hz := strconv.FormatFloat(d.RateHz, 'f', -1, 64)
	step := func(unit float64, digits int) string {
		return strconv.FormatFloat(unit/d.RateHz, 'f', digits, 64)
	}
	switch d.Rate {
	case "not", "sender":
		return nil
	case "sampleRateText":
		return []member{{"sampleRate", `"` + hz + ` Hz"`}}
	case "samplingRateText":
		return []member{{"samplingRate", `"` + hz + `"`}}
	case "rateQuantity":
		return []member{{"samplingRate", `{"value":` + hz + `,"unit":"Hz"}`}}
	case "sampleInterval ms":
		return []member{{"sampleInterval", step(1e3, 6)}}
	case "sample_interval_us":
		return []member{{"sample_interval_us", step(1e6, 3)}}
	case "samplingPeriod s":
		return []member{{"samplingPeriod", step(1, 9)}}
	case "dt":
		return []member{{"dt", step(1, 9)}}
	}
	return []member{{d.Rate, hz}}
}

// number writes a sample.
func (d document) number(i int, mv float64) string {
	if d.Missing != "none" && i >= firstMissing && i < firstMissing+missing {
		return map[string]string{"null": "null", "NaN": "NaN", "empty text": `""`}[d.Missing]
	}
	text := ""
	switch d.Unit {
	case "mV":
		text = strconv.FormatFloat(mv, 'f', 4, 64)
	case "uV":
		text = strconv.FormatFloat(1000*mv, 'f', 1, 64)
	case "V":
		text = strconv.FormatFloat(mv/1000, 'f', 7, 64)
	case "counts":
		text = strconv.Itoa(2048 + int(math.Round(400*mv)))
	}
	switch d.Number {
	case "text":
		return `"` + text + `"`
	case "exponent":
		x, _ := strconv.ParseFloat(text, 64)
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	return text
}

// time returns the member, or the value, with the time of a sample.
func (d document) time(at time.Time, i int) member {
	s := float64(i) / d.RateHz
	switch d.Clock {
	case "timestamp ms":
		return member{"timestamp", strconv.FormatInt(at.UnixMilli()+int64(math.Round(1e3*s)), 10)}
	case "t s":
		return member{"t", strconv.FormatFloat(s, 'f', 6, 64)}
	case "ISO":
		return member{"time", strconv.Quote(at.Add(time.Duration(1e9 * s)).Format("2006-01-02T15:04:05.000Z"))}
	case "timeSinceSampleStart":
		return member{"timeSinceSampleStart", strconv.FormatFloat(s, 'f', 6, 64)}
	case "epoch s":
		return member{"ts", strconv.FormatFloat(float64(at.Unix())+s, 'f', 4, 64)}
	}
	return member{"time_us", strconv.FormatInt(int64(math.Round(1e6*s)), 10)}
}

// list writes numbers with a mark between them.
func (d document) list(mv []float64, from int, mark string) string {
	var b strings.Builder
	for i, x := range mv {
		if i > 0 {
			b.WriteString(mark)
		}
		b.WriteString(d.number(from+i, x))
	}
	return b.String()
}

// samples returns the members with the signal.
func (d document) samples(r *rand.Rand, mv []float64, at time.Time, key string) []member {
	each := func(write func(i int) string) string {
		var b strings.Builder
		for i := range mv {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(write(i))
		}
		return "[" + b.String() + "]"
	}
	switch d.Layout {
	case "objects":
		name := "value"
		if d.UnitAt == "in the key" && d.Unit != "counts" {
			name += "_" + d.Unit
		}
		timeFirst := r.IntN(2) == 0
		return []member{{d.Key, each(func(i int) string {
			value := strconv.Quote(name) + ":" + d.number(i, mv[i])
			if d.Clock == "none" {
				return "{" + value + "}"
			}
			t := d.time(at, i)
			clock := strconv.Quote(t.key) + ":" + t.value
			if timeFirst {
				return "{" + clock + "," + value + "}"
			}
			return "{" + value + "," + clock + "}"
		})}}
	case "pairs":
		return []member{{d.Key, each(func(i int) string { return "[" + d.time(at, i).value + "," + d.number(i, mv[i]) + "]" })}}
	case "text with blanks":
		return []member{{key, `"` + d.list(mv, 0, " ") + `"`}}
	case "text with commas":
		return []member{{key, `"` + d.list(mv, 0, ",") + `"`}}
	case "packets":
		return []member{{"packets", "[" + d.packets(r, mv, at, key, ",") + "]"}}
	case "by index":
		var members []string
		for i, x := range mv {
			members = append(members, strconv.Quote(strconv.Itoa(i))+":"+d.number(i, x))
		}
		return []member{{key, "{" + strings.Join(members, ",") + "}"}}
	case "leads by key":
		second := slices.Clone(mv)
		slices.Reverse(second)
		return []member{{d.Key, `{"II":[` + d.list(second, len(mv), ",") + `],"I":[` + d.list(mv, 0, ",") + `]}`}}
	case "leads in a list":
		second := slices.Clone(mv)
		slices.Reverse(second)
		name := of(r, []string{"name", "lead", "label", "code"})
		return []member{{"leads", `[{"` + name + `":"II","` + key + `":[` + d.list(second, len(mv), ",") + `]},{"` + name + `":"I","` + key + `":[` + d.list(mv, 0, ",") + `]}]`}}
	}
	return []member{{key, "[" + d.list(mv, 0, ",") + "]"}}
}

// packets writes packets of 73 samples, each with its time if there is a clock.
func (d document) packets(r *rand.Rand, mv []float64, at time.Time, key, mark string) string {
	const size = 73
	var packets []string
	for i := 0; i < len(mv); i += size {
		members := []member{{key, "[" + d.list(mv[i:min(i+size, len(mv))], i, ",") + "]"}}
		if d.Clock != "none" {
			members = append(members, d.time(at, i))
		}
		if mark == "\n" {
			members = append(members, d.rate()...)
			if (d.UnitAt == "unit" || d.UnitAt == "units") && d.Unit != "counts" {
				members = append(members, member{d.UnitAt, strconv.Quote(d.Unit)})
			}
		}
		packets = append(packets, d.object(r, members))
	}
	return strings.Join(packets, mark)
}

// beside returns another signal, or another kind of list.
func (d document) beside(n int) []member {
	numbers := func(n int, x func(i int) float64) string {
		text := make([]string, n)
		for i := range text {
			text[i] = strconv.FormatFloat(x(i), 'f', 3, 64)
		}
		return "[" + strings.Join(text, ",") + "]"
	}
	switch d.Beside {
	case "acc":
		return []member{{"acc", `{"x":` + numbers(n, func(i int) float64 { return math.Sin(float64(i) / 9) }) + `,"y":` + numbers(n, func(i int) float64 { return math.Cos(float64(i) / 9) }) + "}"}}
	case "hr":
		return []member{{"heartRates", numbers(250, func(i int) float64 { return 60 + 5*math.Sin(float64(i)) })}}
	case "timestamps":
		return []member{{"timestamps", numbers(n, func(i int) float64 { return 1000 * float64(i) / d.RateHz })}}
	case "rr":
		return []member{{"rr", numbers(14, func(i int) float64 { return 0.8 })}}
	case "ppg":
		return []member{{"ppg", numbers(n, func(i int) float64 { return 1000 + 100*math.Sin(float64(i)/50) })}}
	case "events":
		return []member{{"events", `[{"t":1.5,"type":"N"},{"t":2.4,"type":"N"}]`}}
	}
	return nil
}
