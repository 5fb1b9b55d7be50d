package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"mime/quotedprintable"
	"slices"
	"strings"

	"systole/shared/fault"
)

// maxParts bounds the parts of a multipart body.
const maxParts = 64

// decodeMultipart reads the parts; the fields together may have limit.body bytes.
//
// A part under a file's name is a file, with or without a file name of its own:
// clients differ in that. If there is none, and the route takes files, a single
// file under another name is taken; several are refused with their names. A part
// counts as a file if it has a file name, or more lines than a field has.
func decodeMultipart(body []byte, boundary string, limit limits) (*Form, error) {
	if boundary == "" {
		return nil, malformed("boundary_missing")
	}
	if !bytes.Contains(body, []byte("--"+boundary)) {
		return nil, malformed("boundary_not_found")
	}
	f := &Form{fields: make(map[string]field)}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	var unknown []File
	fieldBytes := int64(0)
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if err == io.EOF && bytes.Contains(body, []byte("--"+boundary+"--")) {
			if err := f.settleFiles(unknown, limit); err != nil {
				return nil, err
			}
			return f, nil
		}
		if err != nil { // io.EOF alone may mean that the body broke off in a header
			return nil, malformed("cut_off").Because(err)
		}
		if n == maxParts {
			return nil, malformed("many_parts").Because(fmt.Errorf("over %d parts", maxParts))
		}
		p, err := readPart(part)
		if err != nil {
			return nil, err
		}
		if limit.isFile(p.name) {
			f.Files = append(f.Files, File{Field: p.name, Content: p.content})
			continue
		}
		size := int64(len(p.name) + len(p.content))
		if len(limit.files) > 0 && (p.file || size > limit.body && bytes.Contains(p.content, []byte("\n"))) {
			unknown = append(unknown, File{Field: p.name, Content: p.content})
			continue
		}
		if fieldBytes += size; fieldBytes > limit.body {
			return nil, fault.New(fault.BodyTooLarge, "limit_bytes", limit.body)
		}
		if f.fields[p.name], err = p.field(); err != nil {
			return nil, err
		}
	}
}

// isFile reports whether parts of that name are files.
func (l limits) isFile(name string) bool {
	return slices.ContainsFunc(l.files, func(file string) bool { return strings.EqualFold(name, file) })
}

// settleFiles decides which parts are the files: those under a file's name, else
// the only one under another name. Of several parts the empty ones are left out:
// a browser sends one for each file input without a chosen file.
func (f *Form) settleFiles(unknown []File, limit limits) error {
	f.Files = filled(f.Files)
	if len(f.Files) > 0 || len(unknown) == 0 {
		return nil
	}
	unknown = filled(unknown)
	if len(unknown) == 1 {
		f.Files = unknown
		return nil
	}
	names := make([]string, len(unknown))
	for i, file := range unknown {
		names[i] = fmt.Sprintf("%.40q", file.Field)
	}
	return fault.New(fault.FileMissing, "accepts", strings.Join(limit.files, ", "), "parts", strings.Join(names, ", "))
}

// filled returns the files that are not empty, or one if all are.
func filled(files []File) []File {
	kept := slices.DeleteFunc(slices.Clone(files), func(f File) bool { return len(f.Content) == 0 })
	if len(kept) == 0 && len(files) > 0 {
		return files[:1]
	}
	return kept
}

// takeFiles moves text under a file's name, which JSON and urlencoded bodies may
// have, from the fields to the files, and reports whether there was any.
func (f *Form) takeFiles(limit limits) bool {
	for name, v := range f.fields {
		if limit.isFile(name) && !v.bare && v.text != "" {
			f.Files = append(f.Files, File{Field: name, Content: []byte(v.text)})
			delete(f.fields, name)
		}
	}
	return len(f.Files) > 0
}

// sentPart is a decoded part under its plain name.
type sentPart struct {
	name    string
	file    bool // whether it has a file name
	media   string
	charset string
	content []byte
}

// readPart reads a part and undoes its transfer encoding (RFC 2045, 6), which RFC
// 7578 (4.7) has deprecated and mail libraries still use.
func readPart(part *multipart.Part) (sentPart, error) {
	var p sentPart
	_, disposition := mediaType(part.Header.Get("Content-Disposition"))
	if disposition == nil { // "form-data" has no slash
		_, rest, _ := strings.Cut(part.Header.Get("Content-Disposition"), ";")
		disposition = looseParams(rest)
	}
	p.name = plainName(disposition["name"])
	_, p.file = disposition["filename"]
	if _, extended := disposition["filename*"]; extended {
		p.file = true
	}
	var params map[string]string
	p.media, params = mediaType(part.Header.Get("Content-Type"))
	p.charset = params["charset"]
	var content io.Reader = part
	encoding := strings.ToLower(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding")))
	switch encoding {
	case "base64":
		content = base64.NewDecoder(base64.StdEncoding, part)
	case "quoted-printable":
		content = quotedprintable.NewReader(part)
	}
	var err error
	if p.content, err = io.ReadAll(content); err != nil {
		reason := "cut_off"
		if encoding == "base64" || encoding == "quoted-printable" {
			reason = "transfer_encoding"
		}
		return p, malformed(reason).Because(err)
	}
	return p, nil
}

// plainName returns a part's name without the suffix that PHP and Rails libraries
// append for a list: data[], data[0].
func plainName(name string) string {
	base, index, _ := strings.Cut(strings.TrimSpace(name), "[")
	if base != "" && strings.HasSuffix(index, "]") && strings.Trim(index, "0123456789]") == "" {
		return base
	}
	return strings.TrimSpace(name)
}

// field is a part's value. A part of JSON is decoded: a converter such as
// Retrofit's for Gson writes text in quotes.
func (p sentPart) field() (field, error) {
	content, err := toUTF8(p.content, p.charset)
	if err != nil {
		return field{}, malformed("charset").Because(err)
	}
	if trimmed := bytes.TrimSpace(content); isJSON(p.media) && json.Valid(trimmed) {
		return fieldFromJSON(trimmed), nil
	}
	return field{text: string(content)}, nil
}
