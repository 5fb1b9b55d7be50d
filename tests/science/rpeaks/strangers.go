package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"systole/shared/ecg/resample"
	"systole/shared/ecg/rpeak"
	"systole/tests/science/cohort"
	"systole/tests/science/stress"
)

// databases are those that nothing was learned or chosen from: every WFDB record in
// the folders "qtdb" (QT database 1.0.0: parts of 15 minutes of other databases, two
// leads) and "ludb" (Lobachevsky University database 1.0.1: 10 s, twelve leads). A lead's
// reference is the file NAME.LEAD, in small letters, or NAME.atr for all leads.
//
// Records of the QT database without beat annotations are left out, and those that
// come from MIT-BIH, which the detector knows.
var databases = []struct{ set, files string }{
	{"qtdb", filepath.Join("qtdb", "*.hea")},
	{"ludb", filepath.Join("ludb", "data", "*.hea")},
}

// sources are the databases that the records of the QT database are parts of.
var sources = []struct {
	pattern, name string
}{
	{"sele0*", "European ST-T"},
	{"sel1[67]???", "MIT-BIH normal sinus"},
	{"sel1[45]???", "MIT-BIH long-term"},
	{"sel8??", "MIT-BIH supraventricular"},
	{"sel3??", "MIT-BIH ST change"},
}

// stranger is a lead of a record of a database that nothing was learned from.
type stranger struct {
	kind string // the source, or in the Lobachevsky database the lead
	lead string // its number
	half stress.Half
	record
}

// loadStrangers reads both databases, or the one that is there. A record is in a half as
// a whole.
func loadStrangers(folder string) ([]stranger, error) {
	var all []stranger
	for _, database := range databases {
		headers, err := filepath.Glob(filepath.Join(folder, database.files))
		if err != nil {
			return nil, err
		}
		records := 0
		for _, header := range headers {
			leads, err := readStranger(database.set, strings.TrimSuffix(header, ".hea"))
			if err != nil {
				return nil, err
			}
			for i := range leads {
				leads[i].half = stress.HalfOf(records)
			}
			if len(leads) > 0 {
				records++
			}
			all = append(all, leads...)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("neither qtdb nor ludb is in %s; set -strangers to the folder that holds PhysioNet's qtdb 1.0.0 and ludb 1.0.1", folder)
	}
	return all, nil
}

// readStranger reads the leads of a record that have a reference, none of a record that is
// left out.
func readStranger(set, base string) (all []stranger, err error) {
	name := filepath.Base(base)
	source := ""
	for _, s := range sources {
		if ok, _ := filepath.Match(s.pattern, name); ok {
			source = s.name
		}
	}
	if set == "qtdb" && source == "" {
		return nil, nil
	}
	leads, rateHz, err := cohort.ReadLeads(base)
	if err != nil {
		return nil, err
	}
	for i, lead := range leads {
		r := stress.Record{Name: name, RateHz: rateHz, MV: lead.MV}
		err := r.ReadBeats(base + "." + strings.ToLower(lead.Name))
		if errors.Is(err, fs.ErrNotExist) {
			err = r.ReadBeats(base + ".atr")
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && len(r.Beats) == 0 {
			err = fmt.Errorf("%s: no beats of lead %s", base, lead.Name)
		}
		if err != nil {
			return nil, err
		}
		kind := lead.Name
		if set == "qtdb" {
			align(&r)
			kind = source
		}
		// A reference says nothing of what is before its first mark and after its last.
		r.Unscored = [][2]float64{{0, r.Beats[0] - wide}, {r.Beats[len(r.Beats)-1] + wide, float64(len(r.MV)) / rateHz}}
		all = append(all, stranger{kind: kind, lead: fmt.Sprint(i + 1), record: record{set, r}})
	}
	return all, nil
}

// align moves all beats of a lead by the same time, to where the signal deviates most.
// The marks of the European ST-T database stand at the beginning of the QRS complexes,
// and those of both leads where one lead's complexes are.
func align(r *stress.Record) {
	const reach = 0.12
	var distances []float64
	for _, b := range r.Beats {
		from := max(0, int((b-reach)*r.RateHz))
		around := r.MV[min(from, len(r.MV)):min(len(r.MV), int((b+reach)*r.RateHz))]
		if len(around) == 0 {
			continue
		}
		sorted := slices.Sorted(slices.Values(around))
		middle, farthest := sorted[len(sorted)/2], 0
		for i, v := range around {
			if math.Abs(v-middle) > math.Abs(around[farthest]-middle) {
				farthest = i
			}
		}
		distances = append(distances, float64(from+farthest)/r.RateHz-b)
	}
	slices.Sort(distances)
	for i := range r.Beats {
		r.Beats[i] += distances[len(distances)/2]
	}
}

// noiseStrips cuts strips of 10 s for the noise stress test: of the QT database one of
// everyWindow of each lead, of the Lobachevsky database lead I and one other lead of each
// record of the half.
func noiseStrips(records []stranger, half stress.Half) (strips []stress.Strip) {
	const everyWindow = 10
	other := 0
	for _, r := range records {
		if r.set == "ludb" && r.lead == "1" {
			other = other%11 + 1
		}
		if r.half != half {
			continue
		}
		if r.set == "ludb" && r.lead != "1" && r.lead != fmt.Sprint(other+1) {
			continue
		}
		mv := resample.New(r.RateHz, stress.RateHz).Apply(nil, r.MV)
		height := stress.Height(mv, r.Beats)
		const length = stress.Seconds * stress.RateHz
		for start := 0; start+length <= len(mv); start += everyWindow * length {
			from := float64(start) / stress.RateHz
			s := stress.Strip{Set: r.set, Record: r.Name, MV: mv[start : start+length], HeightMV: height}
			for _, b := range r.Beats {
				if b >= from && b < from+stress.Seconds {
					s.Beats = append(s.Beats, b-from)
				}
			}
			s.From, s.To = max(0, r.Beats[0]-wide-from), min(stress.Seconds, r.Beats[len(r.Beats)-1]+wide-from)
			strips = append(strips, s)
		}
	}
	return strips
}

// strangers measures without noise and, the detector alone, in the noise stress test.
func strangers(o options) ([]row, error) {
	records, err := loadStrangers(o.strangers)
	if err != nil {
		return nil, err
	}
	if o.peers != "" {
		find, err := others(o.peers)
		if err != nil {
			return nil, err
		}
		return measureStrangers(records, find, o.each), nil
	}
	parameters, err := o.parameters()
	if err != nil {
		return nil, err
	}
	rows := measureStrangers(records, own(parameters), o.each)
	if !o.noise {
		return rows, nil
	}
	recorded, _, err := stress.Recorded(o.data, o.half())
	if err != nil {
		return nil, err
	}
	strips := noiseStrips(records, o.half())
	for _, database := range databases {
		of := slices.DeleteFunc(slices.Clone(strips), func(s stress.Strip) bool { return s.Set != database.set })
		rows = append(rows, measureStrips(database.set+" strips", of, recorded, parameters)...)
	}
	return rows, nil
}

// measureStrangers returns, for each database and each kind of record in it, the totals
// over whole recordings and over windows of 10 s that are each detected alone, and of the
// QT database both leads. -each adds every recording.
func measureStrangers(records []stranger, find finder, each bool) []row {
	var singles []row
	totals := map[string]row{}
	for _, r := range records {
		whole := compare(r.record, find(r, 0, r.MV))
		whole.Record = fmt.Sprintf("%s lead %s", r.Name, r.lead)
		singles = append(singles, whole)
		var windows row
		length := int(stress.Seconds * r.RateHz)
		for start := 0; start+length <= len(r.MV) && len(r.MV) > length; start += length {
			w := r.window(start, length)
			windows = sum(windows, compare(w, find(r, start, w.MV)), r.set, "")
		}
		names := []string{"all", r.kind}
		if r.half == stress.Report {
			names = append(names, "all of the half for reporting")
		}
		for _, name := range names {
			totals[r.set+name] = sum(totals[r.set+name], whole, r.set, name+", whole")
			if windows.Wide.Beats > 0 {
				totals[r.set+name+" windows"] = sum(totals[r.set+name+" windows"], windows, r.set, name+", windows of 10 s")
			}
		}
	}
	var rows []row
	if each {
		rows = singles
	}
	for _, key := range slices.Sorted(maps.Keys(totals)) {
		rows = append(rows, totals[key])
	}
	return rows
}

// window returns a part of a recording as a recording of its own, scored but for half a second
// at each end.
func (r *stranger) window(start, length int) record {
	from := float64(start) / r.RateHz
	w := stress.Record{Name: r.Name, RateHz: r.RateHz, MV: r.MV[start : start+length]}
	for _, b := range r.Beats {
		if b >= from && b < from+stress.Seconds {
			w.Beats = append(w.Beats, b-from)
		}
	}
	w.Unscored = [][2]float64{{0, 0.5}, {stress.Seconds - 0.5, stress.Seconds}}
	for _, u := range r.Unscored {
		w.Unscored = append(w.Unscored, [2]float64{u[0] - from, u[1] - from})
	}
	return record{r.set, w}
}

// finder returns the R peaks, in s, of a part of a recording that begins at a sample.
type finder func(r stranger, start int, mv []float64) []float64

// own finds them with the detector.
func own(parameters *rpeak.Parameters) finder {
	d := detector{Detector: rpeak.Detector{Parameters: parameters}}
	return func(r stranger, _ int, mv []float64) []float64 { return d.run(mv, r.RateHz) }
}

// others reads what peers.py wrote: of each part of a recording a line of JSON.
func others(file string) (finder, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	type part struct {
		set, record, lead string
		start, samples    int
	}
	found := map[part][]float64{}
	lines := bufio.NewReader(f)
	decoder := json.NewDecoder(lines)
	for decoder.More() {
		var line struct {
			Set, Record, Lead string
			Start, Samples    int
			Seconds           []float64
		}
		if err := decoder.Decode(&line); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		found[part{line.Set, line.Record, line.Lead, line.Start, line.Samples}] = line.Seconds
	}
	return func(r stranger, start int, mv []float64) []float64 {
		return found[part{r.set, r.Name, r.lead, start, len(mv)}]
	}, nil
}
