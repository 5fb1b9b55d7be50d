package members_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"systole/shared/memory"
	"systole/shared/store"
)

// wrong is a request and its expected refusal.
type wrong struct {
	name   string
	q      request
	status int
	err    string
	field  string // the field that the answer must name; "" for none
}

// patient is a store that counts no attempts.
type patient struct{ *memory.Store }

func (patient) AdmitAttempt(context.Context, string, store.Backoff, time.Time, time.Time) error {
	return nil
}

func TestWrongRequests(t *testing.T) {
	s := new(memory.Store)
	h := newServiceOn(patient{s}, s)
	taken := person()
	taken["username"] = "taken"
	token := tokenIn(t, post("/members/create/", asForm, taken).overHTTP(h))

	var all []wrong
	all = append(all, wrongSignUps()...)
	all = append(all, wrongLogIns()...)
	all = append(all, wrongTypes()...)
	all = append(all, wrongBodies()...)
	all = append(all, wrongMethodsAndPaths(token)...)
	all = append(all, wrongTokens(token)...)
	if len(all) < 150 {
		t.Errorf("only %d wrong requests", len(all))
	}
	for _, w := range all {
		t.Run(w.name, func(t *testing.T) {
			if !w.q.badBase64 {
				w.check(t, w.q.overHTTP(h), "ko")
				w.check(t, w.q.with("Accept-Language", "en-US,en;q=0.9").overHTTP(h), "en")
			}
			w.check(t, w.q.asEvent(t, h), "ko")
			w.check(t, w.q.with("Accept-Language", "en-US,en;q=0.9").asEvent(t, h), "en")
			if got := counts(t, s); got != [2]int{1, 1} {
				t.Errorf("it changed something: members and sessions %v", got)
			}
		})
	}
}

// check compares an answer with the contract's three-field body.
func (w wrong) check(t *testing.T, a answer, lang string) {
	t.Helper()
	if a.status != w.status {
		t.Fatalf("%d %s, want %d %s", a.status, a.body, w.status, w.err)
	}
	if got := a.header.Get("WWW-Authenticate"); (w.status == 401) != (got == "Token") {
		t.Errorf("WWW-Authenticate %q", got)
	}
	if (w.status == 405) != (a.header.Get("Allow") != "") {
		t.Errorf("Allow %q", a.header.Get("Allow"))
	}
	if got := a.header.Get("Content-Language"); got != lang {
		t.Errorf("Content-Language %q, want %q", got, lang)
	}
	if w.q.method == http.MethodHead {
		if a.body != "" {
			t.Errorf("HEAD has the body %s", a.body)
		}
		return
	}
	var body struct {
		Detail string
		Code   int
		Error  string
		Field  string
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	if body.Code != w.status || body.Error != w.err || body.Field != w.field {
		t.Errorf("%s, want code %d, error %s, field %q", a.body, w.status, w.err, w.field)
	}
	inKorean := strings.ContainsFunc(body.Detail, func(r rune) bool { return r >= '가' && r <= '힣' })
	if len(body.Detail) < 10 || inKorean != (lang == "ko") {
		t.Errorf("detail %q is not in %q", body.Detail, lang)
	}
}

// absent marks a field to leave out.
const absent = "\x00absent"

// wrongSignUps returns sign-ups with each field missing, empty, too long and
// against its rules, in each way to send it.
func wrongSignUps() []wrong {
	long := strings.Repeat("가", 151)
	fields := []struct {
		what, field, value string
		status             int
		err, names         string
	}{
		{"missing", "username", absent, 400, "field_missing", "username"},
		{"empty", "username", "", 400, "field_missing", "username"},
		{"too long", "username", long, 400, "username_invalid", ""},
		{"with a space", "username", "a b", 400, "username_invalid", ""},
		{"with a zero byte", "username", "a\x00", 400, "username_invalid", ""},
		{"with a path", "username", "../../a", 400, "username_invalid", ""},
		{"with markup", "username", "<script>", 400, "username_invalid", ""},
		{"with a direction mark", "username", "a\u202eb", 400, "username_invalid", ""},
		{"reserved", "username", "#pk-block:1", 400, "username_invalid", ""},
		{"taken", "username", "taken", 409, "username_taken", ""},
		{"missing", "password", absent, 400, "field_missing", "password"},
		{"empty", "password", "", 400, "field_missing", "password"},
		{"too short", "password", "gudrms1", 400, "password_too_short", ""},
		{"too long", "password", strings.Repeat("가", 129), 400, "password_too_long", ""},
		{"common", "password", "password1", 400, "password_common", ""},
		{"like the user name", "password", "2NuEgGnOeYh", 400, "password_like_username", ""},
		{"missing", "name", absent, 400, "field_missing", "name"},
		{"empty", "name", "", 400, "field_missing", "name"},
		{"blank", "name", " \t ", 400, "field_invalid", "name"},
		{"too long", "name", long, 400, "field_invalid", "name"},
		{"with a line end", "name", "a\nb", 400, "field_invalid", "name"},
		{"with a direction mark", "name", "a\u202eb", 400, "field_invalid", "name"},
		{"of words", "age", "old", 400, "field_invalid", "age"},
		{"with a fraction", "age", "26.5", 400, "field_invalid", "age"},
		{"negative", "age", "-1", 400, "field_invalid", "age"},
		{"too old", "age", "151", 400, "field_invalid", "age"},
		{"past all integers", "age", "99999999999999999999", 400, "field_invalid", "age"},
		{"in hexadecimal", "age", "0x1A", 400, "field_invalid", "age"},
		{"unknown", "gender", "x", 400, "field_invalid", "gender"},
		{"in capitals", "gender", "MALE", 400, "field_invalid", "gender"},
	}
	var all []wrong
	for _, f := range fields {
		for _, as := range []contentType{asJSON, asForm, asMultipart} {
			body := person()
			body[f.field] = f.value
			if f.value == absent {
				delete(body, f.field)
			}
			all = append(all, wrong{
				name: fmt.Sprintf("sign-up, %s %s, %s", f.field, f.what, as),
				q:    post("/members/create/", as, body), status: f.status, err: f.err, field: f.names,
			})
		}
	}
	return all
}

func wrongLogIns() []wrong {
	fields := []struct {
		what, field, value string
		status             int
		err, names         string
	}{
		{"missing", "username", absent, 400, "field_missing", "username"},
		{"empty", "username", "", 400, "field_missing", "username"},
		{"unknown", "username", "nobody", 401, "credentials_invalid", ""},
		{"in another case", "username", "TAKEN", 401, "credentials_invalid", ""},
		{"too long", "username", strings.Repeat("a", 5000), 401, "credentials_invalid", ""},
		{"reserved", "username", "#pk-block:1", 401, "credentials_invalid", ""},
		{"missing", "password", absent, 400, "field_missing", "password"},
		{"empty", "password", "", 400, "field_missing", "password"},
		{"wrong", "password", "gudrms13", 401, "credentials_invalid", ""},
		{"too long", "password", strings.Repeat("a", 5000), 401, "credentials_invalid", ""},
		{"with a space behind it", "password", "gudrms12 ", 401, "credentials_invalid", ""},
	}
	var all []wrong
	for _, f := range fields {
		for _, as := range []contentType{asJSON, asForm, asMultipart} {
			body := map[string]string{"username": "taken", "password": "gudrms12"}
			body[f.field] = f.value
			if f.value == absent {
				delete(body, f.field)
			}
			all = append(all, wrong{
				name: fmt.Sprintf("log-in, %s %s, %s", f.field, f.what, as),
				q:    post("/members/login/", as, body), status: f.status, err: f.err, field: f.names,
			})
		}
	}
	return all
}

// wrongTypes returns sign-ups with each field as every JSON type but its own.
func wrongTypes() []wrong {
	var all []wrong
	for _, field := range []string{"username", "password", "name", "age", "gender"} {
		for _, value := range []string{`true`, `[]`, `["a"]`, `{}`, `12.5`, `"\ud800"`} {
			fields := map[string]string{"username": `"hyeonggeun2"`, "password": `"gudrms12"`, "name": `"x"`}
			fields[field] = value
			all = append(all, wrong{
				name:   fmt.Sprintf("sign-up, %s is %s", field, value),
				q:      rawJSON("/members/create/", fields),
				status: 400, err: "field_invalid", field: field,
			})
		}
	}
	for _, field := range []string{"username", "password"} {
		for _, value := range []string{`true`, `[]`, `{"$ne":null}`, `7`} {
			fields := map[string]string{"username": `"taken"`, "password": `"gudrms12"`}
			fields[field] = value
			all = append(all, wrong{
				name:   fmt.Sprintf("log-in, %s is %s", field, value),
				q:      rawJSON("/members/login/", fields),
				status: 400, err: "field_invalid", field: field,
			})
		}
		all = append(all, wrong{
			name:   fmt.Sprintf("log-in, %s is null", field),
			q:      rawJSON("/members/login/", map[string]string{"username": `"taken"`, "password": `"gudrms12"`, field: "null"}),
			status: 400, err: "field_missing", field: field,
		})
	}
	return all
}

func rawJSON(path string, fields map[string]string) request {
	var members []string
	for name, value := range fields {
		members = append(members, fmt.Sprintf("%q:%s", name, value))
	}
	return request{method: "POST", path: path, header: map[string]string{"Content-Type": "application/json"},
		body: []byte("{" + strings.Join(members, ",") + "}")}
}

func wrongBodies() []wrong {
	whole := post("", asMultipart, person())
	multipartType := whole.header["Content-Type"]
	bodies := []struct {
		name, contentType, body string
		status                  int
		err, field              string
	}{
		{"no body", "application/json", "", 400, "field_missing", "username"},
		{"no body and no type", "", "", 400, "field_missing", "username"},
		{"no type", "", "{}", 415, "unsupported_media_type", ""},
		{"text", "text/plain", "{}", 415, "unsupported_media_type", ""},
		{"XML", "application/xml", "<a/>", 415, "unsupported_media_type", ""},
		{"any type", "*/*", "{}", 415, "unsupported_media_type", ""},
		{"type that is none", "json", "{}", 415, "unsupported_media_type", ""},
		{"another charset", "application/json; charset=shift_jis", "{\"username\":\"\xc8\xab\"}", 415, "unsupported_media_type", ""},
		{"empty object", "application/json", "{}", 400, "field_missing", "username"},
		{"JSON cut off", "application/json", `{"username":"a`, 400, "malformed_body", ""},
		{"two of JSON", "application/json", `{}{}`, 400, "malformed_body", ""},
		{"JSON array", "application/json", `[]`, 400, "malformed_body", ""},
		{"JSON null", "application/json", `null`, 400, "malformed_body", ""},
		{"JSON in broken UTF-8", "application/json", "{\"a\":\"\xff\"}", 400, "malformed_body", ""},
		{"deep objects", "application/json", strings.Repeat(`{"a":`, 10500) + "1" + strings.Repeat("}", 10500), 400, "malformed_body", ""},
		{"deep arrays", "application/json", `{"a":` + strings.Repeat("[", 30000) + strings.Repeat("]", 30000) + "}", 400, "malformed_body", ""},
		{"form for JSON", "application/json", "username=a", 400, "malformed_body", ""},
		{"bad escape", "application/x-www-form-urlencoded", "username=%", 400, "malformed_body", ""},
		{"form in broken UTF-8", "application/x-www-form-urlencoded", "username=%ff", 400, "malformed_body", ""},
		{"JSON for a form", "application/x-www-form-urlencoded", `{"username":"a"}`, 400, "field_missing", "username"},
		{"no boundary", "multipart/form-data", string(whole.body), 400, "malformed_body", ""},
		{"multipart cut off", multipartType, string(whole.body[:len(whole.body)/2]), 400, "malformed_body", ""},
		{"multipart without its end", multipartType, string(whole.body[:len(whole.body)-8]), 400, "malformed_body", ""},
		{"64 KiB and one", "application/json", strings.Repeat(" ", 64<<10+1), 413, "body_too_large", ""},
		{"4.5 MB", "application/x-www-form-urlencoded", "username=" + strings.Repeat("a", 4500000), 413, "body_too_large", ""},
		{"6 MB", multipartType, strings.Repeat("a", 6<<20), 413, "body_too_large", ""},
		{"10 MB", "text/plain", strings.Repeat("a", 10<<20), 413, "body_too_large", ""},
	}
	var all []wrong
	for _, path := range []string{"/members/create", "/members/login/"} {
		for _, b := range bodies {
			all = append(all, wrong{name: path + ", " + b.name, status: b.status, err: b.err, field: b.field,
				q: request{method: "POST", path: path, header: map[string]string{"Content-Type": b.contentType}, body: []byte(b.body)}})
		}
		bad := post(path, asJSON, person())
		bad.badBase64 = true
		all = append(all, wrong{name: path + ", bad base64", q: bad, status: 400, err: "malformed_body"})
	}
	return all
}

func wrongMethodsAndPaths(token string) []wrong {
	header := map[string]string{"Authorization": "Token " + token}
	var all []wrong
	for _, path := range []string{"/members/create", "/members/create/", "/members/login/", "/members/logout/"} {
		methods := []string{"PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"}
		if !strings.Contains(path, "logout") {
			methods = append(methods, "GET", "HEAD")
		}
		for _, method := range methods {
			all = append(all, wrong{name: method + " " + path, q: request{method: method, path: path, header: header}, status: 405, err: "method_not_allowed"})
		}
	}
	paths := []string{"/", "/members", "/members/", "/members/create//", "//members/create/", "/members//create/", "/Members/create/",
		"/members/create/x", "/members/../members/create/", "/members/create%2f", "/members/create?", "/prod/members/create/", "/members/logout/.."}
	for _, path := range paths {
		for _, method := range []string{"GET", "POST"} {
			all = append(all, wrong{name: method + " " + path, q: request{method: method, path: path, header: header}, status: 404, err: "not_found"})
		}
	}
	return all
}

func wrongTokens(token string) []wrong {
	tokens := []struct{ name, authorization, err string }{
		{"none", "", "token_missing"},
		{"another scheme", "Bearer " + token, "token_missing"},
		{"Basic", "Basic dGFrZW46Z3Vkcm1zMTI=", "token_missing"},
		{"no scheme", token, "token_missing"},
		{"scheme alone", "Token", "token_invalid"},
		{"short", "Token " + token[:39], "token_invalid"},
		{"long", "Token " + token + "0", "token_invalid"},
		{"upper case", "Token " + strings.Repeat("A", 40), "token_invalid"},
		{"not hexadecimal", "Token " + strings.Repeat("g", 40), "token_invalid"},
		{"two", "Token " + token + " " + token, "token_invalid"},
		{"quoted", `Token "` + token + `"`, "token_invalid"},
		{"unknown", "Token " + strings.Repeat("0", 40), "token_invalid"},
		{"hostile", "Token ' OR 1=1; --", "token_invalid"},
		{"very long", "Token " + strings.Repeat("a", 8000), "token_invalid"},
	}
	var all []wrong
	for _, tt := range tokens {
		for _, method := range []string{"GET", "POST", "HEAD"} {
			q := request{method: method, path: "/members/logout/"}
			if tt.authorization != "" {
				q = q.with("Authorization", tt.authorization)
			}
			all = append(all, wrong{name: fmt.Sprintf("%s log-out, token %s", method, tt.name), q: q, status: 401, err: tt.err})
		}
	}
	for _, as := range []contentType{asJSON, asForm, asMultipart} {
		for _, value := range []string{"x", strings.Repeat("0", 40)} {
			all = append(all, wrong{name: fmt.Sprintf("POST log-out, token field %s, %s", value, as),
				q: post("/members/logout/", as, map[string]string{"token": value}), status: 401, err: "token_invalid"})
		}
	}
	for _, purpose := range []string{"Purpose", "Sec-Purpose", "X-Moz"} {
		q := request{method: "GET", path: "/members/logout/"}.with("Authorization", "Token "+token).with(purpose, "prefetch")
		all = append(all, wrong{name: "prefetch by " + purpose, q: q, status: 403, err: "prefetch_refused"})
	}
	return all
}
