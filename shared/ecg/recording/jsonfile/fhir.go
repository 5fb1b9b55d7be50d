package jsonfile

import (
	"math"
	"strconv"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// FHIR writes a lead as text in a SampledData: whole numbers with spaces between
// them, E, U and L for what is missing or out of range. mV are origin + factor ×
// number, and period is the time between samples in ms (FHIR R4, 2.24.0.14).

// fhir reads the document as an Observation with leads, nil if it is none.
func (d *document) fhir() *raw.Recording {
	r := &raw.Recording{}
	for _, path := range d.order {
		p := d.places[path]
		if lastKey(path) != "data" || len(p.long) == 0 || !strings.Contains(strings.ToLower(parent(path)), "sampleddata") {
			continue
		}
		at := parent(path)
		for i, text := range p.long {
			period := d.nth(at+".period", i)
			if period == 0 {
				period = d.nth(at+".interval", i)
			}
			if period > 0 && r.RateHz == 0 {
				r.RateHz = 1000 / period
			}
			factor := d.nth(at+".factor", i)
			if factor == 0 {
				factor = 1
			}
			r.Leads = append(r.Leads, raw.Lead{MV: sampledData(text, d.nth(at+".origin.value", i), factor*d.fhirUnit(at))})
		}
	}
	if len(r.Leads) == 0 {
		return nil
	}
	r.Leads = raw.OneLength(r.Leads)
	return r
}

// nth is the nth number at a path, or the last, 0 for none.
func (d *document) nth(path string, n int) float64 {
	p := d.places[path]
	if p == nil || len(p.numbers) == 0 {
		return 0
	}
	return p.numbers[min(n, len(p.numbers)-1)]
}

// fhirUnit is the factor to mV of an origin's unit.
func (d *document) fhirUnit(at string) float64 {
	for _, key := range []string{".origin.code", ".origin.unit"} {
		if p := d.places[at+key]; p != nil && len(p.words) > 0 {
			if factor := raw.PerMV(p.words[0]); factor > 0 {
				return factor
			}
		}
	}
	return 1
}

func sampledData(text string, origin, factor float64) []float64 {
	mv := make([]float64, 0, len(text)/4)
	for word := range strings.FieldsSeq(text) {
		x, err := strconv.ParseFloat(word, 64)
		if err != nil {
			x = math.NaN()
		}
		mv = append(mv, (origin+x)*factor)
	}
	return mv
}
