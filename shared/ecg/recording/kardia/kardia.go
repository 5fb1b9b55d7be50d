// Package kardia reads AliveCor Kardia's .atc files.
package kardia

import (
	"bytes"
	"encoding/binary"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: AliveCor's atc2json, which reads these files.

// Is reports whether the file is one of Kardia.
func Is(data []byte) bool { return bytes.HasPrefix(data, []byte("ALIVE\x00\x00\x00")) }

// leadBlocks are the names of the blocks with leads.
var leadBlocks = [...]struct{ block, name string }{
	{"ecg ", "I"}, {"ecg2", "II"}, {"ecg3", "III"}, {"ecg4", "aVR"}, {"ecg5", "aVL"}, {"ecg6", "aVF"},
}

// Read reads a Kardia's .atc file: blocks with a name and a length. Of the block
// about the phone and its location only the date is read.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	const head, blockHead, sum = 12, 8, 4
	if len(data) < head {
		return nil, raw.Refuse(raw.Unreadable, 0, "it ends within its header: send it again")
	}
	r := &raw.Recording{Device: "AliveCor Kardia"}
	var leads [len(leadBlocks)][]byte
	nanovolts, wrong := 0, false
	for rest := data[head:]; len(rest) >= blockHead; {
		name, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
		if size > len(rest)-blockHead-sum {
			r.Notef("cut_off", "it ends within a part: what came before was read")
			size = max(0, min(size, len(rest)-blockHead))
		} else {
			wrong = wrong || !sumFits(rest[:blockHead+size], binary.LittleEndian.Uint32(rest[blockHead+size:]))
		}
		body := rest[blockHead : blockHead+size]
		rest = rest[min(len(rest), blockHead+size+sum):]
		switch {
		case name == "info" && len(body) >= 32:
			r.Start = parseDate(body[:32])
		case name == "fmt " && len(body) >= 5:
			r.RateHz = float64(binary.LittleEndian.Uint16(body[1:]))
			nanovolts = int(binary.LittleEndian.Uint16(body[3:]))
		}
		for i, lead := range leadBlocks {
			if name == lead.block {
				leads[i] = body
			}
		}
	}
	if wrong {
		r.Notef("checksum_wrong", "a checksum doesn't fit")
	}
	if nanovolts == 0 {
		nanovolts = 500
		r.Notef("gain_guessed", "it doesn't say its resolution: %d nV taken, as usual", nanovolts)
	}
	return r, addLeads(r, leads[:], float64(nanovolts)/1e6, o)
}

// addLeads appends the existing leads, cut to the shortest.
func addLeads(r *raw.Recording, leads [][]byte, mV float64, o raw.Options) error {
	samples := 0
	for _, lead := range leads {
		if n := len(lead) / 2; n > 0 && (samples == 0 || n < samples) {
			samples = n
		}
	}
	if samples == 0 {
		return raw.Refuse(raw.Empty, 0, "there is no ECG in it")
	}
	read := min(samples, o.Frames(r.RateHz, len(leads)))
	r.Left, samples = samples-read, read
	for i, lead := range leads {
		if len(lead) < 2 {
			continue
		}
		mv := make([]float64, samples)
		for j := range mv {
			mv[j] = float64(int16(binary.LittleEndian.Uint16(lead[2*j:]))) * mV
		}
		r.Leads = append(r.Leads, raw.Lead{Name: leadBlocks[i].name, MV: mv})
	}
	return nil
}

// sumFits reports whether a block's bytes have the sum. Some programs add them up
// as signed numbers.
func sumFits(block []byte, want uint32) bool {
	var unsigned, signed uint32
	for _, b := range block {
		unsigned += uint32(b)
		signed += uint32(int8(b))
	}
	return want == unsigned || want == signed
}

// parseDate reads a date; an unreadable one counts as missing. The hours of its
// zone have one digit or two.
func parseDate(field []byte) time.Time {
	date, _, _ := bytes.Cut(field, []byte{0})
	text := string(date)
	if n := len(text) - len("-7:00"); n > 0 && (text[n] == '-' || text[n] == '+') && text[n+2] == ':' {
		text = text[:n+1] + "0" + text[n+1:]
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999Z07:00", "2006-01-02T15:04:05.999-0700"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	return time.Time{}
}
