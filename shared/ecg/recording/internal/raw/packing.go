package raw

import (
	"encoding/binary"
	"math"
)

// Packing is the binary form of a number.
type Packing struct {
	Width int // bytes
	At    func(b []byte) float64
}

// PackingOf returns the packing of a kind, NumPy's letter and width in bytes.
// Big-endian bytes are swapped.
func PackingOf(kind string, order binary.ByteOrder) (Packing, bool) {
	le := binary.LittleEndian
	p, ok := map[string]Packing{
		"i1": {1, func(b []byte) float64 { return float64(int8(b[0])) }},
		"u1": {1, func(b []byte) float64 { return float64(b[0]) }},
		"i2": {2, func(b []byte) float64 { return float64(int16(le.Uint16(b))) }},
		"u2": {2, func(b []byte) float64 { return float64(le.Uint16(b)) }},
		"i4": {4, func(b []byte) float64 { return float64(int32(le.Uint32(b))) }},
		"u4": {4, func(b []byte) float64 { return float64(le.Uint32(b)) }},
		"i8": {8, func(b []byte) float64 { return float64(int64(le.Uint64(b))) }},
		"u8": {8, func(b []byte) float64 { return float64(le.Uint64(b)) }},
		"f2": {2, func(b []byte) float64 { return float16(le.Uint16(b)) }},
		"f4": {4, func(b []byte) float64 { return float64(math.Float32frombits(le.Uint32(b))) }},
		"f8": {8, func(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) }},
	}[kind]
	if !ok || order == binary.ByteOrder(le) || p.Width == 1 {
		return p, ok
	}
	return Packing{p.Width, func(b []byte) float64 {
		var turned [8]byte
		for i := range p.Width {
			turned[p.Width-1-i] = b[i]
		}
		return p.At(turned[:])
	}}, true
}

// float16 returns a number of half precision (IEEE 754-2008, 3.6).
func float16(bits uint16) float64 {
	fraction, exponent := float64(bits&0x3ff), int(bits>>10&0x1f)
	x := math.Ldexp(fraction, -24)
	switch exponent {
	case 0:
	case 0x1f:
		x = math.Inf(1)
		if fraction != 0 {
			x = math.NaN()
		}
	default:
		x = math.Ldexp(1024+fraction, exponent-25)
	}
	if bits>>15 == 1 {
		return -x
	}
	return x
}

// Int24 returns a signed number of 24 bits, little-endian.
func Int24(b []byte) int { return int(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24) >> 8) }
