package api

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"systole/shared/fault"
)

// mediaType returns a Content-Type's media type in lower case, and its
// parameters. Of a header that breaks the grammar it returns the readable part:
// JavaMail, Indy and early .NET send boundaries with unquoted special characters,
// which RFC 2046 (5.1.1) warns of.
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

// looseParams reads "name=value; name="value"", even if values break the grammar,
// for instance with quotes within quotes. Names are returned in lower case; the
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

// quoted ends a value at a quote before a semicolon or the end; any other quote
// belongs to the value.
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

// unpack undoes a body's content codings (RFC 9110, 8.4.1), up to limit bytes. A
// gateway that unpacks leaves the header in place: a body that isn't packed is
// returned as it is.
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
	out, err := io.ReadAll(http.MaxBytesReader(nil, z, limit))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, fault.New(fault.BodyTooLarge, "limit_bytes", limit)
	}
	if err != nil {
		return nil, malformed("compressed").Because(err)
	}
	return out, nil
}
