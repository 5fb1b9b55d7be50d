package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"systole/shared/fault"
)

// The types that a body can have. Only a multipart one can hold a file.
const (
	multipartForm = "multipart/form-data"
	anyForm       = "application/json, application/x-www-form-urlencoded, " + multipartForm
)

// maxParts bounds the parts of a multipart body.
const maxParts = 64

// DecodeFiles is Decode for routes that take files: any other body than a
// multipart one is unsupported_media_type.
func DecodeFiles(w http.ResponseWriter, r *http.Request) (*Form, error) {
	contentType := r.Header.Get("Content-Type")
	media, _, _ := mime.ParseMediaType(contentType)
	if contentType != "" && media != multipartForm {
		return nil, unsupported(multipartForm)
	}
	return Decode(w, r)
}

// Decode reads the body: JSON, urlencoded or multipart. A body of no bytes is
// a form without fields. The errors are unsupported_media_type,
// body_too_large and malformed_body.
func Decode(w http.ResponseWriter, r *http.Request) (*Form, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		media = ""
	}
	limit := limitsFrom(r)
	size := limit.body
	if media == multipartForm {
		size = limit.fileBody
	}
	if r.Body == nil {
		return &Form{}, nil
	}
	body, err := readBody(w, r, size)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return &Form{}, nil
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii") {
		return nil, unsupported(anyForm)
	}
	switch media {
	case "application/json":
		return decodeJSON(body)
	case "application/x-www-form-urlencoded":
		return decodeURL(string(body))
	case multipartForm:
		return decodeMultipart(body, params["boundary"], limit)
	}
	return nil, unsupported(anyForm)
}

func limitsFrom(r *http.Request) limits {
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		return x.limits
	}
	return limits{body: DefaultMaxBody, fileBody: DefaultMaxBody}
}

// unsupported is the fault of a body of another type than these.
func unsupported(accepts string) error {
	return fault.New(fault.UnsupportedMediaType, "accepts", accepts)
}

// readBody reads a body of at most limit bytes, and tells one that is larger
// from one that broke off.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var body bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= limit {
		body.Grow(int(r.ContentLength) + bytes.MinRead) // what ReadFrom wants free at the end
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		return body.Bytes(), nil
	}
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, fault.New(fault.BodyTooLarge, "limit_bytes", limit)
	}
	return nil, fault.New(fault.MalformedBody).Because(err)
}

// decodeJSON reads one object. Its depth costs nothing: values that are not
// plain are kept as they came, and refused when a field asks for them.
func decodeJSON(body []byte) (*Form, error) {
	if !utf8.Valid(body) {
		return nil, fault.New(fault.MalformedBody)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return nil, fault.New(fault.MalformedBody)
	}
	f := &Form{fields: make(map[string]field, len(object))}
	for name, raw := range object {
		f.fields[name] = fieldFromJSON(raw)
	}
	return f, nil
}

func fieldFromJSON(raw json.RawMessage) field {
	switch c := raw[0]; {
	case c == '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return field{kind: other}
		}
		return field{kind: text, text: s}
	case c == '-' || '0' <= c && c <= '9':
		return field{kind: number, text: string(raw)}
	case c == 'n':
		return field{kind: null}
	}
	return field{kind: other}
}

func decodeURL(body string) (*Form, error) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, fault.New(fault.MalformedBody)
	}
	f := &Form{fields: make(map[string]field, len(values))}
	for name, all := range values {
		last := all[len(all)-1]
		if !utf8.ValidString(name) || !utf8.ValidString(last) {
			return nil, fault.New(fault.MalformedBody)
		}
		f.fields[name] = field{text: last}
	}
	return f, nil
}

// decodeMultipart reads the parts; fields together may have limit.body bytes. A
// part of a file's name is a file, with or without a file name of its own:
// clients differ in that.
func decodeMultipart(body []byte, boundary string, limit limits) (*Form, error) {
	if boundary == "" {
		return nil, fault.New(fault.MalformedBody)
	}
	f := &Form{fields: make(map[string]field)}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	fieldBytes := int64(0)
	for n := 0; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF && bytes.Contains(body, []byte("--"+boundary+"--")) {
			return f, nil // io.EOF alone may mean that the body broke off in a header
		}
		if err != nil {
			return nil, fault.New(fault.MalformedBody).Because(err)
		}
		if n == maxParts {
			return nil, fault.New(fault.MalformedBody).Because(fmt.Errorf("over %d parts", maxParts))
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, fault.New(fault.MalformedBody).Because(err)
		}
		name := part.FormName()
		if slices.ContainsFunc(limit.files, func(file string) bool { return strings.EqualFold(name, file) }) {
			f.Files = append(f.Files, File{Field: name, Content: content})
			continue
		}
		if fieldBytes += int64(len(name) + len(content)); fieldBytes > limit.body {
			return nil, fault.New(fault.BodyTooLarge, "limit_bytes", limit.body)
		}
		if !utf8.ValidString(name) || !utf8.Valid(content) {
			return nil, fault.New(fault.MalformedBody)
		}
		f.fields[name] = field{text: string(content)}
	}
}
