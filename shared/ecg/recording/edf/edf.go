// Package edf reads the European Data Format, EDF+ and BDF.
package edf

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Read reads a recording in the European Data Format, EDF+ or BDF.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	h, err := parseHeader(data)
	if err != nil {
		return nil, err
	}
	r := &raw.Recording{Start: h.start}
	channels := make([]raw.Channel, len(h.signals))
	for i, s := range h.signals {
		rate := 0.0
		if h.seconds > 0 {
			rate = float64(s.perRecord) / h.seconds
		}
		channels[i] = raw.Channel{Name: s.label, Unit: s.unit, RateHz: rate, Broken: !s.usable() || s.annotations()}
	}
	kept, err := r.Hearts(channels, o.Lead)
	if err != nil {
		return nil, err
	}
	r.RateHz = channels[kept[0]].RateHz
	body := data[head*(len(h.signals)+1):]
	records := h.count(r, body)
	if records == 0 {
		return nil, raw.Refuse(raw.Empty, 0, "its header is there, but no data")
	}
	perRecord := h.signals[kept[0]].perRecord
	if read := o.Frames(r.RateHz, len(kept))/perRecord + 1; read < records {
		r.Left = (records - read) * perRecord
		records = read
	}
	runs := h.runs(r, body, records)
	total := 0
	for _, run := range runs {
		total += run.missing + run.records*h.signals[kept[0]].perRecord
	}
	if total > 2*raw.MaxSamples/len(kept)+perRecord {
		return nil, raw.Refuse(raw.Unsupported, 0, "it has more than %d samples", raw.MaxSamples)
	}
	for _, i := range kept {
		mv := h.decode(make([]float64, 0, total), body, runs, h.signals[i])
		if raw.PerMV(h.signals[i].unit) == 0 {
			r.ScaleGuessed(mv)
		}
		r.Leads = append(r.Leads, raw.Lead{Name: h.signals[i].label, MV: mv})
	}
	return r, nil
}

// count returns the number of whole records.
func (h *header) count(r *raw.Recording, body []byte) int {
	records := len(body) / (h.perFrame * h.width)
	switch {
	case h.records < 0:
	case records < h.records:
		r.Notef("shorter_than_stated", "%d of %d records of %g s are there", records, h.records, h.seconds)
	case records > h.records && h.records > 0:
		r.Notef("longer_than_stated", "%d records of %g s more than its header says: read too", records-h.records, h.seconds)
	}
	return records
}

// run is a sequence of records without a gap.
type run struct {
	first, records int
	missing        int // samples before them
}

// runs finds the gaps in a recording whose format allows them. Gaps are filled
// with NaN samples; if there are more of these than recorded samples, the longest
// run alone is taken.
func (h *header) runs(r *raw.Recording, body []byte, records int) []run {
	whole := []run{{0, records, 0}}
	if first := h.onsets(body, 1); first == nil {
		return whole
	} else if first[0] > 0 && first[0] < 1e6 && !r.Start.IsZero() {
		r.Start = r.Start.Add(time.Duration(first[0] * 1e9))
	}
	if !h.gaps {
		return whole
	}
	onsets := h.onsets(body, records)
	if onsets == nil {
		return whole
	}
	runs := []run{{0, 1, 0}}
	filled, longest := 0.0, 0
	for i := 1; i < records; i++ {
		last := &runs[len(runs)-1]
		gap := math.Round((onsets[i] - onsets[i-1] - h.seconds) * r.RateHz)
		if !(gap > 1) { // one sample is rounding; a negative gap means a clock set back
			last.records++
		} else {
			filled += gap
			runs = append(runs, run{i, 1, int(min(gap, raw.MaxSamples))})
		}
		if last := runs[len(runs)-1]; last.records > runs[longest].records {
			longest = len(runs) - 1
		}
	}
	if len(runs) == 1 {
		return runs
	}
	if filled > float64(records)*h.seconds*r.RateHz {
		r.Notef("longest_taken", "%d gaps, longer than the recording: the longest part was taken", len(runs)-1)
		alone := runs[longest]
		alone.missing = 0
		return []run{alone}
	}
	for _, run := range runs[1:min(len(runs), 6)] {
		r.Notef("gap", "gap of %.3g s at %.1f s", float64(run.missing)/r.RateHz, onsets[run.first]-onsets[0]-float64(run.missing)/r.RateHz)
	}
	return runs
}

// onsets returns the times at which the first records begin, in seconds, from the
// first text of each record's annotations, or nil if a record states none.
func (h *header) onsets(body []byte, records int) []float64 {
	for _, s := range h.signals {
		if !s.annotations() {
			continue
		}
		onsets := make([]float64, records)
		for i := range onsets {
			text := body[(i*h.perFrame+s.begin)*h.width:][:s.perRecord*h.width]
			end := 0
			for end < len(text) && end < 32 && text[end] > 0x15 {
				end++
			}
			onset, err := strconv.ParseFloat(string(text[:end]), 64)
			if err != nil || math.Abs(onset) > 1e9 {
				return nil
			}
			onsets[i] = onset
		}
		return onsets
	}
	return nil
}

// decode appends the samples of a signal, in mV if its unit is one of voltage.
func (h *header) decode(dst []float64, body []byte, runs []run, s signal) []float64 {
	scale := raw.PerMV(s.unit)
	if scale == 0 {
		scale = 1
	}
	step := (s.high - s.low) / (s.maxCount - s.lowCount) * scale
	zero := s.low*scale - s.lowCount*step
	for _, run := range runs {
		for range run.missing {
			dst = append(dst, math.NaN())
		}
		for record := run.first; record < run.first+run.records; record++ {
			samples := body[(record*h.perFrame+s.begin)*h.width:][:s.perRecord*h.width]
			if h.width == 3 {
				for ; len(samples) >= 3; samples = samples[3:] {
					dst = append(dst, float64(raw.Int24(samples))*step+zero)
				}
				continue
			}
			for ; len(samples) >= 2; samples = samples[2:] {
				dst = append(dst, float64(int16(binary.LittleEndian.Uint16(samples)))*step+zero)
			}
		}
	}
	return dst
}
