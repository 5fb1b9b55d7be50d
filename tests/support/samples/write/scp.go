package write

import (
	"encoding/binary"
	"slices"
)

// SCPPacking is how an SCP-ECG file packs its samples.
type SCPPacking struct {
	Tables      []byte // section of Huffman tables, nil for none
	Differences int    // 0 to 2
}

// SCPStandard is the table that every reader knows.
func SCPStandard() []byte { return binary.LittleEndian.AppendUint16(nil, 19999) }

// SCP writes an SCP-ECG file of leads II and I, 1 µV a count. With tables, codes
// are the standard's. The person is invented.
func SCP(packing SCPPacking, s Signal) []byte {
	le := binary.LittleEndian
	lead := s.counts(1000)
	half := make([]int, len(lead))
	for i, x := range lead {
		half[i] = x / 2
	}
	var person []byte
	tag := func(number byte, value ...byte) {
		person = append(le.AppendUint16(append(person, number), uint16(len(value))), value...)
	}
	tag(0, []byte("Haagse\x00")...)
	tag(2, []byte("0234567\x00")...)
	tag(14, []byte("\x01\x00\x01\x00\x01\x00\x00\x0bCART1\x00")...)
	tag(25, byte(s.Start.Year()), byte(s.Start.Year()>>8), byte(s.Start.Month()), byte(s.Start.Day()))
	tag(26, byte(s.Start.Hour()), byte(s.Start.Minute()), byte(s.Start.Second()))
	tag(255)
	leads := []byte{2, 2<<3 | 4}
	for _, number := range []byte{2, 1} {
		leads = le.AppendUint32(leads, 1)
		leads = append(le.AppendUint32(leads, uint32(len(lead))), number)
	}
	rhythm := le.AppendUint16(nil, 1000)
	rhythm = le.AppendUint16(rhythm, uint16(1e6/s.RateHz))
	rhythm = append(rhythm, byte(packing.Differences), 0)
	var packed [][]byte
	for _, x := range [][]int{half, lead} {
		p := scpPacked(packing, x)
		packed = append(packed, p)
		rhythm = le.AppendUint16(rhythm, uint16(len(p)))
	}
	rhythm = slices.Concat(rhythm, packed[0], packed[1])
	return scpFile([]int{1, 2, 3, 6}, [][]byte{person, packing.Tables, leads, rhythm})
}

// scpFile puts sections behind one of pointers.
func scpFile(numbers []int, sections [][]byte) []byte {
	le := binary.LittleEndian
	size := 16 + 10*(len(sections)+1)
	at := 6 + size
	var pointers, body []byte
	point := func(number, length, at int) {
		pointers = le.AppendUint16(pointers, uint16(number))
		pointers = le.AppendUint32(le.AppendUint32(pointers, uint32(length)), uint32(at+1))
	}
	point(0, size, 6)
	for i, section := range sections {
		if section == nil {
			point(numbers[i], 0, -1)
			continue
		}
		section = append(scpHead(numbers[i], 16+len(section)), section...)
		section = append(section, make([]byte, len(section)%2)...)
		point(numbers[i], len(section), at)
		at += len(section)
		body = append(body, section...)
	}
	first := scpHead(0, size)
	copy(first[10:], "SCPECG")
	file := le.AppendUint32(make([]byte, 2), uint32(6+size+len(body)))
	file = slices.Concat(file, first, pointers, body)
	le.PutUint16(file, CRC(file[2:]))
	return file
}

func scpHead(number, length int) []byte {
	b := make([]byte, 16)
	binary.LittleEndian.PutUint16(b[2:], uint16(number))
	binary.LittleEndian.PutUint32(b[4:], uint32(length))
	b[8], b[9] = 20, 20
	return b
}

// scpPacked packs the samples of a lead.
func scpPacked(packing SCPPacking, x []int) []byte {
	var b []byte
	free := 0 // bits of the last byte
	put := func(value, bits int) {
		for i := bits - 1; i >= 0; i-- {
			if free == 0 {
				b, free = append(b, 0), 8
			}
			free--
			b[len(b)-1] |= byte(value>>i&1) << free
		}
	}
	for i, v := range x {
		d := v
		switch {
		case packing.Differences == 1 && i > 0:
			d = v - x[i-1]
		case packing.Differences == 2 && i > 1:
			d = v - 2*x[i-1] + x[i-2]
		}
		size := max(d, -d)
		switch {
		case packing.Tables == nil:
			b = binary.LittleEndian.AppendUint16(b, uint16(d))
		case d == 0:
			put(0, 1)
		case size <= 8: // as many ones, a zero, and the sign
			put(1<<size-1, size)
			put(0, 1)
			if d < 0 {
				put(1, 1)
			} else {
				put(0, 1)
			}
		case size < 128:
			put(1<<9-1, 9)
			put(0, 1)
			put(d, 8)
		default:
			put(1<<10-1, 10)
			put(d, 16)
		}
	}
	return b
}
