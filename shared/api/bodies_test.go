package api

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"systole/shared/fault"
)

// small are limits that a test's body exceeds with a few lines.
var small = limits{body: 40, fileBody: 300, files: []string{"data", "ECG"}}

// sent returns what DecodeFiles, or Decode, reads from a body under the small
// limits: files and fields by their names, or the refusal.
func sent(t *testing.T, files bool, contentType, body string) string {
	t.Helper()
	r := httptest.NewRequest("POST", "/x", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r = r.WithContext(context.WithValue(t.Context(), exchangeKey{}, &exchange{limits: small}))
	decode := Decode
	if files {
		decode = DecodeFiles
	}
	form, err := decode(httptest.NewRecorder(), r)
	var f *fault.Error
	if errors.As(err, &f) {
		var said []string
		for name, value := range f.Params {
			said = append(said, fmt.Sprint(name, "=", value))
		}
		slices.Sort(said)
		return strings.TrimSpace(string(f.Code) + " " + strings.Join(said, " "))
	}
	var found []string
	for _, f := range form.Files {
		found = append(found, fmt.Sprintf("%s=%q", f.Field, f.Content))
	}
	for name, v := range form.fields {
		found = append(found, fmt.Sprintf("%s:%q", name, v.text))
	}
	slices.Sort(found)
	return strings.Join(found, " ")
}

// ofParts returns a multipart body: headers, an empty line and the content of
// each part.
func ofParts(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("--b\r\n" + p + "\r\n")
	}
	return b.String() + "--b--\r\n"
}

const (
	named       = "Content-Disposition: form-data; name="
	formOfParts = "multipart/form-data; boundary=b"
)

func TestARecordingComesInManyWays(t *testing.T) {
	long := strings.Repeat("1\n", 21) // longer than a field
	for _, tt := range []struct{ contentType, body, want string }{
		{"application/json", `{"ECG":"1\n2","rate":"250"}`, `ECG="1\n2" rate:"250"`},
		{"application/json", `{"ecg":"1"}`, `ecg="1"`},
		{"application/json", `{"ECG":12}`, `="{\"ECG\":12}"`},
		{"application/json", `{"ECG":""}`, `="{\"ECG\":\"\"}"`},
		{"application/json", `{"other":"1"}`, `="{\"other\":\"1\"}"`},
		{"application/json", `{"upload":`, `="{\"upload\":"`},
		{"application/json", `{"upload":"` + strings.Repeat("x", 27) + `"}`, `upload:"` + strings.Repeat("x", 27) + `"`}, // 40 bytes
		{"application/json", `{"upload":"` + strings.Repeat("x", 28) + `"}`, `="{\"upload\":\"` + strings.Repeat("x", 28) + `\"}"`},
		{urlType, "data=1", `data="1"`},
		{"text/csv", "", ""},
		{"text/csv", strings.Repeat("1", 300), `="` + strings.Repeat("1", 300) + `"`},
		{"text/csv", strings.Repeat("1", 301), "body_too_large limit_bytes=300"},
		{"text/csv", strings.Repeat("x", 190) + "form-data;", "malformed_body reason=boundary_missing"},
		{"text/csv", strings.Repeat("x", 191) + "form-data;", `="` + strings.Repeat("x", 191) + `form-data;"`},

		{formOfParts, ofParts(named+"ECG\r\n\r\n1", named+"rate\r\n\r\n250"), `ECG="1" rate:"250"`},
		{formOfParts, ofParts(named + "ECG[]; filename=a.csv\r\n\r\n1"), `ECG="1"`},
		{formOfParts, ofParts(named+"data\r\n\r\n", named+"ECG\r\n\r\n1"), `ECG="1"`}, // a file input without a file is not a file
		{formOfParts, ofParts(named+"data\r\n\r\n", named+"ECG\r\n\r\n"), `data=""`},
		{formOfParts, ofParts(named + "wave; filename=a.csv\r\n\r\n1"), `wave="1"`},
		{formOfParts, ofParts(named + "wave; filename*=utf-8''a.csv\r\n\r\n1"), `wave="1"`},
		{formOfParts, ofParts(named + "wave; filename*=x?\r\n\r\n1"), `wave="1"`},
		{formOfParts, ofParts(named+"wave; filename=a.csv\r\n\r\n1", named+"more; filename=\"\"\r\n\r\n"), `wave="1"`},
		{formOfParts, ofParts(named+"wave; filename=a.csv\r\n\r\n1", named+"more; filename=b.csv\r\n\r\n2"), `file_missing accepts=data, ECG parts="wave", "more"`},
		{formOfParts, ofParts(named+"wave; filename=a.csv\r\n\r\n1", named+"ECG\r\n\r\n2"), `ECG="2"`},
		{formOfParts, ofParts(named + "wave\r\n\r\n" + long), fmt.Sprintf("wave=%q", long)},
		{formOfParts, ofParts(named + "wave\r\n\r\n" + long[:36]), fmt.Sprintf("wave:%q", long[:36])},
		{formOfParts, ofParts(named + "wave\r\n\r\n" + strings.Repeat("1", 42)), "body_too_large limit_bytes=40"},
		{formOfParts, ofParts(named+"a\r\n\r\n"+strings.Repeat("1", 20), named+"b\r\n\r\n"+strings.Repeat("1", 18)), fmt.Sprintf("a:%q b:%q", strings.Repeat("1", 20), strings.Repeat("1", 18))},
		{formOfParts, ofParts(named+"a\r\n\r\n"+strings.Repeat("1", 20), named+"b\r\n\r\n"+strings.Repeat("1", 19)), "body_too_large limit_bytes=40"},

		{formOfParts, ofParts("Content-Transfer-Encoding: BASE64\r\n" + named + "ECG\r\n\r\nMQoy"), `ECG="1\n2"`},
		{formOfParts, ofParts("Content-Transfer-Encoding: quoted-printable\r\n" + named + "ECG\r\n\r\n1=0A2"), `ECG="1\n2"`},
		{formOfParts, ofParts("Content-Transfer-Encoding: 8bit\r\n" + named + "ECG\r\n\r\n1=0A2"), `ECG="1=0A2"`},
		{formOfParts, ofParts("Content-Transfer-Encoding: base64\r\n" + named + "ECG\r\n\r\n****"), "malformed_body reason=transfer_encoding"},
		{formOfParts, ofParts("Content-Transfer-Encoding: quoted-printable\r\n" + named + "ECG\r\n\r\n1\x01"), "malformed_body reason=transfer_encoding"},
		{formOfParts, "--b\r\n" + named + "ECG\r\n\r\n1", "malformed_body reason=cut_off"},

		{formOfParts, ofParts(named + "a\r\nContent-Type: application/json\r\n\r\n \"x\" "), `a:"x"`}, // as Gson's converters write it
		{formOfParts, ofParts(named + "a\r\nContent-Type: application/json\r\n\r\n\"x"), `a:"\"x"`},
		{formOfParts, ofParts(named + "a\r\nContent-Type: text/plain\r\n\r\n\"x\""), `a:"\"x\""`},
		{formOfParts, ofParts(named + "a\r\nContent-Type: text/plain; charset=shift_jis\r\n\r\n\x8a"), "malformed_body reason=charset"},
		{formOfParts, ofParts(`Content-Disposition: form-data; name="a"b"` + "\r\n\r\n1"), `a"b:"1"`},
		{formOfParts, ofParts(`Content-Disposition: form-data; name="a\"b"` + "\r\n\r\n1"), `a"b:"1"`},
		{formOfParts, ofParts(named + "data\r\n\r\n"), `data=""`},
		{formOfParts, ofParts("Content-Type: text/plain\r\n\r\n1"), `:"1"`},
	} {
		if got := sent(t, true, tt.contentType, tt.body); got != tt.want {
			t.Errorf("%s %q:\ngot  %s\nwant %s", tt.contentType, tt.body, got, tt.want)
		}
	}
}

// One name of a file is as good as several.
func TestARouteMayTakeFilesUnderOneName(t *testing.T) {
	long := strings.Repeat("1\n", 40<<10)
	for _, name := range []string{"photo", "other"} {
		contentType, body := multipartBody(t, part{`form-data; name="` + name + `"; filename="x"`, long})
		var form *Form
		h := New(Settings{}, Route{Path: "/x", Files: []string{"photo"}, Methods: map[string]Handler{"POST": func(w http.ResponseWriter, r *http.Request) (err error) {
			form, err = DecodeFiles(w, r)
			return err
		}}})
		r := httptest.NewRequest("POST", "/x", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", contentType)
		h.ServeHTTP(httptest.NewRecorder(), r)
		if form == nil || len(form.Files) != 1 || form.Files[0].Field != name || string(form.Files[0].Content) != long {
			t.Errorf("%s isn't taken", name)
		}
	}
}

func TestSixtyFourPartsAreTaken(t *testing.T) {
	parts := slices.Repeat([]string{named + "a\r\n\r\n"}, 64)
	if got := sent(t, false, formOfParts, "--b--"); got != "" {
		t.Errorf("none: %s", got)
	}
	body := ofParts(parts...)
	r := httptest.NewRequest("POST", "/x", strings.NewReader(body))
	r.Header.Set("Content-Type", formOfParts)
	if form, err := Decode(httptest.NewRecorder(), r); err != nil || len(form.fields) != 1 {
		t.Errorf("64: %v, %v", form, err)
	}
	r = httptest.NewRequest("POST", "/x", strings.NewReader(ofParts(append(parts, parts[0])...)))
	r.Header.Set("Content-Type", formOfParts)
	var f *fault.Error
	if _, err := Decode(httptest.NewRecorder(), r); !errors.As(err, &f) || f.Params["reason"] != "many_parts" || !strings.Contains(err.Error(), "over 64 parts") {
		t.Errorf("65: %v", err)
	}
}

// A route without files has no file parts, whatever their names are.
func TestWithoutFilesEveryPartIsAField(t *testing.T) {
	contentType, body := multipartBody(t, part{`form-data; name="data"; filename="x"`, "1\n"})
	form, err := decoded(false, Settings{}, contentType, body)
	if err != nil || len(form.Files) != 0 || form.fields["data"].text != "1\n" {
		t.Errorf("%+v, %v", form, err)
	}
}

// Outside of a service, and in one by default, a body may have 64 KiB, and one
// with files 6 MiB.
func TestABodysLimitsByDefault(t *testing.T) {
	for name, tt := range map[string]struct {
		contentType string
		most        int
		do          func(contentType string, body []byte) error
	}{
		"decoded by itself": {jsonType, 64 << 10, func(contentType string, body []byte) error {
			r := httptest.NewRequest("POST", "/x", bytes.NewReader(body))
			r.Header.Set("Content-Type", contentType)
			_, err := Decode(httptest.NewRecorder(), r)
			return err
		}},
		"multipart by itself": {formOfParts, 64 << 10, func(contentType string, body []byte) error {
			r := httptest.NewRequest("POST", "/x", bytes.NewReader(body))
			r.Header.Set("Content-Type", contentType)
			_, err := Decode(httptest.NewRecorder(), r)
			return err
		}},
		"of a route without files": {formOfParts, 64 << 10, func(contentType string, body []byte) error {
			_, err := decoded(false, Settings{}, contentType, body)
			return err
		}},
		"of a route with files": {formOfParts, 6 << 20, func(contentType string, body []byte) error {
			_, err := decoded(true, Settings{}, contentType, body)
			return err
		}},
	} {
		if err := tt.do(tt.contentType, make([]byte, tt.most)); codeOf(err) != fault.MalformedBody {
			t.Errorf("%s, at the limit: %v", name, err)
		}
		if err := tt.do(tt.contentType, make([]byte, tt.most+1)); codeOf(err) != fault.BodyTooLarge {
			t.Errorf("%s, past it: %v", name, err)
		}
	}
}

// broken is a body that breaks off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestABodyThatBreaksOffIsMalformed(t *testing.T) {
	for _, decode := range []func() (*Form, error){
		func() (*Form, error) {
			return Decode(httptest.NewRecorder(), httptest.NewRequest("POST", "/x", broken{}))
		},
		func() (*Form, error) {
			return DecodeFiles(httptest.NewRecorder(), httptest.NewRequest("POST", "/x", broken{}))
		},
	} {
		var f *fault.Error
		if _, err := decode(); !errors.As(err, &f) || f.Code != fault.MalformedBody || f.Params["reason"] != "cut_off" {
			t.Errorf("%v", err)
		}
	}
}

// A wrong Content-Length is ignored: no memory is reserved for it.
func TestALengthIsNotBelieved(t *testing.T) {
	for _, length := range []int64{1 << 62, -1, 0, 3} {
		r := httptest.NewRequest("POST", "/x", strings.NewReader(`{"a":"b"}`))
		r.Header.Set("Content-Type", jsonType)
		r.ContentLength = length
		if form, err := Decode(httptest.NewRecorder(), r); err != nil || form.fields["a"].text != "b" {
			t.Errorf("%d: %v", length, err)
		}
	}
	r := httptest.NewRequest("POST", "/x", nil)
	r.Body = nil // as in a client's request
	if form, err := Decode(httptest.NewRecorder(), r); err != nil || form == nil {
		t.Errorf("without a body: %v", err)
	}
}

func TestPackedBodiesOfFewBytes(t *testing.T) {
	stored := packedWith(t, func(w io.Writer) io.WriteCloser { z, _ := zlib.NewWriterLevel(w, zlib.NoCompression); return z }, "1234567890")
	for _, tt := range []struct {
		body, want string
		code       fault.Code
	}{
		{string(stored), "1234567890", ""},
		{"\x78\x9c", "", fault.MalformedBody},  // zlib's header alone
		{"\x00\x1fplain", "\x00\x1fplain", ""}, // divisible by 31, but of another method
		{"\x78\x9dplain", "\x78\x9dplain", ""}, // of the method, but not divisible
		{"\x78\x02plain", "\x78\x02plain", ""},
	} {
		got, err := unpack([]byte(tt.body), []string{"deflate"}, 100)
		if string(got) != tt.want || codeOf(err) != tt.code {
			t.Errorf("%q: %q, %v", tt.body, got, err)
		}
	}
}

func TestTextInItsCharset(t *testing.T) {
	for _, tt := range []struct{ contentType, body, want string }{
		{urlType + "; charset=latin1", "a=caf%E9", `a:"café"`},
		{urlType + "; charset=latin1", "a=caf\xe9", `a:"café"`},
		{urlType + "; charset=latin1", "a=caf%C3%A9", `a:"café"`},
		{urlType + "; charset=latin1", "\ufeffa=%C7%D1", "malformed_body reason=charset"}, // the byte order mark comes before the name
		{urlType + "; charset=euc-kr", "%C7%D1=1", `한:"1"`},
		{urlType + "; charset=euc-kr", "%FF%FF=1", "malformed_body reason=charset"},
		{urlType + "; charset=euc-kr", "a=%FF%FF", "malformed_body reason=charset"},
		{urlType, "\ufeffa=1", `a:"1"`},
		{urlType + "; charset=utf-16", "a\x00=\x001\x00", `a:"1"`},
		{urlType + "; charset=shift_jis", "a=1", `a:"1"`},
		{urlType + "; charset=shift_jis", "a=\x80", "unsupported_media_type accepts=" + anyForm},
		{jsonType + "; charset=shift_jis", "{\"a\":\"\x80\"}", "unsupported_media_type accepts=" + anyForm},
		{`text/plain; a="x\"y"`, "1", "unsupported_media_type accepts=" + anyForm},
	} {
		if got := sent(t, false, tt.contentType, tt.body); got != tt.want {
			t.Errorf("%s %q:\ngot  %s\nwant %s", tt.contentType, tt.body, got, tt.want)
		}
	}
}

func TestAValueEndsAtTheQuoteBeforeASemicolon(t *testing.T) {
	for header, want := range map[string]string{
		`a/b; x="p\"q"`:      `map[x:p"q]`, // as the grammar allows
		`a/b; x= "p?q"; y=?`: `map[x:p?q y:?]`,
		`a/b; x="";y=?`:      `map[x: y:?]`,
		`a/b; x="a"";y=?`:    `map[x:a" y:?]`,
		`a/b; y=?; x="1"2"`:  `map[x:1"2 y:?]`,
		`a/b; y=?; x="1"`:    `map[x:1 y:?]`,
		`a/b; y=?; x="1" z`:  `map[x:1" z y:?]`,
	} {
		if _, params := mediaType(header); fmt.Sprint(params) != want {
			t.Errorf("%s: %v, want %s", header, params, want)
		}
	}
}

func TestNumbersAtTheirBounds(t *testing.T) {
	for text, want := range map[string]any{"2147483648": 2147483648, "-2147483648": -2147483648, "2147483649": nil, "-2147483649": nil, "9": 9, "0": 0} {
		form, err := decodeJSON([]byte(`{"f":` + text + `}`))
		if err != nil {
			t.Fatal(err)
		}
		n, err := form.Int("f")
		if (err == nil) != (want != nil) || err == nil && *n != want {
			t.Errorf("%s: %v, %v", text, n, err)
		}
	}
}

func TestAFieldMayBeLeftOut(t *testing.T) {
	for json, want := range map[string]string{`{}`: "", `{"f":null}`: "", `{"f":""}`: "", `{"f":"x"}`: "x", `{"f":7}`: "field_invalid", `{"f":[]}`: "field_invalid"} {
		form, err := decodeJSON([]byte(json))
		if err != nil {
			t.Fatal(err)
		}
		got, err := form.Optional("f")
		if got+string(codeOf(err)) != want {
			t.Errorf("%s: %q, %v", json, got, err)
		}
	}
}
