package api

import (
	"net/http"
	"strings"
	"testing"

	"systole/shared/fault"
)

func TestToken(t *testing.T) {
	const a, b = "e4c0d0daaf2cc4ee2190a033957c1aa8c9eca9a5", "add7188de45b08a2b53944e5f6b95a43053c2ebb"
	form := func(value string) *Form { return &Form{fields: map[string]field{"token": {text: value}}} }
	tests := []struct {
		name    string
		headers []string
		form    *Form
		want    string
		err     fault.Code
	}{
		{"header", []string{"Token " + a}, nil, a, ""},
		{"scheme in any case", []string{"tOKEN  " + a + " "}, nil, a, ""},
		{"field", nil, form(a), a, ""},
		{"field with a line end", nil, form(a + "\r\n"), a, ""},
		{"header before field", []string{"Token " + a}, form(b), a, ""},
		{"another scheme, field", []string{"Basic eDp5"}, form(b), b, ""},
		{"nothing", nil, nil, "", fault.TokenMissing},
		{"empty field", nil, form(""), "", fault.TokenMissing},
		{"field of another type", nil, &Form{fields: map[string]field{"token": {bare: true, text: "1"}}}, "", fault.TokenInvalid},
		{"another scheme", []string{"Bearer " + a}, nil, "", fault.TokenMissing},
		{"scheme alone", []string{"Token"}, nil, "", fault.TokenInvalid},
		{"token alone", []string{a}, nil, "", fault.TokenMissing},
		{"bad header before a good field", []string{"Token x"}, form(b), "", fault.TokenInvalid},
		{"two headers", []string{"Token " + a, "Token " + b}, nil, "", fault.TokenInvalid},
		{"short", []string{"Token " + a[1:]}, nil, "", fault.TokenInvalid},
		{"long", []string{"Token " + a + "0"}, nil, "", fault.TokenInvalid},
		{"upper case", []string{"Token " + strings.ToUpper(a)}, nil, "", fault.TokenInvalid},
		{"not hexadecimal", []string{"Token " + a[:39] + "g"}, nil, "", fault.TokenInvalid},
		{"space around the scheme", []string{" Token\t" + a}, nil, a, ""},
		{"two tokens", []string{"Token " + a + " " + a}, nil, "", fault.TokenInvalid},
		{"empty header", []string{""}, nil, "", fault.TokenMissing},
		{"field that is no text", nil, form(a + "\ufffd"), "", fault.TokenInvalid},
		{"quoted", []string{`Token "` + a + `"`}, nil, "", fault.TokenInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{Header: http.Header{"Authorization": tt.headers}}
			got, err := tokenOf(r, tt.form)
			if got != tt.want || codeOf(err) != tt.err {
				t.Errorf("%q, %v, want %q, %q", got, err, tt.want, tt.err)
			}
		})
	}
}

// codeOf returns the code that err is answered with; "" for none.
func codeOf(err error) fault.Code {
	if err == nil {
		return ""
	}
	return faultOf(err).Code
}

func FuzzToken(f *testing.F) {
	f.Add("Token e4c0d0daaf2cc4ee2190a033957c1aa8c9eca9a5")
	f.Add("token\te4c0")
	f.Fuzz(func(t *testing.T, header string) {
		token, err := tokenOf(&http.Request{Header: http.Header{"Authorization": {header}}}, nil)
		if err == nil && (len(token) != 40 || strings.Trim(token, "0123456789abcdef") != "") {
			t.Fatalf("%q gave %q", header, token)
		}
		if code := codeOf(err); err != nil && code != fault.TokenMissing && code != fault.TokenInvalid {
			t.Fatalf("%q gave %v", header, err)
		}
	})
}
