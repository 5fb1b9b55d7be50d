package api

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	cp949 "golang.org/x/text/encoding/korean"
)

// charset is the character encoding of a body's text.
type charset int

const (
	otherCharset charset = iota // ASCII alone is read, which all charsets share
	inUTF8
	inUTF16LE
	inUTF16BE
	inLatin1 // ISO 8859-1 or Windows-1252
	inKorean // CP949, and so EUC-KR
)

// charsetOf returns the charset of this name, under any of its common aliases.
func charsetOf(name string) charset {
	switch strings.NewReplacer("-", "", "_", "", " ", "", `"`, "", "'", "").Replace(strings.ToLower(name)) {
	case "", "utf8", "unicode11utf8", "cp65001", "utf8mb4":
		return inUTF8
	case "utf16", "utf16le", "ucs2":
		return inUTF16LE
	case "utf16be":
		return inUTF16BE
	case "iso88591", "latin1", "l1", "cp819", "windows1252", "cp1252", "ansi":
		return inLatin1
	case "euckr", "cseuckr", "cp949", "ms949", "xwindows949", "windows949", "uhc", "ksc5601", "ksc56011987", "ksc56011989", "csksc56011987", "isoir149", "korean":
		return inKorean
	}
	return otherCharset
}

// marked returns the charset of the byte order mark that text begins with, and
// the text without the mark; not ok if there is none.
func marked(text []byte) (c charset, rest []byte, ok bool) {
	switch {
	case bytes.HasPrefix(text, []byte("\ufeff")):
		return inUTF8, text[len("\ufeff"):], true
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		return inUTF16LE, text[2:], true
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		return inUTF16BE, text[2:], true
	}
	return otherCharset, text, false
}

// toUTF8 returns text in UTF-8 without a byte order mark. The mark takes
// precedence over the charset of this name.
func toUTF8(text []byte, name string) ([]byte, error) {
	if c, rest, ok := marked(text); ok {
		return c.decode(rest)
	}
	return charsetOf(name).decode(text)
}

// decode returns the text of the charset in UTF-8. Text that is valid UTF-8 stays
// as it is even if a charset of one or two bytes is declared: libraries declare
// such a charset by default while they write UTF-8.
func (c charset) decode(text []byte) ([]byte, error) {
	switch c {
	case inUTF8:
		if !utf8.Valid(text) {
			return nil, malformed("charset")
		}
		return text, nil
	case inUTF16LE:
		return fromUTF16(text, binary.LittleEndian)
	case inUTF16BE:
		return fromUTF16(text, binary.BigEndian)
	case inLatin1:
		if utf8.Valid(text) {
			return text, nil
		}
		return fromLatin1(text), nil
	case inKorean:
		return fromKorean(text)
	}
	if slices.ContainsFunc(text, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return nil, unsupported(anyForm)
	}
	return text, nil
}

func fromUTF16(text []byte, order binary.ByteOrder) ([]byte, error) {
	if len(text)%2 != 0 {
		return nil, malformed("charset")
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = order.Uint16(text[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// fromLatin1 reads ISO 8859-1. The 27 characters in which Windows-1252 differs
// are punctuation, which no field needs.
func fromLatin1(text []byte) []byte {
	out := make([]rune, len(text))
	for i, c := range text {
		out[i] = rune(c)
	}
	return []byte(string(out))
}

// fromKorean reads CP949. Some short words of it are valid UTF-8 as well: the
// declared charset takes precedence.
func fromKorean(text []byte) ([]byte, error) {
	out, _ := cp949.EUCKR.NewDecoder().Bytes(text) // of what it can't read it makes U+FFFD
	if !bytes.ContainsRune(out, utf8.RuneError) {
		return out, nil
	}
	if utf8.Valid(text) {
		return text, nil
	}
	return nil, malformed("charset")
}
