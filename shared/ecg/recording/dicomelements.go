package recording

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
)

// Source: NEMA, DICOM PS3.5, section 7 and annex A.

// dicomSet is elements as they lie in a file, the low byte first.
type dicomSet struct {
	data     []byte
	explicit bool // each says what it is
}

// dicomTag is a group and an element in it.
type dicomTag uint32

const (
	dicomItem          = dicomTag(0xfffe_e000)
	dicomItemEnd       = dicomTag(0xfffe_e00d)
	dicomSequenceEnd   = dicomTag(0xfffe_e0dd)
	dicomUndefined     = 0xffff_ffff // length, up to an end of its own
	dicomMostSequences = 16          // in one another
)

// dicomElement is one element; value is what it holds, for a sequence its items.
type dicomElement struct {
	tag   dicomTag
	value []byte
}

// longKinds have lengths of four bytes.
var longKinds = [...]string{"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}

// next splits off the first element. ok is false at the end, or where nothing
// can be made of it.
func (s dicomSet) next(depth int) (e dicomElement, rest dicomSet, ok bool) {
	b := s.data
	if len(b) < 8 || depth > dicomMostSequences {
		return e, s, false
	}
	e.tag = dicomTag(binary.LittleEndian.Uint16(b))<<16 | dicomTag(binary.LittleEndian.Uint16(b[2:]))
	size, head, inside := binary.LittleEndian.Uint32(b[4:]), 8, s.explicit
	if s.explicit && e.tag>>16 != dicomItem>>16 {
		kind := string(b[4:6])
		size = uint32(binary.LittleEndian.Uint16(b[6:]))
		if slices.Contains(longKinds[:], kind) {
			if len(b) < 12 {
				return e, s, false
			}
			size, head = binary.LittleEndian.Uint32(b[8:]), 12
		}
		inside = kind != "UN" // what nobody knew is written without kinds
	}
	rest = dicomSet{b[head:], s.explicit}
	if size != dicomUndefined {
		n := min(int(size), len(rest.data)) // cut off
		e.value, rest.data = rest.data[:n], rest.data[n:]
		return e, rest, true
	}
	end := dicomSequenceEnd
	if e.tag == dicomItem {
		end = dicomItemEnd
	}
	for at := (dicomSet{rest.data, inside}); ; {
		inner, after, ok := at.next(depth + 1)
		if !ok {
			return e, s, false
		}
		if inner.tag == end {
			e.value = rest.data[:len(rest.data)-len(at.data)]
			return e, dicomSet{after.data, s.explicit}, true
		}
		at = after
	}
}

// find returns the values of the elements with a tag among the first level's.
func (s dicomSet) find(tag dicomTag) []byte {
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

// items of a sequence.
func (s dicomSet) items(tag dicomTag) []dicomSet {
	var all []dicomSet
	at := dicomSet{s.find(tag), s.explicit}
	for {
		e, rest, ok := at.next(0)
		if !ok {
			return all
		}
		if e.tag == dicomItem {
			all = append(all, dicomSet{e.value, s.explicit})
		}
		at = rest
	}
}

// text of an element, of kinds that have at most 64 characters.
func (s dicomSet) text(tag dicomTag) string {
	value := s.find(tag)
	return strings.Trim(string(value[:min(len(value), 64)]), " \x00")
}

// number of an element that holds one as text.
func (s dicomSet) number(tag dicomTag) (float64, bool) {
	x, err := strconv.ParseFloat(s.text(tag), 64)
	return x, err == nil && x-x == 0
}

// integer of an element that holds one in two or four bytes.
func (s dicomSet) integer(tag dicomTag) int {
	switch value := s.find(tag); {
	case len(value) >= 4:
		return int(binary.LittleEndian.Uint32(value))
	case len(value) >= 2:
		return int(binary.LittleEndian.Uint16(value))
	}
	return 0
}
