package api

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"systole/shared/fault"
)

func TestAHeaderIsReadThatBreaksTheGrammar(t *testing.T) {
	for header, want := range map[string]string{
		`text/plain`:                                  `text/plain map[]`,
		`Text/Plain; Charset="UTF-8"`:                 `text/plain map[charset:UTF-8]`,
		`multipart/form-data; boundary=a=b?c`:         `multipart/form-data map[boundary:a=b?c]`,
		`MULTIPART/Form-Data ; Boundary = a?b; x=1`:   `multipart/form-data map[boundary:a?b x:1]`,
		`multipart/form-data; boundary="a"b"; x= y/ `: `multipart/form-data map[boundary:a"b x:y/]`,
		`multipart/form-data; boundary="a?`:           `multipart/form-data map[boundary:a?]`,
		`multipart/form-data; b=1?; b=2`:              `multipart/form-data map[b:1?]`,
		`multipart/form-data; b="1" ; c="2?`:          `multipart/form-data map[b:1 c:2?]`,
		`multipart/form-data; ??`:                     `multipart/form-data map[]`,
		`a/b/c; x=?`:                                  ` map[]`,
		`a b/c; x=?`:                                  ` map[]`,
		`a/b, c; x=?`:                                 ` map[]`,
		`nothing; x=?`:                                ` map[]`,
	} {
		media, params := mediaType(header)
		if got := fmt.Sprintf("%s %v", media, params); got != want {
			t.Errorf("%s: %s, want %s", header, got, want)
		}
	}
}

func TestAPartsNameIsPlain(t *testing.T) {
	for name, want := range map[string]string{
		"data": "data", " data ": "data", "data[]": "data", "data[0]": "data", "data[12]": "data",
		"data[a]": "data[a]", "data[0": "data[0", "[]": "[]", "data]": "data]", "data[0]x": "data[0]x",
	} {
		if got := plainName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func packedWith(t *testing.T, open func(io.Writer) io.WriteCloser, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := open(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestABodyIsUnpackedAsItsHeaderSays(t *testing.T) {
	zipped := packedWith(t, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }, "1234567890")
	deflated := packedWith(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, "1234567890")
	twice := packedWith(t, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, string(zipped))
	for _, tt := range []struct {
		body    []byte
		codings string
		limit   int64
		want    string
		code    fault.Code
	}{
		{zipped, "gzip", 100, "1234567890", ""},
		{zipped, "X-GZIP", 100, "1234567890", ""},
		{zipped, " gzip , identity", 10, "1234567890", ""},
		{zipped, "gzip", 9, "", fault.BodyTooLarge},
		{deflated, "deflate", 10, "1234567890", ""},
		{deflated, "deflate", 9, "", fault.BodyTooLarge},
		{twice, "gzip, deflate", 100, "1234567890", ""},
		{twice, "deflate, gzip", 100, string(zipped), ""}, // the outer encoding, which was undone on the way
		{[]byte("plain"), "gzip", 100, "plain", ""},
		{[]byte("plain"), "deflate", 100, "plain", ""},
		{[]byte("x"), "deflate", 100, "x", ""},
		{nil, "deflate", 100, "", ""},
		{[]byte("\x78\x02"), "deflate", 100, "\x78\x02", ""},
		{[]byte("plain"), "", 100, "plain", ""},
		{[]byte("plain"), "aws-chunked", 100, "plain", ""},
		{[]byte("plain"), "br", 100, "", fault.UnsupportedMediaType},
		{zipped[:len(zipped)-6], "gzip", 100, "", fault.MalformedBody},
		{zipped[:5], "gzip", 100, "", fault.MalformedBody},
		{deflated[:4], "deflate", 100, "", fault.MalformedBody},
		{[]byte("\x78\x9c\xff\xff\xff"), "deflate", 100, "", fault.MalformedBody},
	} {
		got, err := unpack(tt.body, []string{tt.codings}, tt.limit)
		if string(got) != tt.want || codeOf(err) != tt.code {
			t.Errorf("%q of %q: %q, %v; want %q, %s", tt.codings, tt.body, got, err, tt.want, tt.code)
		}
	}
}

func TestLanguageRanges(t *testing.T) {
	for entry, want := range map[string]string{
		"en": "en 1", " EN-us ": "en-us 1", "en;q=0.5": "en 0.5", "en ; Q = 1": "en 1", "en;q=0": "en 0",
		"": " 1", ";q=1": " 1", "en;q=1.1": " 0", "en;q=-0.1": " 0", "en;q=x": " 0", "en;p=1": " 0", "en;q=NaN": " 0",
	} {
		tag, weight := languageRange(entry)
		if got := fmt.Sprint(tag, " ", weight); got != want {
			t.Errorf("%q: %q, want %q", entry, got, want)
		}
	}
	for header, want := range map[string]language{
		"": korean, "en": english, "ko": korean, "fr": korean, "ko-KR": korean, "en-GB": english, "english": korean, "korean, en;q=0.1": english,
		"ko;q=0.5, en;q=0.5": korean, "en;q=0.5, ko;q=0.5": english, "*": korean, "en;q=0.5, *": korean, "en, *": english,
		"en;q=0.5, ko-KR;q=0.1, *": english, "ko-KR;q=0.9, en;q=0.5": korean, "en;q=0.5, ko-KR;q=0.9": korean,
		"en;q=0.5, ko;q=0.1, *": english, "*;q=0.4, en;q=0.5": english, "en;q=0": korean,
		strings.Repeat("fr,", maxRanges-1) + "en": english, strings.Repeat("fr,", maxRanges) + "en": korean,
	} {
		if got := preferred(header); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestWordsOfAnID(t *testing.T) {
	for s, want := range map[string]bool{
		"a": true, "z": true, "A": true, "Z": true, "0": true, "9": true, "-_.": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a b": false, "/": false, ":": false, "@": false, "[": false, "`": false, "{": false, "é": false,
	} {
		if got := plainWord(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// sentFiles returns what DecodeFiles reads from a request: the files and some
// fields.
func sentFiles(t *testing.T, contentType, query, body string) string {
	t.Helper()
	r := httptest.NewRequest("POST", "/x?"+query, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r = r.WithContext(t.Context())
	form, err := DecodeFiles(httptest.NewRecorder(), r)
	if err != nil {
		return string(codeOf(err)) + " " + fmt.Sprint(err.(*fault.Error).Params["reason"])
	}
	var b strings.Builder
	for _, f := range form.Files {
		fmt.Fprintf(&b, "%s=%s ", f.Field, f.Content)
	}
	for _, name := range []string{"rate", "token", "upload"} {
		if form.Has(name) {
			value, _ := form.String(name)
			fmt.Fprintf(&b, "%s:%s ", name, value)
		}
	}
	return strings.TrimSpace(b.String())
}

func TestAWholeBodyIsARecordingWithItsFieldsInTheAddress(t *testing.T) {
	for _, tt := range []struct{ contentType, query, body, want string }{
		{"application/octet-stream", "", "1\n2\n", "=1\n2"},
		{"text/csv", "rate=250", "1\n2", "=1\n2 rate:250"},
		{"text/csv", "rate=1&rate=250", "1", "=1 rate:250"},
		{"text/csv", "token=secret&rate=250", "1", "=1 rate:250"},
		{"text/csv", "rate=%ff", "1", "=1"},
		{"application/json", "rate=250", `{"samples":[1,2]}`, `={"samples":[1,2]} rate:250`},
		{"application/json", "", `{"upload":"x"}`, "upload:x"},
		{"application/vnd.x+json", "", `{"upload":"x"}`, "upload:x"},
		{"text/json", "", `{"upload":"x"}`, "upload:x"},
		{"application/octet-stream", "", `{"upload":"x"}`, `={"upload":"x"}`},
		{"image/x+json", "", `{"upload":"x"}`, `={"upload":"x"}`},
		{"application/x-www-form-urlencoded", "", "upload=x", "upload:x"},
		{"application/x-www-form-urlencoded", "", "1", "=1"},
		{"text/plain", "", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--b--", "malformed_body boundary_missing"},
		{"multipart/mixed; boundary=b", "", "--b--", "unsupported_media_type <nil>"},
	} {
		if got := sentFiles(t, tt.contentType, tt.query, tt.body); got != tt.want {
			t.Errorf("%s?%s %q: %q, want %q", tt.contentType, tt.query, tt.body, got, tt.want)
		}
	}
}
