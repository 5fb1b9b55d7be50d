package raw

import "strconv"

// exactPowers are the powers of ten that a float64 represents exactly.
var exactPowers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// ParseNumber reads a decimal number, with the decimal mark '.' or, if comma is
// set, ','. It returns the result of strconv.ParseFloat, and for the short
// numbers of recordings in a fraction of its time: a mantissa below 2^53 scaled
// once by an exact power of ten is rounded correctly (Clinger, How to read
// floating point numbers accurately, 1990).
func ParseNumber(s []byte, comma bool) (float64, bool) {
	mark := byte('.')
	if comma {
		mark = ','
	}
	i, negative := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		i = 1
	}
	var mantissa uint64
	digits, scale, seenMark := 0, 0, false
	for ; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' {
			mantissa = mantissa*10 + uint64(c-'0')
			digits++
			if seenMark {
				scale--
			}
			continue
		}
		if c != mark || seenMark {
			break
		}
		seenMark = true
	}
	if i < len(s) || digits == 0 || digits > 15 {
		return parseSlowly(s, comma)
	}
	x := float64(mantissa)
	if scale < 0 {
		x /= exactPowers[-scale]
	}
	if negative {
		x = -x
	}
	return x, true
}

// parseSlowly reads numbers with an exponent or many digits. Words for infinity
// and NaN, hexadecimal and underscores aren't numbers of a recording.
func parseSlowly(s []byte, comma bool) (float64, bool) {
	const longest = 1200 // bytes: the smallest number, written out, has a few less
	if len(s) > longest {
		return 0, false
	}
	text := make([]byte, len(s))
	for i, c := range s {
		switch {
		case c >= '0' && c <= '9', c == '-', c == '+', c == 'e', c == 'E':
			text[i] = c
		case c == '.' && !comma, c == ',' && comma:
			text[i] = '.'
		default:
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(string(text), 64)
	return x, err == nil
}
