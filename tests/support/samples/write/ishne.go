package write

import "encoding/binary"

// ISHNE writes a Holter recording of two leads: V5, and lead I. The person is
// invented.
func ISHNE(s Signal) []byte {
	const nanovolts = 1000
	lead := s.counts(1e6 / nanovolts)
	le := binary.LittleEndian
	b := make([]byte, 522, 522+4*len(lead))
	copy(b, "ISHNE1.0")
	le.PutUint32(b[14:], uint32(len(lead)))
	le.PutUint32(b[18:], 522)
	le.PutUint32(b[22:], 522)
	le.PutUint16(b[26:], 1)
	copy(b[28:], "Harry")
	copy(b[68:], "Haagse")
	copy(b[108:], "0234567")
	short := func(at int, numbers ...int) {
		for i, x := range numbers {
			le.PutUint16(b[at+2*i:], uint16(x))
		}
	}
	short(128, 1, 0, 2, 5, 1951)
	short(138, s.Start.Day(), int(s.Start.Month()), s.Start.Year())
	short(144, s.Start.Day(), int(s.Start.Month()), s.Start.Year())
	short(150, s.Start.Hour(), s.Start.Minute(), s.Start.Second())
	short(156, 2)
	short(158, 15, 5, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9)
	short(182, 1, 1, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9)
	short(206, nanovolts, nanovolts, -9, -9, -9, -9, -9, -9, -9, -9, -9, -9)
	copy(b[232:], "digital")
	short(272, int(s.RateHz))
	le.PutUint16(b[8:], CRC(b[10:]))
	for _, x := range lead {
		b = le.AppendUint16(b, uint16(x/2))
		b = le.AppendUint16(b, uint16(x))
	}
	return b
}

// CRC is the checksum of ISHNE and SCP-ECG: that of X.25, begun with ones, bit
// by bit.
func CRC(data []byte) uint16 {
	crc := uint16(0xffff)
	for _, b := range data {
		crc ^= uint16(b) << 8
		for range 8 {
			high := crc & 0x8000
			crc <<= 1
			if high != 0 {
				crc ^= 0x1021
			}
		}
	}
	return crc
}
