package recording

import (
	"math"
	"slices"
	"strings"
)

// isWFDBHeader recognises a .hea file.
func isWFDBHeader(data []byte) bool {
	_, ok := parseWFDBHeader(data[:min(len(data), 64<<10)])
	return ok
}

// refuseWFDBHeader is for a header that comes alone.
func refuseWFDBHeader([]byte, Hints) (*Recording, error) {
	return nil, refuse(Unreadable, 0, "it is the header of a WFDB record: send its .dat file with it, or both in a zip")
}

// wfdbRecord is a header with the files of its signals.
type wfdbRecord struct {
	wfdbHeader
	files map[string]entry // by the name in the header
}

// isWFDB finds a header among files.
func isWFDB(entries []entry) bool {
	if len(entries) < 2 {
		return false
	}
	return slices.ContainsFunc(entries, func(e entry) bool {
		_, ok := wfdbHeaderIn(e, len(entries))
		return ok
	})
}

// wfdbHeaderIn reads an entry that is a header by its content. Among very many
// files, those not named as one aren't unpacked to see.
func wfdbHeaderIn(e entry, files int) (wfdbHeader, bool) {
	const most = 64 << 10 // no header is longer
	if e.size > most || files > maxParts && !strings.HasSuffix(e.base(), ".hea") {
		return wfdbHeader{}, false
	}
	data, err := e.all()
	if err != nil {
		return wfdbHeader{}, false
	}
	return parseWFDBHeader(data)
}

// readWFDB reads the record among the files that began last, or comes first.
func readWFDB(entries []entry, h Hints) (*Recording, error) {
	var headers []wfdbHeader
	var rest []entry
	byName := make(map[string]entry)
	for _, e := range entries {
		if header, ok := wfdbHeaderIn(e, len(entries)); ok {
			headers = append(headers, header)
			continue
		}
		rest = append(rest, e)
		byName[e.base()] = e
	}
	if len(headers) == 1 && len(rest) == 1 {
		headers[0].nameFile(rest[0], byName)
	}
	var records []wfdbRecord
	for _, header := range headers {
		if files := header.find(byName); len(files) > 0 {
			records = append(records, wfdbRecord{header, files})
		}
	}
	for _, header := range headers {
		if len(header.segments) > 0 {
			return header.readSegments(records, h)
		}
	}
	if len(records) == 0 {
		return nil, refuse(Unreadable, 0, "the file of samples that the WFDB header names isn't there: send both")
	}
	newest := records[0]
	for _, r := range records[1:] {
		if r.start.After(newest.start) {
			newest = r
		}
	}
	r, err := newest.read(h)
	if err != nil {
		return nil, err
	}
	if len(records) > 1 {
		r.note("newest_taken", "the newest of %d records", len(records))
	}
	return r, nil
}

// nameFile takes the only file there is, whatever its name, for the only one
// that the header names.
func (h *wfdbHeader) nameFile(e entry, byName map[string]entry) {
	if len(h.signals) == 0 {
		return
	}
	first := h.signals[0].file
	if !slices.ContainsFunc(h.signals, func(s wfdbSignal) bool { return s.file != first }) {
		byName[entry{name: first}.base()] = e
	}
}

// find returns the files that the header names, by the last part of their
// names.
func (h *wfdbHeader) find(byName map[string]entry) map[string]entry {
	files := make(map[string]entry)
	for _, s := range h.signals {
		if e, ok := byName[entry{name: s.file}.base()]; ok {
			files[s.file] = e
		}
	}
	return files
}

// read reads the leads among the record's signals.
func (r *wfdbRecord) read(h Hints) (*Recording, error) {
	channels := make([]channel, len(r.signals))
	for i, s := range r.signals {
		_, there := r.files[s.file]
		channels[i] = channel{s.name, s.unit, r.rateHz * float64(s.perFrame), !there}
	}
	out := &Recording{Start: r.start}
	kept, err := out.hearts(channels, h.Lead)
	if err != nil {
		return nil, err
	}
	out.RateHz = channels[kept[0]].rateHz
	tracks := make([]wfdbTrack, len(kept))
	data := make(map[string][]byte)
	frames := math.MaxInt
	for j, i := range kept {
		file := r.signals[i].file
		if _, ok := data[file]; !ok {
			all, err := r.files[file].all()
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
	return out, r.decode(out, tracks, frames)
}

// decode appends the leads to out.
func (r *wfdbRecord) decode(out *Recording, tracks []wfdbTrack, frames int) error {
	whole := r.frames > 0 && frames >= r.frames
	switch {
	case frames <= 0:
		return refuse(Empty, 0, "its file of samples is empty")
	case r.frames > 0 && frames < r.frames:
		out.note("shorter_than_stated", "%d of %d samples are there", frames, r.frames)
	case whole && frames > r.frames+1: // one more may be padding
		out.note("longer_than_stated", "%d samples more than its header says: left out", frames-r.frames)
	}
	if whole {
		frames = r.frames
	}
	perFrame := tracks[0].perFrame
	if frames > MaxSamples/len(tracks)/perFrame {
		return refuse(Unsupported, 0, "it has more than %d samples", MaxSamples)
	}
	mostMissing := 0
	for _, t := range tracks {
		mv, sum, missing := t.decode(frames)
		mostMissing = max(mostMissing, missing)
		if whole && t.hasChecksum && t.skew == 0 && int16(sum) != int16(t.checksum) {
			out.note("checksum_wrong", "the checksum of lead %q doesn't fit its samples", t.name)
		}
		if t.uncalibrated {
			out.note("gain_guessed", "lead %q isn't calibrated: %d units per mV taken", t.name, wfdbGain)
		}
		if perMV(t.unit) == 0 {
			out.scaleGuessed(mv)
		}
		out.Leads = append(out.Leads, Lead{Name: t.name, MV: mv})
	}
	out.noteMissing(mostMissing)
	return nil
}
