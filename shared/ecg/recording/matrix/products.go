package matrix

import (
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// named returns the variable with a name, in any case.
func named(all []variable, name string) (variable, bool) {
	for _, v := range all {
		if strings.EqualFold(v.name, name) && v.whole() {
			return v, true
		}
	}
	return variable{}, false
}

// at returns a number of a variable, by its place in column order.
func (v variable) at(i int) float64 {
	if v.byRows {
		i = i%v.rows*v.columns + i/v.rows
	}
	return v.packing.At(v.numbers[i*v.packing.Width:])
}

// lines returns the rows of a matrix of characters.
func (v variable) lines() []string {
	all := make([]string, min(v.rows, raw.MaxLeads*4))
	for i := range all {
		var line strings.Builder
		for j := range min(v.columns, 200) {
			line.WriteRune(rune(v.at(j*v.rows + i)))
		}
		all[i] = strings.ToValidUTF8(strings.Trim(line.String(), " \x00"), "")
	}
	return all
}

// readProduct reads the variables of a known program; ok is false for others.
func readProduct(all []variable, o raw.Options) (r *raw.Recording, ok bool, err error) {
	if r, ok, err = readLabChart(all, o); ok {
		return r, ok, err
	}
	return readAcqKnowledge(all, o)
}

// readLabChart reads LabChart's export: all channels and blocks in sequence in
// data, with the beginning, end, rate and title of each. Source: ADInstruments,
// Export MATLAB Extension for LabChart, user's guide.
func readLabChart(all []variable, o raw.Options) (*raw.Recording, bool, error) {
	data, ok1 := named(all, "data")
	starts, ok2 := named(all, "datastart")
	ends, ok3 := named(all, "dataend")
	rates, ok4 := named(all, "samplerate")
	if !ok1 || !ok2 || !ok3 || !ok4 || starts.rows != ends.rows || starts.columns != ends.columns {
		return nil, false, nil
	}
	titles, _ := named(all, "titles")
	names := titles.lines()
	channels := make([]raw.Channel, min(starts.rows, raw.MaxLeads))
	from, to := make([]int, len(channels)), make([]int, len(channels))
	samples := data.rows * data.columns
	for c := range channels {
		block := 0
		for b := range starts.columns { // of the blocks the longest is read
			i := b*starts.rows + c
			first, last := int(starts.at(i))-1, int(ends.at(i))
			if first >= 0 && last <= samples && last-first > to[c]-from[c] {
				from[c], to[c], block = first, last, b
			}
		}
		channels[c] = raw.Channel{Broken: to[c] == from[c]}
		if c < len(names) {
			channels[c].Name = names[c]
		}
		if i := block*rates.rows + min(c, rates.rows-1); i < rates.rows*rates.columns {
			channels[c].RateHz = rates.at(i)
		}
	}
	r := &raw.Recording{Device: "LabChart"}
	if starts.columns > 1 {
		r.Notef("longest_taken", "the longest of %d blocks", starts.columns)
	}
	return r, true, addChannels(r, channels, o, func(c, i int) float64 { return data.at(from[c] + i) }, func(c int) int { return to[c] - from[c] })
}

// readAcqKnowledge reads AcqKnowledge's export for MATLAB: a column per channel,
// the interval between samples and the channels' labels. Source: BIOPAC,
// AcqKnowledge software guide, "Save as MATLAB".
func readAcqKnowledge(all []variable, o raw.Options) (*raw.Recording, bool, error) {
	data, ok1 := named(all, "data")
	interval, ok2 := named(all, "isi")
	labels, ok3 := named(all, "labels")
	if !ok1 || !ok2 || !ok3 || !labels.text {
		return nil, false, nil
	}
	perSecond := 1000.0
	if units, ok := named(all, "isi_units"); ok && len(units.lines()) > 0 && strings.HasPrefix(units.lines()[0], "s") {
		perSecond = 1
	}
	names := labels.lines()
	units, _ := named(all, "units")
	unitNames := units.lines()
	channels := make([]raw.Channel, min(data.columns, raw.MaxLeads))
	for c := range channels {
		channels[c].RateHz = perSecond / interval.at(0)
		if c < len(names) {
			channels[c].Name = names[c]
		}
		if c < len(unitNames) {
			channels[c].Unit = unitNames[c]
		}
	}
	r := &raw.Recording{Device: "AcqKnowledge"}
	return r, true, addChannels(r, channels, o, func(c, i int) float64 { return data.at(c*data.rows + i) }, func(int) int { return data.rows })
}

// addChannels appends the channels to r that can be an ECG.
func addChannels(r *raw.Recording, channels []raw.Channel, o raw.Options, at func(c, i int) float64, length func(c int) int) error {
	kept, err := r.Hearts(channels, o.Lead)
	if err != nil {
		return err
	}
	r.RateHz = channels[kept[0]].RateHz
	most := o.Frames(r.RateHz, len(kept))
	for _, c := range kept {
		mv := make([]float64, min(length(c), most))
		for i := range mv {
			mv[i] = at(c, i)
		}
		if perMV := raw.PerMV(channels[c].Unit); perMV != 0 {
			for i := range mv {
				mv[i] *= perMV
			}
		} else {
			r.ScaleGuessed(mv)
		}
		r.Left = max(r.Left, length(c)-len(mv))
		r.Leads = append(r.Leads, raw.Lead{Name: channels[c].Name, MV: mv})
	}
	r.Leads = raw.OneLength(r.Leads)
	return nil
}
