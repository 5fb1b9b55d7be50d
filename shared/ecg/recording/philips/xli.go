package philips

import (
	"encoding/binary"

	"systole/shared/ecg/recording/internal/raw"
)

// XLI packs each lead on its own: the second differences of its samples, their
// high bytes before their low ones, as strings of bytes that occurred before
// (Welch, A technique for high-performance data compression, 1984) in codes of
// ten bits, the high bit first. A full table is not changed any more.
const (
	codeBits  = 10
	noCode    = 1<<codeBits - 1 // ends a lead
	firstFree = 256
)

// mostStrings bounds a table: a code of ten bits distinguishes that many strings.
const mostStrings = noCode

// unpack returns the samples of the given number of leads, each at most the
// given length. Limb leads beyond II are stored as differences from their
// values derived from I and II.
func unpack(waves []byte, leads, most int, budget *raw.Budget) ([][]int16, error) {
	var all [][]int16
	for len(all) < leads && len(waves) >= 8 {
		if err := budget.Err(); err != nil {
			return nil, err
		}
		size := int(binary.LittleEndian.Uint32(waves))
		last := int16(binary.LittleEndian.Uint16(waves[6:]))
		waves = waves[8:]
		if size < 0 || size > len(waves) {
			return nil, errDamaged
		}
		halves := expand(waves[:size], 2*most)
		waves = waves[size:]
		all = append(all, integrate(halves, last))
	}
	if len(all) < leads {
		return nil, errDamaged
	}
	for _, samples := range all {
		if len(samples) != len(all[0]) || len(samples) < 3 {
			return nil, errDamaged
		}
	}
	if leads >= 6 {
		limbs(all)
	}
	return all, nil
}

var errDamaged = raw.Refuse(raw.Unreadable, 0, "its packed waveforms are damaged: export it again")

// expand unpacks codes into at most the given number of bytes.
func expand(packed []byte, most int) []byte {
	var table [mostStrings]struct{ from, to int } // a string's place in out
	out := make([]byte, 0, min(most, 4*len(packed)))
	next := firstFree
	bits, held := uint32(0), 0
	before := struct{ from, to int }{}
	for _, b := range packed {
		bits = bits<<8 | uint32(b)
		if held += 8; held < codeBits {
			continue
		}
		held -= codeBits
		code := int(bits>>held) & (1<<codeBits - 1)
		if code == noCode || len(out) >= most {
			break
		}
		now := struct{ from, to int }{from: len(out)}
		switch known := before.to > before.from; {
		case code < firstFree:
			out = append(out, byte(code))
		case code < next:
			s := table[code]
			out = append(out, out[s.from:s.to]...)
		case code == next && known: // the previous string and its first byte again
			out = append(out, out[before.from:before.to]...)
			out = append(out, out[before.from])
		default:
			return out
		}
		now.to = len(out)
		if before.to > before.from && next < mostStrings {
			// The new string is the previous one and the first byte of this one,
			// which follows it in out.
			table[next] = struct{ from, to int }{before.from, before.to + 1}
			next++
		}
		before = now
	}
	return out[:min(len(out), most)]
}

// integrate returns the samples of second differences, whose high bytes come
// first.
func integrate(halves []byte, last int16) []int16 {
	n := len(halves) / 2
	x := make([]int16, n)
	for i := range x {
		x[i] = int16(uint16(halves[i])<<8 | uint16(halves[n+i]))
	}
	for i := 2; i < n; i++ {
		difference := x[i]
		x[i] = 2*x[i-1] - x[i-2] - last
		last = difference - 64
	}
	return x
}

// limbs converts the stored differences of III and the augmented leads into the
// leads.
func limbs(x [][]int16) {
	half := func(a int) int { return a >> 1 }
	for i := range x[0] {
		one, two := int(x[0][i]), int(x[1][i])
		three := two - one - int(x[2][i])
		x[2][i] = int16(three)
		x[3][i] = int16(-int(x[3][i]) - half(one+two))
		x[4][i] = int16(half(one-three) - int(x[4][i]))
		x[5][i] = int16(half(two+three) - int(x[5][i]))
	}
}
