package wfdb

import (
	"encoding/binary"

	"systole/shared/ecg/recording/internal/raw"
)

// format is a binary form of samples. Source: G. Moody, WFDB Applications Guide,
// signal(5), PhysioNet.
type format struct {
	number  int
	group   int // samples that are packed together
	bytes   int // of a group
	missing int // the value of a missing sample
	// at returns the i-th sample of a file; nil for formats with a loop of their
	// own.
	at func(data []byte, i int) int
}

var formats = [...]format{
	{8, 1, 1, 1 << 30, func(b []byte, i int) int { return int(int8(b[i])) }}, // differences
	{16, 1, 2, -1 << 15, nil},
	{24, 1, 3, -1 << 23, func(b []byte, i int) int { return raw.Int24(b[3*i:]) }},
	{32, 1, 4, -1 << 31, func(b []byte, i int) int { return int(int32(binary.LittleEndian.Uint32(b[4*i:]))) }},
	{61, 1, 2, -1 << 15, func(b []byte, i int) int { return int(int16(binary.BigEndian.Uint16(b[2*i:]))) }},
	{80, 1, 1, -1 << 7, func(b []byte, i int) int { return int(b[i]) - 1<<7 }},
	{160, 1, 2, -1 << 15, func(b []byte, i int) int { return int(binary.LittleEndian.Uint16(b[2*i:])) - 1<<15 }},
	{212, 2, 3, -1 << 11, nil},
	{310, 3, 4, -1 << 9, at310},
	{311, 3, 4, -1 << 9, at311},
}

// unpack writes the samples of a signal to dst: the one with the index from, and
// each step-th after it. The loops for the usual formats are much faster.
func (f format) unpack(dst []int, data []byte, from, step int) {
	switch f.number {
	case 16:
		for j := range dst {
			dst[j] = int(int16(binary.LittleEndian.Uint16(data[2*from:])))
			from += step
		}
	case 212:
		for j := range dst {
			dst[j] = at212(data, from)
			from += step
		}
	default:
		for j := range dst {
			dst[j] = f.at(data, from)
			from += step
		}
	}
}

// formatOf returns the format with a number.
func formatOf(number int) (format, bool) {
	for _, f := range formats {
		if f.number == number {
			return f, true
		}
	}
	return format{}, false
}

// samples returns the number of samples in the given number of bytes, including
// the complete ones of the last group.
func (f format) samples(bytes int) int {
	n := bytes / f.bytes * f.group
	switch rest := bytes % f.bytes; {
	case f.number == 212 && rest == 2, f.number == 311 && rest >= 2:
		n++
	}
	return n
}

// at212 unpacks two samples of 12 bits from three bytes: the low bytes are the
// first and the third, the second has the high bits of both.
func at212(b []byte, i int) int {
	at := i >> 1 * 3
	high := uint32(b[at+1])
	if i&1 == 0 {
		return int(int32(uint32(b[at])<<20|high<<28) >> 20)
	}
	return int(int32(uint32(b[at+2])<<20|high>>4<<28) >> 20)
}

// at310 unpacks three samples of 10 bits from two words of 16 bits: two are bits
// 1 to 10 of each word, the third is the high five bits of both.
func at310(b []byte, i int) int {
	b = b[i/3*4:]
	first, second := uint32(binary.LittleEndian.Uint16(b)), uint32(binary.LittleEndian.Uint16(b[2:]))
	switch i % 3 {
	case 0:
		return int10(first >> 1)
	case 1:
		return int10(second >> 1)
	}
	return int10(first>>11 | second>>11<<5)
}

// at311 unpacks three samples of 10 bits in sequence from 32 bits. The first
// needs only half of them.
func at311(b []byte, i int) int {
	b = b[i/3*4:]
	if i%3 == 0 {
		return int10(uint32(binary.LittleEndian.Uint16(b)))
	}
	return int10(binary.LittleEndian.Uint32(b) >> (10 * (i % 3)))
}

// int10 returns the signed number in the low ten bits.
func int10(bits uint32) int { return int(int32(bits<<22) >> 22) }
