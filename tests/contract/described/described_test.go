package described

import (
	"net/http"
	"strings"
	"testing"
)

func answer(method, path string, status int, body string, headers ...string) Answer {
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	for i := 0; i+1 < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return Answer{method, path, status, h, []byte(body)}
}

func TestAnswersAreHeldToTheDocument(t *testing.T) {
	d, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	const short = `{"detail":"too short","code":422,"error":"too_short","seconds_missing":2.5}`
	tests := []struct {
		name   string
		answer Answer
		wrong  string // part of the error; empty if none is expected
	}{
		{"a success", answer("GET", "/authenticate/check_user/", 200, `{"code":400}`), ""},
		{"without the last slash", answer("GET", "/authenticate/check_user", 200, `{"code":200}`), ""},
		{"head", answer("HEAD", "/authenticate/check_user/", 200, ""), ""},
		{"head with a body", answer("HEAD", "/authenticate/check_user/", 200, "{}"), "a body"},
		{"another code", answer("GET", "/authenticate/check_user/", 200, `{"code":201}`), "code"},
		{"a field too many", answer("GET", "/authenticate/check_user/", 200, `{"code":200,"score":1}`), "score"},
		{"a refusal", answer("POST", "/authenticate/check_user/", 422, short, "Content-Language", "en"), ""},
		{"a refusal without its language", answer("POST", "/authenticate/check_user/", 422, short), "Content-Language"},
		{"a word of another status", answer("POST", "/authenticate/check_user/", 409, strings.Replace(short, "422", "409", 1), "Content-Language", "en"), "error"},
		{"a wait", answer("POST", "/members/login/", 429, `{"detail":"x","code":429,"error":"too_many_log_ins","seconds":30}`, "Content-Language", "ko", "Retry-After", "30"), ""},
		{"a wait of no number", answer("POST", "/members/login/", 429, `{"detail":"x","code":429,"error":"too_many_log_ins"}`, "Content-Language", "ko", "Retry-After", "soon"), "Retry-After"},
		{"a status that isn't described", answer("GET", "/authenticate/check_user/", 418, "{}"), "isn't described"},
		{"another type", answer("GET", "/authenticate/check_user/", 200, "", "Content-Type", "text/html"), "isn't described"},
		{"an unknown address", answer("GET", "/nowhere", 404, `{"detail":"x","code":404,"error":"not_found"}`), ""},
		{"an unknown address that is there", answer("GET", "/nowhere", 200, `{}`), "isn't described"},
		{"a preflight", answer("OPTIONS", "/members/login/", 204, "", "Allow", "POST"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := d.Check(tt.answer)
			if tt.wrong == "" && err != nil || tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)) {
				t.Errorf("got %v, want %q", err, tt.wrong)
			}
		})
	}
}
