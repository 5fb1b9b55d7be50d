package api

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"io"
	"mime"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"systole/shared/fault"
)

// mediaType returns a Content-Type's media type in lower case, and its
// parameters. Of a header that breaks the grammar it returns the readable part:
// boundaries with unquoted special characters are sent by JavaMail, Indy and
// early .NET, which RFC 2046 (5.1.1) warns of.
func mediaType(header string) (media string, params map[string]string) {
	media, params, err := mime.ParseMediaType(header)
	if err == nil {
		return media, params
	}
	media, rest, _ := strings.Cut(header, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	if strings.Count(media, "/") != 1 || strings.ContainsAny(media, " \t,") {
		return "", nil
	}
	return media, looseParams(rest)
}

// looseParams reads "name=value; name="value"" whose values may break the
// grammar, for instance with quotes within quotes. Names come in lower case; the
// first of a name counts.
func looseParams(s string) map[string]string {
	params := make(map[string]string)
	for {
		name, rest, found := strings.Cut(s, "=")
		if !found {
			return params
		}
		name = strings.ToLower(strings.Trim(name, "; \t"))
		var value string
		rest = strings.TrimLeft(rest, " \t")
		if strings.HasPrefix(rest, `"`) {
			value, s = quoted(rest[1:])
		} else {
			value, s, _ = strings.Cut(rest, ";")
			value = strings.TrimSpace(value)
		}
		if _, there := params[name]; !there {
			params[name] = value
		}
	}
}

// quoted ends a value at a quote that a semicolon or the end follows: any other
// one belongs to it.
func quoted(s string) (value, rest string) {
	for from := 0; ; {
		end := strings.IndexByte(s[from:], '"')
		if end < 0 {
			return s, ""
		}
		end += from
		after := strings.TrimLeft(s[end+1:], " \t")
		if after == "" || after[0] == ';' {
			return s[:end], after
		}
		from = end + 1
	}
}

// unpack undoes a body's content codings (RFC 9110, 8.4.1), at most limit
// bytes. A gateway that unpacks leaves the header behind: a body that isn't
// packed is taken as it is.
func unpack(body []byte, codings []string, limit int64) ([]byte, error) {
	names := strings.Split(strings.ToLower(strings.Join(codings, ",")), ",")
	for _, name := range slices.Backward(names) {
		var packed bool
		var open func(io.Reader) (io.ReadCloser, error)
		switch strings.TrimSpace(name) {
		case "", "identity", "aws-chunked":
			continue
		case "gzip", "x-gzip":
			packed = bytes.HasPrefix(body, []byte{0x1f, 0x8b})
			open = func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }
		case "deflate":
			packed = len(body) > 1 && body[0]&0x0f == 8 && binary.BigEndian.Uint16(body)%31 == 0
			open = zlib.NewReader
		default:
			return nil, fault.New(fault.UnsupportedMediaType, "accepts", "Content-Encoding: gzip, deflate, identity")
		}
		if !packed {
			continue
		}
		var err error
		if body, err = unpackOne(body, open, limit); err != nil {
			return nil, err
		}
	}
	return body, nil
}

func unpackOne(body []byte, open func(io.Reader) (io.ReadCloser, error), limit int64) ([]byte, error) {
	z, err := open(bytes.NewReader(body))
	if err != nil {
		return nil, malformed("compressed").Because(err)
	}
	defer z.Close()
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if int64(len(out)) > limit {
		return nil, fault.New(fault.BodyTooLarge, "limit_bytes", limit)
	}
	if err != nil {
		return nil, malformed("compressed").Because(err)
	}
	return out, nil
}

// toUTF8 returns text in UTF-8 without its byte order mark. It knows UTF-8,
// UTF-16, ASCII, Latin-1 and Windows-1252 by their common aliases; of another
// charset it takes text of ASCII only, which all of them spell alike.
func toUTF8(body []byte, charset string) ([]byte, error) {
	switch {
	case bytes.HasPrefix(body, []byte("\ufeff")):
		body, charset = body[len("\ufeff"):], "utf8"
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}):
		return fromUTF16(body[2:], binary.LittleEndian)
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}):
		return fromUTF16(body[2:], binary.BigEndian)
	}
	switch strings.NewReplacer("-", "", "_", "", " ", "", `"`, "", "'", "").Replace(strings.ToLower(charset)) {
	case "", "utf8", "unicode11utf8", "cp65001", "utf8mb4":
		if !utf8.Valid(body) {
			return nil, malformed("charset")
		}
		return body, nil
	case "utf16", "utf16le", "ucs2":
		return fromUTF16(body, binary.LittleEndian)
	case "utf16be":
		return fromUTF16(body, binary.BigEndian)
	case "iso88591", "latin1", "l1", "cp819", "windows1252", "cp1252", "ansi":
		if utf8.Valid(body) {
			return body, nil // a default that a library declares while it writes UTF-8
		}
		return fromLatin1(body), nil
	}
	if slices.ContainsFunc(body, func(c byte) bool { return c >= utf8.RuneSelf }) {
		return nil, unsupported(anyForm)
	}
	return body, nil
}

func fromUTF16(body []byte, order binary.ByteOrder) ([]byte, error) {
	if len(body)%2 != 0 {
		return nil, malformed("charset")
	}
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units))), nil
}

// fromLatin1 reads ISO 8859-1. The 27 characters in which Windows-1252 differs
// are punctuation, which no field needs.
func fromLatin1(body []byte) []byte {
	out := make([]rune, len(body))
	for i, c := range body {
		out[i] = rune(c)
	}
	return []byte(string(out))
}
