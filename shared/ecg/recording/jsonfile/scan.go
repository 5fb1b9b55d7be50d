package jsonfile

import (
	"bytes"
	"encoding/json"

	"systole/shared/ecg/recording/internal/document"
	"systole/shared/ecg/recording/internal/raw"
)

// scanner splits JSON into tokens within the file's bytes. It replaces
// encoding/json's Decoder for files that are mostly numbers, at ten times its
// speed: a number is read by raw.ParseNumber, and a text is copied only on
// demand.
type scanner struct {
	data []byte
	at   int
}

// peek returns the next byte other than white space, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n', 0x1e: // the last begins a record of RFC 7464
		default:
			return c
		}
	}
	return 0
}

// skip skips a byte if it comes next.
func (s *scanner) skip(c byte) bool {
	if s.peek() != c || s.at == len(s.data) {
		return false
	}
	s.at++
	return true
}

// word reads true, false or null, or another language's word for a missing
// number.
func (s *scanner) word() (missing bool, err error) {
	for _, w := range [...]string{"true", "false"} {
		if s.comes(w) {
			s.at += len(w)
			return false, nil
		}
	}
	for _, w := range [...]string{"null", "NaN", "nan", "None", "undefined", "Infinity", "-Infinity"} {
		if s.comes(w) {
			s.at += len(w)
			return true, nil
		}
	}
	return false, document.ErrSyntax
}

// comes reports whether a word comes next.
func (s *scanner) comes(word string) bool { return bytes.HasPrefix(s.data[s.at:], []byte(word)) }

// number reads a number.
func (s *scanner) number() (float64, error) {
	begin := s.at
	for s.at < len(s.data) {
		c := s.data[s.at]
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			break
		}
		s.at++
	}
	text := s.data[begin:s.at]
	x, ok := raw.ParseNumber(text, false)
	if !ok || text[0] == '+' {
		s.at = begin
		return 0, document.ErrSyntax
	}
	return x, nil
}

// text reads a text, without its quotes. The result shares the file's bytes,
// unless it has escapes.
func (s *scanner) text() ([]byte, error) {
	begin := s.at
	escaped := false
	for s.at++; s.at < len(s.data); s.at++ {
		switch s.data[s.at] {
		case '\\':
			escaped = true
			s.at++
		case '"':
			s.at++
			text := s.data[begin+1 : s.at-1]
			if !escaped {
				return text, nil
			}
			var unescaped string
			if json.Unmarshal(s.data[begin:s.at], &unescaped) != nil {
				return nil, document.ErrSyntax
			}
			return []byte(unescaped), nil
		}
	}
	s.at = min(s.at, len(s.data))
	return nil, document.ErrSyntax
}
