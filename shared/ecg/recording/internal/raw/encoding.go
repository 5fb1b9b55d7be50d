package raw

import (
	"bytes"
	"encoding/binary"
	"iter"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
)

// encodingHead is the number of bytes by which encodings and binary data are
// recognised.
const encodingHead = 4096

// Text returns a text as UTF-8 with lines that end in LF, without a byte order
// mark: the only place where encodings are decided. ok is false for binary
// data. The result is data itself if it has this form already.
//
// UTF-16 is recognised by its mark, or by characters most of which are ASCII. Bytes
// that aren't UTF-8 are Korean (CP949), if most of those above ASCII come in
// pairs, else Western European (CP1252, and so ISO 8859-1), where nearly every
// letter with an accent stands alone.
func Text(data []byte) (text []byte, ok bool) {
	order, marked := utf16Order(data)
	switch {
	case order != nil:
		data = fromUTF16(data[marked:], order)
	default:
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if hasControls(data[:min(len(data), encodingHead)]) {
			return nil, false
		}
		if !utf8.Valid(data) {
			data = fromPages(data)
		}
	}
	if bytes.IndexByte(data, '\n') < 0 && bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte{'\r'}, []byte{'\n'})
	}
	return plainNumerals(data), true
}

// hasControls reports whether there are bytes that no text contains.
func hasControls(head []byte) bool {
	return bytes.ContainsFunc(head, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' && r != '\v' && r != 0x1a && r != 0x1b
	})
}

// utf16Order returns the byte order of a text in UTF-16, nil for another, and the
// length of its mark.
func utf16Order(data []byte) (order binary.ByteOrder, mark int) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return binary.LittleEndian, 2
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return binary.BigEndian, 2
	}
	if head := data[:min(len(data), encodingHead)&^1]; len(head) >= 8 && len(data)%2 == 0 {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			if readsAsUTF16(head, order) {
				return order, 0
			}
		}
	}
	return nil, 0
}

// readsAsUTF16 reports whether bytes without a mark are a text in UTF-16: most of
// its characters are ASCII, and all are printable.
func readsAsUTF16(head []byte, order binary.ByteOrder) bool {
	ascii := 0
	for i := 0; i < len(head); i += 2 {
		switch c := rune(order.Uint16(head[i:])); {
		case c >= ' ' && c < 0x7f, c == '\t', c == '\r', c == '\n':
			ascii++
		case !unicode.IsPrint(c) && !utf16.IsSurrogate(c) && c != 0xa0 && c != 0x202f:
			return false
		}
	}
	return 10*ascii >= 7*len(head)/2
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	size := 0
	for r := range utf16Runes(data, order) {
		size += utf8.RuneLen(r)
	}
	text := make([]byte, 0, size)
	for r := range utf16Runes(data, order) {
		text = utf8.AppendRune(text, r)
	}
	return text
}

// utf16Runes returns the characters of a text in UTF-16, unpaired surrogates as
// unknown ones.
func utf16Runes(data []byte, order binary.ByteOrder) iter.Seq[rune] {
	return func(take func(rune) bool) {
		for i := 0; i+1 < len(data); i += 2 {
			r := rune(order.Uint16(data[i:]))
			if utf16.IsSurrogate(r) {
				pair := rune(utf8.RuneError)
				if i+3 < len(data) {
					pair = utf16.DecodeRune(r, rune(order.Uint16(data[i+2:])))
				}
				if r = pair; r != utf8.RuneError {
					i += 2
				}
			}
			if !take(r) {
				return
			}
		}
	}
}

// fromPages decodes a text with one byte per letter, or two per Korean one.
func fromPages(data []byte) []byte {
	var page encoding.Encoding = charmap.Windows1252
	switch pairs, words := runs(data); {
	case pairs:
		page = korean.EUCKR
	case words:
		page = charmap.Windows1251
	}
	text, err := page.NewDecoder().Bytes(data)
	if err != nil {
		return bytes.ToValidUTF8(data, []byte("\ufffd"))
	}
	return text
}

// runs reports whether nearly all runs of bytes above ASCII have an even length,
// and whether most of these bytes stand in runs of three or more.
func runs(data []byte) (pairs, words bool) {
	even, odd, run := 0, 0, 0
	short, long := 0, 0 // bytes
	for i := 0; i <= len(data); i++ {
		if i < len(data) && data[i] >= utf8.RuneSelf {
			run++
			continue
		}
		switch {
		case run == 0:
			continue
		case run%2 == 0:
			even++
		default:
			odd++
		}
		if run < 3 {
			short += run
		} else {
			long += run
		}
		run = 0
	}
	return even > 3*odd, long > short
}
