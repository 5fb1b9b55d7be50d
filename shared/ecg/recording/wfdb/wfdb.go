// Package wfdb reads the records of PhysioNet: a header and files of samples.
package wfdb

import (
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

// IsHeader recognises a .hea file.
func IsHeader(data []byte) bool {
	_, ok := parseHeader(data[:min(len(data), 64<<10)])
	return ok
}

// ReadHeader refuses a header without its samples.
func ReadHeader([]byte, raw.Options) (*raw.Recording, error) {
	alone := raw.Refuse(raw.Unreadable, 0, "it is the header of a WFDB record: send its .dat file with it, or both in a zip")
	alone.Kind = "wfdb_header"
	return nil, alone
}

// record is a header with the files of its signals.
type record struct {
	header
	files map[string]archive.Entry // by their names in the header
}

// Is recognises a header among files.
func Is(entries []archive.Entry) bool {
	if len(entries) < 2 {
		return false
	}
	return slices.ContainsFunc(entries, func(e archive.Entry) bool {
		_, ok := headerIn(e, len(entries))
		return ok
	})
}

// fewFiles bounds the files that are each opened to see whether they are a
// header.
const fewFiles = 16

// headerIn reads an entry that is a header by its content. Among more than
// fewFiles, only entries with a header's name are unpacked.
func headerIn(e archive.Entry, files int) (header, bool) {
	const most = 64 << 10 // bytes; no header is longer
	if e.Size > most || files > fewFiles && !strings.HasSuffix(e.Base(), ".hea") {
		return header{}, false
	}
	data, err := e.All()
	if err != nil {
		return header{}, false
	}
	return parseHeader(data)
}

// Read reads, of the records among the files, the one that began last, or else
// the first.
func Read(entries []archive.Entry, o raw.Options) (*raw.Recording, error) {
	var headers []header
	var rest []archive.Entry
	byName := make(map[string]archive.Entry)
	for _, e := range entries {
		if header, ok := headerIn(e, len(entries)); ok {
			headers = append(headers, header)
			continue
		}
		rest = append(rest, e)
		byName[e.Base()] = e
	}
	if len(headers) == 1 && len(rest) == 1 {
		headers[0].nameFile(rest[0], byName)
	}
	var records []record
	for _, header := range headers {
		if files := header.find(byName); len(files) > 0 {
			records = append(records, record{header, files})
		}
	}
	for _, header := range headers {
		if len(header.segments) > 0 {
			return header.readSegments(records, o)
		}
	}
	if len(records) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "the file of samples that the WFDB header names isn't there: send both")
	}
	newest := records[0]
	for _, r := range records[1:] {
		if r.start.After(newest.start) {
			newest = r
		}
	}
	r, err := newest.read(o)
	if err != nil {
		return nil, err
	}
	if len(records) > 1 {
		r.Notef("newest_taken", "the newest of %d records", len(records))
	}
	return r, nil
}

// nameFile assigns the only file, whatever its name, to the only one that the
// header names.
func (h *header) nameFile(e archive.Entry, byName map[string]archive.Entry) {
	if len(h.signals) == 0 {
		return
	}
	first := h.signals[0].file
	if !slices.ContainsFunc(h.signals, func(s signal) bool { return s.file != first }) {
		byName[archive.Base(first)] = e
	}
}

// find returns the files that the header names, by the last part of their names.
func (h *header) find(byName map[string]archive.Entry) map[string]archive.Entry {
	files := make(map[string]archive.Entry)
	for _, s := range h.signals {
		if e, ok := byName[archive.Base(s.file)]; ok {
			files[s.file] = e
		}
	}
	return files
}

// read reads the leads among the record's signals.
func (r *record) read(o raw.Options) (*raw.Recording, error) {
	channels := make([]raw.Channel, len(r.signals))
	for i, s := range r.signals {
		_, there := r.files[s.file]
		channels[i] = raw.Channel{Name: s.name, Unit: s.unit, RateHz: r.rateHz * float64(s.perFrame), Broken: !there}
	}
	out := &raw.Recording{Start: r.start}
	kept, err := out.Hearts(channels, o.Lead)
	if err != nil {
		return nil, err
	}
	out.RateHz = channels[kept[0]].RateHz
	tracks := make([]track, len(kept))
	data := make(map[string][]byte)
	frames := math.MaxInt
	for j, i := range kept {
		file := r.signals[i].file
		if _, ok := data[file]; !ok {
			all, err := r.files[file].All()
			if err != nil {
				return nil, err
			}
			data[file] = all
		}
		track, err := r.track(i, data[file])
		if err != nil {
			return nil, err
		}
		tracks[j] = track
		frames = min(frames, track.frames)
	}
	return out, r.decode(out, tracks, frames, o)
}

// decode appends the leads to out.
func (r *record) decode(out *raw.Recording, tracks []track, frames int, o raw.Options) error {
	whole := r.frames > 0 && frames >= r.frames
	switch {
	case frames <= 0:
		return raw.Refuse(raw.Empty, 0, "its file of samples is empty")
	case r.frames > 0 && frames < r.frames:
		out.Notef("shorter_than_stated", "%d of %d samples are there", frames, r.frames)
	case whole && frames > r.frames+1: // one more may be padding
		out.Notef("longer_than_stated", "%d samples more than its header says: left out", frames-r.frames)
	}
	if whole {
		frames = r.frames
	}
	perFrame := tracks[0].perFrame
	if read := o.Frames(out.RateHz, len(tracks))/perFrame + 1; read < frames {
		out.Left = (frames - read) * perFrame
		frames, whole = read, false // the checksum covers all samples
	}
	mostMissing := 0
	for _, t := range tracks {
		mv, sum, missing := t.decode(frames)
		mostMissing = max(mostMissing, missing)
		if whole && t.hasChecksum && t.skew == 0 && int16(sum) != int16(t.checksum) {
			out.Notef("checksum_wrong", "the checksum of lead %q doesn't fit its samples", t.name)
		}
		if t.uncalibrated {
			out.Notef("gain_guessed", "lead %q isn't calibrated: %d units per mV taken", t.name, defaultGain)
		}
		if raw.PerMV(t.unit) == 0 {
			out.ScaleGuessed(mv)
		}
		out.Leads = append(out.Leads, raw.Lead{Name: t.name, MV: mv})
	}
	out.NoteMissing(mostMissing)
	return nil
}
