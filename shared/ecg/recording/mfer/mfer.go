// Package mfer reads the Medical waveform Format Encoding Rules (ISO 22077-1),
// the format of Japanese electrocardiographs and monitors.
package mfer

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// Tags of ISO 22077-1. A file is a sequence of tag, length and value; a value
// applies to the waveforms that follow it.
const (
	tagByteOrder    = 0x01
	tagBlock        = 0x04
	tagChannels     = 0x05
	tagSequences    = 0x06
	tagLead         = 0x09
	tagType         = 0x0a
	tagInterval     = 0x0b
	tagResolution   = 0x0c
	tagOffset       = 0x0d
	tagCompression  = 0x0e
	tagNull         = 0x12
	tagManufacturer = 0x17
	tagWaveform     = 0x1e
	tagChannel      = 0x3f
	tagPreamble     = 0x40
	tagMeasured     = 0x85
	tagEnd          = 0x80
)

// types are the types of samples by their number (tag 0x0a).
var types = [...]string{"i2", "u2", "i4", "u1", "u2", "i1", "u4", "f4", "f8"}

// leads are the leads by their number (tag 0x09).
var leads = map[int]string{
	1: "I", 2: "II", 3: "V1", 4: "V2", 5: "V3", 6: "V4", 7: "V5", 8: "V6", 9: "V7",
	11: "V3R", 12: "V4R", 13: "V5R", 14: "V6R", 15: "V7R", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF", 66: "V8", 67: "V9",
}

// Is reports whether the file begins with MFER's preamble.
func Is(data []byte) bool {
	return len(data) >= 8 && data[0] == tagPreamble && bytes.HasPrefix(data[2:], []byte("MFR"))
}

// channel holds the settings of one channel, or of all.
type channel struct {
	name   string
	block  int     // samples per block
	rateHz float64 // 0 if the file doesn't state it
	scale  float64 // mV of 1; 0 if the file doesn't state it
	offset float64
	kind   int // index into types
	null   float64
}

// file is an MFER file being read.
type file struct {
	order     binary.ByteOrder
	common    channel
	channels  []channel
	sequences int
	r         *raw.Recording
}

// Bounds on a file.
const (
	maxChannels = 256
	maxBlock    = raw.MaxSamples
)

// Read reads the first waveform of a file.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	f := &file{order: binary.BigEndian, r: &raw.Recording{}, common: channel{null: math.NaN()}}
	for len(data) > 0 {
		tag, number, value, rest, ok := split(data)
		if !ok || tag == tagEnd {
			break
		}
		data = rest
		if tag == tagWaveform {
			return f.waveform(value, o)
		}
		if err := f.take(tag, number, value); err != nil {
			return nil, err
		}
	}
	return nil, raw.Refuse(raw.Empty, 0, "it holds no waveform, or ends before it: send it again")
}

// split splits off the first element. A channel's element has its number between
// tag and length. Of a value that is cut off it returns the bytes before the cut.
func split(b []byte) (tag, number int, value, rest []byte, ok bool) {
	tag, b = int(b[0]), b[1:]
	if tag == tagChannel {
		for {
			if len(b) == 0 || number > maxChannels {
				return tag, 0, nil, nil, false
			}
			c := b[0]
			number, b = number<<7|int(c&0x7f), b[1:]
			if c < 0x80 {
				break
			}
		}
	}
	if len(b) == 0 {
		return tag, 0, nil, nil, tag == tagEnd
	}
	length, b := int(b[0]), b[1:]
	if length == 0x80 { // indefinite: to the end
		return tag, number, b, nil, true
	}
	if length > 0x80 {
		n := length & 0x7f
		if n > 4 || len(b) < n {
			return tag, 0, nil, nil, false
		}
		length = 0
		for _, c := range b[:n] {
			length = length<<8 | int(c)
		}
		b = b[n:]
	}
	length = min(length, len(b))
	return tag, number, b[:length], b[length:], true
}

// take stores an element's setting for the waveforms that follow.
func (f *file) take(tag, number int, value []byte) error {
	switch tag {
	case tagByteOrder:
		f.order = binary.BigEndian
		if len(value) > 0 && value[0] == 1 {
			f.order = binary.LittleEndian
		}
	case tagChannels:
		n := f.integer(value)
		if n < 1 || n > maxChannels {
			return raw.Refuse(raw.Unsupported, 0, "it has %d channels, at most %d are read", n, maxChannels)
		}
		f.channels = make([]channel, n)
		for i := range f.channels {
			f.channels[i] = f.common
		}
	case tagSequences:
		f.sequences = f.integer(value)
	case tagCompression:
		if len(value) >= 2 && f.integer(value[:2]) != 0 {
			return raw.Refuse(raw.Unsupported, 0, "its samples are compressed: export it uncompressed")
		}
	case tagManufacturer:
		name, _, _ := strings.Cut(string(value), "^")
		f.r.Device = strings.ToValidUTF8(strings.Trim(name, " \x00"), "")
	case tagMeasured:
		f.r.Start = f.moment(value)
	case tagChannel:
		for number < len(f.channels) && len(value) > 0 {
			inner, _, v, rest, ok := split(value)
			if !ok {
				break
			}
			f.say(&f.channels[number], inner, v)
			value = rest
		}
	default:
		f.say(&f.common, tag, value)
		for i := range f.channels {
			f.say(&f.channels[i], tag, value)
		}
	}
	return nil
}

// say stores an element's setting for a channel.
func (f *file) say(c *channel, tag int, value []byte) {
	switch tag {
	case tagLead:
		if len(value) < 2 {
			return
		}
		code := f.integer(value[:2])
		c.name = leads[code]
		if text := strings.Trim(string(value[2:]), " \x00"); text != "" {
			c.name = strings.ToValidUTF8(text, "")
		} else if c.name == "" {
			c.name = fmt.Sprintf("lead %d", code)
		}
	case tagBlock:
		c.block = f.integer(value)
	case tagType:
		c.kind = f.integer(value)
	case tagInterval:
		if len(value) < 3 {
			return
		}
		x := float64(f.integer(value[2:])) * math.Pow10(int(int8(value[1])))
		switch {
		case value[0] == 0:
			c.rateHz = x
		case value[0] == 1 && x > 0:
			c.rateHz = 1 / x
		}
	case tagResolution:
		if len(value) >= 3 && value[0] == 0 { // volts
			c.scale = float64(f.integer(value[2:])) * math.Pow10(int(int8(value[1]))+3)
		}
	case tagOffset, tagNull:
		p, ok := f.packing(*c)
		if !ok || len(value) < p.Width {
			return
		}
		if tag == tagNull {
			c.null = p.At(value)
		} else {
			c.offset = p.At(value)
		}
	}
}

// waveform reads the samples: sequence after sequence, in each a block of every
// channel.
func (f *file) waveform(b []byte, o raw.Options) (*raw.Recording, error) {
	if len(f.channels) == 0 {
		f.channels = []channel{f.common}
	}
	named := make([]raw.Channel, len(f.channels))
	starts := make([]int, len(f.channels)) // bytes within a sequence
	sequence := 0
	for i, c := range f.channels {
		p, ok := f.packing(c)
		if !ok || c.block < 1 || c.block > maxBlock {
			return nil, raw.Refuse(raw.Unsupported, 0, "its samples are compressed, or it doesn't say how they lie: export it uncompressed")
		}
		named[i] = raw.Channel{Name: c.name, RateHz: c.rateHz}
		starts[i] = sequence
		sequence += c.block * p.Width
	}
	kept, err := f.r.Hearts(named, o.Lead)
	if err != nil {
		return nil, err
	}
	f.r.RateHz = f.channels[kept[0]].rateHz
	sequences := len(b) / sequence
	if sequences == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it ends within its waveform: send it again")
	}
	if sequences < f.sequences {
		f.r.Notef("shorter_than_stated", "%d of %d blocks are there", sequences, f.sequences)
	}
	most := o.Frames(f.r.RateHz, len(kept))
	for _, i := range kept {
		mv := f.samples(b, i, starts[i], sequence, sequences, most)
		f.r.Left = max(0, f.channels[i].block*sequences-len(mv))
		f.r.Leads = append(f.r.Leads, raw.Lead{Name: f.channels[i].name, MV: mv})
	}
	f.r.Leads = raw.OneLength(f.r.Leads)
	return f.r, nil
}

// samples returns those of a channel, in mV.
func (f *file) samples(b []byte, i, start, sequence, sequences, most int) []float64 {
	c := f.channels[i]
	p, _ := f.packing(c)
	scale := c.scale
	if scale == 0 {
		scale = 1
	}
	mv := make([]float64, 0, min(c.block*sequences, most))
	for s := 0; s < sequences && len(mv) < cap(mv); s++ {
		block := b[s*sequence+start:]
		for j := 0; j < c.block && len(mv) < cap(mv); j++ {
			x := p.At(block[j*p.Width:])
			if x == c.null {
				mv = append(mv, math.NaN())
				continue
			}
			mv = append(mv, (x-c.offset)*scale)
		}
	}
	if c.scale == 0 {
		f.r.ScaleGuessed(mv)
	}
	return mv
}

func (f *file) packing(c channel) (raw.Packing, bool) {
	if c.kind < 0 || c.kind >= len(types) {
		return raw.Packing{}, false
	}
	return raw.PackingOf(types[c.kind], f.order)
}

// integer reads an unsigned number of at most four bytes.
func (f *file) integer(b []byte) int {
	n := 0
	for i := range min(len(b), 4) {
		if f.order == binary.ByteOrder(binary.LittleEndian) {
			n |= int(b[i]) << (8 * i)
		} else {
			n = n<<8 | int(b[i])
		}
	}
	return n
}

// moment reads a time of measurement: year, month, day, hour, minute, second,
// milliseconds and microseconds.
func (f *file) moment(b []byte) time.Time {
	if len(b) < 7 {
		return time.Time{}
	}
	year, month, day := f.integer(b[:2]), int(b[2]), int(b[3])
	if year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}
	}
	return time.Date(year, time.Month(month), day, int(b[4]), int(b[5]), int(b[6]), 0, time.UTC)
}
