package main

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
)

// encode encodes a text.
func encode(text, encoding string) []byte {
	switch encoding {
	case "UTF-8 with a mark":
		return []byte("\ufeff" + text)
	case "UTF-16LE with a mark":
		return utf16Bytes(binary.LittleEndian, "\ufeff"+text)
	case "UTF-16BE with a mark":
		return utf16Bytes(binary.BigEndian, "\ufeff"+text)
	case "UTF-16LE":
		return utf16Bytes(binary.LittleEndian, text)
	case "CP1252":
		b, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
		if err != nil {
			panic(err)
		}
		return b
	case "CP949":
		b, err := korean.EUCKR.NewEncoder().Bytes([]byte(text))
		if err != nil {
			panic(err)
		}
		return b
	}
	return []byte(text)
}

func utf16Bytes(order binary.AppendByteOrder, text string) []byte {
	var b bytes.Buffer
	for _, unit := range utf16.Encode([]rune(text)) {
		b.Write(order.AppendUint16(nil, unit))
	}
	return b.Bytes()
}
