package raw

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// plainNumerals writes the numbers of all scripts in ASCII, by CLDR: digits of
// any script, U+2212 and similar signs for minus, the Arabic marks for decimals,
// thousands and lists. Spaces that group thousands, and marks of the writing
// direction, are dropped. The result is text itself if it has none of these.
func plainNumerals(text []byte) []byte {
	ascii := 0
	for ascii < len(text) && text[ascii] < utf8.RuneSelf {
		ascii++
	}
	first := bytes.IndexFunc(text[ascii:], func(r rune) bool { return r >= utf8.RuneSelf && (isNumeral(r) || isGroup(r)) })
	if first < 0 {
		return text
	}
	first += ascii
	plain := append(make([]byte, 0, len(text)), text[:first]...)
	for rest := text[first:]; len(rest) > 0; {
		if rest[0] < utf8.RuneSelf {
			plain = append(plain, rest[0])
			rest = rest[1:]
			continue
		}
		r, size := utf8.DecodeRune(rest)
		switch c, ok := numeral(r); {
		case ok && c == drop:
		case isDash(r) && !beginsNumber(plain, rest[size:]), isGroup(r) && !groups(plain, rest[size:]), !ok && !isGroup(r):
			plain = append(plain, rest[:size]...)
		case ok:
			plain = append(plain, c)
		}
		rest = rest[size:]
	}
	return plain
}

// drop stands for a mark to be dropped.
const drop = 0

func isNumeral(r rune) bool {
	_, ok := numeral(r)
	return ok
}

// numeral returns the ASCII of a digit, a sign or a mark.
func numeral(r rune) (c byte, ok bool) {
	switch r {
	case 0x2212, 0xff0d, 0xfe63, 0x2010, 0x2011, 0x2012, 0x2013:
		return '-', true
	case 0xff0b:
		return '+', true
	case 0x066b, 0xff0e:
		return '.', true
	case 0x060c, 0xff0c:
		return ',', true
	case 0x061b, 0xff1b:
		return ';', true
	case 0x066c, 0x200e, 0x200f, 0x061c, 0xfeff:
		return drop, true
	}
	if 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
		return drop, true
	}
	if r < utf8.RuneSelf || !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, script := range unicode.Nd.R16 { // each range begins with a zero
		if rune(script.Lo) <= r && r <= rune(script.Hi) {
			return '0' + byte((r-rune(script.Lo))%10), true
		}
	}
	return 0, false
}

// isDash reports whether a minus may also be a dash between words.
func isDash(r rune) bool { return 0x2010 <= r && r <= 0x2013 }

// beginsNumber reports whether a dash between two texts is a minus.
func beginsNumber(before, after []byte) bool {
	return len(after) > 0 && isDigit(after[0]) && (len(before) == 0 || !isDigit(before[len(before)-1]) && !isLetter(before[len(before)-1]))
}

// isGroup reports whether a space or an apostrophe may separate thousands.
func isGroup(r rune) bool { return r == 0x00a0 || r == 0x202f || r == 0x2009 || r == 0x2019 }

// groups reports whether a separator of thousands may stand between two texts.
func groups(before, after []byte) bool {
	n := len(before)
	return n > 0 && isDigit(before[n-1]) && len(after) >= 3 && isDigit(after[0]) && isDigit(after[1]) && isDigit(after[2]) && (len(after) == 3 || !isDigit(after[3]))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf }
