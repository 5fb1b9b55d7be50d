package wfdb

import (
	"math"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// segment is a record that is part of another one.
type segment struct {
	record string // "~" for a gap
	frames int
}

// readSegments joins one lead of a record's segments. The samples of a segment
// that lacks the lead, or wasn't sent, are missing.
func (h *header) readSegments(records []record, o raw.Options) (*raw.Recording, error) {
	byName := make(map[string]record)
	for _, r := range records {
		byName[strings.ToLower(r.record)] = r
	}
	r := &raw.Recording{Start: h.start}
	lead := raw.Lead{Name: o.Lead}
	pieces := make([][]float64, len(h.segments)) // nil for a missing one
	joined, present := 0, 0
	var first error
	for i, s := range h.segments {
		record, ok := byName[strings.ToLower(s.record)]
		if !ok {
			continue
		}
		delete(byName, strings.ToLower(s.record)) // a record can't be two segments, of which there could be very many
		part, err := record.read(raw.Options{Lead: lead.Name, Budget: o.Budget})
		if err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		chosen := part.Leads[raw.Choose(part.Leads, lead.Name)]
		if joined == 0 {
			lead.Name, r.RateHz = chosen.Name, part.RateHz
		}
		if chosen.Name == lead.Name && part.RateHz == r.RateHz {
			pieces[i] = chosen.MV
			joined++
			present += len(chosen.MV) + part.Left
		}
		if present >= o.Frames(r.RateHz, 1) { // the rest isn't used
			h.segments, pieces = h.segments[:i+1], pieces[:i+1]
			r.Left = part.Left
			break
		}
	}
	if joined == 0 {
		if first == nil {
			first = raw.Refuse(raw.Unreadable, 0, "none of the WFDB record's segments is there: send them with it")
		}
		return nil, first
	}
	r.Notef("segments_joined", "%d of %d segments joined", joined, len(h.segments))
	lead.MV = join(r, pieces, h.segments, r.RateHz/h.rateHz)
	r.Leads = []raw.Lead{lead}
	return r, nil
}

// join concatenates the pieces, with NaN samples for missing ones: perFrame for
// each of the segment's frames. If there would be more of these than samples, the
// longest piece alone is taken.
func join(r *raw.Recording, pieces [][]float64, segments []segment, perFrame float64) []float64 {
	var longest []float64
	present, missing := 0, 0.0
	for i, mv := range pieces {
		if mv == nil {
			missing += float64(segments[i].frames) * perFrame
		}
		present += len(mv)
		if len(mv) > len(longest) {
			longest = mv
		}
	}
	if missing > float64(present) || present > raw.MaxSamples {
		r.Notef("longest_taken", "more is missing than there is: the longest segment was taken")
		return longest
	}
	all := make([]float64, 0, present+int(missing)+1)
	for i, mv := range pieces {
		if mv != nil {
			all = append(all, mv...)
			continue
		}
		for range int(float64(segments[i].frames) * perFrame) {
			all = append(all, math.NaN())
		}
	}
	r.NoteMissing(len(all) - present)
	return all
}
