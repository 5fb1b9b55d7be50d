package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"reflect"
	"strings"
	"testing"

	"systole/shared/fault"
)

const (
	jsonType = "application/json"
	urlType  = "application/x-www-form-urlencoded"
)

// decoded runs Decode behind New, on a route with files or without.
func decoded(files bool, s Settings, contentType string, body []byte) (form *Form, err error) {
	var parts []string
	if files {
		parts = []string{"data", "ECG", "EEG"}
	}
	h := New(s, Route{Path: "/x", Files: parts, Methods: map[string]Handler{"POST": func(w http.ResponseWriter, r *http.Request) error {
		form, err = Decode(w, r)
		return JSON(w, 200, nil)
	}}})
	r := httptest.NewRequest("POST", "/x", bytes.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	h.ServeHTTP(httptest.NewRecorder(), r)
	return form, err
}

// part is one part of a multipart body.
type part struct{ disposition, content string }

func multipartBody(t testing.TB, parts ...part) (contentType string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, p := range parts {
		pw, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {p.disposition}, "Content-Type": {"*/*"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(pw, p.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.Bytes()
}

func TestDecodeTakesAllThreeTypes(t *testing.T) {
	multipartType, multipartBytes := multipartBody(t,
		part{`form-data; name="username"`, "한글"}, part{`form-data; name="age"`, "26"}, part{`form-data; name="gender"`, ""})
	koreanType, koreanBytes := multipartBody(t,
		part{"form-data; name=\"username\"\r\nContent-Type: text/plain; charset=euc-kr", "\xc7\xd1\xb1\xdb"}, part{`form-data; name="age"`, "26"})
	tests := []struct {
		name, contentType string
		body              []byte
	}{
		{"JSON", jsonType, []byte(`{"username":"한글","age":26,"gender":null,"other":[{"x":1}],"yes":true}`)},
		{"JSON with a charset and numbers as text", `application/json; charset="UTF-8"`, []byte(` {"username":"\ud55c\uae00","age":" 26 ","username":"한글"} `)},
		{"urlencoded", urlType, []byte("username=%ED%95%9C%EA%B8%80&age=26&gender=")},
		{"urlencoded with a repeated field", "Application/X-WWW-Form-Urlencoded; charset=utf-8", []byte("age=1&age=26&username=한글")},
		{"urlencoded in EUC-KR", urlType + "; charset=euc-kr", []byte("username=\xc7\xd1\xb1\xdb&age=26")},
		{"urlencoded in EUC-KR, by numbers", urlType + "; charset=EUC-KR", []byte("username=%C7%D1%B1%DB&age=26")},
		{"urlencoded in UTF-8, said to be EUC-KR", urlType + "; charset=euc-kr", []byte("username=%ED%95%9C%EA%B8%80&age=26")},
		{"JSON in CP949", "application/json; charset=MS949", []byte("{\"username\":\"\xc7\xd1\xb1\xdb\",\"age\":26}")},
		{"multipart", multipartType, multipartBytes},
		{"multipart in EUC-KR", koreanType, koreanBytes},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form, err := decoded(false, Settings{}, tt.contentType, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			username, err := form.String("username")
			if err != nil || username != "한글" {
				t.Errorf("username %q, %v", username, err)
			}
			age, err := form.Int("age")
			if err != nil || age == nil || *age != 26 {
				t.Errorf("age %v, %v", age, err)
			}
			if form.Has("gender") || form.Has("nothing") {
				t.Error("has what it has not")
			}
		})
	}
}

func TestDecodeFindsFiles(t *testing.T) {
	everyByte := make([]byte, 256)
	for i := range everyByte {
		everyByte[i] = byte(i)
	}
	contentType, body := multipartBody(t,
		part{`form-data; name="token"`, "t"},
		part{`form-data; name="data"; filename="2024-01-02 03:04:05 심전도.csv"`, string(everyByte)},
		part{`form-data; name="ECG"`, "1\n2\n"},
		part{`form-data; name="eeg"; filename="../../etc/passwd"`, ""},
		part{`form-data; name="other"; filename="x"`, "y"},
	)
	form, err := decoded(true, Settings{}, contentType, body)
	if err != nil {
		t.Fatal(err)
	}
	want := []File{{"data", everyByte}, {"ECG", []byte("1\n2\n")}}
	if !reflect.DeepEqual(form.Files, want) {
		t.Errorf("got  %q\nwant %q", form.Files, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	multipartType, whole := multipartBody(t, part{`form-data; name="data"; filename="x"`, strings.Repeat("1\n", 100)})
	var many []part
	for i := range maxParts + 1 {
		many = append(many, part{fmt.Sprintf(`form-data; name="f%d"`, i), "x"})
	}
	manyType, manyBody := multipartBody(t, many...)
	brokenType, brokenBody := multipartBody(t, part{`form-data; name="token"`, "\xff"})
	bigFieldType, bigFieldBody := multipartBody(t, part{`form-data; name="token"`, strings.Repeat("x", DefaultMaxBody+1)})
	tests := []struct {
		name, contentType string
		body              []byte
		want              fault.Code
	}{
		{"no type", "", []byte("{}"), fault.UnsupportedMediaType},
		{"text", "text/plain", []byte("{}"), fault.UnsupportedMediaType},
		{"CSV", "text/csv", []byte("1\n"), fault.UnsupportedMediaType},
		{"malformed type", "application json", []byte("{}"), fault.UnsupportedMediaType},
		{"JSON in another charset", "application/json; charset=shift_jis", []byte("{\"a\":\"\x8a\xbf\"}"), fault.UnsupportedMediaType},
		{"JSON cut off", jsonType, []byte(`{"a":"b"`), fault.MalformedBody},
		{"JSON with more behind it", jsonType, []byte(`{} {}`), fault.MalformedBody},
		{"JSON array", jsonType, []byte(`[]`), fault.MalformedBody},
		{"JSON null", jsonType, []byte(`null`), fault.MalformedBody},
		{"JSON text", jsonType, []byte(`"a"`), fault.MalformedBody},
		{"JSON in broken UTF-8", jsonType, []byte("{\"a\":\"\xff\"}"), fault.MalformedBody},
		{"JSON in UTF-16", jsonType, []byte("{\x00}\x00"), fault.MalformedBody},
		{"deep JSON", jsonType, []byte(`{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}"), fault.MalformedBody},
		{"large JSON", jsonType, []byte(`{"a":"` + strings.Repeat("x", DefaultMaxBody) + `"}`), fault.BodyTooLarge},
		{"large JSON of a route with files", jsonType, bytes.Repeat([]byte(" "), DefaultMaxBody+1), fault.BodyTooLarge},
		{"large body without a type", "", bytes.Repeat([]byte(" "), DefaultMaxBody+1), fault.BodyTooLarge},
		{"bad escape", urlType, []byte("a=%zz"), fault.MalformedBody},
		{"semicolon", urlType, []byte("a=1;b=2"), fault.MalformedBody},
		{"form in broken UTF-8", urlType, []byte("a=%ff"), fault.MalformedBody},
		{"name in broken UTF-8", urlType, []byte("%ff=a"), fault.MalformedBody},
		{"no boundary", "multipart/form-data", whole, fault.MalformedBody},
		{"another boundary", "multipart/form-data; boundary=x", whole, fault.MalformedBody},
		{"multipart cut off in a part", multipartType, whole[:len(whole)/2], fault.MalformedBody},
		{"multipart cut off in a header", multipartType, whole[:70], fault.MalformedBody},
		{"multipart without its end", multipartType, whole[:len(whole)-6], fault.MalformedBody},
		{"multipart of another subtype", strings.Replace(multipartType, "form-data", "mixed", 1), whole, fault.UnsupportedMediaType},
		{"many parts", manyType, manyBody, fault.MalformedBody},
		{"field in broken UTF-8", brokenType, brokenBody, fault.MalformedBody},
		{"large field", bigFieldType, bigFieldBody, fault.BodyTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			form, err := decoded(true, Settings{}, tt.contentType, tt.body)
			if codeOf(err) != tt.want || form != nil {
				t.Errorf("%v, %v, want %s", form, err, tt.want)
			}
		})
	}
}

func TestMultipartCutOffAnywhereIsRefused(t *testing.T) {
	contentType, whole := multipartBody(t, part{`form-data; name="a"`, "b"}, part{`form-data; name="data"; filename="x"`, "1\n"})
	end := len(whole) - len("\r\n") // the last line end may be missing
	for n := 1; n < end; n++ {
		if _, err := decoded(true, Settings{}, contentType, whole[:n]); codeOf(err) != fault.MalformedBody {
			t.Errorf("cut after %q: %v", whole[:n], err)
		}
	}
	if _, err := decoded(true, Settings{}, contentType, whole[:end]); err != nil {
		t.Error(err)
	}
}

func TestBodyLimits(t *testing.T) {
	fileType, file := multipartBody(t, part{`form-data; name="data"; filename="x"`, strings.Repeat("1\n", 50000)})
	json := []byte(`{"a":"` + strings.Repeat("x", 92) + `"}`)
	tests := []struct {
		name        string
		files       bool
		s           Settings
		contentType string
		body        []byte
		want        fault.Code
	}{
		{"file where files go", true, Settings{}, fileType, file, ""},
		{"file where none go", false, Settings{}, fileType, file, fault.BodyTooLarge},
		{"file at its limit", true, Settings{MaxFileBody: int64(len(file))}, fileType, file, ""},
		{"file past its limit", true, Settings{MaxFileBody: int64(len(file)) - 1}, fileType, file, fault.BodyTooLarge},
		{"body at its limit", true, Settings{MaxBody: 100}, jsonType, json, ""},
		{"body past its limit", true, Settings{MaxBody: 99}, jsonType, json, fault.BodyTooLarge},
	}
	for _, tt := range tests {
		if _, err := decoded(tt.files, tt.s, tt.contentType, tt.body); codeOf(err) != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestNoBodyIsAFormWithoutFields(t *testing.T) {
	for _, contentType := range []string{"", jsonType, urlType, "multipart/form-data; boundary=x", "text/plain"} {
		form, err := decoded(false, Settings{}, contentType, nil)
		if err != nil {
			t.Fatalf("%q: %v", contentType, err)
		}
		if _, err := form.String("a"); codeOf(err) != fault.FieldMissing {
			t.Errorf("%q: %v", contentType, err)
		}
	}
}

func TestFields(t *testing.T) {
	const missing, invalid = fault.FieldMissing, fault.FieldInvalid
	tests := []struct {
		json                   string
		stringErr, intErr, err fault.Code // of String, Int and Float
		n                      any        // from Float
	}{
		{`"x"`, "", invalid, invalid, nil},
		{`""`, missing, "", "", nil},
		{`null`, missing, "", "", nil},
		{`true`, invalid, invalid, invalid, nil},
		{`[]`, invalid, invalid, invalid, nil},
		{`{}`, invalid, invalid, invalid, nil},
		{`26`, invalid, "", "", 26.0},
		{`26.0`, invalid, "", "", 26.0},
		{`26.5`, invalid, invalid, "", 26.5},
		{`-3`, invalid, "", "", -3.0},
		{`1e3`, invalid, "", "", 1000.0},
		{`1e30`, invalid, invalid, "", 1e30},
		{`1e999`, invalid, invalid, invalid, nil},
		{`"26"`, "", "", "", 26.0},
		{`"+26"`, "", "", "", 26.0},
		{`" "`, "", invalid, invalid, nil},
		{`"0x1A"`, "", invalid, invalid, nil},
		{`"1_000"`, "", invalid, invalid, nil},
		{`"Inf"`, "", invalid, invalid, nil},
		{`"NaN"`, "", invalid, invalid, nil},
		{`"\ud800"`, invalid, invalid, invalid, nil},
		{`"\ufffd"`, invalid, invalid, invalid, nil},
	}
	for _, tt := range tests {
		t.Run(tt.json, func(t *testing.T) {
			form, err := decoded(false, Settings{}, jsonType, []byte(`{"f":`+tt.json+`}`))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := form.String("f"); codeOf(err) != tt.stringErr {
				t.Errorf("String: %v, want %q", err, tt.stringErr)
			}
			if _, err := form.Int("f"); codeOf(err) != tt.intErr {
				t.Errorf("Int: %v, want %q", err, tt.intErr)
			}
			x, err := form.Float("f")
			if codeOf(err) != tt.err {
				t.Errorf("Float: %v, want %q", err, tt.err)
			}
			if (x == nil) != (tt.n == nil) || x != nil && *x != tt.n {
				t.Errorf("Float: %v, want %v", x, tt.n)
			}
		})
	}
}

// FuzzDecode sends bodies of every type: each is a form or one of the three
// refusals, and every field is valid UTF-8.
func FuzzDecode(f *testing.F) {
	multipartType, whole := multipartBody(f, part{`form-data; name="data"; filename="x"`, "1\n"}, part{`form-data; name="token"`, "t"})
	f.Add(multipartType, whole)
	f.Add(jsonType, []byte(`{"a":"b","c":[1,{"d":null}]}`))
	f.Add(urlType, []byte("a=b&c=%ED%95%9C"))
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		form, err := decoded(true, Settings{}, contentType, body)
		switch codeOf(err) {
		case "":
		case fault.UnsupportedMediaType, fault.BodyTooLarge, fault.MalformedBody:
			return
		default:
			t.Fatalf("%v", err)
		}
		for name := range form.fields {
			if s, err := form.String(name); err == nil && strings.ToValidUTF8(s, "") != s {
				t.Fatalf("%q is %q", name, s)
			}
			if n, err := form.Int(name); err == nil && n == nil && form.Has(name) {
				t.Fatalf("%q has a value and no number", name)
			}
		}
	})
}

func BenchmarkDecodeFile(b *testing.B) {
	contentType, body := multipartBody(b, part{`form-data; name="data"; filename="x"`, strings.Repeat("\"-0.0312\"\n", 400000)})
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decoded(true, Settings{}, contentType, body); err != nil {
			b.Fatal(err)
		}
	}
}

func TestABodyThatCannotBeReadSaysWhy(t *testing.T) {
	multipartType, whole := multipartBody(t, part{`form-data; name="token"`, "x"})
	tests := []struct {
		name, contentType string
		body              []byte
		reason            string
	}{
		{"no boundary", "multipart/form-data", whole, "boundary_missing"},
		{"another boundary", "multipart/form-data; boundary=x", whole, "boundary_not_found"},
		{"cut off", multipartType, whole[:len(whole)-8], "cut_off"},
		{"JSON cut off", jsonType, []byte(`{"a":`), "cut_off"},
		{"no JSON", jsonType, []byte(`a=1`), "json"},
		{"more than one object", jsonType, []byte(`{}{}`), "json"},
		{"broken UTF-8", jsonType, []byte("{\"a\":\"\xff\"}"), "charset"},
		{"broken escape", urlType, []byte("a=%zz"), "urlencoded"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := decoded(false, Settings{}, tt.contentType, tt.body)
			var f *fault.Error
			if !errors.As(err, &f) || f.Params["reason"] != tt.reason {
				t.Errorf("%v, want the reason %s", err, tt.reason)
			}
			if _, ok := malformedReasons[tt.reason]; !ok {
				t.Errorf("there are no words for %s", tt.reason)
			}
		})
	}
}

func TestADecimalCommaIsAPoint(t *testing.T) {
	for text, want := range map[string]float64{"500,0": 500, "360,25": 360.25, " 512 ": 512, "\u00a0250": 250, "\"500\"": 500} {
		f := &Form{fields: map[string]field{"x": {text: text}}}
		if got, err := f.Float("x"); err != nil || *got != want {
			t.Errorf("%q is %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"1,000", "1,000,000", "1,5,5", "1.000,5", "1,000.5"} {
		f := &Form{fields: map[string]field{"x": {text: text}}}
		if got, err := f.Float("x"); err == nil {
			t.Errorf("%q is %v, and may mean something else", text, *got)
		}
	}
}
