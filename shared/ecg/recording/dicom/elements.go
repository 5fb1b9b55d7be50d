package dicom

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
)

// Source: NEMA, DICOM PS3.5, section 7 and annex A.

// set is a sequence of elements in a file, little-endian.
type set struct {
	data     []byte
	explicit bool // each element states its kind
}

// tag is the number of a group and of an element in it.
type tag uint32

const (
	tagItem         = tag(0xfffe_e000)
	tagItemEnd      = tag(0xfffe_e00d)
	tagSequenceEnd  = tag(0xfffe_e0dd)
	undefinedLength = 0xffff_ffff // length, up to a delimiter
	mostSequences   = 16          // levels of nesting
)

// element is one element; value is its content, of a sequence its items.
type element struct {
	tag   tag
	value []byte
}

// longKinds are the kinds with lengths of four bytes.
var longKinds = [...]string{"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}

// next splits off the first element. ok is false at the end, or if the bytes are
// not an element.
func (s set) next(depth int) (e element, rest set, ok bool) {
	b := s.data
	if len(b) < 8 || depth > mostSequences {
		return e, s, false
	}
	e.tag = tag(binary.LittleEndian.Uint16(b))<<16 | tag(binary.LittleEndian.Uint16(b[2:]))
	size, head, inside := binary.LittleEndian.Uint32(b[4:]), 8, s.explicit
	if s.explicit && e.tag>>16 != tagItem>>16 {
		kind := string(b[4:6])
		size = uint32(binary.LittleEndian.Uint16(b[6:]))
		if slices.Contains(longKinds[:], kind) {
			if len(b) < 12 {
				return e, s, false
			}
			size, head = binary.LittleEndian.Uint32(b[8:]), 12
		}
		inside = kind != "UN" // elements of unknown kinds are written as implicit
	}
	rest = set{b[head:], s.explicit}
	if size != undefinedLength {
		n := min(int(size), len(rest.data)) // the file may be cut off
		e.value, rest.data = rest.data[:n], rest.data[n:]
		return e, rest, true
	}
	end := tagSequenceEnd
	if e.tag == tagItem {
		end = tagItemEnd
	}
	for at := (set{rest.data, inside}); ; {
		inner, after, ok := at.next(depth + 1)
		if !ok {
			return e, s, false
		}
		if inner.tag == end {
			e.value = rest.data[:len(rest.data)-len(at.data)]
			return e, set{after.data, s.explicit}, true
		}
		at = after
	}
}

// find returns the value of the first element with a tag at the top level.
func (s set) find(tag tag) []byte {
	for {
		e, rest, ok := s.next(0)
		if !ok {
			return nil
		}
		if e.tag == tag {
			return e.value
		}
		s = rest
	}
}

// items returns the items of a sequence.
func (s set) items(tag tag) []set {
	var all []set
	at := set{s.find(tag), s.explicit}
	for {
		e, rest, ok := at.next(0)
		if !ok {
			return all
		}
		if e.tag == tagItem {
			all = append(all, set{e.value, s.explicit})
		}
		at = rest
	}
}

// text returns the text of an element, of kinds that have at most 64 characters.
func (s set) text(tag tag) string {
	value := s.find(tag)
	return strings.Trim(string(value[:min(len(value), 64)]), " \x00")
}

// number returns the number of an element that holds it as text.
func (s set) number(tag tag) (float64, bool) {
	x, err := strconv.ParseFloat(s.text(tag), 64)
	return x, err == nil && x-x == 0
}

// integer returns the number of an element that holds it in two or four bytes.
func (s set) integer(tag tag) int {
	switch value := s.find(tag); {
	case len(value) >= 4:
		return int(binary.LittleEndian.Uint32(value))
	case len(value) >= 2:
		return int(binary.LittleEndian.Uint16(value))
	}
	return 0
}
