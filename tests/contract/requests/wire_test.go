// Package requests sends the service the requests of real HTTP clients, byte
// for byte, and compares the answers with those that each client expects.
package requests

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"
)

// request is a client's request, the source of its form, and the expected answer:
// a status, and for a refusal the error with its reason.
type request struct {
	name   string
	source string // a report, a specification, or the client's own code or documentation
	path   string
	header []string // lines, except the length and the token
	token  string   // the value of Authorization; "" for the member's own
	body   []byte
	status int
	word   string // "error", or "error reason"
}

// part is one part of a multipart body as it is sent.
type part struct {
	head    string // header lines, separated by \n
	content []byte
}

// file is a part with a recording, as most clients write it.
func file(name string, content []byte) part {
	return part{fmt.Sprintf("Content-Disposition: form-data; name=%q; filename=\"ecg.csv\"\nContent-Type: text/csv", name), content}
}

// value is a part with a field, as most clients write it.
func value(name, content string) part {
	return part{fmt.Sprintf("Content-Disposition: form-data; name=%q", name), []byte(content)}
}

// rate is the field that states the recordings' rate.
var rate = value("sampling_rate", "500")

// multipart writes parts between lines of a boundary.
func multipart(boundary string, parts ...part) []byte { return lines("\r\n", boundary, parts...) }

// lines is multipart with line ends of the caller's choice.
func lines(end, boundary string, parts ...part) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		b.WriteString("--" + boundary + end + strings.ReplaceAll(p.head, "\n", end) + end + end)
		b.Write(p.content)
		b.WriteString(end)
	}
	b.WriteString("--" + boundary + "--" + end)
	return b.Bytes()
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // the level is one
	z.Write(b)                                        // writes to memory cannot fail
	z.Close()
	return out.Bytes()
}

func deflated(b []byte) []byte {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	z.Write(b) // writes to memory cannot fail
	z.Close()
	return out.Bytes()
}

// inBase64 returns base64 in lines of 76 characters, as mail libraries write it.
func inBase64(b []byte) []byte {
	var out bytes.Buffer
	for s := base64.StdEncoding.EncodeToString(b); s != ""; {
		n := min(76, len(s))
		out.WriteString(s[:n] + "\r\n")
		s = s[n:]
	}
	return out.Bytes()
}

func inQuotedPrintable(b []byte) []byte {
	var out bytes.Buffer
	w := quotedprintable.NewWriter(&out)
	io.Copy(w, bytes.NewReader(b)) // writes to memory cannot fail
	w.Close()
	return out.Bytes()
}

func inUTF16(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}
