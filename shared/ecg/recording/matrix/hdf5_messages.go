package matrix

import (
	"encoding/binary"

	"systole/shared/ecg/recording/internal/raw"
)

// Kinds of messages in an object's header that are read.
const (
	messageDataspace    = 0x01
	messageDatatype     = 0x03
	messageLink         = 0x06
	messageLayout       = 0x08
	messageFilters      = 0x0b
	messageAttribute    = 0x0c
	messageContinuation = 0x10
	messageSymbols      = 0x11
)

// message is a message of an object's header.
type message struct {
	kind int
	body []byte
}

// maxHDF5Blocks bounds the further blocks of a header.
const maxHDF5Blocks = 64

// messages returns those of the header at an address, of version 1 or 2.
func (f *hdf5) messages(address uint64) []message {
	b := f.at(address)
	switch {
	case len(b) >= 16 && b[0] == 1:
		size := int(binary.LittleEndian.Uint32(b[8:]))
		return f.messagesOf([][]byte{cut(b[16:], size)}, splitMessage1, 0)
	case len(b) >= 12 && string(b[:4]) == "OHDR" && b[4] == 2:
		flags, at := b[5], 6
		if flags&0x20 != 0 {
			at += 16 // times
		}
		if flags&0x10 != 0 {
			at += 4 // limits on the number of attributes
		}
		sizeBytes := 1 << (flags & 3)
		if len(b) < at+sizeBytes {
			return nil
		}
		size := 0
		for i := range sizeBytes {
			size |= int(b[at+i]) << (8 * i)
		}
		order := 0
		if flags&4 != 0 {
			order = 2
		}
		return f.messagesOf([][]byte{cut(b[at+sizeBytes:], size)}, func(b []byte) (message, []byte, bool) { return splitMessage2(b, order) }, 4)
	}
	return nil
}

// messagesOf reads blocks and the blocks that their messages point to. Blocks of
// version 2 have a signature and a checksum around them.
func (f *hdf5) messagesOf(blocks [][]byte, split func([]byte) (message, []byte, bool), around int) (all []message) {
	for n := 0; n < len(blocks) && n < maxHDF5Blocks; n++ {
		for b := blocks[n]; ; {
			m, rest, ok := split(b)
			if !ok {
				break
			}
			b = rest
			if m.kind == messageContinuation && len(m.body) >= 16 {
				size := binary.LittleEndian.Uint64(m.body[8:])
				block := f.at(binary.LittleEndian.Uint64(m.body))
				block = block[:min(size, uint64(len(block)))]
				if len(block) >= 2*around {
					blocks = append(blocks, block[around:len(block)-around])
				}
				continue
			}
			all = append(all, m)
			if len(all) > maxHDF5Objects {
				return all
			}
		}
	}
	return all
}

func cut(b []byte, size int) []byte { return b[:max(0, min(size, len(b)))] }

func splitMessage1(b []byte) (m message, rest []byte, ok bool) {
	if len(b) < 8 {
		return m, nil, false
	}
	size := int(binary.LittleEndian.Uint16(b[2:]))
	m = message{int(binary.LittleEndian.Uint16(b)), cut(b[8:], size)}
	return m, b[min(8+size, len(b)):], true
}

func splitMessage2(b []byte, order int) (m message, rest []byte, ok bool) {
	head := 4 + order
	if len(b) < head {
		return m, nil, false
	}
	size := int(binary.LittleEndian.Uint16(b[1:]))
	m = message{int(b[0]), cut(b[head:], size)}
	return m, b[min(head+size, len(b)):], true
}

// dimensionsOf returns the shape that a dataspace states; of a single number it
// is empty.
func dimensionsOf(b []byte) []int {
	if len(b) < 4 {
		return nil
	}
	rank, at := int(b[1]), 4
	if b[0] == 1 {
		at = 8
	}
	if rank > maxHDF5Rank || len(b) < at+8*rank {
		return []int{-1} // more dimensions than are read
	}
	shape := make([]int, rank)
	for i := range shape {
		n := binary.LittleEndian.Uint64(b[at+8*i:])
		if n > raw.MaxBytes {
			return []int{-1}
		}
		shape[i] = int(n)
	}
	return shape
}

// numberOf returns the packing of a datatype of whole or floating-point numbers.
func numberOf(b []byte) (raw.Packing, bool) {
	const fixed, float = 0, 1
	if len(b) < 8 {
		return raw.Packing{}, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[1]&1 != 0 {
		order = binary.BigEndian
	}
	size := binary.LittleEndian.Uint32(b[4:])
	if size > 8 {
		return raw.Packing{}, false
	}
	kind := ""
	switch class := b[0] & 0x0f; {
	case class == float:
		kind = "f"
	case class == fixed && b[1]&8 != 0:
		kind = "i"
	case class == fixed:
		kind = "u"
	}
	return raw.PackingOf(kind+string(rune('0'+size)), order)
}

// filtersOf returns the numbers of a pipeline's filters, and whether one of them
// isn't supported.
func filtersOf(b []byte) (filters []int, unknown bool) {
	if len(b) < 8 && (len(b) < 2 || b[0] != 2) {
		return nil, true
	}
	version, count := b[0], int(b[1])
	b = b[2:]
	if version == 1 {
		b = b[6:]
	}
	for range count {
		if len(b) < 6 {
			return nil, true
		}
		id := int(binary.LittleEndian.Uint16(b))
		name := 0
		b = b[2:]
		if version == 1 || id >= 256 {
			name = int(binary.LittleEndian.Uint16(b))
			b = b[2:]
		}
		if len(b) < 4 {
			return nil, true
		}
		values := int(binary.LittleEndian.Uint16(b[2:]))
		if version == 1 {
			name = (name + 7) / 8 * 8
			values += values % 2
		}
		skip := 4 + name + 4*values
		if len(b) < skip {
			return nil, true
		}
		b = b[skip:]
		if id != filterDeflate && id != filterShuffle && id != filterFletcher32 {
			return nil, true
		}
		filters = append(filters, id)
	}
	return filters, false
}

// linkOf returns the name and the address of a hard link.
func linkOf(b []byte) (name string, address uint64, ok bool) {
	if len(b) < 2 || b[0] != 1 {
		return "", 0, false
	}
	flags := b[1]
	b = b[2:]
	if flags&8 != 0 { // the kind; 0 is a hard link
		if len(b) == 0 || b[0] != 0 {
			return "", 0, false
		}
		b = b[1:]
	}
	if flags&4 != 0 {
		b = b[min(8, len(b)):] // creation order
	}
	if flags&16 != 0 {
		b = b[min(1, len(b)):] // character set
	}
	width := 1 << (flags & 3)
	if len(b) < width {
		return "", 0, false
	}
	size := 0
	for i := range min(width, 4) {
		size |= int(b[i]) << (8 * i)
	}
	b = b[width:]
	if size < 0 || len(b) < size+8 {
		return "", 0, false
	}
	return string(b[:size]), binary.LittleEndian.Uint64(b[size:]), true
}
