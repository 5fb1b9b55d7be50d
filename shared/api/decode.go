package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"systole/shared/fault"
)

// The media types of bodies.
const (
	multipartForm = "multipart/form-data"
	urlencoded    = "application/x-www-form-urlencoded"
	anyForm       = "application/json, " + urlencoded + ", " + multipartForm
)

// Decode reads the body: JSON, urlencoded or multipart, in UTF-8 or a charset
// that [toUTF8] knows, compressed or not. An empty body is a form without fields.
// The errors are unsupported_media_type, body_too_large and malformed_body, the
// last with a reason.
func Decode(w http.ResponseWriter, r *http.Request) (*Form, error) {
	limit := limitsFrom(r)
	media, params := mediaType(r.Header.Get("Content-Type"))
	size := limit.body
	if media == multipartForm {
		size = limit.fileBody
	}
	body, err := readBody(w, r, size)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return &Form{}, nil
	}
	return decodeAs(media, params, body, limit)
}

// DecodeFiles is Decode for routes that take files. A body that is no form with
// an upload or a file is itself the recording, as "curl --data-binary @ecg.csv"
// and the upload tasks of phones send it; its fields are then the query's.
func DecodeFiles(w http.ResponseWriter, r *http.Request) (*Form, error) {
	limit := limitsFrom(r)
	media, params := mediaType(r.Header.Get("Content-Type"))
	body, err := readBody(w, r, limit.fileBody)
	if err != nil {
		return nil, err
	}
	if len(body) == 0 {
		return &Form{}, nil
	}
	if media == multipartForm {
		return decodeMultipart(body, params["boundary"], limit)
	}
	if strings.HasPrefix(media, "multipart/") {
		return nil, unsupported(multipartForm)
	}
	if int64(len(body)) <= limit.body && (media == urlencoded || isJSON(media)) {
		if form, err := decodeAs(media, params, body, limit); err == nil && (form.Has("upload") || form.takeFiles(limit)) {
			return form, nil
		}
	}
	if bytes.Contains(body[:min(len(body), 200)], []byte("form-data;")) {
		return nil, malformed("boundary_missing") // a multipart body under another media type
	}
	return &Form{Files: []File{{Content: body}}, fields: queryFields(r)}, nil
}

// queryFields returns the fields beside a recording that is the whole body, and
// so has them in the query. A token is not accepted there: addresses end up in
// logs.
func queryFields(r *http.Request) map[string]field {
	fields := make(map[string]field)
	for name, values := range r.URL.Query() {
		if last := values[len(values)-1]; name != "token" && utf8.ValidString(last) {
			fields[name] = field{text: last}
		}
	}
	return fields
}

// decodeAs reads a body of a media type.
func decodeAs(media string, params map[string]string, body []byte, limit limits) (*Form, error) {
	if media == multipartForm {
		return decodeMultipart(body, params["boundary"], limit)
	}
	if media != urlencoded && !isJSON(media) {
		return nil, unsupported(anyForm)
	}
	if media == urlencoded {
		return decodeURL(body, params["charset"])
	}
	text, err := toUTF8(body, params["charset"])
	if err != nil {
		return nil, err
	}
	return decodeJSON(text)
}

// isJSON reports whether the media type is JSON's, or has the suffix +json (RFC
// 6839).
func isJSON(media string) bool {
	return media == "application/json" || media == "text/json" ||
		strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json")
}

func limitsFrom(r *http.Request) limits {
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		return x.limits
	}
	return limits{body: DefaultMaxBody, fileBody: DefaultMaxBody}
}

// unsupported returns the fault for a body of another type than the accepted
// ones.
func unsupported(accepts string) error {
	return fault.New(fault.UnsupportedMediaType, "accepts", accepts)
}

// malformed returns the fault for a body that can't be read, with a reason of
// [malformedReasons].
func malformed(reason string) *fault.Error {
	return fault.New(fault.MalformedBody, "reason", reason)
}

// readBody reads a body of at most limit bytes, unpacked. It distinguishes a body
// that is too large from one that broke off.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	var body bytes.Buffer
	if r.ContentLength > 0 && r.ContentLength <= limit {
		body.Grow(int(r.ContentLength) + bytes.MinRead) // ReadFrom wants that much free at the end
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, fault.New(fault.BodyTooLarge, "limit_bytes", limit)
	}
	if err != nil {
		return nil, malformed("cut_off").Because(err)
	}
	return unpack(body.Bytes(), r.Header.Values("Content-Encoding"), limit)
}

// decodeJSON reads one object. Its depth costs nothing: values that are not plain
// are kept as raw text, and refused when a field asks for them.
func decodeJSON(body []byte) (*Form, error) {
	var object map[string]json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(body))
	err := dec.Decode(&object)
	if object == nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, malformed("cut_off")
		}
		return nil, malformed("json").Because(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, malformed("json").Because(fmt.Errorf("more behind the object"))
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
		_ = json.Unmarshal(raw, &s) // it was parsed before
		return field{text: s}
	case c <= '9': // a digit, or a minus
		return field{text: string(raw), bare: true}
	case c == 'n':
		return field{}
	}
	return field{bare: true}
}

// decodeURL reads names and values, whose bytes are in the charset, both plain
// and percent-encoded (%C7%D1).
func decodeURL(body []byte, charsetName string) (*Form, error) {
	written := charsetOf(charsetName)
	if _, _, mark := marked(body); mark || written != inLatin1 && written != inKorean {
		text, err := toUTF8(body, charsetName)
		if err != nil {
			return nil, err
		}
		body, written = text, inUTF8
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, malformed("urlencoded").Because(err)
	}
	f := &Form{fields: make(map[string]field, len(values))}
	for name, all := range values {
		name, err := written.decode([]byte(name))
		if err != nil {
			return nil, err
		}
		last, err := written.decode([]byte(all[len(all)-1]))
		if err != nil {
			return nil, err
		}
		f.fields[string(name)] = field{text: string(last)}
	}
	return f, nil
}
