package document

import (
	"math"
	"strconv"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

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
